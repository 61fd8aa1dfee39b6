"""Masks secrets in text that is shown, character for character, so that columns stay true."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from lk_audit.facts import CredentialLiteral, Fact, Strength
from lk_audit.patterns import regex
from lk_audit.secret import Secret
from lk_audit.unicode import writable

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

MASK = "•"
_SHOWN = 4
_SHORT = 8
"""Secrets below this length are words that other text may hold too: they are masked where values stand."""

_JWT = regex(r"ey[IJ][A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?")
_RUN = regex(r"[A-Za-z0-9_-]{32,}|[A-Za-z0-9+/]{40,}={0,2}")
# Names in one case with several underscores or dashes; random text of this length never looks like that.
_NAME = regex(r"[A-Z0-9]+(?:_[A-Z0-9]+){2,}|[a-z0-9]+(?:[_-][a-z0-9]+){3,}")
_LETTER = regex(r"[A-Za-z]")
_DIGIT = regex(r"[0-9]")
_PRINTED = regex(r"[^\s\"'`]+")


def secrets_in(facts: Iterable[Fact]) -> tuple[Secret, ...]:
    """Every secret and token that the facts of a scan hold, longest first; well-known ones are no secrets."""
    found: dict[str, Secret] = {}
    for fact in facts:
        if not (isinstance(fact, CredentialLiteral) and fact.strength is Strength.WELL_KNOWN):
            found.update((secret.reveal(), secret) for secret in _secrets_of(fact))
    return tuple(sorted(found.values(), key=lambda secret: (-len(secret), secret.digest)))


def _secrets_of(item: object, depth: int = 4) -> Iterator[Secret]:
    if isinstance(item, Secret):
        if len(item):
            yield item
    elif isinstance(item, Struct) and depth:
        for name in item.__struct_fields__:
            yield from _secrets_of(getattr(item, name, None), depth - 1)
    elif isinstance(item, tuple) and depth:
        for part in item:
            yield from _secrets_of(part, depth - 1)


class Redactor:
    """Masks the known secrets of a scan, and whatever else looks like a token or a long random key."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        words = [secret.reveal() for secret in secrets]
        self._long = [word for word in words if len(word) >= _SHORT]
        self._short = [word for word in words if len(word) < _SHORT]

    def message(self, text: str) -> str:
        """A message with secrets and tokens masked; not the short ones, which are also words of messages.

        It may name a file, whose name need not be text.
        """
        text = writable(text)
        return _JWT.sub(_mask_match, _mask_spans(text, self._long_spans(text)))

    def code(self, text: str) -> str:
        """Source text with secrets, tokens and long random runs masked; the length does not change."""
        return _RUN.sub(_mask_random, self.message(_mask_spans(text, self._short_spans(text))))

    def _long_spans(self, text: str) -> Iterator[tuple[int, int]]:
        if self._long and text:
            yield from ((start, end) for _, start, end in self._long_search.find_matches_as_indexes(text))

    def _short_spans(self, text: str) -> Iterator[tuple[int, int]]:
        if self._short and text:
            for _, start, end in self._short_search.find_matches_as_indexes(text):
                if _is_value(text, start, end):
                    yield start, end

    @cached_property
    def _long_search(self) -> AhoCorasick:
        return _search(self._long)

    @cached_property
    def _short_search(self) -> AhoCorasick:
        return _search(self._short)


def _search(words: list[str]) -> AhoCorasick:
    from ahocorasick_rs import AhoCorasick as Automaton  # noqa: PLC0415 - needed only when a scan met a secret
    from ahocorasick_rs import MatchKind  # noqa: PLC0415

    return Automaton(words, matchkind=MatchKind.LeftmostLongest)


def _mask_spans(text: str, spans: Iterable[tuple[int, int]]) -> str:
    pieces, position = [], 0
    for start, end in spans:
        pieces += [text[position:start], _mask(text[start:end])]
        position = end
    return "".join([*pieces, text[position:]])


def mask_all(text: str) -> str:
    """Everything that is printed masked, but for quotes: for a secret that is spelled in some other way."""
    return _PRINTED.sub(_mask_match, text)


def _is_value(text: str, start: int, end: int) -> bool:
    """Whether a word stands where values do: in quotes, or after an equals sign or colon."""
    after = text[end : end + 1]
    return text[:start].rstrip(" \t").endswith(("'", '"', "`", "=", ":")) and not (after.isalnum() or after == "_")


def _mask_random(match: re.Match[str]) -> str:
    run = match.group()
    is_random = _LETTER.search(run) and _DIGIT.search(run) and not _NAME.fullmatch(run)
    return _mask(run) if is_random else run


def _mask_match(match: re.Match[str]) -> str:
    return _mask(match.group())


def _mask(text: str) -> str:
    shown = min(_SHOWN, len(text) // 4)
    return text[:shown] + MASK * (len(text) - shown)
