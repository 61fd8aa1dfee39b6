"""The secrets and tokens that one file holds, judged as in a scan: for tools that collect secrets on their own."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from lk_audit.facts import CredentialLiteral, Fact, JwtLiteral, Strength
from lk_audit.rule_api import Options
from lk_audit.rule_loader import load_builtin_rules
from lk_audit.scanning.extracted import Extracted
from lk_audit.scanning.pipeline import scan_sources

if TYPE_CHECKING:
    from lk_audit.findings import AnyRule, Crash
    from lk_audit.source import Source

WrittenDown = CredentialLiteral | JwtLiteral


def written_down(source: Source) -> tuple[list[WrittenDown], tuple[Crash, ...]]:
    """What a scan of just this file finds of secrets and tokens, in their order, and the defects met on the way.

    What a suppression accepts is left out, and so are published development values: there is nothing to keep secret.
    """
    facts: list[Fact] = []

    def extract(sources: Sequence[Source]) -> Extracted:
        from lk_audit.scanning import extraction  # noqa: PLC0415 - brings the parsers along

        found = extraction.extract(sources)
        facts.extend(found.facts)
        return found

    report = scan_sources([source], _rules(), Options(now=time.time()), extract=extract)
    places = {finding.place for finding in report.open_findings}
    found = [fact for fact in facts if fact.place in places and isinstance(fact, WrittenDown) and _is_secret(fact)]
    return sorted(found, key=lambda fact: (fact.place.start, fact.place.end)), report.crashes


def _is_secret(fact: WrittenDown) -> bool:
    return not (isinstance(fact, CredentialLiteral) and fact.strength is Strength.WELL_KNOWN)


@cache
def _rules() -> tuple[AnyRule, ...]:
    """The rules that judge what is written down, whatever their number."""
    return tuple(rule for rule in load_builtin_rules() if issubclass(rule.fact, WrittenDown))
