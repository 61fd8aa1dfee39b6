"""A scan of git: what is about to be committed (`--staged`), and what was (`--history`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lk_audit.configuration.layers import Asked
from lk_audit.errors import UsageError
from lk_audit.findings import Report
from lk_audit.git.repository import open_repository
from lk_audit.scanning import preparation
from lk_audit.scanning.history import scan_history
from lk_audit.scanning.preparation import Setup
from lk_audit.scanning.staged import scan_staged

if TYPE_CHECKING:
    from lk_audit.scanning.extracted import Former
    from lk_audit.scanning.pipeline import Observe
    from lk_audit.source import Source


class CommitSetup(Setup, frozen=True):
    """A scan of the index, or of the history when `history` is its range (empty for everything)."""

    history: str | None = None

    @property
    def sees_all(self) -> bool:
        """A commit, or secrets alone, say nothing of other findings."""
        return False

    def scanned(
        self,
        edited: Mapping[str, Source] | None = None,
        observe: Observe | None = None,
        former: Former | None = None,
    ) -> Report:
        """The report, with findings of every severity; what git has is neither edited nor observed."""
        if edited or observe or former:
            raise UsageError("what git has is not fixed; give --fix and --diff files on disk")
        scan = scan_staged if self.history is None else partial(scan_history, revision_range=self.history)
        return self.completed(scan(self.paths, rules=self.rules, config=self.config, known_rules=self.loaded.rules))


def set_up(  # noqa: PLR0913 - keywords, all but three optional
    paths: Sequence[str],
    asked: Asked,
    *,
    history: str | None,
    rule_folders: Sequence[Path] = (),
    packs: bool = True,
    jobs: int | None = None,
) -> CommitSetup:
    """Find the repository and the configuration at its root or above; without a `history` the index is scanned.

    Raises:
        UsageError: git cannot tell the repository, or the configuration is wrong.
    """
    base = open_repository(paths).base
    setup = preparation.set_up(paths, asked, rule_folders=rule_folders, packs=packs, base=base, jobs=jobs)
    return CommitSetup(tuple(paths), base, setup.settings, setup.config, setup.loaded, history=history)
