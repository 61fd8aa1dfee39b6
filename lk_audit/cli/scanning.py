"""What `lk-audit scan` does: the scan, its reports, its exit code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from lk_audit.cli.exits import CLEAN, DEFECT, FINDINGS, USAGE
from lk_audit.cli.looks import presentation
from lk_audit.cli.outputs import STANDARD_OUTPUT, Output, check, paired, write
from lk_audit.cli.requests import asked, defects, set_up
from lk_audit.cli.saying import complain, standard_input
from lk_audit.config import Config
from lk_audit.errors import UsageError
from lk_audit.machine import processes
from lk_audit.reporters import readable_path, render
from lk_audit.scanning.preparation import Setup

if TYPE_CHECKING:
    from lk_audit.findings import Report


def scan(  # noqa: PLR0913, PLR0917 - what is no setting
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
    """Scan what is asked for, write the reports and return the exit code; the parameters are those of the command.

    Raises:
        UsageError: what is asked for does not go together, or cannot be read or written.
    """
    buffer = _buffer_name(paths, stdin_filename) if stdin_filename is not None or "-" in paths else None
    if staged or history is not None:
        if buffer is not None or wants_fix or wants_diff:
            raise UsageError(
                "--staged and --history report what git has, and change nothing: leave --fix, --diff and standard input"
                " out; lk-audit scan --fix changes the files on disk, to be staged then"
            )
        setup: Setup = _set_up_in_git(paths, options, staged, history)
    else:
        setup = set_up(() if buffer is not None else paths, options)
    report: Report | None = None
    outputs = paired(setup.settings.stated_value("format"), setup.settings.stated_value("output"))
    check(outputs)
    if wants_diff and (options["format"] or options["output"]):
        raise UsageError("--diff prints a diff and no report: leave --format and --output out")
    if _is_fix_wanted(wants_fix=wants_fix, wants_diff=wants_diff, unsafe=unsafe):
        from lk_audit.cli import fix  # noqa: PLC0415 - most scans only report

        if buffer is not None:
            raise UsageError("standard input is scanned, not fixed: give --fix and --diff files on disk")
        scan = fix.scan_of(setup, lambda report: setup.compared(report).at_least(setup.config.min_severity))
        if wants_diff:
            return fix.show(scan, unsafe=unsafe)
        report = fix.apply(scan, setup, unsafe=unsafe)
    if report is None:
        report = setup.compared(_scanned(setup, buffer)).at_least(setup.config.min_severity)
    return _reported(report, setup, outputs, color)


def _reported(report: Report, setup: Setup, outputs: Sequence[Output], color: bool | None) -> int:
    """Write the reports and return the exit code."""
    code = exit_code(report, setup.config)
    for output in outputs:
        look = presentation(color=color, to_terminal=output.target == STANDARD_OUTPUT, exit_code=code)
        write(output, render(output.style, report, replace(look, now=setup.config.options.now)))
    if not any(output.is_for_eyes for output in outputs):
        _warn(report)
    if code == USAGE:
        complain(_incomplete(report))
    return code


def _set_up_in_git(paths: tuple[str, ...], options: dict[str, Any], staged: bool, history: str | None) -> Setup:
    """A scan of git's index or of the history.

    Raises:
        UsageError: both are asked for, or git cannot tell the repository.
    """
    from lk_audit.scanning.commits import set_up as set_up_commits  # noqa: PLC0415 - most scans do not look into git

    if staged and history is not None:
        raise UsageError("--staged and --history exclude each other: the next commit, or those that were made")
    folders, jobs = options["rule_folders"], options["jobs"]
    return set_up_commits(paths, asked(options), history=history, rule_folders=folders, jobs=jobs)


def _scanned(setup: Setup, buffer: str | None) -> Report:
    """The report on what is asked for; `buffer` is the name under which standard input is scanned."""
    if buffer is None:
        with processes.as_program():
            return setup.scanned()
    return setup.scanned_buffer(buffer, standard_input(setup.config.size_limit + 1))


def _buffer_name(paths: Sequence[str], stdin_filename: str | None) -> str:
    if stdin_filename is None:
        raise UsageError("- is standard input: say which file it would be with --stdin-filename NAME")
    if set(paths) - {"-"}:
        raise UsageError("--stdin-filename scans standard input only; leave the paths out")
    return stdin_filename


def _is_fix_wanted(*, wants_fix: bool, wants_diff: bool, unsafe: bool) -> bool:
    """Whether something is to be fixed.

    Raises:
        UsageError: the options do not go together.
    """
    if wants_fix and wants_diff:
        raise UsageError("--fix writes and --diff only shows: give one of them")
    if unsafe and not (wants_fix or wants_diff):
        raise UsageError("--unsafe-fixes says which fixes: give --diff to see them or --fix to make them")
    return wants_fix or wants_diff


def exit_code(report: Report, config: Config) -> int:
    """The exit code a report calls for; a defect outweighs everything, an incomplete scan findings."""
    if report.crashes or report.rule_errors:
        return DEFECT
    if config.strict and not report.is_complete:
        return USAGE
    fails = config.fail_on is not None and any(item.severity >= config.fail_on for item in report.open_findings)
    return FINDINGS if fails else CLEAN


def _incomplete(report: Report) -> str:
    """Why a scan fails under --strict."""
    from lk_audit.reporters.wording import counted  # noqa: PLC0415 - few scans fail so

    paths = [item.path for item in report.skipped if not item.expected] + [note.path for note in report.gaps]
    first = readable_path(min(paths))
    what = first if len(set(paths)) == 1 else f"{first} and {counted(len(set(paths)) - 1, 'other file')}"
    return f"--strict: {what} could not be analysed in full, for the reasons in the report; --exclude leaves files out"


def _warn(report: Report) -> None:
    """The errors that only the text report would show, for those who read the exit code."""
    for message in defects(report):
        complain(message)
