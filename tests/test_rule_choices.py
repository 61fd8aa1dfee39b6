"""Where a rule chooses between two things to say, or looks for either of two things, each has its example."""

from __future__ import annotations

import jwt
import pytest

from lk_audit.findings import Finding
from lk_audit.livekit.durations import spoken
from lk_audit.pipeline import scan_sources
from lk_audit.rule_api import Confidence, Options, Severity
from lk_audit.rule_loader import load_rules
from lk_audit.source import Source

RULES = {rule.name: rule for rule in load_rules(packs=False).rules}
NOW = 1_800_000_000.0
HOUR, DAY = 3_600, 86_400
SIGNING = "made-up-signing-key-of-a-test-that-nothing-accepts"


def found(rule: str, path: str, text: str) -> tuple[Finding, ...]:
    return scan_sources([Source.from_text(path, text)], [RULES[rule]], Options(now=NOW)).open_findings


def token(seconds: int, issuer: str = "APIexampLe23456", **grants: bool) -> str:
    claims = {"iss": issuer, "sub": "ada", "nbf": int(NOW), "exp": int(NOW) + seconds}
    return jwt.encode({**claims, "video": {"roomJoin": True, "room": "r", **grants}}, SIGNING, algorithm="HS256")


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
    ("lifetime", "of_a_participant", "of_a_service"),
    [("2h", Severity.MEDIUM, Severity.LOW), ("2d", Severity.HIGH, Severity.MEDIUM)],
)
def test_a_long_life_weighs_less_where_the_token_stays_with_who_made_it(
    lifetime: str, of_a_participant: Severity, of_a_service: Severity
) -> None:
    text = (
        'import { AccessToken } from "livekit-server-sdk";\n'
        f"const at = new AccessToken(process.env.KEY, process.env.LIVEKIT_API_SECRET, {{ ttl: '{lifetime}' }});\n"
    )
    (joining,) = found("excessive-ttl", "join.js", f"{text}at.addGrant({{ roomJoin: true, room }});\n")
    (calling,) = found("excessive-ttl", "call.js", f"{text}at.addGrant({{ roomList: true }});\n")

    assert joining.severity is of_a_participant
    assert calling.severity is of_a_service


@pytest.mark.parametrize("header", ["`Bearer ${jwt}`", '"Bearer " + jwt'])
def test_who_puts_its_token_into_a_header_hands_it_to_nobody(header: str) -> None:
    text = (
        'import { AccessToken } from "livekit-server-sdk";\n'
        "export function make(grants) {\n"
        "  const at = new AccessToken(process.env.KEY, process.env.LIVEKIT_API_SECRET);\n"
        "  at.addGrant(grants);\n  const jwt = at.toJwt();\n  return %s;\n}\n"
    )

    assert not found("implicit-ttl", "rooms.js", text % header)
    assert len(found("implicit-ttl", "rooms.js", text % "jwt")) == 1
    assert not found("implicit-ttl", "rooms.js", (text % "jwt").replace("function make", "function authHeader"))


def test_what_examples_call_a_participant_says_nothing_of_those_who_join() -> None:
    minting = (
        'package rooms\nimport "github.com/livekit/protocol/auth"\n'
        "type Who struct { Identity string; Room string }\n"
        "func Join(who Who) (string, error) {\n"
        "  grant := &auth.VideoGrant{RoomJoin: true, Room: who.Room}\n"
        "  return auth.NewAccessToken(key, secret).SetVideoGrant(grant).SetIdentity(who.Identity).ToJWT()\n}\n"
    )
    caller = (
        'package main\nimport "example.com/meet/rooms"\n'
        'func main() {\n  name := "ada"\n  name += "-listener"\n'
        '  rooms.Join(rooms.Who{Identity: name, Room: "hall"})\n}\n'
    )
    module = Source.from_text("go.mod", "module example.com/meet\n")

    def scanned(path: str) -> int:
        sources = [module, Source.from_text("rooms/join.go", minting), Source.from_text(path, caller)]
        return len(scan_sources(sources, [RULES["implicit-publish"]], Options(now=NOW)).open_findings)

    assert scanned("hall/main.go") == 1
    assert scanned("examples/hall/main.go") == 0


