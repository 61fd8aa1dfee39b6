"""Lines of text, and what of very long ones is worth reading."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.patterns import regex

_LONG_LINE = 20_000
_BEGINNING = 1_000
_WINDOW = 400
_LONGEST_VALUE = 512
_INTERESTING = regex(rb"secret|livekit|LIVEKIT|Livekit|LiveKit|SECRET|Secret|--keys|LK_")
_SEPARATOR = regex(rb"[\s\"'`,;<>]")


def lines(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The spans of the lines between two offsets, without line feeds; of very long ones only the parts that matter."""
    position = start
    while position < end:
        stop = data.find(b"\n", position, end)
        stop = end if stop == -1 else stop
        if stop - position <= _LONG_LINE:
            yield position, stop
        else:
            yield from _windows(data, position, stop)
        position = stop + 1


def _windows(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Disjoint parts of a very long line: its beginning, and what is around words that matter."""
    done = _end_of_window(data, start + _BEGINNING, end)
    yield start, done
    for word in _INTERESTING.finditer(data, done, end):
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
