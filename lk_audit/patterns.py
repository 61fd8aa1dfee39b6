"""Regular expressions that are compiled when they are first used.

Compiling all patterns of the project takes longer than scanning the files of most commits, and a scan uses few of them.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any, AnyStr, cast

_known: list[_Lazy] = []


def regex(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, later. A mistake in the pattern is raised at its first use."""
    pattern = _Lazy(text, flags)
    _known.append(pattern)
    return cast("re.Pattern[AnyStr]", pattern)


def compile_all() -> None:
    """Compile every pattern that there is so far, for processes that part from this one: each would do it again.

    A mistake in one is still raised where that is used.
    """
    for pattern in _known:
        with suppress(re.error):
            pattern.compile()


class _Lazy:
    _compiled: re.Pattern[Any] | None = None

    def __init__(self, text: str | bytes, flags: int) -> None:
        self._given = (text, flags)

    def compile(self) -> re.Pattern[Any]:
        if self._compiled is None:
            self._compiled = re.compile(*self._given)
        return self._compiled

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a pattern has
        """The pattern's own attribute, which is found directly from now on."""
        value = getattr(self.compile(), name)
        setattr(self, name, value)
        return value
