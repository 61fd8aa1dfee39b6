"""API secrets as arguments of the SDKs' calls, in languages that are read as text, in documents and in bundles.

The calls of livekit/protocol:auth, livekit/server-sdk-kotlin, livekit/server-sdk-ruby, livekit/rust-sdks,
agence104/livekit-server-sdk-php, pabloFuente/livekit-server-sdk-dotnet and livekit/node-sdks.
"""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.facts import Carrier, CredentialLiteral, FileRole
from lk_audit.livekit.credentials import is_key_id, judge
from lk_audit.patterns import regex
from lk_audit.secret import Secret
from lk_audit.source import Source

_LITERAL = r"""(?:\w{1,30}[ \t]{0,20}[:=][ \t]{0,20})?@?\\?["'`]([^"'`\\\r\n]{1,256})\\?["'`]"""
_EXPRESSION = r"""(?:\w{1,30}[ \t]{0,20}[:=][ \t]{0,20})?[\w.$:>\[\]"'`@!?/\\-]{1,200}(?:\([\w."'`$]{0,80}\))?"""
_MAKE = r"(?:(?:::|\.|->)(?:new|create|createClient|with_api_key))?!?\s{0,10}\(\s{0,200}"
_NEXT = r"\s{0,10},\s{0,200}"
_SIGNERS = r"\b(?:New)?(AccessToken|WebhookReceiver|TokenVerifier|SimpleKeyProvider)"
_CLIENTS = r"\b(?:New)?((?:RoomService|Egress|Ingress|S[iI][pP]|AgentDispatch)(?:Service)?Client)"
_CALLS = tuple(
    regex(form.encode())
    for form in (
        f"{_SIGNERS}{_MAKE}(?:{_LITERAL}|{_EXPRESSION}){_NEXT}{_LITERAL}",
        f"{_CLIENTS}{_MAKE}{_EXPRESSION}{_NEXT}(?:{_LITERAL}|{_EXPRESSION}){_NEXT}{_LITERAL}",
    )
)
_OTHERS = (b"twilio", b"agora")
"""Vendors that call theirs by the same names, with other arguments."""


def written_calls(source: Source, role: FileRole) -> Iterator[CredentialLiteral]:
    """The literal secrets in calls of a LiveKit SDK."""
    lowered = source.data.lower()
    if b"livekit" not in lowered or any(name in lowered for name in _OTHERS):
        return
    for call in _CALLS:
        for found in call.finditer(source.data):
            secret = found[3].decode("utf-8", "replace")
            strength = judge(secret)
            if strength is not None:
                key = (found[2] or b"").decode("utf-8", "replace")
                yield CredentialLiteral(
                    place=source.place(*found.span(3)),
                    role=role,
                    secret=Secret(secret),
                    strength=strength,
                    carrier=Carrier.ARGUMENT,
                    name=f"the API secret of {found[1].decode()}()",
                    key_id=key if is_key_id(key) else None,
                )
