"""What rules choose to say of tokens that a request gets."""

from __future__ import annotations

import pytest

from lk_audit.rule_api import Confidence, Severity
from tests.choices import found
from tests.languages.minting import found_in

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


def test_a_parameter_of_a_handler_is_called_one() -> None:
    text = (
        "from fastapi import FastAPI\nfrom livekit import api\napp = FastAPI()\n\n"
        '@app.get("/token")\ndef token(identity: str):\n'
        '    grants = api.VideoGrants(room_join=True, room="hall")\n'
        "    return api.AccessToken().with_identity(identity).with_grants(grants).to_jwt()\n"
    )
    (problem,) = found("unauthenticated-mint", "main.py", text)

    assert problem.related[-1].note == "identity from the parameter identity"


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
        ({"BEFORE": "if wish.seconds > 3600: wish.seconds = 3600"}, True),
        ({"BEFORE": "seconds = 3600 if seconds > 3600 else seconds"}, True),
        ({"BEFORE": "seconds = seconds if seconds <= 3600 else 3600"}, True),
        ({"BEFORE": "seconds = 60 if seconds < 60 else seconds"}, False),
        ({"BEFORE": "seconds = seconds if seconds > 60 else 60"}, False),
        ({"BEFORE": "others = 5 if wish.others > 5 else wish.others"}, False),
        ({"BEFORE": "if wish.seconds > 3600: wish.others = 3600"}, False),
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


_DECLARED = {
    "rooms.ts": """import { AccessToken } from 'livekit-server-sdk';
import { IsIn, IsInt, Max, Min } from 'class-validator';
class Wish {
  @IsInt() MARK seconds: number;
  @Max(5) others: number;
}
@UseGuards(JwtAuthGuard)
@Controller('rooms')
class Rooms {
  @Post('token')
  async token(@Body() wish: Wish) {
    const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { ttl: wish.seconds });
    at.addGrant({ roomJoin: true, room: 'hall' });
    return at.toJwt();
  }
}
""",
    "Rooms.cs": """using Livekit.Server.Sdk.Dotnet;
class Wish { [Required] MARK public int Seconds { get; set; } [Range(1, 5)] public int Others { get; set; } }
[ApiController] [Authorize] [Route("rooms")]
class Rooms : ControllerBase {
  [HttpPost]
  public string Token([FromBody] Wish wish) {
    var grants = new VideoGrants { RoomJoin = true, Room = "hall" };
    return new AccessToken(Key, Secret).WithGrants(grants).WithTtl(TimeSpan.FromSeconds(wish.Seconds)).ToJwt();
  }
}
""",
    "Rooms.java": """import io.livekit.server.*;
class Wish { @NotNull MARK private long seconds; @Max(5) private long others; long getSeconds() { return seconds; } }
@RestController
class Rooms {
  @PreAuthorize("isAuthenticated()")
  @PostMapping("/token")
  String token(@Valid @RequestBody Wish wish) {
    AccessToken token = new AccessToken(System.getenv("LIVEKIT_API_KEY"), System.getenv("LIVEKIT_API_SECRET"));
    token.setTtl(wish.getSeconds() * 1000);
    token.addGrants(new RoomJoin(true), new RoomName("hall"));
    return token.toJwt();
  }
}
""",
}


@pytest.mark.parametrize(
    ("path", "mark", "is_bounded"),
    [
        ("rooms.ts", "@Max(3600)", True),
        ("rooms.ts", "@Min(60) @Max(3600)", True),
        ("rooms.ts", "@IsIn([600, 1800])", True),
        ("rooms.ts", "@Min(60)", False),
        ("Rooms.cs", "[Range(60, 3600)]", True),
        ("Rooms.cs", "[DefaultValue(600)]", False),
        ("Rooms.java", "@Max(3600)", True),
        ("Rooms.java", '@DecimalMax("3600")', True),
        ("Rooms.java", "@Min(60)", False),
    ],
)
def test_what_is_asked_for_may_be_limited_where_it_is_declared(path: str, mark: str, *, is_bounded: bool) -> None:
    (problem,) = found("caller-chosen-grants", path, _DECLARED[path].replace("MARK", mark))

    assert problem.message.endswith(", up to a limit") is is_bounded


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


