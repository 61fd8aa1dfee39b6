"""How the conformance vectors are made anew: what is skipped, what is called, what is written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from conformance import generate
from conformance.catalogue import Library, Spelling, spellings, vectors_file
from conformance.minting.process import Minter, Results, missing_commands
from conformance.minting.signatures import go_calls, rust_calls

DAY = 24 * 3600


def minter(results: Results, missing: str | None = None) -> Minter:
    def mint(_: Sequence[Spelling], times: Sequence[int]) -> list[Results]:
        return [results for _ in times]

    return Minter(lambda: missing, mint, lambda: {"a library": "1.0"})


def results_of(library: Library, run: dict[str, object]) -> Results:
    return [[run] for _ in spellings(library)]


def test_a_list_without_its_toolchain_is_skipped_with_one_line_that_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(generate.MINTERS, Library.RAW_PHP, minter([], missing="no php on the PATH"))
    before = vectors_file(Library.RAW_PHP).read_bytes()
    assert generate.main(["raw-php"]) == 0
    assert capsys.readouterr().out == "skipped, its vectors stay as they are: raw-php: no php on the PATH\n"
    assert vectors_file(Library.RAW_PHP).read_bytes() == before


def test_a_check_tells_what_would_change_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run: dict[str, object] = {"payload": {"exp": generate.NOW + 123456 * DAY, "video": None}}
    monkeypatch.setitem(generate.MINTERS, Library.RAW_PHP, minter(results_of(Library.RAW_PHP, run)))
    before = vectors_file(Library.RAW_PHP).read_bytes()
    assert generate.main(["--check", "raw-php"]) == 1
    assert capsys.readouterr().out == "would change: raw-php.json\n"
    assert vectors_file(Library.RAW_PHP).read_bytes() == before


def test_what_makes_no_token_at_all_is_a_defect_of_the_toolchain(monkeypatch: pytest.MonkeyPatch) -> None:
    results = results_of(Library.RAW_PHP, {"error": "does not compile"})
    monkeypatch.setitem(generate.MINTERS, Library.RAW_PHP, minter(results))
    with pytest.raises(RuntimeError, match="raw-php: not one token was made"):
        generate.main(["raw-php"])


def test_the_same_results_give_the_same_bytes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run: dict[str, object] = {"payload": {"exp": generate.NOW + DAY, "video": {"roomJoin": True}}}
    monkeypatch.setitem(generate.MINTERS, Library.RAW_PHP, minter(results_of(Library.RAW_PHP, run)))
    monkeypatch.setattr(generate, "vectors_file", lambda library: tmp_path / f"{library.value}.json")
    assert generate.update(Library.RAW_PHP, write=True)
    assert not generate.update(Library.RAW_PHP, write=True)


def test_an_unknown_list_is_refused_with_the_names_of_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        generate.main(["raw-cobol"])
    assert left.value.code == 2
    assert "there is no list called raw-cobol; there are livekit-api, " in capsys.readouterr().err


def test_every_list_has_what_mints_it() -> None:
    assert set(generate.MINTERS) == set(Library)


def test_a_missing_command_is_named() -> None:
    assert missing_commands("python3", "no-such-command-9") == "no no-such-command-9 on the PATH"
    assert missing_commands("python3") is None


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("func CreateToken() string {", [""]),
        ("func CreateToken(room, identity string) {", ['"room of the caller", "identity of the caller"']),
        ("func CreateToken(room string, isHost bool) {", ['"room of the caller", false', '"room of the caller", true']),
    ],
)
def test_go_is_called_with_text_and_with_both_values_of_a_flag(code: str, expected: list[str]) -> None:
    assert go_calls(code) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("pub fn create_token() -> String {", [""]),
        ("pub fn create_token(room: &str) -> String {", ['"room of the caller"']),
        ("pub fn create_token(room: String) -> String {", ['"room of the caller".to_string()']),
        ("pub fn create_token(is_host: bool) -> String {", ["false", "true"]),
    ],
)
def test_rust_is_called_with_text_and_with_both_values_of_a_flag(code: str, expected: list[str]) -> None:
    assert rust_calls(code) == expected


def test_a_spelling_without_its_function_is_refused() -> None:
    with pytest.raises(LookupError, match="no function that makes its token"):
        go_calls("package tokens\n")
