"""What the libraries of each language compute: a table of `libraries/` each, of expressions and their values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from lk_audit.values import builtins, dialects
from tests import tables
from tests.tables import Example
from tests.values.snippets import look_in

FILES = {path.name.removesuffix(".txt"): path for path in sorted(Path(__file__).with_name("libraries").glob("*.txt"))}
LANGUAGES = {
    "go": ["app.go"],
    "php": ["app.php"],
    "ruby": ["app.rb"],
    "dart": ["app.dart"],
    "swift": ["app.swift"],
    "csharp": ["app.cs"],
    "rust": ["app.rs"],
    "elixir": ["app.ex"],
    "python": ["app.py"],
    "javascript": ["app.js"],
    "java": ["App.java", "App.kt"],
}
"""The files with examples of a language's tables."""
_WITH_SEMICOLONS = (".cs", ".java", ".php", ".dart", ".rs", ".js")


def examples(path: str) -> Iterator[Example]:
    """The lines of a table; one that looks at nothing looks at the expression that it is."""
    end = ";" * path.endswith(_WITH_SEMICOLONS)
    return tables.examples(FILES[path], lambda code: code if "look(" in code else f"look({code}){end}")


class Watch:
    """Tables whose rows note that they are called."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self._rows: set[str] = set()
        self._called: set[str] = set()

    def functions(self, language: str) -> None:
        library = dialects.library(language)
        assert library is not None
        self._monkeypatch.setattr(library, "FUNCTIONS", self._noting("", library.FUNCTIONS))

    def methods(self, by_type: object) -> None:
        for kind, table in cast("dict[type, dict[str, Any]]", by_type).items():
            self._monkeypatch.setitem(cast("Any", by_type), kind, self._noting(f"{kind.__name__}.", table))

    def _noting(self, prefix: str, table: Any) -> dict[str, Callable[..., object]]:  # noqa: ANN401 - of several kinds
        return {name: self._row(prefix + name, function) for name, function in table.items()}

    def _row(self, name: str, function: Callable[..., object]) -> Callable[..., object]:
        self._rows.add(name)

        def call(*arguments: object) -> object:
            self._called.add(name)
            return function(*arguments)

        return call

    def wrong(self, path: str) -> list[str]:
        """The examples of a table that come to something else."""
        found = [(example, look_in(path, example.file)) for example in examples(path)]
        return [f"{example} BUT {values}" for example, values in found if values != example.expected]

    @property
    def uncalled(self) -> set[str]:
        return self._rows - self._called


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_of_a_library_has_an_example(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(monkeypatch)
    watch.functions(language)
    watch.methods(dialects.methods(language))

    wrong = [line for path in LANGUAGES[language] for line in watch.wrong(path)]
    assert not wrong, "\n".join(wrong)
    assert watch.uncalled == set()


def test_every_method_that_languages_share_has_an_example(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(monkeypatch)
    watch.methods(builtins.METHODS)

    assert not any(watch.wrong(path) for path in ("app.py", "app.js", "app.php", "app.swift"))
    assert watch.uncalled == set()
