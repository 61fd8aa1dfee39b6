"""What languages of their own tables know, by language: functions, methods, properties, what is read from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, cast

from lk_audit.syntax import Expr
from lk_audit.values import csharp, jvm, jvm_methods, rust
from lk_audit.values.invocation import Invocation, Method
from lk_audit.values.model import Possible, Value


class Dialect(Protocol):
    """What one language knows; a name is simple where its package says nothing."""

    simple_name: Callable[[str], str]
    part: Callable[[Value, str, Expr], Value | None]
    read: Callable[[str, Invocation], Possible | None]
    constant: Callable[[str, Expr], Value | None]


_DIALECTS: Mapping[str, Dialect] = {
    language: cast("Dialect", module) for module in (jvm, csharp, rust) for language in module.LANGUAGES
}


_METHODS: Mapping[str, Mapping[type, Mapping[str, Method]]] = {
    **dict.fromkeys(sorted(jvm.LANGUAGES), jvm_methods.METHODS),
    "csharp": csharp.METHODS,
    "rust": rust.METHODS,
}


def methods(language: str) -> Mapping[type, Mapping[str, Method]] | None:
    """The known methods of a language's values by their type, if it has tables of its own."""
    return _METHODS.get(language)


def simple_name(name: str, language: str) -> str:
    """A full name as the tables of its language spell it."""
    dialect = _DIALECTS.get(language)
    return dialect.simple_name(name) if dialect is not None else name


def part(value: Value, key: str, origin: Expr, language: str) -> Value | None:
    """A property of a value, where its language has one of its own."""
    dialect = _DIALECTS.get(language)
    return dialect.part(value, key, origin) if dialect is not None else None


def read(name: str, invocation: Invocation, language: str) -> Possible | None:
    """What a call reads from outside the code by the rules of its language; None for any other call."""
    dialect = _DIALECTS.get(language)
    return dialect.read(name, invocation) if dialect is not None else None


def constant(name: str, origin: Expr, language: str) -> Value | None:
    """The value of a constant of the language's library."""
    dialect = _DIALECTS.get(language)
    return dialect.constant(name, origin) if dialect is not None else None
