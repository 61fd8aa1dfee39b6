"""The scan of the history: secrets and tokens in every content that a file ever had.

Two passes. The first (`sightings`) streams all blobs and keeps, of those that hold something, which secret it is and in
which blobs. The second (`origins`) asks git which commit brought each secret in, reads that one blob again, and writes
the finding.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from lk_audit import __version__
from lk_audit.config import Config
from lk_audit.errors import UsageError
from lk_audit.facts import CredentialLiteral, EnvExposure, JwtLiteral
from lk_audit.findings import AnyRule, Finding, Report, sort_key
from lk_audit.git.history import count_commits, must_have_existed, revisions
from lk_audit.git.repository import open_repository
from lk_audit.scanning.origins import Origins
from lk_audit.scanning.selection import Selection
from lk_audit.scanning.sightings import Sightings
from lk_audit.suppression.overrides import apply_overrides

_FACTS = (CredentialLiteral, EnvExposure, JwtLiteral)
_GUESSABLE = frozenset({"LK102"})
"""Rules on secrets that are guessed: deleting them is no leak that the history could keep."""


def history_rules(rules: Sequence[AnyRule]) -> tuple[AnyRule, ...]:
    """The rules on what stays dangerous after it was deleted: secrets and tokens that somebody may have read.

    Raises:
        UsageError: none of `rules` is of that kind.
    """
    kept = tuple(rule for rule in rules if issubclass(rule.fact, _FACTS) and rule.id not in _GUESSABLE)
    if not kept:
        raise UsageError("none of the selected rules looks at the history; LK101, LK202, LK501 and LK502 do")
    return kept


def scan_history(  # noqa: PLR0913 - keywords, all but two optional
    paths: Sequence[str | Path],
    revision_range: str = "",
    *,
    rules: Sequence[AnyRule],
    config: Config | None = None,
    known_rules: Sequence[AnyRule] = (),
    folder: Path | None = None,
) -> Report:
    """The report on the secrets and tokens of a history; paths are relative to the repository's root.

    Args:
        paths: files and folders to limit the report to, relative to `folder`; none for everything.
        revision_range: such as `v1..main`; empty for all that a reference or HEAD reaches.
        rules: the rules to run; those on other facts are left out.
        config: limits and options.
        known_rules: rules that exist without being run.
        folder: the working folder; the process's own by default.

    Raises:
        UsageError: git is missing, this is no repository, it does not know the range, or a path never existed.
    """
    started = time.perf_counter()
    config = config or Config()
    repository = open_repository(paths, folder)
    which = revisions(repository.git, revision_range)
    must_have_existed(repository, which)
    sightings = Sightings(repository, which, history_rules(rules), config)
    sightings.look_through()
    selection = Selection(repository, config.exclusion)
    findings = Origins(repository, which, sightings, selection, known_rules).findings()
    seen = sightings.seen
    report = Report(
        findings=tuple(sorted(findings, key=_order)),
        rules=tuple(sorted(sightings.rules, key=lambda rule: rule.id)),
        scanned=seen.texts,
        analysed=seen.analysed,
        binary=seen.binary,
        skipped=tuple(item for _, item in sorted({**seen.skipped, **selection.left_out}.items())),
        excluded=tuple(sorted(selection.excluded)),
        notes=tuple(sightings.notes()),
        crashes=tuple(sorted(seen.crashes.values(), key=repr)),
        version=__version__,
        elapsed=time.perf_counter() - started,
        commits=count_commits(repository.git, which),
    )
    return apply_overrides(report, config.overrides)


def _order(finding: Finding) -> tuple[object, ...]:
    return (*sort_key(finding), (finding.origin.commit if finding.origin else None) or "")
