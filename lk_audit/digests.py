"""SHA-256, without the library that `hashlib` brings along until there is much to digest.

Opening OpenSSL takes as long as to read a dozen modules, and the digest is the same. The standard library's `random`
gets SHA-512 this way, for this reason (Lib/random.py: "hashlib is pretty heavy to load"). OpenSSL is several times as
fast, though, which pays from some megabytes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import sha256 as _at_hand
else:
    try:
        from _sha2 import sha256 as _at_hand
    except ImportError:
        try:
            from _sha256 import sha256 as _at_hand  # Python 3.11
        except ImportError:
            from hashlib import sha256 as _at_hand

_MUCH = 1_000_000
"""Bytes."""


class _Digests:
    def __init__(self) -> None:
        self._make = _at_hand
        self._left = _MUCH

    def sha256(self, data: bytes) -> bytes:
        """The digest of some bytes."""
        self._left -= len(data)
        if self._left < 0 and self._make is _at_hand:
            from hashlib import sha256 as made_for_much  # noqa: PLC0415 - see above

            self._make = made_for_much
        return self._make(data).digest()


sha256 = _Digests().sha256
