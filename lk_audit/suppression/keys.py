"""Findings that the configuration accepts at a key of a data file, where no comment can stand: JSON has none."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct

from lk_audit.findings import Suppression
from lk_audit.source import Source
from lk_audit.suppression.key_paths import KeyPath, shown_key_path

if TYPE_CHECKING:
    from lk_audit.suppression.comments import Acceptance
    from lk_audit.syntax import Pair


class KeySuppression(Struct, frozen=True):
    """What is accepted: rules by id or name, in the value at a key of a file, until a day (that day included).

    `path` is relative to the folder of the configuration, in a scan to the base of the report; `stated_in` and `line`
    tell where the configuration says so.
    """

    path: str
    key: KeyPath
    names: tuple[str, ...]
    reason: str = ""
    until: date | None = None
    stated_in: str = ""
    line: int = 1

    @property
    def suppression(self) -> Suppression:
        return Suppression(
            self.stated_in,
            self.line,
            self.names,
            self.reason,
            self.until,
            in_configuration=True,
            key=shown_key_path(self.key),
        )


def acceptances(
    stated: Sequence[KeySuppression], sources: Iterable[Source], looked_at: Collection[str]
) -> Iterator[Acceptance]:
    """What each suppression covers in the files of a scan.

    Args:
        stated: what the configuration says.
        sources: the files whose findings there are.
        looked_at: further files of the scan, in which there is nothing to find.
    """
    from lk_audit.suppression.comments import Acceptance  # noqa: PLC0415 - settings are read by commands that scan nothing

    named = {item.path for item in stated}
    by_path = {source.path: (source, _Keys(source)) for source in sources if source.path in named} if stated else {}
    for item in stated:
        known = by_path.get(item.path)
        spans = tuple(_spans(*known, item.key)) if known is not None else ()
        is_seen = known is not None or item.path in looked_at
        yield Acceptance(item.suppression, item.path, spans, is_seen)


class _Keys:
    """What stands at each key of a file, which is parsed once however many suppressions name it."""

    def __init__(self, source: Source) -> None:
        from lk_audit import frontends  # noqa: PLC0415 - most configurations accept nothing this way
        from lk_audit.syntax import Document  # noqa: PLC0415

        self._pairs: dict[KeyPath, list[Pair]] = {}
        self._dotted: dict[KeyPath, list[Pair]] = {}
        for parsed in frontends.parse(source):
            if isinstance(parsed, Document):
                is_text = parsed.format == "text"
                for pair in parsed.pairs:
                    if is_text:
                        self._dotted.setdefault(_dotted(pair.path), []).append(pair)
                    else:
                        self._pairs.setdefault(pair.path, []).append(pair)

    def at(self, key: KeyPath) -> Iterator[Pair]:
        """The pairs at a key. Formats that are read line by line know dotted names, and no places in arrays."""
        yield from self._pairs.get(key, ())
        yield from self._dotted.get(_dotted(tuple(item for item in key if not item.isdecimal())), ())


def _spans(source: Source, keys: _Keys, key: KeyPath) -> Iterator[tuple[int, int]]:
    """The bytes of the values at a key, and those of the key's name, at which a rule may point too."""
    for pair in keys.at(key):
        value = source.place(pair.start, pair.end)
        name = source.place(pair.key_start, pair.key_start + len(key[-1].encode()))
        yield from ((place.start, place.end) for place in (value, name))


def _dotted(keys: KeyPath) -> KeyPath:
    return tuple(part for key in keys for part in key.split("."))
