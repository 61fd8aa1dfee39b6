"""`lk-audit scan`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from lk_audit.cli import fix
from lk_audit.cli.configured import asked, defects, scan_options, set_up
from lk_audit.cli.exits import CLEAN, DEFECT, FINDINGS, USAGE
from lk_audit.cli.options import color_option, presentation
from lk_audit.cli.outputs import STANDARD_OUTPUT, check, paired, write
from lk_audit.config import Config
from lk_audit.errors import UsageError
from lk_audit.preparation import Setup
from lk_audit.reporters import render

if TYPE_CHECKING:
    from lk_audit.findings import Report


class _Scan(click.Command):
    """A command whose `--history` takes its value after an equals sign only: what follows it else is a path."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        valued = ["--history=" if item == "--history" else item for item in args[:end]]
        return super().parse_args(context, [*valued, *args[end:]])


@click.command("scan", cls=_Scan)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--staged", is_flag=True, help="Scan what the next commit will hold: git's index, not the files on disk.")
@click.option(
    "--history",
    is_flag=False,
    flag_value="",
    metavar="[=RANGE]",
    help="Scan every version of every file for secrets and tokens: all commits, or those of RANGE (A..B).",
)
@scan_options
@click.option(
    "--stdin-filename",
    metavar="NAME",
    help="Scan standard input as if it were the file NAME; the rest of its project is read from disk.",
)
@fix.fix_options
@color_option
def scan_command(  # noqa: PLR0913, PLR0917 - what is no setting
    paths: tuple[str, ...],
    staged: bool,
    history: str | None,
    stdin_filename: str | None,
    color: bool | None,
    wants_fix: bool,
    wants_diff: bool,
    unsafe: bool,
    **options: Any,  # noqa: ANN401 - as click gives them
) -> int:
    """Scan files and folders (by default the current one) and report what is wrong.

    Exit codes: 0 clean, 1 findings at or above --fail-on, 2 wrong usage (or an incomplete scan under --strict),
    3 internal error. With --diff: 1 when there is something to fix.
    """
    buffer = _buffer_name(paths, stdin_filename) if stdin_filename is not None or "-" in paths else None
    is_of_git = staged or history is not None
    if is_of_git and (buffer is not None or wants_fix or wants_diff):
        raise UsageError("--staged and --history only report what git has: leave --fix, --diff and standard input out")
    setup = (
        _set_up_in_git(paths, options, staged, history)
        if is_of_git
        else set_up(() if buffer is not None else paths, options)
    )
    outputs = paired(setup.settings.stated_value("format"), setup.settings.stated_value("output"))
    check(outputs)
    if wants_diff and (options["format"] or options["output"]):
        raise UsageError("--diff prints a diff and no report: leave --format and --output out")
    if fix.is_wanted(wants_fix=wants_fix, wants_diff=wants_diff, unsafe=unsafe):
        if buffer is not None:
            raise UsageError("standard input is scanned, not fixed: give --fix and --diff files on disk")
        scan = fix.scan_of(setup, lambda report: setup.compared(report).at_least(setup.config.min_severity))
        if wants_diff:
            return fix.show(scan, unsafe=unsafe)
        fix.apply(scan, setup, unsafe=unsafe)
    report = setup.compared(_scanned(setup, buffer)).at_least(setup.config.min_severity)
    code = exit_code(report, setup.config)
    for output in outputs:
        look = presentation(color=color, to_terminal=output.target == STANDARD_OUTPUT, exit_code=code)
        write(output, render(output.style, report, replace(look, now=setup.config.options.now)))
    if not any(output.is_for_eyes for output in outputs):
        _warn(report)
    return code


def _set_up_in_git(paths: tuple[str, ...], options: dict[str, Any], staged: bool, history: str | None) -> Setup:
    """A scan of git's index or of the history.

    Raises:
        UsageError: both are asked for, or git cannot tell the repository.
    """
    from lk_audit.commits import set_up as set_up_commits  # noqa: PLC0415 - most scans do not look into git

    if staged and history is not None:
        raise UsageError("--staged and --history exclude each other: the next commit, or those that were made")
    folders, jobs = options["rule_folders"], options["jobs"]
    return set_up_commits(paths, asked(options), history=history, rule_folders=folders, jobs=jobs)


def _scanned(setup: Setup, buffer: str | None) -> Report:
    if buffer is None:
        return setup.scanned()
    return setup.scanned_buffer(buffer, sys.stdin.buffer.read(setup.config.size_limit + 1))


def _buffer_name(paths: Sequence[str], stdin_filename: str | None) -> str:
    if stdin_filename is None:
        raise UsageError("- is standard input: say which file it would be with --stdin-filename NAME")
    if set(paths) - {"-"}:
        raise UsageError("--stdin-filename scans standard input only; leave the paths out")
    return stdin_filename


def exit_code(report: Report, config: Config) -> int:
    """The exit code a report calls for; a defect outweighs everything, an incomplete scan findings."""
    if report.crashes or report.rule_errors:
        return DEFECT
    if config.strict and not report.is_complete:
        return USAGE
    fails = config.fail_on is not None and any(item.severity >= config.fail_on for item in report.open_findings)
    return FINDINGS if fails else CLEAN


def _warn(report: Report) -> None:
    """The errors that only the text report would show, for those who read the exit code."""
    for message in defects(report):
        click.echo(f"lk-audit: {message}", err=True)
