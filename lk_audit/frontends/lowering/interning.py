"""Numbers and names that the nodes of many files share: a parser makes new ones for each, as large as a node."""

from __future__ import annotations

_MOST_OFFSETS = 43_690
"""As many as a table of 65,536 places holds before it is made twice as large, which takes 1.3 MB."""
_MOST_TEXTS = 1 << 13
_LONGEST = 40
"""Bytes; what is longer is hardly written twice."""


class _Offsets(dict[int, int]):
    """Each number as the object that is used for it; large ones are new each time."""

    def __missing__(self, offset: int) -> int:
        if offset < _MOST_OFFSETS:
            self[offset] = offset
        return offset


class _Texts(dict[bytes, str]):
    """The text of some bytes; of very many only those that came last are kept."""

    def __missing__(self, raw: bytes) -> str:
        text = raw.decode("utf-8", "replace")
        if len(raw) <= _LONGEST:
            if len(self) >= _MOST_TEXTS:
                self.clear()
            self[raw] = text
        return text


OFFSETS = _Offsets()
TEXTS = _Texts()
