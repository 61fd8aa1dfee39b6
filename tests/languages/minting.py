"""What a few files of one project amount to, and the tokens that they make, in short form."""

from __future__ import annotations

import time

from lk_audit.facts import Expiry, Fact, GrantScalar, TokenMint
from lk_audit.rule_api import Options
from lk_audit.rule_loader import load_builtin_rules
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.source import Source
from tests.samples import extract_facts


def facts_of(files: dict[str, str]) -> list[Fact]:
    facts, _ = extract_facts([Source.from_text(path, text) for path, text in files.items()])
    return facts


def mints(path: str, code: str) -> list[TokenMint]:
    """The tokens that a file makes by itself."""
    facts, notes = extract_facts([Source.from_text(path, code)])
    assert notes == []
    return [fact for fact in facts if isinstance(fact, TokenMint)]


def mint(path: str, code: str) -> TokenMint:
    """The one token that a file makes."""
    (found,) = mints(path, code)
    return found


def lifetime(fact: TokenMint) -> float | Expiry | None:
    """The seconds that a token lives, or how it expires where that is no number of them."""
    (found,) = fact.lifetimes
    return found.seconds if found.expiry is Expiry.EXPLICIT else found.expiry


def granted(fact: TokenMint) -> dict[str, GrantScalar | tuple[GrantScalar, ...]]:
    """The grants of a token by name; several values where there may be several."""
    found = {name: grant.values for name, grant in fact.grants.by_name.items()}
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def found_in(files: dict[str, str], rule: str) -> list[str]:
    """Where a rule finds something: path and line."""
    sources = [Source.from_text(path, text) for path, text in files.items()]
    report = scan_sources(sources, load_builtin_rules(), Options(now=time.time()))
    assert not report.crashes
    return [f"{item.place.path}:{item.place.line}" for item in report.findings if item.rule_id == rule]
