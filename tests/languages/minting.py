"""What is found out about the tokens that a piece of code makes, in short."""

from __future__ import annotations

from lk_audit.extraction import extract_facts
from lk_audit.facts import Expiry, TokenMint
from lk_audit.source import Source


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


def granted(fact: TokenMint) -> dict[str, object]:
    """The grants with their values, of those that are known for sure."""
    return {name: grant.values[0] for name, grant in fact.grants.by_name.items() if len(grant.values) == 1}
