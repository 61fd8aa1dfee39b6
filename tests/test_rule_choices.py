"""Where a rule chooses between two things to say, or looks for either of two things, each has its example.

Here of tokens that code makes; the modules beside this one are about requests, and about what is written down.
"""

from __future__ import annotations

import pytest

from lk_audit.livekit.durations import spoken
from lk_audit.rule_api import Confidence, Options, Severity
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.source import Source
from tests.choices import DAY, NOW, RULES, found


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


def test_tests_read_the_tokens_that_they_have_made() -> None:
    read = 'claims = jwt.decode(token, options={"verify_signature": False})'
    text = f'import jwt\n\n{read}\nroom = claims["video"]["room"]\n'

    assert len(found("unverified-token", "rooms.py", text)) == 1
    assert not found("unverified-token", "tests/test_rooms.py", text)


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

    assert "(livekit-server-sdk)" in certain.message
    assert certain.confidence is Confidence.HIGH
    assert "(jsonwebtoken)" in likely.message
    assert likely.confidence is Confidence.MEDIUM


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
    ("otherwise", "expected"),
    [
        ("except TypeError:\n        grants = api.VideoGrants(room_join=True, room=room, can_publish=False)", 0),
        ("except TypeError:\n        raise", 1),
        ("except TypeError:\n        return None", 1),
        ("finally:\n        done()", 1),
    ],
)
def test_a_name_is_known_to_be_new_where_code_goes_on_with_the_old_one(otherwise: str, expected: int) -> None:
    text = (
        "from livekit import api\ndef mint(identity, room):\n    try:\n"
        f"        grants = api.VideoGrants(room_join=True, room=room, canPublish=False)\n    {otherwise}\n"
        "    return api.AccessToken(K, S).with_identity(identity).with_grants(grants).to_jwt()\n"
    )

    assert len(found("unknown-grant", "token.py", text)) == expected


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


@pytest.mark.parametrize(
    ("path", "text", "where"),
    [
        ("compose.yml", "services:\n  a:\n    environment:\n      - LIVEKIT_API_SECRET=${S:-secret}\n", "a fallback"),
        ("compose.yml", "services:\n  a:\n    image: b\n    # - LIVEKIT_API_SECRET=${S:-secret}\n", None),
        (
            "Dockerfile",
            'FROM node\nARG LIVEKIT_API_KEY="devkey"\nARG LIVEKIT_API_SECRET="secret"\n',
            "a configuration file",
        ),
        ("Dockerfile", 'FROM node\n# ARG LIVEKIT_API_SECRET="secret"\n', None),
    ],
    ids=["fallback", "fallback in a comment", "image", "image, in a comment"],
)
def test_a_development_pair_in_a_comment_is_none_in_use(path: str, text: str, where: str | None) -> None:
    problems = found("dev-credentials", path, text)

    assert [where in item.message for item in problems if where] == ([True] if where else [])
    assert len(problems) == bool(where)


@pytest.mark.parametrize(
    ("path", "variable", "is_client"),
    [
        ("src/utils/livekit.js", "process.env.REACT_APP_LIVEKIT_API_SECRET || 'secret'", True),
        ("tools/livekit.js", "process.env.REACT_APP_LIVEKIT_API_SECRET", False),
        ("src/livekit.ts", "import.meta.env.VITE_LIVEKIT_API_SECRET", True),
        ("src/livekit.ts", "process.env.VITE_LIVEKIT_API_SECRET", False),
        ("src/livekit.ts", "import.meta.env.LIVEKIT_API_SECRET", False),
        ("src/livekit.ts", "process.env.NEXT_PUBLIC_LIVEKIT_API_SECRET", False),
        ("server/livekit.ts", "import.meta.env.VITE_LIVEKIT_API_SECRET", False),
    ],
)
def test_what_signs_with_a_variable_of_client_builds_runs_at_clients(
    path: str, variable: str, *, is_client: bool
) -> None:
    text = (
        "import { AccessToken } from 'livekit-server-sdk';\n"
        f"const SECRET = {variable};\n"
        "export const mint = (identity, room) => {\n"
        "  const at = new AccessToken('APIexample23456', SECRET, { identity });\n"
        "  at.addGrant({ room, roomJoin: true });\n  return at.toJwt();\n};\n"
    )

    assert len(found("client-side-mint", path, text)) == is_client


@pytest.mark.parametrize(
    ("name", "is_served"),
    [("route.ts", True), ("route_old.ts", False), ("route.backup.ts", False), ("route copy.js", False)],
)
def test_copies_beside_a_route_answer_nobody(name: str, *, is_served: bool) -> None:
    text = (
        "import { AccessToken } from 'livekit-server-sdk';\nexport async function POST(request) {\n"
        "  const { identity, room } = await request.json();\n"
        "  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity });\n"
        "  at.addGrant({ room, roomJoin: true });\n  return Response.json({ token: await at.toJwt() });\n}\n"
    )

    assert len(found("unauthenticated-mint", f"app/api/token/{name}", text)) == is_served
