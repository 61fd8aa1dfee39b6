"""What a rule makes of a secret, an address or a key, by one thing that is different about it."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from lk_audit.facts import (
    Carrier,
    CredentialLiteral,
    Custody,
    DevTokenSource,
    E2eeKeyLiteral,
    EnvExposure,
    Exposure,
    Fact,
    FileRole,
    InsecureUrl,
    Lead,
    SecretExposure,
    Strength,
    TokenCheck,
    TokenLeftBehind,
    WebhookUse,
)
from lk_audit.rule_api import Options, Problem
from lk_audit.secret import Secret
from lk_audit.source import Place
from tests.choices import RULES


def at(line: int, path: str = ".env") -> Place:
    return Place(path, line * 10, line * 10 + 5, line, 1, line, 6)


SECRET = Secret("q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa")
LEAKED = CredentialLiteral(place=at(3), secret=SECRET, strength=Strength.STRONG, carrier=Carrier.ARGUMENT)
PUBLIC = EnvExposure(
    place=at(1), name="VITE_LIVEKIT_API_SECRET", prefix="VITE_", framework="Vite", is_read=True, on_server=False
)
E2EE = E2eeKeyLiteral(place=at(1), setting="sharedKey", secret=SECRET)
LOGGED = SecretExposure(place=at(1), name="LIVEKIT_API_SECRET", exposure=Exposure.LOG, sink="print")
PLAIN = InsecureUrl(place=at(1), url="ws://meet.acme.io", scheme="ws", host="meet.acme.io")


def problems(rule: str, fact: Fact, **fields: Any) -> list[Problem]:  # noqa: ANN401 - the fields of a fact
    return list(RULES[rule].check(replace(fact, **fields), Options()))


def judged(rule: str, fact: Fact, **fields: Any) -> str:  # noqa: ANN401 - the fields of a fact
    found = [
        f"{item.severity.name.lower() if item.severity else 'as usual'} {item.confidence.value}: {item.message}"
        for item in problems(rule, fact, **fields)
    ]
    return "; ".join(found) or "nothing"


KEPT_OUT = "an environment file that git ignores but an image takes along"
SIGNS = "whoever reads it can sign tokens for every room"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, f"as usual high: LiveKit API secret {SECRET} in an argument: {SIGNS}"),
        ({"key_id": "APIx"}, f"as usual high: LiveKit API secret {SECRET} of key APIx in an argument: {SIGNS}"),
        ({"certain": False}, f"as usual medium: LiveKit API secret {SECRET} in an argument: {SIGNS}"),
        ({"role": FileRole.TEST}, f"as usual medium: LiveKit API secret {SECRET} in an argument: {SIGNS}"),
        (
            {"custody": Custody.IGNORED},
            f"medium high: LiveKit API secret {SECRET} in {KEPT_OUT}: {SIGNS}",
        ),
        ({"strength": Strength.WEAK}, "nothing"),
        ({"strength": Strength.WELL_KNOWN}, "nothing"),
    ],
)
def test_a_secret_that_is_written_down(fields: dict[str, Any], expected: str) -> None:
    assert judged("leaked-api-secret", LEAKED, **fields) == expected


@pytest.mark.parametrize(("key_line", "shown"), [(1, True), (2, False), (3, False), (4, False), (5, True)])
def test_the_key_is_pointed_at_where_it_is_out_of_sight(key_line: int, *, shown: bool) -> None:
    (problem,) = problems("leaked-api-secret", LEAKED, key_at=Lead(at(key_line), "the key"))
    (elsewhere,) = problems("leaked-api-secret", LEAKED, key_at=Lead(at(3, "other.env"), "the key"))

    assert bool(problem.related) is shown
    assert elsewhere.related


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "as usual high: guessable API secret {} in an argument: anybody can sign tokens with it"),
        (
            {"certain": False},
            "as usual medium: guessable API secret {} in an argument: anybody can sign tokens with it",
        ),
        (
            {"role": FileRole.EXAMPLE},
            "low high: guessable API secret {} in an argument: anybody can sign tokens with it",
        ),
        (
            {"role": FileRole.LOCAL},
            "note high: guessable API secret {} in an argument: anybody can sign tokens with it",
        ),
        (
            {"strength": Strength.WELL_KNOWN},
            "as usual high: published development value {} in an argument: anybody can sign tokens with it",
        ),
        ({"strength": Strength.WELL_KNOWN, "role": FileRole.EXAMPLE}, "nothing"),
        ({"strength": Strength.WELL_KNOWN, "role": FileRole.LOCAL}, "nothing"),
        ({"strength": Strength.STRONG}, "nothing"),
        ({"role": FileRole.TEST}, "nothing"),
        ({"carrier": Carrier.COMMENT}, "nothing"),
    ],
)
def test_a_secret_that_is_easily_found(fields: dict[str, Any], expected: str) -> None:
    assert judged("dev-credentials", LEAKED, **{"strength": Strength.WEAK, **fields}) == expected.format(SECRET)


SHIPS = "API secret under the public name VITE_LIVEKIT_API_SECRET: Vite ships"
PREFIXED = f"{SHIPS} variables that start with VITE_ to every client"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, f"as usual high: {PREFIXED}"),
        ({"on_server": True}, f"as usual medium: {PREFIXED}"),
        ({"role": FileRole.TEST}, f"as usual medium: {PREFIXED}"),
        (
            {"prefix": ""},
            "as usual high: API secret VITE_LIVEKIT_API_SECRET published: Vite ships it to every client",
        ),
        (
            {"effect": "into the bundle", "framework": "`define`"},
            "as usual high: API secret VITE_LIVEKIT_API_SECRET published: `define` copies it into the bundle",
        ),
    ],
)
def test_a_secret_under_a_public_name(fields: dict[str, Any], expected: str) -> None:
    assert judged("public-env-secret", PUBLIC, **fields) == expected


def test_a_public_name_is_renamed_where_its_prefix_makes_it_public() -> None:
    (prefixed,) = problems("public-env-secret", PUBLIC)
    (whole,) = problems("public-env-secret", PUBLIC, prefix="")
    (copied,) = problems("public-env-secret", PUBLIC, effect="into the bundle")

    assert prefixed.repair is not None
    assert prefixed.fix is None
    assert (whole.repair, copied.repair) == (None, None)
    assert whole.fix == copied.fix is not None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "as usual high: API secret LIVEKIT_API_SECRET written to a log by print"),
        ({"exposure": Exposure.RESPONSE}, "as usual high: API secret LIVEKIT_API_SECRET sent to the caller by print"),
        ({"exposure": Exposure.ERROR}, "as usual high: API secret LIVEKIT_API_SECRET put into an error by print"),
        ({"exposure": Exposure.TEMPLATE}, "as usual high: API secret LIVEKIT_API_SECRET put into a page by print"),
        (
            {"exposure": Exposure.RESPONSE, "sink": "return"},
            "as usual high: API secret LIVEKIT_API_SECRET returned to the caller",
        ),
        ({"is_token": True}, "low medium: access token written to a log by print"),
    ],
)
def test_a_secret_that_is_let_out(fields: dict[str, Any], expected: str) -> None:
    assert judged("exposed-secret", LOGGED, **fields) == expected


DECRYPTS = "everybody who has the code can decrypt"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, f"as usual high: end-to-end encryption key written down for sharedKey: {DECRYPTS}"),
        (
            {"fallback_of": "CALL_KEY"},
            f"as usual high: end-to-end encryption key as the fallback of CALL_KEY for sharedKey: {DECRYPTS}",
        ),
        (
            {"secret": None, "variable": "VITE_KEY"},
            f"as usual high: end-to-end encryption key in the public variable VITE_KEY for sharedKey: {DECRYPTS}",
        ),
        (
            {"is_placeholder": True},
            f"as usual medium: end-to-end encryption key written down for sharedKey: {DECRYPTS}",
        ),
        ({"role": FileRole.EXAMPLE}, f"low high: end-to-end encryption key written down for sharedKey: {DECRYPTS}"),
        ({"role": FileRole.LOCAL}, f"low high: end-to-end encryption key written down for sharedKey: {DECRYPTS}"),
        ({"role": FileRole.EXAMPLE, "is_placeholder": True}, "nothing"),
        ({"role": FileRole.TEST}, "nothing"),
    ],
)
def test_a_key_of_encryption(fields: dict[str, Any], expected: str) -> None:
    assert judged("hardcoded-e2ee-key", E2EE, **fields) == expected


OPEN = "to the public host meet.acme.io: everybody on the way can read the access token"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, f"as usual high: ws:// {OPEN}"),
        ({"scheme": "http"}, f"as usual high: http:// {OPEN}"),
        ({"role": FileRole.EXAMPLE}, f"low high: ws:// {OPEN}"),
        ({"role": FileRole.LOCAL}, f"low high: ws:// {OPEN}"),
        ({"role": FileRole.TEST}, "nothing"),
    ],
)
def test_an_address_without_encryption(fields: dict[str, Any], expected: str) -> None:
    assert judged("insecure-url", PLAIN, **fields) == expected


LEFT = "LiveKit token left in localStorage, where every script of the page can read it"
ASKED = "tokens from sandboxTokenServer(), which gives everybody who asks a token with any permissions"
TRUSTED = "LiveKit token trusted without its signature: decode() reads it"
EVENT = "webhook event of unknown origin: skipAuth is set"


@pytest.mark.parametrize(
    ("rule", "fact", "expected"),
    [
        ("token-in-url-or-storage", TokenLeftBehind(place=at(1), where="localStorage"), f"as usual high: {LEFT}"),
        (
            "token-in-url-or-storage",
            TokenLeftBehind(place=at(1), where="localStorage", certain=False),
            f"as usual medium: {LEFT}",
        ),
        (
            "token-in-url-or-storage",
            TokenLeftBehind(place=at(1), where="AsyncStorage"),
            "as usual high: LiveKit token left in AsyncStorage, where it lies on the device unencrypted",
        ),
        ("token-in-url-or-storage", TokenLeftBehind(place=at(1), where="x", role=FileRole.TEST), "nothing"),
        ("dev-token-source", DevTokenSource(place=at(1), how="sandboxTokenServer()"), f"as usual medium: {ASKED}"),
        (
            "dev-token-source",
            DevTokenSource(place=at(1), how="sandboxTokenServer()", certain=True),
            f"as usual high: {ASKED}",
        ),
        ("dev-token-source", DevTokenSource(place=at(1), how="x", role=FileRole.EXAMPLE), "nothing"),
        ("unverified-token", TokenCheck(place=at(1), how="decode() reads it"), f"as usual high: {TRUSTED}"),
        (
            "unverified-token",
            TokenCheck(place=at(1), how="decode() reads it", certain=False),
            f"as usual medium: {TRUSTED}",
        ),
        ("unverified-webhook", WebhookUse(place=at(1), how="skipAuth is set"), f"as usual high: {EVENT}"),
        (
            "unverified-webhook",
            WebhookUse(place=at(1), how="skipAuth is set", certain=False),
            f"as usual medium: {EVENT}",
        ),
    ],
)
def test_what_is_trusted_or_left(rule: str, fact: Fact, expected: str) -> None:
    assert judged(rule, fact) == expected
