"""What a project says about itself that its files do not show: names of its secrets, code that reaches clients."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache

from msgspec import Struct, field

from lk_audit.files.path_patterns import PathPatterns
from lk_audit.patterns import regex

SHORTEST_NAME = 4
"""Characters that a name must have besides its wildcards: `*KEY` would make a secret of too much."""
_LONGEST_NAME = 200
_MAX_WILDCARDS = 2
_NAME = regex(r"[\w*.-]+", re.ASCII)


class Hints(Struct, frozen=True, dict=True):
    """The hints of one scan.

    `secret_names` are names of LiveKit API secrets, `*` standing for anything; `client_paths` the files that are part
    of what clients load.
    """

    secret_names: tuple[str, ...] = ()
    client_paths: PathPatterns = field(default_factory=PathPatterns)

    def names_secret(self, name: str) -> bool:
        """Whether the project says that this is a name of its API secret."""
        return bool(self.secret_names) and _matcher(self.secret_names).fullmatch(name[:_LONGEST_NAME]) is not None

    @cached_property
    def secret_words(self) -> tuple[bytes, ...]:
        """What a file must contain, one of them, to hold one of the names."""
        return tuple(max(name.split("*"), key=len).encode() for name in self.secret_names)


def name_mistake(name: str) -> str | None:
    """What is wrong with the name of a secret; None when nothing is."""
    if not _NAME.fullmatch(name):
        return "is no name; letters, digits, _, -, . and * for anything are allowed"
    if name.count("*") > _MAX_WILDCARDS or len(name) > _LONGEST_NAME:
        return f"is too complicated: {_MAX_WILDCARDS} wildcards and {_LONGEST_NAME} characters are the limit"
    if max(map(len, name.split("*"))) < SHORTEST_NAME:
        return f"would match too much: write at least {SHORTEST_NAME} characters in a row"
    return None


NOTHING = Hints()


@lru_cache(maxsize=16)
def _matcher(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(".*".join(map(re.escape, name.split("*"))) for name in names))
