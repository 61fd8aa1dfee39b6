"""Regular expressions that are compiled when they are first used.

Compiling all patterns of the project takes longer than scanning the files of most commits, and a scan uses few of them.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


def regex(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, later. A mistake in the pattern is raised at its first use."""
    return cast("re.Pattern[AnyStr]", _Lazy(text, flags))


class _Lazy:
    def __init__(self, text: str | bytes, flags: int) -> None:
        self._given = (text, flags)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a pattern has
        """The pattern's own attribute, which is found directly from now on."""
        value = getattr(re.compile(*self._given), name)  # type: ignore[type-var]  # both of one kind, see `regex`
        setattr(self, name, value)
        return value
