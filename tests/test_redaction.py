"""No secret reaches a report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from lk_audit.facts import Carrier, CredentialLiteral, Lead, Strength
from lk_audit.reporters import REPORTERS, render
from lk_audit.rule_api import Problem
from lk_audit.scanning.extracted import Extracted
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.scanning.redaction import MASK, Redactor, mask_all, secrets_in
from lk_audit.secret import Secret
from lk_audit.source import Place, Source
from tests.samples import SECRET, Word, credential_rule, make_rule, report_on

PLACE = Place("a.py", 0, 0, 1, 1, 1, 1)
JWT_PARTS = ("eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiJhIn0", "c2lnbmF0dXJl")
JWT = ".".join(JWT_PARTS)


def credential(value: str, strength: Strength = Strength.STRONG) -> CredentialLiteral:
    return CredentialLiteral(place=PLACE, secret=Secret(value), strength=strength, carrier=Carrier.TEXT)


def test_a_known_secret_is_masked_character_for_character() -> None:
    masked = Redactor([Secret("tr0ub4dor&3")]).code("key = 'tr0ub4dor&3'; x")

    assert masked == "key = 'tr" + MASK * 9 + "'; x"


def test_a_message_may_name_a_file_whose_name_is_no_text() -> None:
    masked = Redactor([Secret("abcdefgh")]).message("move abcdefgh out of \udcff.env")

    assert masked == f"move ab{MASK * 6} out of \ufffd.env"


def test_of_two_secrets_the_longer_one_is_masked_whole() -> None:
    masked = Redactor(secrets_in([credential("abcdefgh"), credential("abcdefgh12345678")])).code("abcdefgh12345678")

    assert masked == "abcd" + MASK * 12


def test_a_short_secret_is_masked_where_values_stand() -> None:
    masked = Redactor([Secret("mango")]).code("mango mangos 'mango' K=mango k: mango; f(mango) 'mango_tree'")

    assert masked == f"mango mangos 'm{MASK * 4}' K=m{MASK * 4} k: m{MASK * 4}; f(mango) 'mango_tree'"


def test_a_short_secret_is_masked_wherever_it_was_found() -> None:
    source = Source.from_text("run.sh", "livekit --api-secret mango\n")
    fact = replace(credential("mango", Strength.WEAK), place=source.place(21, 26))
    report = scan_sources([source], [credential_rule()], extract=lambda _: Extracted([fact]))

    assert report.findings[0].frame[0].text == f"livekit --api-secret m{MASK * 4}"


def test_the_words_of_rules_are_not_taken_for_short_secrets() -> None:
    assert Redactor([Secret("any")]).message("any key") == "any key"


def test_well_known_credentials_are_no_secrets() -> None:
    assert secrets_in([credential("devkey", Strength.WELL_KNOWN)]) == ()


@pytest.mark.parametrize("text", [JWT, SECRET, SECRET.lower(), "0123456789abcdef" * 3, "ab+/12CD" * 6 + "=="])
def test_what_looks_like_a_token_or_key_is_masked_though_unknown(text: str) -> None:
    masked = Redactor().code(f"x = '{text}'")

    assert text[8:] not in masked
    assert len(masked) == len(f"x = '{text}'")


@pytest.mark.parametrize(
    "text",
    [
        "from livekit.api import AccessToken, VideoGrants",
        "NEXT_PUBLIC_LIVEKIT_API_SECRET_FOR_STAGING_2",
        "test_token_v2_is_refused_when_it_is_too_old",
        "abcdefghijklmnopqrstuvwxyzabcdefghijkl",
        "------------------------------------------------",
    ],
)
def test_ordinary_code_stays(text: str) -> None:
    assert Redactor().code(text) == text


@given(st.text(max_size=200), st.lists(st.text(min_size=1, max_size=40), max_size=5))
def test_masking_keeps_the_length_of_any_text(text: str, secrets: list[str]) -> None:
    redactor = Redactor(secrets_in([credential(value) for value in secrets]))

    assert len(redactor.code(text)) == len(text)


def test_everything_but_quotes_can_be_masked() -> None:
    assert mask_all("'abcd' +\n  'efgh'") == f"'a{MASK * 3}' {MASK}\n  'e{MASK * 3}'"


# --- whole reports ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", REPORTERS)
def test_no_report_shows_a_secret_that_a_rule_quotes(style: str) -> None:
    report = report_on((".env", f"SECRET={SECRET}\n"), rules=[credential_rule()])

    assert report.findings
    assert SECRET not in render(style, report)


@pytest.mark.parametrize("style", REPORTERS)
def test_no_report_shows_the_secret_of_a_neighbouring_line(style: str) -> None:
    text = f"TOKEN={JWT}\nBAD\nOTHER={SECRET}\n"

    output = render(style, report_on((".env", text)))

    assert "bad word" in output
    assert SECRET not in output
    assert JWT not in output


@pytest.mark.parametrize("style", REPORTERS)
def test_no_report_shows_a_secret_of_one_file_in_another(style: str) -> None:
    weak = "hunter2-hunter2"
    report = report_on((".env", f"SECRET={weak}\n"), ("a.py", f"BAD = '{weak}'\n"))

    assert weak not in render(style, report)


def test_a_secret_spelled_in_another_way_is_masked_with_its_whole_span() -> None:
    source = Source.from_text("a.py", "key = 'tr0ub' + '4dor'\n")
    fact = replace(credential("tr0ub4dor"), place=source.place(6, 22))
    report = scan_sources([source], [credential_rule()], extract=lambda _: Extracted([fact]))

    assert [line.text for line in report.findings[0].frame] == [f"key = 't{MASK * 4}' {MASK} '4{MASK * 3}'"]


def test_notes_of_a_trace_are_masked_too() -> None:
    def quoting(word: Word) -> Iterator[Problem]:
        yield Problem(word.place, "bad", trace=(Lead(word.place, f"from {SECRET}"),), fix=f"not {SECRET}")

    report = report_on(("a.py", f"SECRET={SECRET}\nBAD\n"), rules=[make_rule(find=quoting)])

    assert SECRET not in repr(report)


def test_a_tree_of_many_secrets_is_masked_in_reasonable_time(tmp_path: Path) -> None:
    values = [f"{index:06}{SECRET}" for index in range(2_000)]
    texts = ["".join(f"SECRET={value}\n" for value in half) for half in (values[:1_000], values[1_000:])]
    files = [(str(tmp_path / f"{index}.env"), text) for index, text in enumerate(texts)]

    report = report_on(*files, rules=[credential_rule()])

    assert len(report.findings) == 2_000
    assert not any(value in repr(report.findings[7]) for value in values)
