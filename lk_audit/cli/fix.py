"""`lk-audit scan --fix` and `--diff`: what they print and write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lk_audit.cli.configured import defects
from lk_audit.cli.exits import CLEAN, DEFECT, FINDINGS
from lk_audit.discovery import discover
from lk_audit.errors import UsageError
from lk_audit.reporters import readable_path

if TYPE_CHECKING:
    from lk_audit.findings import Report
    from lk_audit.fixing import Plan, Scan
    from lk_audit.pipeline import Observe
    from lk_audit.preparation import Setup
    from lk_audit.source import Source

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--fix", "wants_fix", is_flag=True, help="Write the safe fixes into the files, then report what is left."
    ),
    click.option("--diff", "wants_diff", is_flag=True, help="Show what --fix would do and change nothing."),
    click.option(
        "--unsafe-fixes",
        "--unsafe",
        "unsafe",
        is_flag=True,
        help="With --fix or --diff: also fixes that take something away or need more done, such as a variable set.",
    ),
)


def fix_options(command: Command) -> Command:
    """Options that ask for fixes."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def is_wanted(*, wants_fix: bool, wants_diff: bool, unsafe: bool) -> bool:
    """Whether something is to be fixed.

    Raises:
        UsageError: the options do not go together.
    """
    if wants_fix and wants_diff:
        raise UsageError("--fix writes and --diff only shows: give one of them")
    if unsafe and not (wants_fix or wants_diff):
        raise UsageError("--unsafe-fixes says which fixes: give --diff to see them or --fix to make them")
    return wants_fix or wants_diff


def scan_of(setup: Setup, judged: Callable[[Report], Report]) -> Scan:
    """The scan that checks fixes; `judged` tells what of a report is known already or too small to count."""

    def scan(edited: Mapping[str, Source], observe: Observe) -> Report:
        return judged(setup.scanned(edited, observe))

    return scan


def show(scan: Scan, *, unsafe: bool) -> int:
    """Print what the fixes would change; secrets are masked in it. The exit code tells whether there is anything."""
    made = _plan(scan, unsafe=unsafe)
    click.echo(made.diff, nl=False)
    _say("Would fix", made, unsafe=unsafe)
    problems = list(defects(made.report))
    for message in problems:
        click.echo(f"lk-audit: {message}", err=True)
    if problems:
        return DEFECT
    return FINDINGS if made.diff else CLEAN


def apply(scan: Scan, setup: Setup, *, unsafe: bool) -> None:
    """Make the fixes in the files.

    Raises:
        UsageError: a file could not be written; the others were.
    """
    from lk_audit.writing import write  # noqa: PLC0415 - needed to fix only

    made = _plan(scan, unsafe=unsafe)
    failures = write(_files(setup), made.before, made.after) if made.after else {}
    for path, reason in failures.items():
        click.echo(f"lk-audit: {readable_path(path)} is left as it was: {reason}", err=True)
    if failures:
        raise UsageError(f"{_counted(len(failures), 'file')} could not be fixed")
    _say("Fixed", made, unsafe=unsafe)


def _files(setup: Setup) -> dict[str, str]:
    """Where the scanned files are, by path."""
    found = discover(setup.paths, limit=setup.config.size_limit, exclusion=setup.config.exclusion)
    return {item.path: item.file for item in found.files}


def _plan(scan: Scan, *, unsafe: bool) -> Plan:
    from lk_audit.fixing import plan  # noqa: PLC0415 - needed to fix only

    return plan(scan, unsafe=unsafe)


def _say(verb: str, made: Plan, *, unsafe: bool) -> None:
    """On standard error, so that a diff or a report stays what it is."""
    more = made.unsafe_left if not unsafe else 0
    rest = f" ({more} more with --unsafe-fixes)" if more else ""
    click.echo(f"{verb} {_counted(made.fixed, 'finding')}{rest}.", err=True)


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
