"""The command line: the only place that prints and exits."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lk_audit import __version__
from lk_audit.config import Config, parse_duration, parse_severity
from lk_audit.errors import LkAuditError, RuleLoadError, UsageError
from lk_audit.reporters import REPORTERS, Presentation, render
from lk_audit.rule_api import Options, Severity
from lk_audit.rule_loader import Rules, load_rules, select_rules
from lk_audit.suggestions import did_you_mean

if TYPE_CHECKING:
    from lk_audit.findings import AnyRule, Report

CLEAN, FINDINGS, USAGE, DEFECT = 0, 1, 2, 3
"""Exit codes."""

_INTERRUPTED = 130
_WIDEST = 100
_SEVERITIES = [severity.label for severity in Severity]


def main() -> None:
    """Run the command line; every way out is an exit code and at most one line on standard error."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a replaced stream may have no encoding
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code."""
    try:
        outcome = commands.main(list(arguments), prog_name="lk-audit", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        return _complain(error.format_message(), USAGE)
    except (click.Abort, KeyboardInterrupt):
        return _complain("interrupted", _INTERRUPTED)
    except BrokenPipeError:
        return _silence()
    except LkAuditError as error:
        return _complain(str(error), DEFECT if isinstance(error, RuleLoadError) else USAGE)
    except Exception as error:  # noqa: BLE001 - the last guard: a traceback could quote what is scanned
        return _complain(_defect(error), DEFECT)
    return outcome if isinstance(outcome, int) else CLEAN


def _complain(message: str, code: int) -> int:
    click.echo(f"lk-audit: {' '.join(message.split())}", err=True)
    return code


def _silence() -> int:
    """Whoever read the output has seen enough; keep the interpreter from complaining about it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return CLEAN


