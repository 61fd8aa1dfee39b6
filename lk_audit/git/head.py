"""The tree of HEAD: what is in it, and in which of its files some bytes stand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property

from lk_audit.git.history import tree
from lk_audit.git.objects import Entry, Stream
from lk_audit.git.repository import Repository


class Head:
    """HEAD of a repository; empty before the first commit. `limit` is the size in bytes up to which files are read."""

    def __init__(self, repository: Repository, limit: int) -> None:
        self._repository = repository
        self._limit = limit

    @cached_property
    def paths(self) -> Mapping[bytes, list[str]]:
        """The paths of each blob."""
        commit = self._repository.head()
        return tree(self._repository.git, commit) if commit else {}

    def holding(self, blobs: Mapping[str, Collection[bytes]], words: Mapping[str, bytes]) -> set[str]:
        """The keys of things that HEAD holds: one of their blobs, or the word itself in whatever file."""
        found = {key for key, ids in blobs.items() if any(item in self.paths for item in ids)}
        return found | self._spelling({key: word for key, word in words.items() if key not in found})

    def _spelling(self, words: Mapping[str, bytes]) -> set[str]:
        """The keys of the words that a file of HEAD holds."""
        if not words or not self.paths:
            return set()
        from ahocorasick_rs import BytesAhoCorasick  # noqa: PLC0415 - for a history with findings only

        keys = sorted(words)
        search = BytesAhoCorasick([words[key] for key in keys])
        found: set[str] = set()
        for _, content in Stream(self._repository.git, (Entry(blob, b"") for blob in self.paths), self._limit):
            matches = search.find_matches_as_indexes(content.data or b"", overlapping=True)
            found.update(keys[index] for index, _, _ in matches)
        return found
