"""The words of a project's files: enough to tell which of them hold a word, and a fifth of what they hold.

Questions look for one word after another in all files of a project. Without this each would read them all again.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from lk_audit.generated import is_generated
from lk_audit.project.files import Files

_KEPT = 4_000_000
"""Bytes of words that are kept, those of the projects that were asked about last."""
_WORTH_READING = 4
"""Words; before, a look for each costs less."""
_APART = bytes(code if chr(code).isalnum() or code >= 1 << 7 or chr(code) in "_$-" else 32 for code in range(1 << 8))
"""What each byte counts as: words are of letters, digits, these signs and whatever is not ASCII."""

_Words: TypeAlias = "tuple[tuple[str, bytes], ...]"


class Vocabularies:
    """Looks for words in the files of projects, code that a program has written left out."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._known: OrderedDict[object, _Words | None] = OrderedDict()
        self._asked: Counter[object] = Counter()
        self._room = _KEPT

    def holding(self, project: object, paths: Sequence[str], word: str) -> Iterator[str]:
        """Which files hold a word, or a text of any other kind. `paths` are always the same for one `project`."""
        known, wanted = self._words(project, paths), word.encode()
        if known is not None and wanted.translate(_APART).split() == [wanted]:
            yield from (path for path, words in known if wanted in words)
            return
        for path in paths:
            data = self._files.data(path)
            if wanted in data and not is_generated(data):
                yield path

    def _words(self, project: object, paths: Sequence[str]) -> _Words | None:
        """The words of a project's files; None where it is not worth while to know them, or they are too many."""
        self._asked[project] += 1
        if self._asked[project] < _WORTH_READING:
            return None
        if project not in self._known:
            self._keep(project, self._read(paths))
        self._known.move_to_end(project)
        return self._known[project]

    def _read(self, paths: Sequence[str]) -> _Words | None:
        """The words of each file; None where they are more than can be kept."""
        found: list[tuple[str, bytes]] = []
        room = _KEPT
        for path in paths:
            data = self._files.data(path)
            if not is_generated(data):
                found.append((path, b" ".join(set(data.translate(_APART).split()))))
                room -= len(found[-1][1])
            if room < 0:
                return None
        return tuple(found)

    def _keep(self, project: object, words: _Words | None) -> None:
        self._known[project] = words
        self._room -= _weight(words)
        while self._room < 0:
            _, oldest = self._known.popitem(last=False)
            self._room += _weight(oldest)


def _weight(words: _Words | None) -> int:
    return sum(len(text) for _, text in words or ())
