"""What is told from names and short texts alone: a table of `words/` for each question."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lk_audit.livekit.authentication import AUTHENTICATING_NAME, BLOCKING_NAME
from lk_audit.livekit.contents import ROLE_TEXT, is_secret_variable
from lk_audit.livekit.durations import go_span, jose_span, ms_span, spoken
from lk_audit.livekit.grants import allows, meant_grant, restricts_by_default
from lk_audit.livekit.publishing import publishing_setting
from lk_audit.livekit.randomness import is_random_call
from lk_audit.livekit.setting_names import (
    is_generic_secret_name,
    is_key_name,
    is_secret_name,
    is_token_name,
    public_prefix,
)
from lk_audit.livekit.urls import insecure_public_host, is_livekit_url_name
from tests.tables import examples

FOLDER = Path(__file__).with_name("words")


def _span(text: str) -> float | None:
    reader, _, span = text.partition(" ")
    return {"jose": jose_span, "ms": ms_span, "go": go_span}[reader](span)


def _published(place: str) -> str | None:
    path, _, keys = place.partition(" ")
    setting = publishing_setting(path, tuple(keys.split(".")))
    return f"{setting.name}: {setting.effect}" if setting is not None else None


QUESTIONS: dict[str, Callable[[str], object]] = {
    "public_prefix": lambda name: (public_prefix(name) or ("", None))[1],
    "spans": _span,
    "spoken": lambda seconds: spoken(float(seconds)),
    "meant_grant": meant_grant,
    "allows": allows,
    "restricts_by_default": restricts_by_default,
    "is_secret_variable": is_secret_variable,
    "is_secret_name": is_secret_name,
    "is_generic_secret_name": is_generic_secret_name,
    "is_key_name": is_key_name,
    "is_token_name": is_token_name,
    "is_livekit_url_name": is_livekit_url_name,
    "insecure_public_host": lambda url: " ".join(insecure_public_host(url) or ()) or None,
    "is_random_call": is_random_call,
    "says_role": lambda name: ROLE_TEXT.search(f'{{"{name}": 1}}') is not None,
    "published_by": _published,
    "authenticates": lambda name: AUTHENTICATING_NAME.search(name) is not None,
    "blocks": lambda name: BLOCKING_NAME.search(name) is not None,
}


def _answer(found: object) -> str:
    match found:
        case bool():
            return "yes" if found else "no"
        case float():
            return f"{found:g}" if abs(found) < 1e6 else f"{found:.0f}"
        case None:
            return "nothing"
        case _:
            return str(found)


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_a_name_or_text_says(question: str) -> None:
    found = [(item, _answer(QUESTIONS[question](item.code))) for item in examples(FOLDER / f"{question}.txt")]

    wrong = [f"{item} BUT {answer}" for item, answer in found if answer != item.expected]
    assert not wrong, "\n".join(wrong)


def test_every_table_asks_a_question() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == QUESTIONS.keys()
