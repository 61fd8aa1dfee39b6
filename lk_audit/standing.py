"""How words stand in a text: what is before them, and what behind."""

from __future__ import annotations

import re

from msgspec import Struct

from lk_audit.patterns import regex

ANYWHERE = regex(rb"")


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
    """Whether a word stands in a text in one of some ways; in any, where there are none."""
    start = data.find(word)
    if not forms or not word:
        return start >= 0
    while start >= 0:
        end = start + len(word)
        if any(_is_at(form, data, start, end) for form in forms):
            return True
        start = data.find(word, end)
    return False


def _is_at(form: Form, data: bytes, start: int, end: int) -> bool:
    behind = form.behind.match(data, end)
    return behind is not None and form.before.search(data, max(0, start - form.reach), start) is not None
