"""A value that is never shown in full."""

from __future__ import annotations

from msgspec import Struct

from lk_audit.digests import sha256

_SHOWN = 4


class Secret(Struct, frozen=True):
    """A secret or token. Every rendering is masked; `reveal()` is for judging and comparing only."""

    _value: str

    def reveal(self) -> str:
        """The value itself. Never pass it to anything that prints, logs, stores or formats."""
        return self._value

    @property
    def masked(self) -> str:
        """The first characters and the length: enough to recognise one's own secret, too little to use it."""
        shown = min(_SHOWN, len(self._value) // 4)
        return f"{self._value[:shown]}…({len(self._value)} characters)"

    @property
    def digest(self) -> str:
        """SHA-256 of the value, in hexadecimal."""
        return sha256(self._value.encode("utf-8", "surrogatepass")).hex()

    def __repr__(self) -> str:
        return f"Secret({self.masked})"

    def __str__(self) -> str:
        return self.masked

    def __format__(self, spec: str) -> str:
        return format(self.masked, spec)

    def __len__(self) -> int:
        return len(self._value)
