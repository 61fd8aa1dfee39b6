"""Where a value stands in a data file, as the keys that lead to it: `$.services.livekit["api.secret"]`, `$.keys[0]`.

The spelling is that of a singular query of JSONPath (RFC 9535, section 2.3.5.1), without negative indices.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from lk_audit.errors import UsageError
from lk_audit.patterns import regex

KeyPath: TypeAlias = tuple[str, ...]
"""The keys from the root on; those of arrays are numbers, from 0."""

_LONGEST = 2_000
_STEP = regex(
    r"""\.(?P<name>[^\s.\[\]"'$*?@,:()]+)
      | \[\s*+(?:(?P<index>0|[1-9]\d{0,8}) | (?P<double>"(?:[^"\\]|\\.)*+") | '(?P<single>(?:[^'\\]|\\.)*+)')\s*+\]""",
    re.VERBOSE,
)
_PLAIN = regex(r"[A-Za-z_][\w-]*", re.ASCII)


def read_key_path(text: str) -> KeyPath:
    """The keys that a key path names.

    Raises:
        UsageError: it is none.
    """
    wanted = 'write it as $.livekit.secret, $.keys[0] or $["a key with dots.in it"]'
    if not text.startswith("$") or len(text) > _LONGEST:
        raise UsageError(f'a key path begins with "$"; {wanted}')
    keys: list[str] = []
    position = 1
    while position < len(text):
        step = _STEP.match(text, position)
        if step is None:
            raise UsageError(f"not a key path, from {text[position:][:40]!r} on; {wanted}")
        keys.append(_key(step))
        position = step.end()
    if not keys:
        raise UsageError(f'"$" is the whole file, and names no value; {wanted}')
    return tuple(keys)


def _key(step: re.Match[str]) -> str:
    plain = step["name"] or step["index"]
    if plain is not None:
        return plain
    import json  # noqa: PLC0415 - few keys need quotes

    quoted = step["double"]
    if quoted is None:
        quoted = '"' + step["single"].replace("\\'", "'").replace('"', '\\"') + '"'
    try:
        return str(json.loads(quoted))
    except ValueError:
        raise UsageError(f"not a key in quotes: {quoted[:40]}") from None


def shown_key_path(keys: KeyPath) -> str:
    """The keys as a key path."""
    return "$" + "".join(_shown(key) for key in keys)


def _shown(key: str) -> str:
    if key.isdecimal():
        return f"[{key}]"
    if _PLAIN.fullmatch(key):
        return f".{key}"
    import json  # noqa: PLC0415 - few keys need quotes

    return f"[{json.dumps(key, ensure_ascii=False)}]"
