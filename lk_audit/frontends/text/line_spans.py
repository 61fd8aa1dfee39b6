"""Lines of text, and what of very many, and of very long ones, is worth reading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from lk_audit.machine.budget import MOST_LINES
from lk_audit.patterns import regex

_LONG_LINE = 20_000
_BEGINNING = 1_000
_WINDOW = 400
_LONGEST_VALUE = 512
_INTERESTING = rb"secret|livekit|LIVEKIT|Livekit|LiveKit|SECRET|Secret|--keys|LK_"
_SEPARATOR = regex(rb"[\s\"'`,;<>]")


def are_too_many(data: bytes, start: int, end: int) -> bool:
    """Whether there are lines between two offsets that are not read."""
    return end - start > MOST_LINES and data.count(b"\n", start, end) > MOST_LINES


@cache
def _interesting(words: tuple[bytes, ...]) -> re.Pattern[bytes]:
    return re.compile(b"|".join((_INTERESTING, *map(re.escape, words))))


def lines(data: bytes, start: int, end: int, words: tuple[bytes, ...] = ()) -> Iterator[tuple[int, int]]:
    """The spans of the lines between two offsets, without line feeds; of very long ones only the parts that matter.

    Those are near words that matter; `words` are further ones.
    """
    for first, last in whole_lines(data, start, end, words):
        if last - first <= _LONG_LINE:
            yield first, last
        else:
            yield from _windows(data, first, last, words)


def whole_lines(data: bytes, start: int, end: int, words: tuple[bytes, ...] = ()) -> Iterator[tuple[int, int]]:
    """The spans of the lines between two offsets, without line feeds; of very many not all."""
    position = start
    for first, last in islice(_split(data, start, end), MOST_LINES):
        yield first, last
        position = last + 1
    yield from islice(_near_words(data, position, end, words), MOST_LINES)


def _split(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    position = start
    while position < end:
        stop = data.find(b"\n", position, end)
        stop = end if stop == -1 else stop
        yield position, stop
        position = stop + 1


def _near_words(data: bytes, start: int, end: int, words: tuple[bytes, ...]) -> Iterator[tuple[int, int]]:
    """The lines in which words that matter stand, or nearby."""
    done = start
    for word in _interesting(words).finditer(data, start, end):
        if word.start() >= done:
            begin = max(done, data.rfind(b"\n", done, max(done, word.start() - _WINDOW)) + 1)
            stop = data.find(b"\n", min(word.end() + _WINDOW, end), end)
            done = (end if stop == -1 else stop) + 1
            yield from _split(data, begin, done - 1)


def _windows(data: bytes, start: int, end: int, words: tuple[bytes, ...]) -> Iterator[tuple[int, int]]:
    """Disjoint parts of a very long line: its beginning, and what is around words that matter."""
    done = _end_of_window(data, start + _BEGINNING, end)
    yield start, done
    for word in _interesting(words).finditer(data, done, end):
        if word.start() < done:
            continue
        begin, done = max(done, word.start() - _WINDOW), _end_of_window(data, word.end() + _WINDOW, end)
        yield begin, done


def _end_of_window(data: bytes, wanted: int, end: int) -> int:
    """Where a window that should end at `wanted` ends without cutting a value in two."""
    if wanted >= end:
        return end
    found = _SEPARATOR.search(data, wanted, min(end, wanted + _LONGEST_VALUE))
    return found.start() if found else wanted
