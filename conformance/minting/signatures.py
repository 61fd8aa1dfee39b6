"""How the spellings of compiled languages are called: the parameters of their `createToken`, from its source."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

_GO = re.compile(r"^func CreateToken\((?P<parameters>[^)]*)\)", re.MULTILINE)
_RUST = re.compile(r"^pub fn create_token\((?P<parameters>[^)]*)\)", re.MULTILINE)
_FLAGS = frozenset({"bool"})


def go_calls(code: str) -> list[str]:
    """The arguments of every run, as Go source.

    Raises:
        LookupError: there is no CreateToken.
    """
    names: list[tuple[str, str]] = []
    kind = ""
    for part in reversed(_parameters(_GO, code)):
        name, _, written = part.partition(" ")
        kind = written or kind
        names.append((name, kind))
    return [", ".join(arguments) for arguments in _runs(names[::-1], '"{} of the caller"')]


def rust_calls(code: str) -> list[str]:
    """The arguments of every run, as Rust source.

    Raises:
        LookupError: there is no create_token.
    """
    names = [(name.strip(), kind.strip()) for name, _, kind in (it.partition(":") for it in _parameters(_RUST, code))]
    texts = {"String": '"{} of the caller".to_string()'}
    choices = [_choices(name, kind, texts.get(kind, '"{} of the caller"')) for name, kind in names]
    return [", ".join(arguments) for arguments in itertools.product(*choices)]


def _parameters(pattern: re.Pattern[str], code: str) -> list[str]:
    match = pattern.search(code)
    if not match:
        raise LookupError(f"a spelling has no function that makes its token:\n{code}")
    return [part.strip() for part in match["parameters"].split(",") if part.strip()]


def _runs(names: Sequence[tuple[str, str]], text: str) -> Iterator[tuple[str, ...]]:
    return itertools.product(*(_choices(name, kind, text) for name, kind in names))


def _choices(name: str, kind: str, text: str) -> tuple[str, ...]:
    return ("false", "true") if kind in _FLAGS else (text.format(name),)
