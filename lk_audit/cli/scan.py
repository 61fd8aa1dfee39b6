"""`lk-audit scan`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lk_audit.buffers import scan_buffer
from lk_audit.cli.exits import CLEAN, DEFECT, FINDINGS, USAGE
from lk_audit.cli.options import (
    SEVERITIES,
    color_option,
    names,
    parsed,
    presentation,
    rule_names,
    rules_option,
    ttl_option,
    words,
)
from lk_audit.cli.outputs import STANDARD_OUTPUT, check, paired, write
from lk_audit.cli.progress import shown_progress
from lk_audit.config import Config, parse_severity
from lk_audit.errors import UsageError
from lk_audit.reporters import REPORTERS, render
from lk_audit.rule_api import Options, Severity
from lk_audit.rule_loader import load_rules, select_rules
from lk_audit.scan import scan_paths

if TYPE_CHECKING:
    from lk_audit.findings import Report


@click.command("scan")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option(
    "--format",
    "styles",
    multiple=True,
    type=click.Choice(list(REPORTERS)),
    help="The report's format, text by default. Repeatable: the n-th format goes to the n-th --output.",
)
@click.option(
    "--output",
    "-o",
    "targets",
    multiple=True,
    metavar="FILE",
    help="Where the report goes; - is standard output. Without a --format for it, the file's name decides:"
    " .sarif, .html, .md, .xml, .json, .txt.",
)
@click.option(
    "--select",
    multiple=True,
    metavar="RULE",
    shell_complete=rule_names,
    help='Run these rules only, by id or name; "all" for all.',
)
@click.option("--ignore", multiple=True, metavar="RULE", shell_complete=rule_names, help="Do not run these rules.")
@click.option(
    "--min-severity",
    default="note",
    show_default=True,
    metavar="SEVERITY",
    callback=parsed(parse_severity),
    shell_complete=words(*SEVERITIES),
    help=f"Leave less severe findings out: {', '.join(SEVERITIES)}.",
)
@click.option(
    "--fail-on",
    default="medium",
    show_default=True,
    metavar="SEVERITY",
    callback=parsed(lambda text: None if text == "never" else parse_severity(text)),
    shell_complete=words(*SEVERITIES, "never"),
    help='Exit with 1 for findings of this severity and above; "never" for never.',
)
@ttl_option
@click.option("--strict", is_flag=True, help="Exit with 2 when a file could not be analysed completely.")
@click.option(
    "--force-exclude",
    is_flag=True,
    help="Leave files in excluded folders (node_modules, vendor ...) out even when they are named; for commit hooks.",
)
@click.option(
    "--stdin-filename",
    metavar="NAME",
    help="Scan standard input as if it were the file NAME; the rest of its project is read from disk.",
)
@click.option(
    "--honor-foreign-comments",
    is_flag=True,
    help="Let comments for other scanners accept findings too: gitleaks:allow, pragma: allowlist secret, nosec ...",
)
@rules_option
@color_option
def scan_command(  # noqa: PLR0913, PLR0917 - one parameter an option
    paths: tuple[str, ...],
    styles: tuple[str, ...],
    targets: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    min_severity: Severity,
    fail_on: Severity | None,
    max_ttl: float,
    strict: bool,
    force_exclude: bool,
    stdin_filename: str | None,
    honor_foreign_comments: bool,
    rule_folders: tuple[Path, ...],
    color: bool | None,
) -> int:
    """Scan files and folders (by default the current one) and report what is wrong.

    Exit codes: 0 clean, 1 findings at or above --fail-on, 2 wrong usage (or an incomplete scan under --strict),
    3 internal error.
    """
    outputs = paired(styles, targets)
    check(outputs)
    config = Config(
        select=names(select),
        ignore=names(ignore),
        min_severity=min_severity,
        fail_on=fail_on,
        strict=strict,
        honor_foreign_comments=honor_foreign_comments,
        force_exclude=force_exclude,
        rule_folders=rule_folders,
        options=Options(max_ttl=max_ttl, now=time.time()),
    )
    report = _scanned(paths, config, stdin_filename)
    code = exit_code(report, config)
    for output in outputs:
        look = presentation(color=color, to_terminal=output.target == STANDARD_OUTPUT, exit_code=code)
        write(output, render(output.style, report, replace(look, now=config.options.now)))
    if not any(output.is_for_eyes for output in outputs):
        _warn(report)
    return code


def _scanned(paths: Sequence[str], config: Config, stdin_filename: str | None = None) -> Report:
    loaded = load_rules(config.rule_folders)
    rules = select_rules(loaded.rules, config.select, config.ignore)
    if stdin_filename is not None or "-" in paths:
        name = _buffer_name(paths, stdin_filename)
        raw = sys.stdin.buffer.read(config.size_limit + 1)
        report = scan_buffer(name, raw, rules=rules, config=config, known_rules=loaded.rules)
    else:
        with shown_progress() as progress:
            report = scan_paths(
                paths or (".",), rules=rules, config=config, known_rules=loaded.rules, progress=progress
            )
    return replace(report, rule_errors=loaded.errors).at_least(config.min_severity)


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
    for message in _errors(report):
        click.echo(f"lk-audit: {message}", err=True)


def _errors(report: Report) -> Iterator[str]:
    yield from report.rule_errors
    for crash in report.crashes:
        yield f"internal error: {crash.rule_id or 'analysis'} failed on a file with {crash.error} at {crash.raised_at}"