def _defect(error: Exception) -> str:
    """A defect without the exception's text, which may hold source."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(last.filename).name}:{last.lineno}"
    return (
        f"internal error: {type(error).__name__} at {place} (lk-audit {__version__}); this is a defect of lk-audit, "
        "please report it with this line and the command you ran"
    )


# --- options ----------------------------------------------------------------------------------------------------------


def _parsed(parse: Callable[[str], Any]) -> Callable[[click.Context, click.Parameter, str | None], Any]:
    def callback(_context: click.Context, _parameter: click.Parameter, value: str | None) -> Any:  # noqa: ANN401
        return None if value is None else parse(value)

    return callback


def _names(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


_color_option = click.option(
    "--color/--no-color",
    default=None,
    help="Colours; by default on a terminal only. NO_COLOR and FORCE_COLOR are honoured.",
)
_rules_option = click.option(
    "--rules",
    "rule_folders",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Further rules from the files in FOLDER; runs their code.",
)
_ttl_option = click.option(
    "--max-ttl",
    default="1h",
    show_default=True,
    metavar="DURATION",
    callback=_parsed(parse_duration),
    help="The longest life a token may have: 15m, 1h, 2d or seconds.",
)


def _presentation(*, color: bool | None, to_terminal: bool = True, exit_code: int | None = None) -> Presentation:
    width = min(_WIDEST, shutil.get_terminal_size((_WIDEST, 24)).columns)
    return Presentation(_wants_color(color) if to_terminal else bool(color), width, exit_code)


def _wants_color(asked: bool | None) -> bool:
    """The option decides, then NO_COLOR (no-color.org) and FORCE_COLOR, then whether a terminal reads."""
    if asked is not None:
        return asked
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()


# --- commands ---------------------------------------------------------------------------------------------------------


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="lk-audit", message="%(prog)s %(version)s")
def commands() -> None:
    """Find LiveKit authentication mistakes: leaked secrets, tokens made in clients, grants and lifetimes too wide."""


@commands.command()
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--format", "style", type=click.Choice(list(REPORTERS)), default="text", show_default=True)
@click.option("--output", "-o", default="-", metavar="FILE", help="Where the report goes; - is standard output.")
@click.option("--select", multiple=True, metavar="RULE", help='Run these rules only, by id or name; "all" for all.')
@click.option("--ignore", multiple=True, metavar="RULE", help="Do not run these rules.")
@click.option(
    "--min-severity",
    default="note",
    show_default=True,
    metavar="SEVERITY",
    callback=_parsed(parse_severity),
    help=f"Leave less severe findings out: {', '.join(_SEVERITIES)}.",
)
@click.option(
    "--fail-on",
    default="medium",
    show_default=True,
    metavar="SEVERITY",
    callback=_parsed(lambda text: None if text == "never" else parse_severity(text)),
    help='Exit with 1 for findings of this severity and above; "never" for never.',
)
@_ttl_option
@click.option("--strict", is_flag=True, help="Exit with 2 when a file could not be analysed completely.")
@_rules_option
@_color_option
def scan(  # noqa: PLR0913, PLR0917 - one parameter an option
    paths: tuple[str, ...],
    style: str,
    output: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    min_severity: Severity,
    fail_on: Severity | None,
    max_ttl: float,
    strict: bool,
    rule_folders: tuple[Path, ...],
    color: bool | None,
) -> int:
    """Scan files and folders (by default the current one) and report what is wrong.

    Exit codes: 0 clean, 1 findings at or above --fail-on, 2 wrong usage (or an incomplete scan under --strict),
    3 internal error.
    """
    config = Config(
        select=_names(select),
        ignore=_names(ignore),
        min_severity=min_severity,
        fail_on=fail_on,
        strict=strict,
        rule_folders=rule_folders,
        options=Options(max_ttl=max_ttl, now=time.time()),
    )
    report = _scanned(paths or (".",), config)
    code = exit_code(report, config)
    to_terminal = output == "-"
    _write(output, render(style, report, _presentation(color=color, to_terminal=to_terminal, exit_code=code)))
    _warn(report, style)
    return code


def _scanned(paths: Sequence[str], config: Config) -> Report:
    from dataclasses import replace  # noqa: PLC0415 - with the scanner, which other commands do without

    from lk_audit.scan import scan_paths  # noqa: PLC0415

    loaded = load_rules(config.rule_folders)
    rules = select_rules(loaded.rules, config.select, config.ignore)
    report = scan_paths(paths, rules=rules, config=config, known_rules=loaded.rules)
    return replace(report, rule_errors=loaded.errors).at_least(config.min_severity)


def exit_code(report: Report, config: Config) -> int:
    """The exit code a report calls for; a defect outweighs everything, an incomplete scan findings."""
    if report.crashes or report.rule_errors:
        return DEFECT
    if config.strict and not report.is_complete:
        return USAGE
    fails = config.fail_on is not None and any(item.severity >= config.fail_on for item in report.open_findings)
    return FINDINGS if fails else CLEAN


def _write(output: str, text: str) -> None:
    if output == "-":
        # Coloured or not is decided already; click would strip colours that were asked for.
        click.echo(text, nl=False, color=True)
        return
    try:
        Path(output).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"cannot write {output}: {error.strerror or type(error).__name__}") from None


def _warn(report: Report, style: str) -> None:
    """The errors that only the text report would show, for those who read the exit code."""
    if style == "text":
        return
    for message in _errors(report):
        click.echo(f"lk-audit: {message}", err=True)


def _errors(report: Report) -> Iterator[str]:
    yield from report.rule_errors
    for crash in report.crashes:
        yield f"internal error: {crash.rule_id or 'analysis'} failed on a file with {crash.error} at {crash.raised_at}"


@commands.command()
@click.argument("rule")
@_rules_option
@_color_option
def explain(rule: str, rule_folders: tuple[Path, ...], color: bool | None) -> None:
    """Explain a rule, given by its id or name."""
    from lk_audit.pages import rule_text  # noqa: PLC0415 - not needed to scan

    click.echo(rule_text(_rule(rule, _loaded(rule_folders)), _presentation(color=color)), nl=False, color=True)


def _loaded(folders: tuple[Path, ...]) -> Rules:
    loaded = load_rules(folders)
    for message in loaded.errors:
        click.echo(f"lk-audit: {message}", err=True)
    return loaded


def _rule(name: str, loaded: Rules) -> AnyRule:
    by_name = {key.lower(): rule for rule in loaded.rules for key in (rule.id, rule.name)}
    wanted = name.lower().replace("_", "-")
    if wanted not in by_name:
        names = [key for rule in loaded.rules for key in (rule.id, rule.name)]
        raise UsageError(f"no rule is called {name}{did_you_mean(name, names)}")
    return by_name[wanted]


@commands.command("rules")
@click.option("--format", "style", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@_rules_option
@_color_option
def list_rules(style: str, rule_folders: tuple[Path, ...], color: bool | None) -> None:
    """List all rules."""
    from lk_audit.pages import catalogue  # noqa: PLC0415 - not needed to scan

    click.echo(catalogue(_loaded(rule_folders).rules, style, _presentation(color=color)), nl=False, color=True)


@commands.command()
@click.argument("jwt", default="-", metavar="[JWT|-]")
@_ttl_option
@_color_option
def token(jwt: str, max_ttl: float, color: bool | None) -> int:
    """Tell what a token is, what its holder may do and what is wrong with it; - reads it from standard input.

    Exit codes: 0 nothing wrong, 1 something wrong, 2 not a LiveKit token.
    """
    from lk_audit import token_inspection  # noqa: PLC0415 - not needed to scan
    from lk_audit.livekit.tokens import read_token  # noqa: PLC0415
    from lk_audit.pages import token_text  # noqa: PLC0415

    text = sys.stdin.read(1 << 20) if jwt == "-" else jwt
    decoded = read_token(text.strip().removeprefix("Bearer ").strip())
    if decoded is None:
        raise UsageError("that is no JWT")
    if not decoded.is_livekit:
        raise UsageError("that is a JWT, but no LiveKit access token: it needs HS256 and a LiveKit grant")
    options = Options(max_ttl=max_ttl, now=time.time())
    problems = token_inspection.judge(decoded, load_rules().rules, options)
    click.echo(token_text(decoded, problems, options, _presentation(color=color)), nl=False, color=True)
    return FINDINGS if problems else CLEAN
