"""Source snippets in which `look(...)` marks the expression of interest, and values in short form."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from lk_audit import frontends
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


def values_in(path: str, text: str) -> Possible:
    """The values of the one marked expression of a file in any language."""
    (names,) = [Names(part) for part in frontends.parse(Source.from_text(path, text)) if isinstance(part, Module)]
    (expr,) = looked_at(names)
    return Evaluator(names).evaluate(expr)


def look_in(path: str, text: str) -> str:
    """The values of the one marked expression of a file in any language, in short form."""
    return all_short(values_in(path, text))


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
    return _SHORT[type(value)](value)


def _container(value: Mapped | Listed) -> str:
    rest = "..." if value.open else ""
    if isinstance(value, Listed):
        return f"[{', '.join([*map(all_short, value.items), *([rest] if rest else [])])}]"
    spreads = f"...{all_short(value.spreads)}" if value.spreads else rest
    entries = [f"{name}{'' if item.certain else '?'}: {all_short(item.values)}" for name, item in value.members.items()]
    return "{" + ", ".join([*entries, *([spreads] if spreads else [])]) + "}"


def _fallback(name: str | None) -> str:
    return f" for {name}" if name else ""


_SHORT: dict[type, Callable[[Any], str]] = {
    Text: lambda value: f"'{value.text}'{_fallback(value.environment)}",
    Number: lambda value: f"{value.number:.15g}{_fallback(value.environment)}",
    Flag: lambda value: str(value.flag).lower(),
    Nothing: lambda _: "nothing",
    Duration: lambda value: f"{value.seconds:.15g} seconds",
    Moment: lambda value: f"now+{value.offset:.15g} ({_CLOCKS[value.clock]})",
    Environment: lambda value: f"env {value.name}",
    Reference: lambda value: f"ref {value.name}",
    Defined: lambda value: f"def {value.definition.name}",
    Given: lambda value: f"given {'.'.join((value.parameter, *value.members))}",
    Returned: lambda value: f"call {'.'.join((value.callee or '?', *value.members))}",
    Mapped: _container,
    Listed: _container,
    Unknown: lambda value: f"?({all_short(value.sources)})" if value.sources else "?",
}


def all_short(values: Possible) -> str:
    """All values on one line."""
    return " | ".join(map(short, values))


def look(language: str, text: str) -> str:
    """The values of the one marked expression, in short form."""
    return all_short(possible(language, text))


def read(language: str, text: str) -> Names:
    """The names of a snippet."""
    return Names(parse(language, text))
