"""Which files are parsed at all."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lk_audit.files.prefilter import GATES, gates, opens_any

JWT_START = "eyJhbGciOi" + "JIUzI1NiJ9"


@pytest.mark.parametrize(
    "text",
    [
        "from livekit import api",
        "import { AccessToken } from 'livekit-server-sdk'",
        "LIVEKIT_API_SECRET=x",
        "LK_API_KEY=x",
        '{"video": {"roomJoin": true}}',
        "VideoGrants(room_join=True)",
        "new SignJWT(claims)",
        "devkey: secret",
        "# lk-audit: ignore[excessive-ttl]",
    ],
)
def test_what_speaks_of_livekit_is_parsed(text: str) -> None:
    assert gates("a.py", text.encode()) == {"livekit"}


def test_a_token_opens_its_own_gate() -> None:
    assert gates("notes.txt", f"token {JWT_START}.eyJzdWIiOiJhIn0.x".encode()) == {"jwt"}
    assert gates("a.py", f"'{JWT_START}' + tail".encode()) == {"jwt"}


def test_a_file_called_after_livekit_is_parsed_whatever_it_holds() -> None:
    assert gates("deploy/livekit.yaml", b"keys:\n  a: b\n") == {"livekit"}
    assert gates("deploy/livekit/values.yaml", b"keys:\n  a: b\n") == {"livekit"}
    assert gates("livekit-demo/src/app.py", b"import os\n") == frozenset()


@pytest.mark.parametrize("text", ["", "import os\n", "password = 'x'", "eyJ"])
def test_anything_else_is_not(text: str) -> None:
    assert gates("src/app.py", text.encode()) == frozenset()


@pytest.mark.parametrize("word", [word for words in GATES.values() for word in words])
@pytest.mark.parametrize("offset", [-3, -1, 0, 1])
def test_a_word_across_two_blocks_is_seen(word: bytes, offset: int) -> None:
    data = b" " * (65_536 + offset) + word + b" " * 10

    assert gates("a", data)


def test_a_large_file_full_of_hits_costs_little() -> None:
    started = time.perf_counter()
    gates("a", b"livekit " * 2_500_000)

    assert time.perf_counter() - started < 5


WORDS = [word for words in GATES.values() for word in words]
KEY_ID = b"APIdemo2345demo"
PIECES = st.sampled_from([*WORDS, *(word[:-1] for word in WORDS), KEY_ID, b"API", b"a", b".", b" ", b"\n" * 40])


@given(st.lists(PIECES, max_size=12).map(b"".join))
@example(b"APIAPI_SECRE" + KEY_ID)
@example(b"API_SECRET")
def test_one_search_finds_what_a_search_for_each_word_finds(data: bytes) -> None:
    is_expected = any(word in data for word in WORDS)

    assert opens_any("a.py", data) or not is_expected
    assert opens_any("a.py", data) == bool(gates("a.py", data))
    assert is_expected or b"API" in data or not opens_any("a.py", data)


@given(st.lists(st.sampled_from(WORDS), max_size=6))
def test_words_apart_open_the_gates_of_each(words: list[bytes]) -> None:
    expected = {gate for gate, own in GATES.items() if set(own) & set(words)}

    assert gates("a.py", b" ".join(words)) == expected


@pytest.mark.parametrize("before", [b"", b" ", b"\n", b"API ", b"x" * 63 + b" ", b"x" * 70_000 + b" "])
def test_a_key_id_alone_opens_the_gate_of_livekit(before: bytes) -> None:
    assert gates("keys.txt", before + KEY_ID + b": x") == {"livekit"}
    assert opens_any("keys.txt", before + KEY_ID + b": x")
    assert not opens_any("keys.txt", before + b"x" + KEY_ID)
