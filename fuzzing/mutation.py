"""Mutations that know what inputs are made of: tokens, brackets, headers; and of what JWTs are made."""

from __future__ import annotations

import base64
import binascii
import importlib
import json
import pkgutil
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

import lk_audit.livekit

Mutate: TypeAlias = Callable[[bytes, random.Random], bytes]

_TOKEN = re.compile(rb"[A-Za-z_$][\w$]*|\d+|\r?\n[ \t]*|[ \t]+|[^\w\s]|[\x80-\xff]+|.", re.DOTALL)
_BRACKETS = ((b"(", b")"), (b"[", b"]"), (b"{", b"}"), (b'"', b'"'), (b"'", b"'"), (b"`", b"`"), (b"${", b"}"))
_ODDITIES = (
    *(b"\r", b"\r\n", b"\t", b"\x0b", b"\x0c", b"\x1c", b"\xc2\x85", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"\xe2\x80\xae"),
    *(b"\xf0\x9f\x98\x80", b"\xcc\x81", b"\xff", b"\xed\xa0\x80", b"\\", b"\\u{110000}", b"\\ud800", b"\\x", b"\\N{x}"),
    *(b"0x", b"1e999", b"9" * 400, b"-0", b"--1", b"0o17", b"1_000", b"NaN", b"--- a.py\n", b"<?php ", b"?>"),
    *(b"#", b"//", b"/*", b"*/", b"<!--", b"-->", b"'''", b'"""', b"<<EOF\n", b"\nEOF\n", b"=begin\n", b"&a ", b"*a"),
    b"<script>",
)
_MOST_NESTING = 300
_WIDEST = 40


@cache
def dictionary() -> tuple[bytes, ...]:
    """The names in LiveKit's tables, which is what a scan looks for."""
    found: dict[bytes, None] = {}
    for info in pkgutil.walk_packages(lk_audit.livekit.__path__, f"{lk_audit.livekit.__name__}."):
        for value in vars(importlib.import_module(info.name)).values():
            found.update((text.encode(), None) for text in _texts(value, 4))
    return tuple(sorted(found))


def _texts(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str) and 1 < len(value) <= _WIDEST and value.isascii() and "\n" not in value:
        yield value
    elif isinstance(value, Mapping) and depth:
        for item in (*value, *value.values()):
            yield from _texts(item, depth - 1)
    elif isinstance(value, list | tuple | set | frozenset) and depth:
        for item in value:
            yield from _texts(item, depth - 1)


# --- tokens -----------------------------------------------------------------------------------------------------------


def spliced(seeds: Sequence[bytes]) -> Mutate:
    """A mutation that puts in, takes out, repeats, wraps and moves tokens, with pieces of other seeds."""
    pieces = [_TOKEN.findall(seed) for seed in seeds] or [[b" "]]

    def mutate(data: bytes, chance: random.Random) -> bytes:
        tokens = _TOKEN.findall(data)
        for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
            start, end = _range(tokens, chance)
            tokens[start:end] = _changed(tokens[start:end], pieces, chance)
        return b"".join(tokens)

    return mutate


def _range(tokens: Sequence[bytes], chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(tokens) + 1)
    return start, min(len(tokens), start + int(min(chance.expovariate(0.2), _WIDEST)))


def _changed(  # noqa: PLR0911 - one for each kind of change
    part: list[bytes], pieces: Sequence[Sequence[bytes]], chance: random.Random
) -> list[bytes]:
    match chance.randrange(9):
        case 0:
            return [chance.choice(dictionary())]
        case 1:
            return [*part, chance.choice(dictionary()), *part]
        case 2:
            return []
        case 3:
            return part * chance.choice((2, 3, 10))
        case 4:
            return _wrapped(part, chance)
        case 5:
            return [chance.choice(_ODDITIES), *part]
        case 6:
            return part[::-1]
        case 7:
            return [*part, *_piece(pieces, chance)]
        case _:
            return list(_piece(pieces, chance))


def _wrapped(part: list[bytes], chance: random.Random) -> list[bytes]:
    opening, closing = chance.choice(_BRACKETS)
    count = chance.choice((1, 1, 2, 20, _MOST_NESTING))
    return [opening * count, *part, closing * chance.choice((count, count, 0, count - 1))]


def _piece(pieces: Sequence[Sequence[bytes]], chance: random.Random) -> Sequence[bytes]:
    start, end = _range(other := chance.choice(pieces), chance)
    return other[start:end]


# --- tokens of another kind -------------------------------------------------------------------------------------------

_SEGMENT = re.compile(rb"eyJ[A-Za-z0-9_-]+")
_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 10**12, 10**30, 1e308, 0.5, "", "x", "\ud800", "1735689600", [], {}, [[]], {"": {}}),
)
_CLAIMS = (
    *("alg", "typ", "kid", "crit", "b64", "zip", "iss", "sub", "jti", "exp", "nbf", "iat", "aud", "video", "sip"),
    *("agent", "inference", "observability", "metadata", "attributes", "kind", "kindDetails", "name", "sha256"),
    *("roomConfig", "roomPreset", "roomJoin", "room", "roomAdmin", "roomCreate", "canPublish", "hidden"),
)


def recoded(data: bytes, chance: random.Random) -> bytes:
    """A mutation of a JSON segment of a JWT, encoded again."""
    segments = list(_SEGMENT.finditer(data))
    if not segments:
        return data
    segment = chance.choice(segments)
    changed = _changed_json(_decoded(segment[0]), chance)
    written = json.dumps(changed, separators=chance.choice(((",", ":"), (", ", ": ")))).encode()
    if chance.random() < 0.1:  # noqa: PLR2004 - now and then text that is no JSON
        written = written[: chance.randrange(len(written) + 1)] + chance.choice(_ODDITIES)
    encoded = base64.urlsafe_b64encode(written).rstrip(b"=" if chance.randrange(10) else b"")
    return data[: segment.start()] + encoded + data[segment.end() :]


def _decoded(segment: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(base64.urlsafe_b64decode(segment + b"=" * (-len(segment) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return {}


def _changed_json(value: Any, chance: random.Random) -> Any:  # noqa: ANN401 - JSON
    if not isinstance(value, dict) or not chance.randrange(12):
        return chance.choice(_VALUES)
    changed = dict(value)
    name = chance.choice((*changed, *_CLAIMS))
    match chance.randrange(4):
        case 0:
            changed.pop(name, None)
        case 1:
            changed[name] = _changed_json(changed.get(name, {}), chance)
        case 2:
            changed[name] = {chance.choice(_CLAIMS): chance.choice(_VALUES)}
        case _:
            changed[name] = chance.choice(_VALUES)
    return changed
