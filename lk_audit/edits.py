"""Changes to text: what a fix replaces, byte for byte."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence

from msgspec import Struct

from lk_audit.source import Place


class Edit(Struct, frozen=True):
    """`text` in the place of what stands at `place`; an empty place inserts, an empty text removes.

    `text` never holds a secret. Line breaks in it are those of the file.
    """

    place: Place
    text: str


class Fix(Struct, frozen=True):
    """Edits that together take a finding away. `title` says in the imperative what they do.

    A safe fix changes nothing but the mistake: applied without a look, it breaks no program that was right. An unsafe
    one takes something away that somebody may rely on, or needs something done beside it, such as a variable set.
    """

    title: str
    edits: tuple[Edit, ...]
    is_safe: bool


def overlap(first: Edit, second: Edit) -> bool:
    """Whether two edits touch the same text; two insertions at one point do, as their order would be a guess."""
    one, other = first.place, second.place
    if one.path != other.path:
        return False
    return (one.start < other.end and other.start < one.end) or one.start == other.start


def chosen(fixes: Iterable[Fix]) -> list[Fix]:
    """The fixes that can be made at once: of several that touch the same text the first. Equal edits are one."""
    taken = _Taken()
    return [fix for fix in fixes if taken.take(fix)]


class _Taken:
    """Edits that do not overlap, in the order of their places: only neighbours of a new one need a look."""

    def __init__(self) -> None:
        self._edits: dict[str, list[Edit]] = {}

    def take(self, fix: Fix) -> bool:
        """Add the edits of a fix, all or none; whether they fit in."""
        new = [edit for edit in fix.edits if edit not in self._neighbours(edit)]
        if any(overlap(edit, other) for edit in new for other in self._neighbours(edit)):
            return False
        for edit in new:
            insort(self._edits.setdefault(edit.place.path, []), edit, key=_position)
        return True

    def _neighbours(self, edit: Edit) -> list[Edit]:
        known = self._edits.get(edit.place.path, [])
        index = bisect_left(known, _position(edit), key=_position)
        return known[max(0, index - 1) : index + 2]


def edits_by_path(fixes: Iterable[Fix]) -> dict[str, list[Edit]]:
    """The edits of several fixes by file, each once, in the order of their places."""
    found: dict[str, set[Edit]] = {}
    for fix in fixes:
        for edit in fix.edits:
            found.setdefault(edit.place.path, set()).add(edit)
    return {path: sorted(edits, key=_position) for path, edits in sorted(found.items())}


def edited(data: bytes, edits: Sequence[Edit]) -> bytes:
    """The text of a file with edits made that do not overlap."""
    pieces: list[bytes] = []
    position = 0
    for edit in sorted(edits, key=_position):
        pieces += [data[position : edit.place.start], edit.text.encode("utf-8", "surrogatepass")]
        position = edit.place.end
    return b"".join([*pieces, data[position:]])


def _position(edit: Edit) -> tuple[int, int]:
    return edit.place.start, edit.place.end
