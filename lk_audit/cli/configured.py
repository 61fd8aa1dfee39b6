"""What commands that scan have in common: the options that are settings, and the configuration they make."""

from __future__ import annotations

from pathlib import Path

import click

from lk_audit.cli.options import SEVERITIES, Choice, Command, cache_folder_option, rules_option, words
from lk_audit.cli.options import rule_names as rule_names_typed
from lk_audit.reporters import REPORTERS

_SETTINGS = (
    click.option(
        "--select",
        multiple=True,
        metavar="RULE",
        shell_complete=rule_names_typed,
        help='Run these rules only, by id or name; "all" for all.',
    ),
    click.option(
        "--extend-select", multiple=True, metavar="RULE", shell_complete=rule_names_typed, help="Run these rules too."
    ),
    click.option(
        "--ignore", multiple=True, metavar="RULE", shell_complete=rule_names_typed, help="Do not run these rules."
    ),
    click.option(
        "--min-severity",
        metavar="SEVERITY",
        shell_complete=words(*SEVERITIES),
        help=f"Leave less severe findings out: {', '.join(SEVERITIES)}.  [default: note]",
    ),
    click.option(
        "--max-ttl",
        metavar="DURATION",
        help="The longest life a token may have: 15m, 1h, 2d or seconds.  [default: 1h]",
    ),
    click.option(
        "--exclude",
        "extend_exclude",
        multiple=True,
        metavar="PATTERN",
        help="Leave these paths out, as .gitignore does.",
    ),
    click.option(
        "--force-exclude/--no-force-exclude",
        default=None,
        help="Leave excluded files out even when they are named.",
    ),
    click.option(
        "--honor-foreign-comments/--no-honor-foreign-comments",
        default=None,
        help="Let comments for other scanners accept findings too: gitleaks:allow, pragma: allowlist secret, nosec ...",
    ),
    click.option("--size-limit", metavar="SIZE", help="Skip larger files.  [default: 20 MB]"),
)
_FILES = (
    click.option(
        "--config",
        "config_file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Use this configuration file. By default the closest lk-audit.toml or pyproject.toml counts.",
    ),
    click.option(
        "--jobs",
        type=click.IntRange(min=1),
        metavar="N",
        help="Use N processes. By default as many as there are processors, where the work is worth it.",
    ),
    click.option("--isolated", is_flag=True, help="Ignore all configuration files."),
    click.option(
        "--cache/--no-cache",
        default=None,
        help="Keep what the scan of a folder finds out for the next one; the default, unless LK_AUDIT_NO_CACHE is set.",
    ),
    cache_folder_option,
    rules_option,
)
_OUTCOME = (
    click.option(
        "--format",
        multiple=True,
        type=Choice(list(REPORTERS)),
        help="The report's format, text by default. Repeatable: the n-th format goes to the n-th --output.",
    ),
    click.option(
        "--output",
        "-o",
        multiple=True,
        metavar="FILE",
        help="Where the report goes; - is standard output. Without a --format for it, the file's name decides:"
        " .sarif, .html, .md, .xml, .json, .txt.",
    ),
    click.option(
        "--fail-on",
        metavar="SEVERITY",
        shell_complete=words(*SEVERITIES, "never"),
        help='Exit with 1 for findings of this severity and above; "never" for never.  [default: medium]',
    ),
    click.option(
        "--strict/--no-strict", default=None, help="Exit with 2 when a file could not be analysed completely."
    ),
    click.option("--baseline", metavar="FILE", help="Findings in this file are known and do not fail."),
    click.option("--no-baseline", is_flag=True, help="Use no baseline, whatever the configuration says."),
)


def finding_options(command: Command) -> Command:
    """Options that decide what is found: configuration files, and the settings of the search."""
    for option in reversed((*_SETTINGS, *_FILES)):
        command = option(command)
    return command


def scan_options(command: Command) -> Command:
    """All options of a scan: those above, and those that decide what becomes of the findings."""
    for option in reversed(_OUTCOME):
        command = option(command)
    return finding_options(command)
