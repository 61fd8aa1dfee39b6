"""Source snippets in which `look(...)` marks the expression of interest, and values in short form."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import pytest

from lk_audit.source import Source
from lk_audit.syntax import Expr, Module, Name
from lk_audit.values.evaluator import Evaluator
from lk_audit.values.model import (
    Clock,
    Defined,
    Duration,
    Environment,
    Flag,
    Given,
    Listed,
    Mapped,
    Moment,
    Nothing,
    Number,
    Possible,
    Reference,
    Returned,
    Text,
    Unknown,
    Value,
)
from lk_audit.values.names import Names

_SUFFIXES = {"python": "py", "javascript": "js", "typescript": "ts"}
_CLOCKS = {Clock.SECONDS: "s", Clock.MILLISECONDS: "ms", Clock.OBJECT: "date"}


def parse(language: str, text: str) -> Module:
    module = import_module(f"lk_audit.frontends.{'python' if language == 'python' else 'javascript'}")
    parsed = module.parse(Source.from_text(f"app.{_SUFFIXES[language]}", text))
    assert isinstance(parsed, Module)
    return parsed


def looked_at(names: Names) -> list[Expr]:
    """The arguments of the `look(...)` calls."""
    marked = [call for call in names.calls if isinstance(call.callee, Name) and call.callee.id == "look"]
    return [call.arguments[0].value for call in marked]


def possible(language: str, text: str) -> Possible:
    """The values of the one marked expression."""
    names = Names(parse(language, text))
    (expr,) = looked_at(names)
    return Evaluator(names).evaluate(expr)


def short(value: Value) -> str:
    """A value on one line."""
    match value:
        case Text():
            return f"'{value.text}'{_fallback(value.environment)}"
        case Number():
            return f"{value.number:.15g}{_fallback(value.environment)}"
        case Flag():
            return str(value.flag).lower()
        case Nothing():
            return "nothing"
        case Duration():
            return f"{value.seconds:.15g} seconds"
        case Moment():
            return f"now+{value.offset:.15g} ({_CLOCKS[value.clock]})"
        case Environment():
            return f"env {value.name}"
        case Reference():
            return f"ref {value.name}"
        case Defined():
            return f"def {value.definition.name}"
        case Given():
            return f"given {'.'.join((value.parameter, *value.members))}"
        case Returned():
            return f"call {'.'.join((value.callee or '?', *value.members))}"
        case Mapped() | Listed():
            return _container(value)
        case Unknown():
            return f"?({all_short(value.sources)})" if value.sources else "?"


def _container(value: Mapped | Listed) -> str:
    rest = "..." if value.open else ""
    if isinstance(value, Listed):
        return f"[{', '.join([*map(all_short, value.items), *([rest] if rest else [])])}]"
    spreads = f"...{all_short(value.spreads)}" if value.spreads else rest
    entries = [f"{name}{'' if item.certain else '?'}: {all_short(item.values)}" for name, item in value.members.items()]
    return "{" + ", ".join([*entries, *([spreads] if spreads else [])]) + "}"


def _fallback(name: str | None) -> str:
    return f" for {name}" if name else ""


def all_short(values: Possible) -> str:
    """All values on one line."""
    return " | ".join(map(short, values))


@pytest.fixture(name="look", scope="session")
def _look() -> Callable[[str, str], str]:
    """The values of the marked expression of a snippet, in short form."""
    return lambda language, text: all_short(possible(language, text))


@pytest.fixture(name="names", scope="session")
def _names() -> Callable[[str, str], Names]:
    """The names of a snippet."""
    return lambda language, text: Names(parse(language, text))
