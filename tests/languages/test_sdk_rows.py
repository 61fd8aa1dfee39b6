"""What the calls of each SDK and JWT library say of a token: a table of `sdk_rows/` each.

What is expected of a line are some of the things that are found in its code.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from lk_audit.extractors import context
from lk_audit.extractors.mints import facts as mint_facts
from lk_audit.extractors.mints import mints
from lk_audit.extractors.mints.model import MintParts
from lk_audit.facts import CredentialLiteral, TokenMint
from lk_audit.livekit import sdks
from lk_audit.source import Source
from tests.noting import rows, watched
from tests.samples import extract_facts
from tests.tables import examples
from tests.values.snippets import all_short

FILES = {path.name.removesuffix(".txt"): path for path in sorted(Path(__file__).with_name("sdk_rows").glob("*.txt"))}
SECRET = "q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa"
KEY = "APIexample23456"


@pytest.fixture(name="parts")
def _parts(monkeypatch: pytest.MonkeyPatch) -> list[MintParts]:
    """The parts of the tokens that are made while a test runs."""
    seen: list[MintParts] = []

    def assemble(of: Any, parts: MintParts, *rest: Any) -> TokenMint:  # noqa: ANN401 - handed on as they are
        seen.append(parts)
        return mint_facts.assemble(of, parts, *rest)

    monkeypatch.setattr(mints, "assemble", assemble)
    return seen


def said(path: str, file: str, parts: list[MintParts]) -> list[str]:
    """What a file says of its tokens, and the secrets in it."""
    parts.clear()
    text = file.replace("KEY", KEY).replace("SECRET", SECRET)
    facts, notes = extract_facts([Source.from_text(path, text)])
    assert not notes
    literals = [fact for fact in facts if isinstance(fact, CredentialLiteral)]
    return [
        *(item for part in parts for item in _of_token(part)),
        *(f"literal {_named(literal.secret.reveal())} of {_named(literal.key_id or '?')}" for literal in literals),
        *(f"for {fact.audience.name.lower()}" for fact in facts if isinstance(fact, TokenMint)),
    ]


def _named(text: str) -> str:
    return text.replace(KEY, "KEY").replace(SECRET, "SECRET")


def _of_token(parts: MintParts) -> Iterator[str]:
    yield f"by {parts.sdk}"
    for name, settings in parts.settings.items():
        yield from (f"{name} {_named(all_short(part.values))}" for part in settings if part.values)
    for grant in parts.grants.by_name.values():
        yield f"{grant.name} {' or '.join(str(value) for value in grant.values)}"
    yield from (f"unknown {item.spelled}" for item in parts.grants.unknown)
    yield from [] if parts.grants.complete else ["other grants"]
    for life in parts.lifetimes:
        yield f"{life.expiry.value} {life.seconds:g}" if life.seconds is not None else life.expiry.value


def lacking(path: str, parts: list[MintParts]) -> Iterator[str]:
    """The examples of a table that lack something of what is expected, or have what is not."""
    for example in examples(FILES[path]):
        found = said(path, example.file, parts)
        expected = example.expected.split("; ")
        missing = [item for item in expected if item not in found and not item.startswith("no ")]
        missing += [item for item in expected if any(f"no {other} ".startswith(f"{item} ") for other in found)]
        if missing:
            yield f"{example} LACKS {missing} IN {found}"


LANGUAGES = {
    "python": ["app.py"],
    "javascript": ["app.js"],
    "go": ["app.go"],
    "jvm": ["App.java", "App.kt"],
    "php": ["app.php"],
    "ruby": ["app.rb"],
    "dart": ["app.dart"],
    "swift": ["app.swift"],
    "csharp": ["app.cs"],
    "rust": ["app.rs"],
    "elixir": ["app.ex"],
}


UNREAD = {
    # A struct that is the value of a claim is no record; and the two structs name their last field differently.
    "go": {
        *(f".claim_structs ClaimGrants {name}" for name in ("Agent", "Inference", "Observability", "SIP")),
        *(".claim_structs RegisteredClaims Id", ".claim_structs StandardClaims ID"),
    },
    # What a getter gives is another object to the code that follows it.
    "jvm": {"livekit-server.members getAttributes.put"},
    # A module that uses Joken.Config signs by itself: test_elixir.
    "elixir": {f".signers Joken.Config.generate_and_sign{end}" for end in ("", "!")},
}
"""Rows that no code in these tables reaches."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_of_an_sdk_has_an_example(
    language: str, parts: list[MintParts], monkeypatch: pytest.MonkeyPatch
) -> None:
    family, asked = sdks.family(language), set[str]()
    noting = cast("sdks.Family", watched(family, "", asked))
    monkeypatch.setattr(context, "family", lambda name: noting if name == language else sdks.family(name))

    wrong = [line for path in LANGUAGES[language] for line in lacking(path, parts)]

    assert not wrong, "\n".join(wrong)
    assert set(rows(family, "")) - asked == UNREAD.get(language, set())


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_sdk_is_of_the_language_in_whose_tables_it_is(language: str) -> None:
    family = sdks.family(language)

    assert {sdk.language for sdk in (*family.constructors.values(), *family.token_methods.values())} <= {language}
