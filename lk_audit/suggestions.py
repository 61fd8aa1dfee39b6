"""What somebody probably meant."""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`; did you mean "excessive-ttl"?`, or nothing when no known name is close."""
    by_lower = {item.lower(): item for item in known}
    import difflib  # noqa: PLC0415 - for mistakes only

    close = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return f'; did you mean "{by_lower[close[0]]}"?' if close else ""
