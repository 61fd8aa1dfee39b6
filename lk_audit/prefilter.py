"""Which files are worth decoding and parsing, told from their bytes alone."""

from __future__ import annotations

import re
from functools import cache

# `typing` takes longer to import than this module; type checkers know the constant by its name.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from ahocorasick_rs import BytesAhoCorasick

GATES: dict[str, tuple[bytes, ...]] = {
    "livekit": (
        # Spellings instead of ignoring case: a case-insensitive search is ten times slower.
        *(b"livekit", b"LiveKit", b"Livekit", b"LIVEKIT", b"liveKit", b"lk-audit:"),
        *(b"AccessToken", b"VideoGrant", b"SignJWT", b"access_token.", b"lk_jwt", b"lkToken"),
        *(b"roomJoin", b"room_join", b"RoomJoin", b"canPublish", b"can_publish", b"CanPublish"),
        *(b"roomAdmin", b"room_admin", b"roomCreate", b"room_create", b"roomRecord", b"room_record"),
        *(
            b"LK_API",
            b"LK_SECRET",
            b"devkey",
            b"--api-secret",
            b"api_secret",
            b"apiSecret",
            b"API_SECRET",
            b"ApiSecret",
            b"E2EEKeyProvider",
        ),
        # Command lines that make tokens, and need not say more.
        *(b"token create", b"create-token", b"create-join-token", b'"token", "create"', b"'token', 'create'"),
    ),
    # The seam between header and payload of every compact token, and how the usual headers begin.
    "jwt": (b".eyJ", b"eyJhbGciOi", b"eyJ0eXAiOi", b"eyJraWQiOi"),
}
"""What a file must contain for any fact to come from it, by what is looked for."""

_KEY_ID = re.compile(rb"API[2-9A-HJ-NP-Za-km-z]{12}(?![A-Za-z0-9])")
"""A LiveKit key id (livekit/protocol:utils/guid/id.go): a file of keys may say nothing else of LiveKit."""
_NAMES = ("livekit", "LiveKit", "Livekit", "LIVEKIT")
_BLOCK = 1 << 16


def gates(path: str, data: bytes) -> frozenset[str]:
    """The gates that a file opens; empty when nothing in it can matter.

    A file or folder called after LiveKit (`livekit/config.yaml`) holds keys without saying the name again.
    """
    name = "/".join(path.rsplit("/", 2)[-2:])
    opened = {"livekit"} if any(word in name for word in _NAMES) else set()
    automaton, owners, overlap = _automaton()
    # Blocks bound the number of matches held at once, and allow to stop early.
    for start in range(0, len(data), _BLOCK):
        block = data[start : start + _BLOCK + overlap] if len(data) > _BLOCK else data
        opened.update(owners[index] for index, _, _ in automaton.find_matches_as_indexes(block))
        if len(opened) == len(GATES):
            break
    if not opened and _holds_key_id(data):
        opened.add("livekit")
    return frozenset(opened)


def _holds_key_id(data: bytes) -> bool:
    """Whether a key id is written in `data`; a digit tells it from names such as `APIConnectError`."""
    return b"API" in data and any(
        not found[0].isalpha() and not data[max(0, found.start() - 1) : found.start()].isalnum()
        for found in _KEY_ID.finditer(data)
    )


@cache
def _automaton() -> tuple[BytesAhoCorasick, tuple[str, ...], int]:
    """What finds the words, the gate of each, and how far blocks must overlap for none to fall between them."""
    from ahocorasick_rs import BytesAhoCorasick as Automaton  # noqa: PLC0415 - not needed by most commands

    pairs = [(word, gate) for gate, words in GATES.items() for word in words]
    words = [word for word, _ in pairs]
    return Automaton(words), tuple(gate for _, gate in pairs), max(map(len, words)) - 1
