"""From settings to the `Config` of a scan."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec.structs import replace

from lk_audit.config import Config
from lk_audit.configuration.layers import Effective, selected
from lk_audit.files.path_patterns import Exclusion, PathPatterns
from lk_audit.findings import AnyRule
from lk_audit.hints import Hints
from lk_audit.rule_api import Options
from lk_audit.suppression.keys import KeySuppression
from lk_audit.suppression.overrides import Overrides, PathOverride


def build(
    settings: Effective,
    base: Path,
    rules: Sequence[AnyRule],
    rule_folders: Sequence[Path] = (),
    *,
    is_isolated: bool = False,
) -> Config:
    """The configuration of a scan.

    Args:
        settings: what holds.
        base: the folder that the paths of the report are relative to; the root of the settings or below it.
        rules: all rules there are.
        rule_folders: where further rules came from.
        is_isolated: whether configuration files are ignored.

    Raises:
        UsageError: no rule is left to run.
    """
    prefix = _prefix(base, settings.root)
    excluded = (*settings.value("exclude"), *settings.value("extend-exclude"))
    defaults = [rule.id for rule in rules if rule.on_by_default]
    return Config(
        select=tuple(sorted(selected(settings, defaults, [rule.id for rule in rules]))),
        min_severity=settings.value("min-severity"),
        fail_on=settings.value("fail-on"),
        strict=settings.value("strict"),
        honor_foreign_comments=settings.value("honor-foreign-comments"),
        rule_folders=tuple(rule_folders),
        size_limit=settings.value("size-limit"),
        options=Options(max_ttl=settings.value("max-ttl"), now=time.time()),
        exclusion=Exclusion(
            excluded=PathPatterns(excluded, prefix),
            included=PathPatterns(settings.value("include"), prefix),
            is_forced=settings.value("force-exclude"),
        ),
        overrides=_overrides(settings, prefix),
        suppressions=tuple(_suppressions(settings, base, prefix)),
        hints=Hints(settings.value("secret-names"), PathPatterns(settings.value("client-paths"), prefix)),
        baseline=settings.value("baseline"),
        files=None if is_isolated else tuple(file.path for file in settings.files),
    )


def _suppressions(settings: Effective, base: Path, prefix: str) -> Iterator[KeySuppression]:
    """What is accepted at keys of the files below the base, with the place that says so."""
    by_name = {file.name: file for file in settings.files}
    for stated in settings.stated("suppress"):
        file = by_name.get(stated.source)
        for number, item in enumerate(stated.value if file is not None else (), 1):
            if file is not None and item.path.startswith(prefix):
                where = Path(os.path.relpath(file.path, base)).as_posix()
                line = file.line("suppress", str(number)) or 1
                yield replace(item, path=item.path.removeprefix(prefix), stated_in=where, line=line)


def _prefix(base: Path, root: Path) -> str:
    inner = base.relative_to(root).as_posix()
    return "" if inner == "." else f"{inner}/"


def _overrides(settings: Effective, prefix: str) -> Overrides:
    where = {
        pattern: (file.name, file.line("per-path", pattern) or 1)
        for file in settings.files
        for pattern in file.stated.get("per-path", ())
    }
    return Overrides(
        settings.value("severity"),
        tuple(
            PathOverride(
                PathPatterns((pattern,), prefix), table.get("ignore", ()), table.get("severity", {}), *where[pattern]
            )
            for pattern, table in settings.value("per-path").items()
        ),
    )
