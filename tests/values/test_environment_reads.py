"""How code reads an environment variable: a table of `environment/` for each language, with the reader's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from lk_audit.values import environment
from lk_audit.values.model import Environment
from tests.noting import Noting, rows
from tests.tables import examples
from tests.values.snippets import values_in

FILES = {path.name.removesuffix(".txt"): path for path in sorted(Path(__file__).with_name("environment").glob("*.txt"))}


def looking(code: str) -> str:
    return code if "look(" in code else f"look({code})"


@pytest.mark.parametrize("path", FILES)
def test_what_reads_a_variable(path: str) -> None:
    wrong = []
    for example in examples(FILES[path], looking):
        values = values_in(path, example.file)
        found = [value.accessor for value in values if isinstance(value, Environment) and value.name == "KEY"]
        if found != [example.expected]:
            wrong.append(f"{example} BUT {values}")

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("table", ["MAPPINGS", "_OBJECTS", "_READERS"])
def test_every_way_to_read_a_variable_has_an_example(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()
    known = getattr(environment, table)
    monkeypatch.setattr(environment, table, Noting(known, "", asked))

    for path, file in FILES.items():
        for example in examples(file, looking):
            values_in(path, example.file)

    assert set(rows(known, "")) - asked == set()