_HANDLER = (
    'const { randomUUID } = require("crypto");\nconst { AccessToken } = require("livekit-server-sdk");\n'
    'require("express")().post("/token", async (req, res) => {\n'
    "  const made = `${randomUUID().slice(0, 8)}-${Date.now()}`;\n"
    "  const at = new AccessToken(process.env.KEY, process.env.LIVEKIT_API_SECRET, { identity: %s });\n"
    "  at.addGrant({ roomJoin: true, room: %s });\n  res.json({ token: await at.toJwt() });\n});\n"
)


def test_what_the_request_may_replace_is_named_by_it_though_the_default_is_random() -> None:
    identity = "({ name: `guest_${randomUUID()}`, ...req.body }).name"
    (problem,) = found("unauthenticated-mint", "server.js", _HANDLER % (identity, "`${req.body.kind}-${made}`"))

    assert ": identity from" in problem.message


@pytest.mark.parametrize(
    ("identity", "room", "named"),
    [
        ("req.body.name", "req.body.room", "identity and room"),
        ("req.body.name", "`${req.body.kind}-${made}`", "identity"),
        ('req.body.name + "_" + randomUUID()', "req.body.room", "room"),
        ("`${req.body.name}_${randomUUID()}`", "`talk-${req.body.room || randomUUID()}`", "room"),
        ("`${req.body.name}_${randomUUID()}`", "`${req.body.kind}-${made}`", None),
    ],
)
def test_who_names_a_part_of_something_random_names_nothing(identity: str, room: str, named: str | None) -> None:
    problems = found("unauthenticated-mint", "server.js", _HANDLER % (identity, room))

    assert [item.message.split(": ")[1].split(" from")[0] for item in problems] == ([named] if named else [])


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


@pytest.mark.parametrize(("rule", "grant"), [("admin-grant", "roomAdmin"), ("project-grant", "roomList")])
@pytest.mark.parametrize(
    ("given", "is_asked"),
    [
        ("{ ...base, GRANT: req.body.GRANT }", True),
        ("{ ...base, GRANT: false };\n  if (req.body.role === 'host') grants.GRANT = true", True),
        ("{ ...base, GRANT: true }", False),
    ],
)
def test_a_right_that_the_request_asks_for_is_told_from_one_that_everybody_gets(
    rule: str, grant: str, given: str, *, is_asked: bool
) -> None:
    text = (
        'import { AccessToken } from "livekit-server-sdk";\nimport express from "express";\n'
        "express().post('/token', async (req, res) => {\n  const base = { roomJoin: true, room: 'hall' };\n"
        "  const at = new AccessToken(process.env.KEY, process.env.LIVEKIT_API_SECRET, { ttl: '5m' });\n"
        f"  const grants = {given.replace('GRANT', grant)};\n"
        "  at.addGrant(grants);\n  res.json({ token: await at.toJwt() });\n});\n"
    )
    (problem,) = found(rule, "server.js", text)

    assert ("when the request asks for it" in problem.message) is is_asked
    assert problem.confidence is (Confidence.MEDIUM if is_asked else Confidence.HIGH)


@pytest.mark.parametrize(
    ("around", "confidence"),
    [
        ('@app.post("/rooms")\ndef identity(token: str):\n    READ\n', Confidence.HIGH),
        ("def identity(token):\n    READ\n", Confidence.MEDIUM),
        ("async def run(room, token):\n    READ\n    await room.connect(URL, token)\n", None),
        ("async def run(room, token, own):\n    READ\n    await room.connect(URL, own)\n", Confidence.MEDIUM),
    ],
)
def test_a_token_that_a_request_brings_is_surely_a_strangers(around: str, confidence: Confidence | None) -> None:
    read = "print(api.TokenVerifier().verify(token, verify_signature=False).identity)"
    head = "from fastapi import FastAPI\nfrom livekit import api\napp = FastAPI()\n"
    problems = found("unverified-token", "rooms.py", head + around.replace("READ", read))

    assert [item.confidence for item in problems] == ([confidence] if confidence else [])


@pytest.mark.parametrize(
    ("read", "said"),
    [
        ('req.query.get("name")', 'identity from get("name")'),
        ('req.query.get("q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa")', "identity from get()"),
        ("req.query.get(key)", "identity from get()"),
        ("req.body.name", "identity from req.body.name"),
    ],
)
def test_what_the_request_is_asked_for_is_named_where_it_is_a_plain_name(read: str, said: str) -> None:
    (problem,) = found("unauthenticated-mint", "server.js", _HANDLER % (read, "'hall'"))

    assert problem.related[-1].note == said


