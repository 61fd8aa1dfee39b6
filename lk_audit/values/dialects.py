"""What the languages know, each in a module of its own that is imported when a file in that language is met."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from lk_audit.syntax import Expr
from lk_audit.values.invocation import Function, Invocation, Method
from lk_audit.values.model import Possible, Value


class Library(Protocol):
    """The functions of one language, by their full names; it may also have METHODS and NUMBERS of its own."""

    FUNCTIONS: Mapping[str, Function]


class Dialect(Library, Protocol):
    """What a language knows that shares nothing with others; a name is simple where its package says nothing."""

    simple_name: Callable[[str], str]
    part: Callable[[Value, str, Expr], Value | None]
    read: Callable[[str, Invocation], Possible | None]
    constant: Callable[[str, Expr], Value | None]


LIBRARIES = {
    **{
        name: name
        for name in ("python", "javascript", "go", "php", "ruby", "dart", "swift", "csharp", "rust", "elixir")
    },
    "typescript": "javascript",
    **dict.fromkeys(("java", "kotlin"), "jvm"),
}
"""The modules by language."""
_METHODS = dict.fromkeys(("java", "kotlin"), "jvm_methods")
"""The modules that hold the methods, where they stand apart."""
_DIALECTS = frozenset({"java", "kotlin", "csharp", "rust"})
_NONE: Mapping[type, Mapping[str, Method]] = {}


def _module(name: str) -> object:
    return import_module(f"lk_audit.values.{name}")


@cache
def library(language: str) -> Library | None:
    """The functions of a language."""
    name = LIBRARIES.get(language)
    return cast("Library", _module(name)) if name is not None else None


@cache
def _dialect(language: str) -> Dialect | None:
    return cast("Dialect", library(language)) if language in _DIALECTS else None


@cache
def methods(language: str) -> Mapping[type, Mapping[str, Method]]:
    """The methods of a language's own, by the type of their object."""
    module = _module(_METHODS[language]) if language in _METHODS else library(language)
    found: Mapping[type, Mapping[str, Method]] = getattr(module, "METHODS", _NONE)
    return found


def shares_methods(language: str) -> bool:
    """Whether the methods that most languages have count too."""
    return language not in _DIALECTS


def simple_name(name: str, language: str) -> str:
    """A full name as the tables of its language spell it."""
    dialect = _dialect(language)
    return dialect.simple_name(name) if dialect is not None else name


def part(value: Value, key: str, origin: Expr, language: str) -> Value | None:
    """A property of a value, where its language has one of its own."""
    dialect = _dialect(language)
    return dialect.part(value, key, origin) if dialect is not None else None


def read(name: str, invocation: Invocation, language: str) -> Possible | None:
    """What a call reads from outside the code by the rules of its language; None for any other call."""
    dialect = _dialect(language)
    return dialect.read(name, invocation) if dialect is not None else None


def constant(name: str, origin: Expr, language: str) -> Value | None:
    """The value of a constant of the language's library."""
    dialect = _dialect(language)
    return dialect.constant(name, origin) if dialect is not None else None


def implied(name: str, origin: Expr, language: str) -> Value | None:
    """The value of a property of the type that is due where it stands, as Swift has them: `.distantFuture`."""
    if language != "swift":
        return None
    from lk_audit.values.swift import constant as of_type  # noqa: PLC0415 - Swift only

    return of_type(name, origin)
