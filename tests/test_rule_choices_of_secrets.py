"""What rules choose to say of secrets, tokens and addresses that are written down."""

from __future__ import annotations

import jwt
import pytest

from lk_audit.rule_api import Confidence, Severity
from tests.choices import DAY, HOUR, NOW, SIGNING, found, token


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (token(HOUR, roomAdmin=True), 1),
        (token(30 * DAY), 1),
        (token(30 * DAY, roomAdmin=True), 1),
        (token(HOUR), 0),
        (token(-HOUR, roomAdmin=True), 0),
    ],
    ids=["powers alone", "a long life alone", "both", "neither", "powers, but over"],
)
def test_a_token_is_powerful_by_what_it_may_or_by_how_long_it_lives(written: str, expected: int) -> None:
    assert len(found("embedded-powerful-token", "livekit.py", f'LIVEKIT_TOKEN = "{written}"\n')) == expected


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("rooms.js", "const s = process.env.NODE_ENV === 'development' ? 'secret' : env.S;\nUSE", 0),
        ("rooms.js", "const s = process.env.NODE_ENV === 'production' ? env.S : 'secret';\nUSE", 0),
        ("rooms.js", "let s = env.S;\nif (isDev) {\n  s = 'secret';\n}\nUSE", 0),
        ("rooms.js", "let s = env.S;\nif (!s) {\n  s = 'secret';\n}\nUSE", 1),
        ("rooms.js", "const s = process.env.NODE_ENV === 'development' ? env.S : 'secret';\nUSE", 1),
        ("rooms.go", 'var s = env\n\tif c.Bool("dev") {\n\t\ts = "secret"\n\t}\n\tUSE', 0),
        ("rooms.go", 'var s = env\n\tif c.Bool("quiet") {\n\t\ts = "secret"\n\t}\n\tUSE', 1),
    ],
)
def test_a_development_pair_that_only_development_gets_is_none_in_use(path: str, text: str, expected: int) -> None:
    if path.endswith("js"):
        use = "new RoomServiceClient(url, 'devkey', s);"
        whole = f'import {{ RoomServiceClient }} from "livekit-server-sdk";\n{text.replace("USE", use)}\n'
    else:
        use = 'lksdk.NewRoomServiceClient(url, "devkey", s)'
        head = (
            'package main\nimport lksdk "github.com/livekit/server-sdk-go/v2"\nfunc rooms(c Options, env string) {\n\t'
        )
        whole = f"{head}{text.replace('USE', use)}\n}}\n"

    assert len(found("dev-credentials", path, whole)) == expected


@pytest.mark.parametrize(
    ("key", "path", "severity"),
    [
        ("myapikey", "tests/livekit.py", Severity.NOTE),
        ("devkey", "examples/livekit.py", Severity.NOTE),
        ("myapikey", "livekit.py", Severity.CRITICAL),
        ("APIexampLe23456", "tests/livekit.py", Severity.CRITICAL),
    ],
)
def test_a_token_of_a_published_key_is_for_show_in_tests_and_examples(key: str, path: str, severity: Severity) -> None:
    claims = {"iss": key, "sub": "ada", "nbf": int(NOW), "exp": int(NOW) + HOUR}
    video = {"roomJoin": True, "room": "r", "roomAdmin": True}
    written = jwt.encode({**claims, "video": video}, SIGNING, algorithm="HS256")
    (problem,) = found("embedded-powerful-token", path, f'LIVEKIT_TOKEN = "{written}"\n')

    assert problem.severity is severity


def test_what_publishes_a_secret_is_said_with_where_it_goes() -> None:
    settings = "module.exports = { env: { LIVEKIT_API_SECRET: process.env.LIVEKIT_API_SECRET } };\n"
    (placed,) = found("public-env-secret", "next.config.js", settings)
    (named,) = found("public-env-secret", ".env", "VITE_LIVEKIT_API_SECRET=from-elsewhere\n")

    assert "API secret LIVEKIT_API_SECRET published: " in placed.message
    assert "API secret under the public name VITE_LIVEKIT_API_SECRET: " in named.message


def test_the_key_of_a_secret_is_pointed_at_where_it_is_not_in_sight() -> None:
    key = "LIVEKIT_API_KEY=APIexample23456\n"
    secret = "LIVEKIT_API_SECRET=q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa\n"
    (beside,) = found("leaked-api-secret", ".env", key + secret)
    (away,) = found("leaked-api-secret", ".env", f"{key}A=1\n{secret}")

    assert [lead.place.line for lead in beside.related] == []
    assert [lead.place.line for lead in away.related] == [1]


def test_a_token_is_told_of_by_its_key_its_rights_and_its_end() -> None:
    (finding,) = found("embedded-powerful-token", "livekit.py", f'TOKEN = "{token(30 * DAY, roomAdmin=True)}"\n')

    assert finding.message.startswith(
        "LiveKit token of key APIexampLe23456, valid until 2027-02-14, with roomJoin, roomAdmin, made for 30 days"
    )


@pytest.mark.parametrize(
    ("path", "confidence"),
    [
        ("components/Join.tsx", Confidence.HIGH),
        ("app/api/token/route.ts", Confidence.MEDIUM),
        ("tests/join.test.ts", Confidence.MEDIUM),
    ],
)
def test_a_public_name_is_certain_where_it_is_neither_read_by_a_server_nor_in_a_test(
    path: str, confidence: Confidence
) -> None:
    code = "export async function GET() { return use(process.env.NEXT_PUBLIC_LIVEKIT_API_SECRET); }\n"
    (finding,) = found("public-env-secret", path, code)

    assert finding.confidence is confidence


@pytest.mark.parametrize(
    ("path", "severity"),
    [("agent.py", Severity.MEDIUM), ("examples/agent.py", Severity.LOW)],
)
def test_an_unencrypted_address_weighs_less_outside_of_what_is_shipped(path: str, severity: Severity) -> None:
    code = 'import os\n\nLIVEKIT_URL = os.getenv("LIVEKIT_URL", "ws://live.acme.io:7880")\n'
    (finding,) = found("insecure-url", path, code)

    assert finding.severity is severity


@pytest.mark.parametrize(
    ("issuer", "path", "severity"),
    [
        ("devkey", "tests/test_join.py", Severity.NOTE),
        ("devkey", "livekit.py", Severity.HIGH),
        ("APIexampLe23456", "tests/test_join.py", Severity.HIGH),
    ],
)
def test_a_token_of_the_published_key_is_harmless_where_nothing_is_shipped(
    issuer: str, path: str, severity: Severity
) -> None:
    (finding,) = found("embedded-token", path, f'LIVEKIT_TOKEN = "{token(HOUR, issuer)}"\n')

    assert finding.severity is severity
