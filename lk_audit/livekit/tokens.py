"""LiveKit access tokens: finding them in text, reading them without trust, proving who signed them."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct, field

from lk_audit.livekit.grants import OTHER_GRANTS, PROJECT_GRANTS, VIDEO_GRANTS, in_another_case
from lk_audit.patterns import regex
from lk_audit.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_MAX_LENGTH = 16_384
_MILLISECONDS_FROM = 100_000_000_000
"""A number of seconds this large lies beyond the year 5000: it is a number of milliseconds."""
_MOST_DIGITS = 18
_POWERS = ("roomAdmin", *PROJECT_GRANTS, "agent")
DAY = 86_400
"""Seconds."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ISSUER = regex(r"API[A-Za-z0-9]{8,24}|devkey")


class DecodedToken(Struct, frozen=True):
    """What a token says of itself; nothing here is verified. Times are seconds since 1970, as LiveKit reads them.

    `grants` is the `video` claim; `other_grants` the grant objects beside it ("sip", "agent" ...).
    """

    secret: Secret
    algorithm: str
    key_id: str | None = None
    identity: str | None = None
    kind: str | None = None
    issued: int | None = None
    not_before: int | None = None
    expires: int | None = None
    expires_in_milliseconds: bool = False
    grants: Mapping[str, object] = field(default_factory=dict)
    other_grants: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    claims: tuple[str, ...] = ()

    @property
    def lifetime(self) -> int | None:
        """Seconds from its beginning (`nbf`, else `iat`) to its end; None when either is missing.

        SDKs that write `nbf: 0` mean "from the start"; then `iat` is the beginning.
        """
        begin = self.not_before or self.issued
        return None if begin is None or self.expires is None else self.expires - begin

    @property
    def is_livekit(self) -> bool:
        """Whether LiveKit could have made it: HS256, and a grant that only LiveKit knows.

        Its SDKs sign with nothing else; servers before v1.13 took HS384 and HS512 too (conformance/server).
        Source: livekit/protocol:auth/grants.go, auth/verifier.go.
        """
        if self.algorithm != "HS256":
            return False
        if any(name in VIDEO_GRANTS for name in self.grants):
            return True
        return bool(self.other_grants) and bool(self.key_id and _ISSUER.fullmatch(self.key_id))

    @property
    def powers(self) -> tuple[str, ...]:
        """The grants it carries that moderate a room or reach beyond one, as "roomAdmin", "sip.admin" ..."""
        return tuple(name for name in _POWERS if self._has(name))

    def is_expired(self, now: float) -> bool:
        """Whether it is over at `now` (seconds since 1970). Without `exp` it never is."""
        return self.expires is not None and self.expires <= now

    def lasts_over(self, seconds: float, now: float) -> bool:
        """Whether it lives, or will still live, longer than `seconds`; without `exp` it always does."""
        if self.expires is None or self.expires_in_milliseconds:
            return True
        lifetime = self.lifetime
        return (lifetime if lifetime is not None else self.expires - now) > seconds

    def validity(self, now: float) -> str:
        """How long it counts, in words: "valid until 2031-05-01", "expired 2023-01-01" ..."""
        if self.expires is None:
            return "without expiry"
        if self.expires_in_milliseconds:
            return "practically without expiry (exp is in milliseconds)"
        if self.is_expired(now):
            return f"expired {_date(self.expires)}"
        starts = f"not valid before {_date(self.not_before)}, " if self.not_before and self.not_before > now else ""
        return f"{starts}valid until {_date(self.expires)}"

    @property
    def joins_any_room(self) -> bool:
        """Whether its holder may enter every room of the project."""
        return self._claim("roomJoin") is True and not self._claim("room")

    @property
    def ignored_names(self) -> tuple[str, ...]:
        """The names among its grants that LiveKit ignores, whatever the server's release."""
        return tuple(name for name in self.grants if name not in VIDEO_GRANTS and in_another_case(name) is None)

    def _has(self, name: str) -> bool:
        claim, _, member = name.rpartition(".")
        return (self.other_grants.get(claim, {}).get(member) if claim else self._claim(member)) is True

    def _claim(self, name: str) -> object:
        """A grant, also where its name has other capitals: newer servers take it."""
        if name in self.grants:
            return self.grants[name]
        return next((value for spelled, value in self.grants.items() if in_another_case(spelled) == name), None)