@pytest.mark.parametrize(
    ("join", "whose"), [("true", "a participant's token"), ("false", "a token that a request gets")]
)
def test_who_joins_no_room_is_no_participant(join: str, whose: str) -> None:
    text = _HANDLER % ("'ada'", "'hall', roomCreate: true")
    (problem,) = found("project-grant", "server.js", text.replace("roomJoin: true", f"roomJoin: {join}"))

    assert problem.message.startswith(f"roomCreate in {whose}: ")


_WISH = """
from datetime import timedelta
from fastapi import FastAPI, HTTPException
from livekit import api
from pydantic import BaseModel, Field, conint, field_validator

app = FastAPI()

class Wish(BaseModel):
    seconds: FIELD
    others: int = Field(default=1, le=5)

    @field_validator("CHECKED")
    def fits(cls, value):
        if TEST:
            raise ValueError("no")
        return value

@app.post("/token")
def token(wish: Wish):
    seconds = wish.seconds
    BEFORE
    grants = api.VideoGrants(room_join=True, room="hall")
    return api.AccessToken().with_identity("a").with_ttl(timedelta(seconds=seconds)).with_grants(grants).to_jwt()
"""


@pytest.mark.parametrize(
    ("changed", "is_bounded"),
    [
        ({}, False),
        ({"FIELD": "int = Field(default=600, ge=60, le=3600)"}, True),
        ({"FIELD": "conint(lt=3600) = 600"}, True),
        ({"FIELD": "int = Field(ge=60)"}, False),
        ({"CHECKED": "seconds", "TEST": "value < 60 or value > 3600"}, True),
        ({"CHECKED": "seconds", "TEST": "not 60 <= value <= 3600"}, True),
        ({"CHECKED": "seconds", "TEST": "value < 60"}, False),
        ({"CHECKED": "others", "TEST": "value > 3600"}, False),
        ({"BEFORE": "if seconds > 3600: raise HTTPException(400)"}, True),
        ({"BEFORE": "if not (seconds <= 3600): raise HTTPException(400)"}, True),
        ({"BEFORE": "if 3600 < wish.seconds: raise HTTPException(400)"}, True),
        ({"BEFORE": "if seconds > 3600: seconds = 3600"}, True),
        ({"BEFORE": "if seconds > 3600: print(seconds)"}, False),
        ({"BEFORE": "if seconds < 60: raise HTTPException(400)"}, False),
        ({"BEFORE": "if wish.others > 60: raise HTTPException(400)"}, False),
    ],
)
def test_a_lifetime_that_the_request_decides_up_to_a_limit_weighs_less(
    changed: dict[str, str], *, is_bounded: bool
) -> None:
    text = _WISH
    for name, written in ({"FIELD": "int", "CHECKED": "others", "TEST": "False", "BEFORE": "pass"} | changed).items():
        text = text.replace(name, written)
    (problem,) = found("caller-chosen-grants", "main.py", text)

    assert problem.message.endswith(", up to a limit") is is_bounded
    assert problem.severity is (Severity.LOW if is_bounded else Severity.MEDIUM)


@pytest.mark.parametrize(
    ("ttl", "said", "confidence"),
    [
        ("undefined", "token without a lifetime", Confidence.HIGH),
        ("req.body.short ? '5m' : undefined", "token that may be without a lifetime", Confidence.MEDIUM),
        ("req.body.ttl > 0 ? req.body.ttl : undefined", "token that may be without a lifetime", Confidence.MEDIUM),
    ],
)
def test_a_token_that_always_lacks_a_lifetime_is_told_from_one_that_may(
    ttl: str, said: str, confidence: Confidence
) -> None:
    (problem,) = found("implicit-ttl", "server.js", _HANDLER % (f"'ada', ttl: {ttl}", "'hall'"))

    assert problem.message.startswith(f"{said}: ")
    assert problem.confidence is confidence


