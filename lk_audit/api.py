"""lk-audit for other programs: `scan` gives the report of a scan back, `render` writes one. Nothing prints or exits.

What is listed in `__all__` is kept stable; everything else in the package may change. docs/api.md shows how it is used.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

from lk_audit.configuration.layers import Asked
from lk_audit.errors import LkAuditError, RuleLoadError, UsageError
from lk_audit.findings import Finding, Report
from lk_audit.reporters import REPORTERS, Presentation
from lk_audit.reporters import render as rendered
from lk_audit.rule_api import Severity
from lk_audit.scanning.preparation import Setup, set_up
from lk_audit.suggestions import did_you_mean

__all__ = ["Finding", "LkAuditError", "Report", "RuleLoadError", "Severity", "UsageError", "render", "scan"]

AnyPath: TypeAlias = str | os.PathLike[str]


def scan(  # noqa: PLR0913 - keywords, all optional, as the command line has them
    paths: AnyPath | Iterable[AnyPath] = (".",),
    *,
    select: str | Iterable[str] = (),
    extend_select: str | Iterable[str] = (),
    ignore: str | Iterable[str] = (),
    exclude: str | Iterable[str] = (),
    min_severity: Severity | str | None = None,
    max_ttl: timedelta | float | str | None = None,
    baseline: AnyPath | None = None,
    config: AnyPath | None = None,
    isolated: bool = False,
    staged: bool = False,
    history: str | bool = False,
    rule_folders: AnyPath | Iterable[AnyPath] = (),
    packs: bool = True,
    jobs: int | None = 1,
    cache: AnyPath | None = None,
) -> Report:
    """The report on files and folders, with the settings that `lk-audit scan` would have there.

    Args:
        paths: a file or folder, or several; the working folder by default.
        select: the rules to run, by id or name; "all" for every one. By default those that are on by default.
        extend_select: rules to run besides.
        ignore: rules not to run.
        exclude: paths to leave out, as patterns of .gitignore.
        min_severity: findings below it are only counted, as `hidden`.
        max_ttl: the longest life a token may have: "15m", "1h", seconds, or a time span.
        baseline: a file of known findings; they are marked.
        config: the configuration file to use; by default the closest lk-audit.toml or pyproject.toml counts.
        isolated: ignore all configuration files.
        staged: scan what the next commit will hold: git's index, not the files on disk.
        history: scan every version of every file for secrets and tokens: True for all commits, or a range ("A..B").
        rule_folders: folders of further rules; their code is run.
        packs: whether the rules of installed rule packs take part; their code is run.
        jobs: the number of processes; None for as many as pay. More than one only where no other thread runs.
        cache: a folder where scans of folders leave what they find out, and look it up; by default nothing is kept.

    Returns:
        The report. `open_findings` are those that nobody has accepted; `crashes` and `rule_errors` tell what failed on
        the way, and `is_complete` whether every file could be analysed.

    Raises:
        UsageError: a path does not exist, or a setting, the configuration or the baseline is wrong.
        RuleLoadError: a built-in rule is broken.
    """
    if isolated and config is not None:
        raise UsageError("isolated ignores all configuration files, and config names one; leave one of them out")
    if staged and history is not False:
        raise UsageError("staged and history exclude each other: the next commit, or those that were made")
    stated = {
        "select": _texts("select", select),
        "extend-select": _texts("extend_select", extend_select),
        "ignore": _texts("ignore", ignore),
        "extend-exclude": _texts("exclude", exclude),
        "min-severity": min_severity.label if isinstance(min_severity, Severity) else min_severity,
        "max-ttl": None if max_ttl is None else _duration(max_ttl),
        "baseline": None if baseline is None else _path("baseline", baseline),
    }
    asked = Asked(
        None if config is None else Path(_path("config", config)),
        isolated,
        {key: value for key, value in stated.items() if value not in (None, [])},
    )
    folders = [Path(folder) for folder in _paths("rule_folders", rule_folders)]
    chosen = _paths("paths", paths)
    if staged or history is not False:
        setup = _set_up_in_git(chosen, asked, folders, packs=packs, history=_revisions(history), jobs=jobs)
    else:
        kept = None if cache is None else Path(_path("cache", cache))
        setup = set_up(chosen, asked, rule_folders=folders, packs=packs, jobs=jobs, cache_folder=lambda: kept)
    return setup.compared(setup.scanned()).at_least(setup.config.min_severity)


def render(report: Report, style: str = "text") -> str:
    """The report in a format of `lk-audit scan --format`: "json", "sarif", "html" ...

    Raises:
        UsageError: there is no such format.
    """
    if style not in REPORTERS:
        known = ", ".join(REPORTERS)
        raise UsageError(f"no such format: {style}; there are {known}{did_you_mean(style, REPORTERS)}")
    return rendered(style, report, Presentation(now=time.time()))


def _set_up_in_git(  # noqa: PLR0913 - what scan is given
    paths: Sequence[str],
    asked: Asked,
    folders: Sequence[Path],
    *,
    packs: bool,
    history: str | None,
    jobs: int | None,
) -> Setup:
    from lk_audit.scanning import commits  # noqa: PLC0415 - most scans do not look into git

    return commits.set_up(paths, asked, history=history, rule_folders=folders, packs=packs, jobs=jobs)


def _revisions(history: str | bool) -> str | None:
    """The range to scan, empty for all commits; None when the index is meant."""
    return history if isinstance(history, str) else "" if history else None


def _texts(name: str, value: str | Iterable[object]) -> list[str]:
    items = [value] if isinstance(value, str) else list(value)
    texts = [item for item in items if isinstance(item, str)]
    if len(texts) < len(items):
        raise UsageError(f"{name} takes texts, not {', '.join(type(item).__name__ for item in items)}")
    return texts


def _paths(name: str, value: AnyPath | Iterable[object]) -> list[str]:
    return [_path(name, item) for item in ([value] if isinstance(value, str | os.PathLike) else value)]


def _path(name: str, value: object) -> str:
    path = os.fspath(value) if isinstance(value, str | os.PathLike) else None
    if not path or not isinstance(path, str) or "\0" in path:
        raise UsageError(f"{name} takes paths, not {value!r}")
    return path


def _duration(value: timedelta | float | str) -> str:
    """A time span as the command line writes it."""
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    return seconds if isinstance(seconds, str) else f"{seconds:f}"
