"""How code reads an environment variable: a table of `environment/` for each language, with the reader's name."""

from __future__ import annotations

from pathlib import Path
from typing import TypeGuard

import pytest

from lk_audit.values import environment
from lk_audit.values.model import Environment, Value
from tests.noting import Noting, rows
from tests.tables import examples
from tests.values.snippets import values_in

FILES = {path.name.removesuffix(".txt"): path for path in sorted(Path(__file__).with_name("environment").glob("*.txt"))}


def looking(code: str) -> str:
    return code if "look(" in code else f"look({code})"


def wrong(path: str) -> list[str]:
    """The examples of a table that read something else."""
    found = [(example, values_in(path, example.file)) for example in examples(FILES[path], looking)]
    reading = [(example, [item.accessor for item in values if _is_key(item)]) for example, values in found]
    return [f"{example} BUT {accessors}" for example, accessors in reading if accessors != [example.expected]]


def _is_key(value: Value) -> TypeGuard[Environment]:
    return isinstance(value, Environment) and value.name == "KEY"


def test_every_way_to_read_a_variable_has_an_example() -> None:
    asked: set[str] = set()
    tables = {name: getattr(environment, name) for name in ("MAPPINGS", "_OBJECTS", "_READERS")}
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name, table in tables.items():
            monkeypatch.setattr(environment, name, Noting(table, name, asked))
        lines = [line for path in FILES for line in wrong(path)]

    assert not lines, "\n".join(lines)
    assert {row for name, table in tables.items() for row in rows(table, name)} - asked == set()
