"""Which files are worth decoding and parsing, told from their bytes alone."""

from __future__ import annotations

import re
from functools import cache

# `typing` takes longer to import than this module; type checkers know the constant by its name.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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

KEY_ID = re.compile(rb"API[2-9A-HJ-NP-Za-km-z]{12}(?![A-Za-z0-9])")
"""A LiveKit key id (livekit/protocol:utils/guid/id.go): a file of keys may say nothing else of LiveKit."""
_START = b"API"
"""How key ids begin; it is looked for together with the words, and only where it stands the rest is compared."""
_NAMES = ("livekit", "LiveKit", "Livekit", "LIVEKIT")
_NAME = re.compile("|".join(_NAMES))
_BLOCK = 1 << 16
_LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\n"


def is_lfs_pointer(data: bytes) -> bool:
    """Whether this stands for a file that Git LFS keeps elsewhere. Source: git-lfs/git-lfs:docs/spec.md."""
    return data.startswith(_LFS_POINTER)


def gates(path: str, data: bytes) -> frozenset[str]:
    """The gates that a file opens; empty when nothing in it can matter.

    A file or folder called after LiveKit (`livekit/config.yaml`) holds keys without saying the name again.
    """
    return frozenset(_opened(path, data, len(GATES)))


def opens_any(path: str, data: bytes) -> bool:
    """Whether a file opens any gate; the search ends at the first."""
    if len(data) <= _BLOCK and not _search()[0](data):  # nearly every file
        return _is_called_after(path)
    return bool(_opened(path, data, 1))


def _is_called_after(path: str) -> bool:
    """Whether a file or its folder has the name of LiveKit."""
    if _NAME.search(path) is None:
        return False
    name = "/".join(path.rsplit("/", 2)[-2:])
    return any(word in name for word in _NAMES)


def _opened(path: str, data: bytes, enough: int) -> set[str]:
    """The gates that a file opens, found one after the other until there are enough."""
    opened = {"livekit"} if _is_called_after(path) else set()
    find, owners, overlap = _search()
    seen: set[int] = set()
    # Blocks bound the number of matches held at once, and allow to stop early.
    for start in range(0, len(data) if len(opened) < enough else 0, _BLOCK):
        block = data[start : start + _BLOCK + overlap] if len(data) > _BLOCK else data
        seen.update([index for index, _, _ in find(block)])
        opened.update([owners[index] for index in seen if index in owners])
        if len(opened) >= enough:
            break
    if not opened and seen and _holds_key_id(data):
        opened.add("livekit")
    return opened


def _holds_key_id(data: bytes) -> bool:
    """Whether a key id is written in `data`; a digit tells it from names such as `APIConnectError`."""
    return any(
        not found[0].isalpha() and not data[max(0, found.start() - 1) : found.start()].isalnum()
        for found in KEY_ID.finditer(data)
    )


@cache
def _search() -> tuple[Callable[[bytes], Sequence[tuple[int, int, int]]], dict[int, str], int]:
    """What finds the words, the gate of each, and how far blocks must overlap for none to fall between them.

    Of words that begin at one place the first one counts: only a search that reports the leftmost match can look for
    all words at once by vectors (aho-corasick:src/packed), which takes a sixth of the time of one that steps through
    an automaton byte by byte. No word begins inside one of another gate but for the dot of "access_token.".
    """
    from ahocorasick_rs import BytesAhoCorasick, MatchKind  # noqa: PLC0415 - not needed by most commands

    owners = [(word, gate) for gate, words in GATES.items() for word in words]
    words = [*(word for word, _ in owners), _START]
    automaton = BytesAhoCorasick(words, matchkind=MatchKind.LeftmostFirst)
    return automaton.find_matches_as_indexes, dict(enumerate(gate for _, gate in owners)), max(map(len, words)) - 1
