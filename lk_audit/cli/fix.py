"""`lk-audit scan --fix` and `--diff`: what they print and write."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lk_audit.cli.exits import CLEAN, DEFECT, FINDINGS
from lk_audit.cli.requests import defects
from lk_audit.cli.saying import complain, say_aside, say_quoted
from lk_audit.errors import UsageError
from lk_audit.files.discovery import discover
from lk_audit.reporters import readable_path
from lk_audit.reporters.wording import counted

if TYPE_CHECKING:
    from lk_audit.findings import Report
    from lk_audit.fixing import Plan, Scan
    from lk_audit.scanning.pipeline import Observe
    from lk_audit.scanning.preparation import Setup
    from lk_audit.source import Source


def scan_of(setup: Setup, judged: Callable[[Report], Report]) -> Scan:
    """The scan that checks fixes; `judged` tells what of a report is known already or too small to count."""
    from lk_audit.scanning.extracted import Former  # noqa: PLC0415 - needed to fix only

    former = Former()

    def scan(edited: Mapping[str, Source], observe: Observe, again: Collection[str] | None = None) -> Report:
        if again is None:
            former.found = None
        former.changed = frozenset(again or ())
        return judged(setup.scanned(edited, observe, former))

    return scan


def show(scan: Scan, *, unsafe: bool) -> int:
    """Print what the fixes would change; secrets are masked in it. The exit code tells whether there is anything."""
    made = _plan(scan, unsafe=unsafe)
    say_quoted(made.diff)
    _say("Would fix", made, unsafe=unsafe)
    problems = list(defects(made.report))
    for message in problems:
        complain(message)
    if problems:
        return DEFECT
    return FINDINGS if made.diff else CLEAN


def apply(scan: Scan, setup: Setup, *, unsafe: bool) -> Report:
    """Make the fixes in the files; the report is on the files as they are then.

    Raises:
        UsageError: a file could not be written; the others were.
    """
    from lk_audit.writing import write  # noqa: PLC0415 - needed to fix only

    started = time.perf_counter()
    made = _plan(scan, unsafe=unsafe)
    failures = write(_files(setup), made.before, made.after) if made.after else {}
    for path, reason in failures.items():
        complain(f"{readable_path(path)} is left as it was: {reason}")
    if failures:
        raise UsageError(f"{counted(len(failures), 'file')} could not be fixed")
    _say("Fixed", made, unsafe=unsafe)
    return replace(made.report, elapsed=time.perf_counter() - started)


def _files(setup: Setup) -> dict[str, str]:
    """Where the scanned files are, by path."""
    found = discover(setup.paths, limit=setup.config.size_limit, exclusion=setup.config.exclusion)
    return {item.path: item.file for item in found.files}


def _plan(scan: Scan, *, unsafe: bool) -> Plan:
    from lk_audit.fixing import plan  # noqa: PLC0415 - needed to fix only

    return plan(scan, unsafe=unsafe)


def _say(verb: str, made: Plan, *, unsafe: bool) -> None:
    more = made.unsafe_left if not unsafe else 0
    rest = f" ({more} more with --unsafe-fixes)" if more else ""
    undone = (
        f"; {counted(made.undone, 'fix', 'fixes')} not made: the finding would stay, or another come"
        if made.undone
        else ""
    )
    say_aside(f"{verb} {counted(made.fixed, 'finding')}{rest}{undone}.\n")
