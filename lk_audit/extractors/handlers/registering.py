"""Whether a file can make a handler of another file's function, told from its bytes: most that mention one do not.

The same signs as in `handlers`, `handlers.rust` and `handlers.dotnet`; a test compares them with their tables.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from lk_audit.livekit.dotnet import MAPS
from lk_audit.livekit.requests import (
    HANDLER_TAKERS,
    HTTP_EXPORTS,
    LOADER_EXPORTS,
    RESOLVER_OWNERS,
    ROUTE_ADDERS,
    ROUTE_METHODS,
)
from lk_audit.patterns import regex

Signs = tuple["re.Pattern[bytes]", ...]
"""Patterns that must all occur."""


def _any_of(words: frozenset[str] | set[str]) -> bytes:
    return b"(?:" + "|".join(sorted(words, key=lambda word: (-len(word), word))).encode() + b")"


_ROUTE = rb"[.:>]\s{0,40}" + _any_of(ROUTE_METHODS | ROUTE_ADDERS) + rb"\s{0,9}[(<]"
_TAKER = rb"\b" + _any_of({name.rpartition(".")[2] for name in HANDLER_TAKERS}) + rb"\b(?!\s{0,3}[:/.=])"
_EXPORT = rb"\bexport\b[^;]{0,300}\b" + _any_of(HTTP_EXPORTS | LOADER_EXPORTS) + rb"\b"
_GENERAL: tuple[Signs, ...] = (
    (regex(_ROUTE), regex(rb"[\"'`][/*]")),
    (regex(rb"\)\s{0,40}" + _ROUTE),),
    (regex(_TAKER),),
    (regex(rb"\.\s{0,40}on\s{0,9}[(<]"), regex(rb"socket|ws|connection|client|conn")),
)
_RESOLVERS = rb"\b" + _any_of(RESOLVER_OWNERS) + rb"[\"']?\s{0,9}:|\bresolve\b"
_TABLE: Signs = (
    regex(rb"\bmethod\b|\btype[\"']?\s{0,9}:\s{0,9}[\"']" + _any_of(HTTP_EXPORTS) + rb"[\"']"),
    regex(rb"\bhandler\b"),
)
_SERVED: Signs = (regex(rb"\bexport\s{1,40}default\b|\bas\s{1,40}default\b|\bexports\b"),)
"""What only a function that looks like a handler is exported by."""
_WAYS: Mapping[str, tuple[Signs, ...]] = {
    "python": (*_GENERAL, (regex(rb"\bRoute\s{0,9}\("), regex(rb"[\"']/")), (regex(rb"gradio\b"),)),
    "javascript": (
        *_GENERAL,
        (regex(_EXPORT),),
        (regex(rb"use server"),),
        (regex(rb"\.openapi\("),),
        (regex(_RESOLVERS),),
        _TABLE,
    ),
    "jvm": _GENERAL,
    "dart": _GENERAL,
    "rust": ((regex(rb"\broute\b|\bwarp\b|\.\s{0,40}to\b"),),),
    "csharp": ((regex(rb"\b" + _any_of(set(MAPS)) + rb"\s{0,9}[(<]"),),),
}
"""By family of languages; in others any file may."""


def may_register(data: bytes, family: str, *, looks_like_handler: bool) -> bool:
    """Whether a file may make a handler of a function that it takes from another."""
    ways = _WAYS.get(family)
    if ways is None:
        return True
    served = (_SERVED,) if family == "javascript" and looks_like_handler else ()
    return any(all(sign.search(data) for sign in way) for way in (*ways, *served))