def read_token(text: str) -> DecodedToken | None:
    """The content of any JWT, unverified; None when `text` is none. Never raises."""
    import jwt  # noqa: PLC0415 - imported for the rare candidate only

    if not 0 < len(text) <= _MAX_LENGTH:
        return None
    try:
        header = jwt.get_unverified_header(text)
        # lk-audit: ignore[unverified-token] read to be judged, never trusted
        payload = jwt.decode(text, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        return None
    return _decoded(text, header, payload)


def decode_token(text: str) -> DecodedToken | None:
    """The content of a LiveKit access token, unverified; None when `text` is anything else. Never raises."""
    token = read_token(text)
    return token if token is not None and token.is_livekit else None


def signing_secret(token: DecodedToken, secrets: Iterable[Secret]) -> Secret | None:
    """Whichever of `secrets` made the signature of `token` (HS256); its times are not looked at.

    Source: RFC 7515, section 5.2.
    """
    import hmac  # noqa: PLC0415 - imported for the rare candidate only

    from jwt.utils import base64url_decode  # noqa: PLC0415 - as above

    text, _, signature = token.secret.reveal().rpartition(".")
    try:
        signed = base64url_decode(signature)
    except ValueError:
        return None
    message = text.encode("ascii", "replace")
    for secret in secrets:
        key = secret.reveal().encode("utf-8", "surrogatepass")
        if hmac.compare_digest(hmac.digest(key, message, "sha256"), signed):
            return secret
    return None


def _decoded(text: str, header: Mapping[str, object], payload: Mapping[str, object]) -> DecodedToken:
    expires = _seconds(payload.get("exp"))
    return DecodedToken(
        secret=Secret(text),
        algorithm=_text(header.get("alg")) or "",
        key_id=_text(payload.get("iss")),
        identity=_text(payload.get("sub")) or _text(payload.get("jti")),
        kind=_text(payload.get("kind")),
        issued=_seconds(payload.get("iat")),
        not_before=_seconds(payload.get("nbf")),
        expires=expires,
        expires_in_milliseconds=expires is not None and expires >= _MILLISECONDS_FROM,
        grants=_object(payload.get("video")),
        other_grants={name: _object(payload[name]) for name in OTHER_GRANTS if _object(payload.get(name))},
        claims=tuple(payload),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _seconds(value: object) -> int | None:
    """A time of a token; newer servers take a number that is written as text, too (conformance/server)."""
    if isinstance(value, str) and len(value) <= _MOST_DIGITS and value.isascii() and value.isdecimal():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return int(value)


def _date(seconds: int) -> str:
    try:
        return (_EPOCH + timedelta(seconds=seconds)).date().isoformat()
    except OverflowError:
        return "the end of time" if seconds > 0 else "long ago"


# --- finding ----------------------------------------------------------------------------------------------------------

_RUN = regex(rb"[A-Za-z0-9_.-]{60,}+")
_HEADERS = (b"eyJhbGciOi", b"eyJ0eXAiOi", b"eyJraWQiOi")
_SIGNATURE_LENGTH = 43
"""An HS256 signature in base64url. A shorter one is cut off or made up: nobody can use that token."""


def find_tokens(data: bytes) -> Iterator[tuple[int, int, str]]:
    """The spans in `data` that look like a complete JWT with an HS256-sized signature, and their text."""
    if b"eyJ" not in data:
        return
    for run in _RUN.finditer(data):
        yield from _tokens_of_run(run[0], run.start())


def _tokens_of_run(run: bytes, offset: int) -> Iterator[tuple[int, int, str]]:
    pieces = run.split(b".")
    starts = [0]
    for piece in pieces:
        starts.append(starts[-1] + len(piece) + 1)
    for index in range(len(pieces) - 2):
        header, payload, signature = pieces[index : index + 3]
        begin = _header_start(header)
        if begin is None or not payload.startswith(b"eyJ") or len(signature) < _SIGNATURE_LENGTH:
            continue
        start = starts[index] + begin
        end = starts[index + 2] + _SIGNATURE_LENGTH
        yield offset + start, offset + end, run[start:end].decode("ascii")


def _header_start(piece: bytes) -> int | None:
    """Where a JWT header starts in `piece`; text such as `n` of an escaped line break may stand before it."""
    found = [place for place in map(piece.rfind, _HEADERS) if place >= 0]
    if found:
        return min(found)
    return 0 if piece.startswith(b"eyJ") else None
