"""What commands that scan have in common: the options that are settings, the configuration, the scan itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import click

from lk_audit.cli.options import SEVERITIES, names, rules_option, words
from lk_audit.cli.options import rule_names as rule_names_typed
from lk_audit.cli.progress import shown_progress
from lk_audit.config import Config
from lk_audit.configuration.building import build
from lk_audit.configuration.layers import Asked, Effective, effective
from lk_audit.discovery import common_base
from lk_audit.findings import AnyRule, Report
from lk_audit.reporters import REPORTERS
from lk_audit.rule_loader import Rules, load_rules
from lk_audit.scan import Observe, scan_paths
from lk_audit.source import Source
from lk_audit.suppression import rule_names

Command = TypeVar("Command", bound=Callable[..., Any])

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
    rules_option,
)
_OUTCOME = (
    click.option(
        "--format",
        multiple=True,
        type=click.Choice(list(REPORTERS)),
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
_SEVERAL = ("select", "extend-select", "ignore")


def finding_options(command: Command) -> Command:
    """Options that decide what is found: configuration files, and the settings of the search."""
    for option in reversed((*_SETTINGS, *_FILES)):
        command = option(command)
    return command


def scan_options(command: Command) -> Command:
    """Also the options that decide what becomes of the findings."""
    for option in reversed(_OUTCOME):
        command = option(command)
    return finding_options(command)


@dataclass(frozen=True, slots=True)
class Setup:
    """A scan that is about to run: what is configured, and which rules there are."""

    paths: tuple[str, ...]
    base: Path
    settings: Effective
    config: Config
    loaded: Rules

    @property
    def rules(self) -> list[AnyRule]:
        """The rules to run."""
        return [rule for rule in self.loaded.rules if rule.id in self.config.select]

    @property
    def sees_all(self) -> bool:
        """Whether a finding that the scan does not make is none that its paths have."""
        return True

    def scanned(self, edited: Mapping[str, Source] | None = None, observe: Observe | None = None) -> Report:
        """The report, with findings of every severity, on the files as they are or as they would be `edited`."""
        with shown_progress() as progress:
            report = scan_paths(
                self.paths,
                rules=self.rules,
                config=self.config,
                known_rules=self.loaded.rules,
                progress=progress,
                edited=edited,
                observe=observe,
            )
        return self._completed(report)

    def scanned_buffer(self, name: str, raw: bytes) -> Report:
        """The report on `raw` as if it were the content of the file `name`."""
        from lk_audit.buffers import scan_buffer  # noqa: PLC0415 - editors only

        return self._completed(
            scan_buffer(name, raw, rules=self.rules, config=self.config, known_rules=self.loaded.rules)
        )

    def _completed(self, report: Report) -> Report:
        files = tuple(file.name for file in self.settings.files)
        return replace(report, rule_errors=self.loaded.errors, configuration=files)


def set_up(paths: Sequence[str], options: Mapping[str, Any], base: Path | None = None) -> Setup:
    """Find and read the configuration of a scan.

    Args:
        paths: what to scan; the working folder when empty.
        options: what `scan_options` or `finding_options` give.
        base: what the paths of the report are relative to; by default the closest folder around all paths.

    Raises:
        UsageError: a path, the configuration or an option is wrong.
    """
    folders: tuple[Path, ...] = options["rule_folders"]
    loaded = load_rules(folders)
    chosen = tuple(paths) or (".",)
    base = base or common_base(chosen)
    asked = Asked(options["config_file"], options["isolated"], _stated(options))
    settings = effective(asked, base, rule_names(loaded.rules))
    config = build(settings, base, loaded.rules, folders, is_isolated=asked.isolated)
    config = replace(config, jobs=options["jobs"])
    return Setup(chosen, base, settings, config, loaded)


def _stated(options: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that the command line states, by key."""
    stated: dict[str, Any] = {}
    for name, value in options.items():
        key = name.replace("_", "-")
        if key in {"rule-folders", "config-file", "isolated", "no-baseline", "jobs"} or value is None or value == ():
            continue
        stated[key] = list(names(value)) if key in _SEVERAL else list(value) if isinstance(value, tuple) else value
    if options.get("no_baseline"):
        stated["baseline"] = None
    return stated


def defects(report: Report) -> Iterator[str]:
    """Rules that could not be loaded, and what failed on the way."""
    yield from report.rule_errors
    for crash in report.crashes:
        yield f"internal error: {crash.rule_id or 'analysis'} failed on a file with {crash.error} at {crash.raised_at}"