@pytest.mark.parametrize(("identity", "expected"), [("uuid.uuid4().hex", 0), ("name", 1)])
def test_a_name_that_the_request_gives_is_no_identity(identity: str, expected: int) -> None:
    code = (
        "import uuid\nfrom fastapi import FastAPI\nfrom livekit import api\napp = FastAPI()\n"
        '@app.post("/token")\ndef token(name: str):\n'
        '    grants = api.VideoGrants(room_join=True, room="r")\n'
        f"    return api.AccessToken().with_identity({identity}).with_name(name).with_grants(grants).to_jwt()\n"
    )

    assert len(found("unauthenticated-mint", "app.py", code)) == expected


CHOICE = """import { AccessToken } from 'livekit-server-sdk';
export async function POST(request) {
  const user = await requireUser(request);
  const { kind } = await request.json();
  const { KEY, SECRET } = process.env;
  const at = new AccessToken(KEY, SECRET, { identity: user.id, ttl: TTL });
  at.addGrant({ roomJoin: true, room: `call-${user.id}` });
  return Response.json({ token: await at.toJwt() });
}
const TIMES = { short: '5m', long: '30m' };
"""


@pytest.mark.parametrize(
    ("ttl", "expected"),
    [
        ("TIMES[kind]", 0),
        ("TIMES[kind] || '10m'", 0),
        ("({ ...kind })[kind]", 1),
        ("kind || '10m'", 1),
    ],
)
def test_who_says_which_entry_of_a_table_is_meant_decides_nothing_else(ttl: str, expected: int) -> None:
    assert len(found("caller-chosen-grants", "app/api/token/route.ts", CHOICE.replace("TTL", ttl))) == expected


SHARED = """const express = require('express');
const { AccessToken } = require('livekit-server-sdk');
const { requireAuth } = require('./auth');
express().post('/token', requireAuth, async (req, res) => {
  const { KEY, SECRET } = process.env;
  const show = await db.shows.find(req.body.show);
  const isOwner = req.user.id === show.ownerId;
  const asks = GIVEN;
  const at = new AccessToken(KEY, SECRET, { identity: req.user.id, ttl: '5m' });
  at.addGrant({ roomJoin: !!req.body.show, room: 'hall', canPublish: asks, canSubscribe: !asks });
  res.json({ token: await at.toJwt() });
});
"""


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("req.body.role === 'host'", 1),
        ("show && req.body.role === 'host'", 1),
        ("settings.open && req.body.publish", 1),
        ("isOwner && req.body.role === 'host'", 0),
        ("req.body.publish && isOwner", 0),
        ("req.user.isTeacher && req.body.publish", 0),
        ("(await owns(req.user, show)) && req.body.publish", 0),
        ("req.user.id === show.ownerId && req.body.role === 'host'", 0),
    ],
)
def test_a_wish_that_counts_only_for_some_callers_decides_nothing_alone(given: str, expected: int) -> None:
    assert len(found("caller-chosen-grants", "server.js", SHARED.replace("GIVEN", given))) == expected


def test_a_wish_that_is_handed_to_another_file_still_counts_only_for_some_callers() -> None:
    files = {
        "token.php": """<?php
require_once 'jwt.php';
$role = $_POST['role'] ?? 'viewer';
$show = find_show((int)$_POST['show']);
$isOwner = isLoggedIn() && $_SESSION['user_id'] === $show['user_id'];
$canPublish = $isOwner && $role === 'host';
echo lk_token('u' . $_SESSION['user_id'], $canPublish, !$canPublish);
""",
        "jwt.php": """<?php
function lk_token($who, $canPublish = false, $canSubscribe = true) {
    $claims = ['iss' => getenv('LIVEKIT_API_KEY'), 'sub' => $who, 'exp' => time() + 600, 'video' => [
        'room' => 'hall', 'roomJoin' => true, 'canPublish' => $canPublish, 'canSubscribe' => $canSubscribe]];
    return hash_hmac('sha256', json_encode($claims), getenv('LIVEKIT_API_SECRET'), true);
}
""",
    }

    assert found_in(files, "LK602") == []