_MISTAKES = {
    "no-expiry": 'jwt.sign({ video: { roomJoin: true, room: "r" } }, key)',
    "unknown-grant": 'jwt.sign({ video: { roomJoin: true, room: "r", can_publish: false } }, key, { expiresIn: "5m" })',
    "wildcard-room": 'jwt.sign({ video: { roomJoin: true } }, key, { expiresIn: "5m" })',
    "ttl-unit": 'jwt.sign({ video: { roomJoin: true, room: "r" } }, key, { expiresIn: "600" })',
    "excessive-ttl": 'jwt.sign({ video: { roomJoin: true, room: "r" } }, key, { expiresIn: "9d" })',
}


@pytest.mark.parametrize("rule", _MISTAKES)
def test_tests_make_wrong_tokens_on_purpose(rule: str) -> None:
    text = f'import jwt from "jsonwebtoken";\nconst key = process.env.LIVEKIT_API_SECRET;\n{_MISTAKES[rule]};\n'

    assert len(found(rule, "server/rooms.js", text)) == 1
    assert not found(rule, "test/rooms.test.js", text)


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


def test_a_client_that_signs_with_the_sdk_is_certain_and_one_that_signs_by_hand_is_not() -> None:
    sdk = (
        '"use client";\nimport { AccessToken } from "livekit-server-sdk";\n'
        "export const make = () => new AccessToken(process.env.KEY, process.env.LIVEKIT_API_SECRET).toJwt();\n"
    )
    by_hand = (
        '"use client";\nimport jwt from "jsonwebtoken";\n'
        "export const make = () => jwt.sign({ video: { roomJoin: true } }, process.env.LIVEKIT_API_SECRET);\n"
    )
    (certain,) = found("client-side-mint", "components/Join.tsx", sdk)
    (likely,) = found("client-side-mint", "components/Join.tsx", by_hand)

    assert "with the LiveKit server SDK" in certain.message
    assert certain.confidence is Confidence.HIGH
    assert "(jsonwebtoken)" in likely.message
    assert likely.confidence is Confidence.MEDIUM


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


GRANTS = (
    'import { AccessToken } from "livekit-server-sdk";\n'
    "export const make = (room: string, x: boolean) => {\n"
    "  const token = new AccessToken();\n  token.addGrant({ roomJoin: true, room, OTHERS });\n"
    "  return token.toJwt();\n};\n"
)
ASKED_FOR = (
    "from fastapi import FastAPI\nfrom livekit import api\napp = FastAPI()\n"
    '@app.post("/token")\ndef token(admin: bool):\n'
    '    grants = api.VideoGrants(room_join=True, room="r", room_admin=admin)\n'
    "    return api.AccessToken().with_grants(grants).to_jwt()\n"
)


def test_a_token_is_told_of_by_its_key_its_rights_and_its_end() -> None:
    (finding,) = found("embedded-powerful-token", "livekit.py", f'TOKEN = "{token(30 * DAY, roomAdmin=True)}"\n')

    assert finding.message.startswith(
        "LiveKit token of key APIexampLe23456, valid until 2027-02-14, with roomJoin, roomAdmin, made for 30 days"
    )


@pytest.mark.parametrize(
    ("spelled", "said"),
    [
        ("can_publish: false", "LiveKit ignores it, so what it denies is allowed"),
        ("CanPublish: false", "servers before v1.13 ignore it, later ones do not, so what it denies may be allowed"),
        ("can_publish: true", "LiveKit ignores it"),
        ("canPublsh: false", "LiveKit ignores it, so what it denies is allowed"),
    ],
)
def test_a_denial_that_is_not_understood_is_said_to_allow_and_a_right_is_not(spelled: str, said: str) -> None:
    (finding,) = found("unknown-grant", "token.ts", GRANTS.replace("OTHERS", spelled))

    assert finding.message == f"unknown grant {spelled.partition(':')[0]} (probably meant: canPublish): {said}"
    assert finding.severity is (Severity.HIGH if "false" in spelled else Severity.MEDIUM)


@pytest.mark.parametrize(
    ("path", "text", "confidence"),
    [
        ("token.ts", GRANTS.replace("OTHERS", "roomAdmin: true"), Confidence.HIGH),
        ("token.ts", GRANTS.replace("OTHERS", "...(x ? { roomAdmin: true } : {})"), Confidence.MEDIUM),
        ("app.py", ASKED_FOR, Confidence.MEDIUM),
        ("make.sh", "lk token create --join --admin --room r --identity ada --valid-for 1h\n", Confidence.MEDIUM),
    ],
    ids=["always", "under a condition", "when the request asks for it", "typed by a person"],
)
def test_a_right_to_administer_is_certain_where_every_token_of_the_code_has_it(
    path: str, text: str, confidence: Confidence
) -> None:
    (finding,) = found("admin-grant", path, text)

    assert finding.confidence is confidence


