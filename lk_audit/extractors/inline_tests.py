"""Tests inside files of production code: Rust's modules that are compiled for tests only.

Source: "The Rust Programming Language", chapter 11.3 ("Test Organization"): unit tests are in the file of what they
test, in a module with `#[cfg(test)]`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from lk_audit.facts import Audience, Fact, FileRole, SecretExposure, Side, TokenCheck, TokenMint, WebhookUse
from lk_audit.patterns import regex
from lk_audit.source import Source

_MODULE = regex(
    rb"(?m)^([ \t]{0,40})#\[cfg\((?:all\()?test\b[^\]\n]{0,200}\](?:\s{1,40}#\[[^\]\n]{1,200}\]){0,9}\s{1,40}"
    rb"(?:pub(?:\(\w{1,20}\))?\s{1,9})?mod\s{1,9}\w{1,80}\s{0,40}\{"
)
_MARK = b"cfg("
_ONLY_IN_USE = (SecretExposure, TokenCheck, WebhookUse)
"""What matters where code is in use, and is not even looked for in files of tests."""


def without_tests(source: Source, facts: Iterable[Fact]) -> Iterator[Fact]:
    """The facts of a Rust file; those of its unit tests are as the facts of a file of tests."""
    spans = tuple(_spans(source.data)) if _MARK in source.data else ()
    for fact in facts:
        if not any(start <= fact.place.start < end for start, end in spans):
            yield fact
        elif not isinstance(fact, _ONLY_IN_USE):
            yield _of_tests(fact)


def _spans(data: bytes) -> Iterator[tuple[int, int]]:
    """From the attribute of each such module to its brace, which stands below the attribute."""
    end = 0
    while (match := _MODULE.search(data, end)) is not None:
        closing = data.find(b"\n" + match[1] + b"}", match.end())
        end = closing if closing != -1 else len(data)
        yield match.start(), end


def _of_tests(fact: Fact) -> Fact:
    if isinstance(fact, TokenMint):
        return replace(fact, role=FileRole.TEST, audience=Audience.SERVICE, side=Side.UNKNOWN, side_leads=())
    return replace(fact, role=FileRole.TEST)
