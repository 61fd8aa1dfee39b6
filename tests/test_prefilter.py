"""Which files are parsed at all."""

from __future__ import annotations

import time

import pytest

from lk_audit.prefilter import GATES, gates

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
