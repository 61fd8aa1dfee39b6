"""The same situation means the same in every language: values, imports, chains of calls. Holes say why they are."""

from __future__ import annotations

import textwrap

import pytest

from lk_audit import frontends
from lk_audit.frontends import CODE
from lk_audit.source import Source
from lk_audit.syntax import Call, Member, Module, Name
from lk_audit.values.evaluator import Evaluator
from lk_audit.values.model import Environment, Number, Text, Value
from lk_audit.values.names import Names
from lk_audit.values.objects import history
from tests.frontends.situations import (
    CHAINS,
    IMPORTED,
    IMPORTS,
    LANGUAGES,
    SITUATIONS,
    SUFFIXES,
    WRAPPERS,
    Hole,
    Way,
)


def names_of(language: str, way: str | tuple[str, str]) -> Names:
    """The module that a way makes."""
    top, body = way if isinstance(way, tuple) else ("", way)
    inner = textwrap.indent(body, "    ") if language == "python" else body
    code = WRAPPERS[language].format(top=top, body=inner)
    (module,) = frontends.parse(Source.from_text(f"sample{SUFFIXES[language]}", code))
    assert isinstance(module, Module)
    assert not module.errors
    return Names(module)


def shown(value: Value) -> object:
    match value:
        case Number(number=number):
            return number
        case Text(text=text):
            return text
        case Environment(name=name):
            return f"${name}"
        case _:
            return type(value).__name__


def probed(language: str, way: str | tuple[str, str]) -> set[object]:
    """What the argument of `probe` can be."""
    names = names_of(language, way)
    (call,) = [item for item in names.calls if isinstance(item.callee, Name | Member) and _last(item) == "probe"]
    return {shown(value) for value in Evaluator(names).evaluate(call.arguments[0].value)}


def _last(call: Call) -> str:
    return (
        call.callee.id if isinstance(call.callee, Name) else call.callee.name if isinstance(call.callee, Member) else ""
    )


def way_of(ways: dict[str, Way], language: str) -> Way:
    return ways[language] if language in ways else ways["javascript"]


CELLS = [
    pytest.param(language, way, expected, id=f"{situation} in {language}")
    for situation, (expected, ways) in SITUATIONS.items()
    for language in (*LANGUAGES, "typescript")
    if not isinstance(way := way_of(ways, language), Hole)
]


def test_every_language_has_its_column() -> None:
    assert {*LANGUAGES} == set(CODE)
    assert {*LANGUAGES, "typescript"} == set(SUFFIXES) == set(WRAPPERS)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_language_says_a_situation_or_why_it_cannot(situation: str) -> None:
    _, ways = SITUATIONS[situation]

    assert set(ways) == set(LANGUAGES)
    assert all(way.reason for way in ways.values() if isinstance(way, Hole))


@pytest.mark.parametrize(("language", "way", "expected"), CELLS)
def test_a_situation_means_the_same_everywhere(
    language: str, way: str | tuple[str, str], expected: set[object]
) -> None:
    assert probed(language, way) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_import_gives_names_their_origin(language: str) -> None:
    row = IMPORTS[language]
    if isinstance(row, Hole):
        assert row.reason
        return
    statement, full = row
    used = IMPORTED.get(language, "Token")
    code = {
        "php": f"<?php\n{statement}\nprobe(Token::class);",
        "rust": f"{statement}\nfn f() {{ probe({used}); }}\n",
        "go": f"package a\n{statement}\nfunc f() {{ probe({used}) }}\n",
        "java": f"{statement}\nclass A {{ void f() {{ probe({used}.x); }} }}\n",
        "csharp": f"{statement}\nclass A {{ void F() {{ probe({used}.X); }} }}\n",
        "kotlin": f"{statement}\nfun f() {{ probe({used}) }}\n",
        "dart": f"{statement}\nvoid f() {{ probe({used}); }}\n",
        "elixir": f"defmodule A do\n{statement}\ndef f, do: probe({used})\nend\n",
    }.get(language, f"{statement}\nprobe({used})\n")
    (module,) = frontends.parse(Source.from_text(f"sample{SUFFIXES[language]}", code))
    assert isinstance(module, Module)
    names = Names(module)
    (call,) = [item for item in names.calls if _last(item) == "probe"]

    found = names.qualified(call.arguments[0].value) or ""

    assert found.removesuffix(".x").removesuffix(".X").removesuffix(".class") == full


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_chain_of_calls_is_what_happens_to_an_object(language: str) -> None:
    names = names_of(language, CHAINS[language])
    made = min((call for call in names.calls), key=lambda call: call.end)

    events = history(names, made)

    assert [".".join(event.path).lower() for event in events] == ["a", "b"]
