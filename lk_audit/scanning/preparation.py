"""A scan that is asked for, from the request to the report: its configuration, its rules, its baseline."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from lk_audit.config import Config
from lk_audit.configuration.building import build
from lk_audit.configuration.kinds import NO_RULE
from lk_audit.configuration.layers import Asked, Effective, effective
from lk_audit.errors import UsageError
from lk_audit.files.discovery import common_base
from lk_audit.findings import AnyRule, Report
from lk_audit.presence import is_folder
from lk_audit.progress import Progress
from lk_audit.rule_loader import Rules, load_rules
from lk_audit.scanning.pipeline import Observe, scan_paths
from lk_audit.source import Source
from lk_audit.suppression.comments import rule_names

if TYPE_CHECKING:
    from lk_audit.scanning.cached import Cache
    from lk_audit.scanning.extracted import Former

Watching: TypeAlias = Callable[[], AbstractContextManager[Progress | None]]
"""Opens and closes whatever shows the progress of a scan."""
FindFolder: TypeAlias = Callable[[], Path | None]
"""Gives a folder, when it is needed; None where there is none."""


class Setup(Struct, frozen=True):
    """A scan that is about to run: what is configured, and which rules there are.

    `cache_folder` tells where to keep what it finds out, and to look what former scans found out.
    """

    paths: tuple[str, ...]
    base: Path
    settings: Effective
    config: Config
    loaded: Rules
    watching: Watching = nullcontext
    cache_folder: FindFolder | None = None

    @property
    def rules(self) -> list[AnyRule]:
        """The rules to run."""
        return [rule for rule in self.loaded.rules if rule.id in self.config.select]

    @property
    def sees_all(self) -> bool:
        """Whether a finding that the scan does not make is none that its paths have."""
        return True

    def scanned(
        self,
        edited: Mapping[str, Source] | None = None,
        observe: Observe | None = None,
        former: Former | None = None,
    ) -> Report:
        """The report, with findings of every severity, on the files as they are or as they would be `edited`.

        `former` is what the scan before left in memory, where one follows on another.
        """
        with self.watching() as progress:
            report = scan_paths(
                self.paths,
                rules=self.rules,
                config=self.config,
                known_rules=self.loaded.rules,
                progress=progress,
                edited=edited,
                observe=observe,
                cache=None if edited or observe else self._cache(),
                former=former,
            )
        return self.completed(report)

    def _cache(self) -> Cache | None:
        """The cache, for folders: single files are scanned before it is told what has changed."""
        is_wanted = self.cache_folder is not None and any(is_folder(Path(path)) for path in self.paths)
        folder = self.cache_folder() if is_wanted and self.cache_folder is not None else None
        if folder is None:
            return None
        if os.path.realpath(folder) in map(os.path.realpath, self.paths):
            raise UsageError(f"{folder} is what is scanned; the cache needs a folder of its own")
        from lk_audit.scanning.cached import Cache  # noqa: PLC0415 - not for the files that a hook names

        return Cache(folder)

    def scanned_buffer(self, name: str, raw: bytes) -> Report:
        """The report on `raw` as if it were the content of the file `name`."""
        from lk_audit.scanning.buffers import scan_buffer  # noqa: PLC0415 - editors only

        return self.completed(
            scan_buffer(name, raw, rules=self.rules, config=self.config, known_rules=self.loaded.rules)
        )

    def completed(self, report: Report) -> Report:
        """The report with what the scan itself cannot know: rules that did not load, and what configured it."""
        files = tuple(file.name for file in self.settings.files)
        return replace(report, rule_errors=self.loaded.errors, configuration=files)

    def compared(self, report: Report) -> Report:
        """The report with the findings of the baseline marked, where there is one."""
        if self.config.baseline is None:
            return report
        from lk_audit.scanning.known import with_baseline  # noqa: PLC0415 - most scans have no baseline

        return with_baseline(report, self.config.baseline, self)


def set_up(  # noqa: PLR0913 - keywords, all but two optional
    paths: Sequence[str],
    asked: Asked,
    *,
    rule_folders: Sequence[Path] = (),
    packs: bool = True,
    base: Path | None = None,
    jobs: int | None = None,
    watching: Watching = nullcontext,
    cache_folder: FindFolder | None = None,
) -> Setup:
    """Find and read the configuration of a scan.

    Args:
        paths: what to scan; the working folder when empty.
        asked: what whoever wants the scan says about its configuration.
        rule_folders: folders of further rules, whose code is run.
        packs: whether installed rule packs take part.
        base: what the paths of the report are relative to; by default the closest folder around all paths.
        jobs: the number of processes; None for as many as pay.
        watching: opens and closes what shows the progress.
        cache_folder: tells where scans of folders keep what they find out, unless the configuration has it otherwise.

    Raises:
        UsageError: a path, the configuration or a setting is wrong.
        RuleLoadError: a built-in rule is broken.
    """
    loaded = load_rules(rule_folders, packs=packs)
    chosen = tuple(paths) or (".",)
    base = base or common_base(chosen)
    try:
        settings = effective(asked, base, rule_names(loaded.rules))
    except UsageError as error:
        if NO_RULE not in str(error) or not loaded.errors:
            raise
        raise UsageError(f"{error}; {loaded.errors[0]}") from None  # it may be the rule that is asked for
    config = build(settings, base, loaded.rules, rule_folders, is_isolated=asked.isolated)
    kept = cache_folder if settings.value("cache") else None
    return Setup(chosen, base, settings, replace(config, jobs=jobs), loaded, watching, kept)