@pytest.mark.parametrize(
    ("path", "text", "confidence"),
    [
        ("token.ts", GRANTS.replace("OTHERS", "roomCreate: true"), Confidence.HIGH),
        ("token.ts", GRANTS.replace("OTHERS", "...(x ? { roomCreate: true } : {})"), Confidence.MEDIUM),
        ("make.sh", "lk token create --join --create --room r --identity ada --valid-for 1h\n", Confidence.MEDIUM),
    ],
    ids=["always", "under a condition", "typed by a person"],
)
def test_a_right_beyond_the_room_is_certain_where_every_token_of_the_code_has_it(
    path: str, text: str, confidence: Confidence
) -> None:
    (finding,) = found("project-grant", path, text)

    assert finding.confidence is confidence


@pytest.mark.parametrize(
    ("path", "text", "confidence"),
    [
        ("token.ts", GRANTS.replace("OTHERS", "hidden: true"), Confidence.HIGH),
        ("token.ts", GRANTS.replace("OTHERS", "...(x ? { hidden: true } : {})"), Confidence.MEDIUM),
        (
            "make.sh",
            "lk token create --join --grant '{\"hidden\": true}' --room r --identity ada --valid-for 1h\n",
            Confidence.MEDIUM,
        ),
    ],
    ids=["always", "under a condition", "typed by a person"],
)
def test_a_right_to_listen_unseen_is_certain_where_every_token_of_the_code_has_it(
    path: str, text: str, confidence: Confidence
) -> None:
    (finding,) = found("covert-participant", path, text)

    assert finding.confidence is confidence


@pytest.mark.parametrize(("sources", "expected"), [("['camera']", 0), ("given", 1)])
def test_a_listener_who_may_publish_named_sources_only_is_meant_to(sources: str, expected: int) -> None:
    code = (
        "from livekit import api\ndef listener_token(room, given):\n"
        f"    grants = api.VideoGrants(room_join=True, room=room, can_publish_sources={sources})\n"
        "    return api.AccessToken().with_grants(grants).to_jwt()\n"
    )

    assert len(found("implicit-publish", "app.py", code)) == expected


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
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (1.5, "1.5 seconds"),
        (60, "1 minute"),
        (5400, "1.5 hours"),
        (DAY, "1 day"),
        (30 * DAY, "30 days"),
        (365 * DAY, "1 year"),
        (1e12, "31,688 years"),
    ],
)
def test_lifetimes_are_spoken_of_in_their_largest_unit(seconds: float, words: str) -> None:
    assert spoken(seconds) == words


@pytest.mark.parametrize(("kind", "expected"), [("agent", 1), ("egress", 1), ("standard", 0)])
def test_a_kind_of_services_in_a_token_that_a_request_gets_is_told_of(kind: str, expected: int) -> None:
    code = (
        "from fastapi import FastAPI\nfrom livekit import api\napp = FastAPI()\n"
        '@app.post("/token")\ndef token(room: str):\n'
        "    grants = api.VideoGrants(room_join=True, room=room)\n"
        f'    return api.AccessToken().with_kind("{kind}").with_grants(grants).to_jwt()\n'
    )
    findings = found("covert-participant", "app.py", code)

    assert [item.message.partition(" in ")[0] for item in findings] == [f"kind {kind}"] * expected


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


@pytest.mark.parametrize(("identity", "expected"), [("uuid.uuid4().hex", 0), ("name", 1)])
def test_a_name_that_the_request_gives_is_no_identity(identity: str, expected: int) -> None:
    code = (
        "import uuid\nfrom fastapi import FastAPI\nfrom livekit import api\napp = FastAPI()\n"
        '@app.post("/token")\ndef token(name: str):\n'
        '    grants = api.VideoGrants(room_join=True, room="r")\n'
        f"    return api.AccessToken().with_identity({identity}).with_name(name).with_grants(grants).to_jwt()\n"
    )

    assert len(found("unauthenticated-mint", "app.py", code)) == expected
