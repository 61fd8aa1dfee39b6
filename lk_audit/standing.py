"""How words stand in a text: what is before them, and what behind."""

from __future__ import annotations

import re

from msgspec import Struct

from lk_audit.patterns import regex

ANYWHERE = regex(rb"")
_MOST_LOOKED_THROUGH = 500_000
"""Bytes before words of one text. What stands there more often than that allows is taken to stand in any way."""


class Form(Struct, frozen=True):
    """How a word stands somewhere: what is before it, and what behind. `reach` is how many bytes before it count."""

    before: re.Pattern[bytes]
    behind: re.Pattern[bytes]
    reach: int = 12


class Standing(Struct, frozen=True):
    """A word in one of some forms, looked for as a pattern is."""

    word: bytes
    forms: tuple[Form, ...]

    def search(self, data: bytes) -> bool:
        """Whether a text holds it."""
        return stands(data, self.word, self.forms)


def stands(data: bytes, word: bytes, forms: tuple[Form, ...]) -> bool:
    """Whether a word stands in a text in one of some ways; in any, where there are none or the word is everywhere."""
    start = data.find(word)
    if not forms or not word:
        return start >= 0
    room, reach = _MOST_LOOKED_THROUGH, sum(form.reach for form in forms)
    while start >= 0 and room > 0:
        end = start + len(word)
        if any(_is_at(form, data, start, end) for form in forms):
            return True
        room -= reach
        start = data.find(word, end)
    return start >= 0


def _is_at(form: Form, data: bytes, start: int, end: int) -> bool:
    behind = form.behind.match(data, end)
    return behind is not None and form.before.search(data, max(0, start - form.reach), start) is not None
