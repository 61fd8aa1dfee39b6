"""Languages whose grammar is not installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit import frontends
from lk_audit.facts import CredentialLiteral
from lk_audit.source import Source
from tests.samples import extract_facts

if TYPE_CHECKING:
    import pytest

SECRET = "q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa"
CODE = f'package main\n\nconst livekitApiSecret = "{SECRET}"\n'


def test_a_file_whose_grammar_is_missing_is_read_as_text_and_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(frontends.GRAMMARS, "go", "tree_sitter_that_nobody_has")

    facts, notes = extract_facts([Source.from_text("main.go", CODE)])

    assert [fact.place.line for fact in facts if isinstance(fact, CredentialLiteral)] == [3]
    assert [(note.path, note.line) for note in notes] == [("main.go", 1)]
    assert notes[0].reason.startswith("read as text")
    assert "pip install tree-sitter-that-nobody-has" in notes[0].reason


def test_a_file_whose_grammar_is_there_is_analysed_without_a_word() -> None:
    _, notes = extract_facts([Source.from_text("main.go", CODE)])

    assert notes == []
