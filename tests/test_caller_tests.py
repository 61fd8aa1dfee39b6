"""Which tests tell something of the caller, and which only of what is asked for."""

from __future__ import annotations

import pytest

from tests.guarded import MINT, ROUTER, express, is_open
from tests.languages.minting import found_in


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        ("req.user.name", False),
        ("req.user ? req.user.name : req.body.name", True),
        ("(req.user && req.user.name) || req.body.name", True),
        ("req.body.name || (req.user ? req.user.name : 'guest')", True),
    ],
    ids=["of the user", "of the user if there is one", "the same with and", "only without a name"],
)
def test_a_user_who_need_not_be_there_is_no_check(identity: str, *, expected: bool) -> None:
    assert is_open(express(f"  const identity = {identity};")) is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "  const { data: { user } } = await supabase.auth.getUser();\n  if (!user) return res.sendStatus(401);",
            False,
        ),
        ("  const { data: { user } } = await supabase.auth.getUser();\n  if (user) await visit(user.id);", True),
        ("  const { data } = await supabase.auth.getUser();\n  const seen = data?.user ? 'yes' : 'no';", True),
        ("  const session = await getServerSession();\n  const seen = session?.user?.id;", True),
        ("  const session = await getServerSession();\n  const seen = session.user.id;", False),
        ("  const user = await getUser();\n  if (user) note(user.id); else return res.sendStatus(403);", False),
        ("  const user = await getUser();\n  const who = user || { id: 'guest' };", True),
        ("  const user = await getUser();\n  MINTED\n  greet(user.id);", True),
        ("  const user = await getUser();\n  greet(user.id);\n  MINTED", False),
    ],
)
def test_a_look_who_is_there_counts_where_code_relies_on_it(body: str, *, expected: bool) -> None:
    guest = f"if (req.body.guest) {{\n  const identity = req.body.name;{MINT}  return;\n  }}"
    rest = "" if "MINTED" in body else "\n  const identity = req.body.name;"
    text = express(f"{body.replace('MINTED', guest)}{rest}")

    assert is_open(text if rest else text.replace(MINT + "});", "});")) is expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("{ user: req.body.name }", True),
        ("{ token: req.cookies.token }", False),
        ("{ where: { user: req.user.id } }", False),
    ],
    ids=["by what is claimed", "by a token", "by who is known"],
)
def test_that_there_is_somebody_by_a_name_tells_nothing_of_the_caller(wanted: str, *, expected: bool) -> None:
    body = f"  const member = await members.findOne({wanted});\n  if (!member) return res.sendStatus(403);\n"

    assert is_open(express(f"{body}  const identity = req.body.name;")) is expected


@pytest.mark.parametrize(
    ("refused", "expected"),
    [
        ("req.body.name === process.env.AGENT_NAME", True),
        ("!(req.body.key === process.env.KEY)", False),
        ("req.body.key !== process.env.KEY", False),
        ("!req.body.key || req.body.key !== process.env.KEY", False),
        ("!(req.body.name !== process.env.AGENT_NAME)", True),
        ("isBanned(req.cookies.session)", True),
        ("bannedNames.some((name) => name === req.body.name)", True),
        ("!keys.some((key) => key === req.body.key)", False),
        ("!isValidSession(req.cookies.session)", False),
        ("req.user && req.user.banned", True),
        ("isLoggedIn() && !csrfMatches()", True),
        ("isLoggedIn() && !csrfMatches() || !req.user", False),
        ("room && room.isPrivate && !req.user", False),
        ("limitOf(room) > 0 && room.participants >= limitOf(room)", True),
        ("room.maxParticipants > 0 && room.participants >= 9", True),
        ("joined.length >= 6 && !isMember(req.cookies.session)", True),
    ],
    ids=[
        "a reserved name",
        "no match",
        "other key",
        "no or other key",
        "not other",
        "banned",
        "on a list",
        "no key",
        "no session",
        "a banned user",
        "no match, of users",
        "no user",
        "a private room",
        "a full room",
        "another full room",
        "a full room for members",
    ],
)
def test_refusing_some_is_not_knowing_the_others(refused: str, *, expected: bool) -> None:
    room = "  const room = (await rooms.listRooms([req.body.room]))[0];\n" if "room." in refused else ""
    body = f"{room}  if ({refused}) return res.status(403).json({{}});\n  const identity = req.body.name;"

    assert is_open(express(body)) is expected


@pytest.mark.parametrize(
    ("constant", "refused", "expected"),
    [
        ("LOBBY = 'lobby'", "req.body.room !== LOBBY", True),
        ("VERSION = 3", "req.body.version !== VERSION", True),
        ("PASSWORD = 'open sesame'", "req.body.password !== PASSWORD", False),
        ("DOOR = 'open sesame'", "req.body.accessCode !== DOOR", False),
        ("LOBBY = process.env.LOBBY || 'lobby'", "req.body.room !== LOBBY", False),
    ],
)
def test_which_of_public_things_is_asked_for_says_nothing_of_who_asks(
    constant: str, refused: str, *, expected: bool
) -> None:
    body = f"  if ({refused}) return res.status(403).json({{}});\n  const identity = req.body.name;"

    assert is_open(express(body, before=f"const {constant};\n")) is expected


FOUND = """const found = async (req) => {
  const { token } = req.cookies;
  if (!token) return null;
  const session = await Session.findOne({ token });
  if (!session) return null;
  return session.user;
};
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("const user = await found(req);", True),
        ("const user = await found(req);\n  const shown = user ? user.name : 'guest';", True),
        ("const user = await found(req);\n  if (!user) return res.sendStatus(401);", False),
        ("const user = await found(req);\n  greet(user.name);", False),
        ("const user = await found(req);\n  if (req.cookies.token && !user) return res.sendStatus(401);", True),
        (
            "const n = req.cookies.token.length > 0, user = await found(req);\n  if (n && !user) return refuse(401);",
            True,
        ),
        ("if (req.body.role === 'host' && !(await found(req))) return res.sendStatus(403);", True),
        ("if (!req.body.password && !(await found(req))) return res.sendStatus(401);", False),
    ],
)
def test_a_helper_that_gives_strangers_nothing_leaves_it_to_others_to_refuse_them(body: str, *, expected: bool) -> None:
    assert is_open(express(f"  {body}\n  const identity = req.body.name;", before=FOUND)) is expected


@pytest.mark.parametrize(
    ("asked", "test", "expected"),
    [
        ("await found(req)", "asked", False),
        ("await found(req)", "asked !== null", False),
        ("await found(req)", "!!asked && req.body.room", False),
        ("await found(req)", "!asked", True),
        ("await found(req)", "asked || req.body.room", True),
        ("await getServerSession()", "asked", False),
        ("await findRoom(req.body.room)", "asked", True),
    ],
)
def test_what_is_only_done_for_known_callers_is_not_done_for_strangers(
    asked: str, test: str, *, expected: bool
) -> None:
    body = f"  const asked = {asked}, identity = req.body.name;\n  if ({test}) {{{MINT}  }}\n"
    text = f"{ROUTER}{FOUND}router.post('/token', async (req, res) => {{\n{body}}});\nmodule.exports = router;\n"

    assert is_open(text) is expected


JOIN = """from datetime import datetime, timezone
from fastapi import FastAPI, HTTPException
from livekit import api
from .database import find_interview, find_session

app = FastAPI()
CLOSED = {"done", "over"}

@app.get("/join")
def join(room: str, name: str, session_token: str):
    interview = find_interview(room)
    if not interview:
        raise HTTPException(404)
    if TEST:
        raise HTTPException(403)
    grants = api.VideoGrants(room_join=True, room=room)
    return api.AccessToken().with_identity(name).with_grants(grants).to_jwt()
"""


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("interview.get('status') in CLOSED", True),
        ("interview['status'] in CLOSED", True),
        ("interview.status in CLOSED", True),
        ("interview.is_over()", True),
        ("datetime.now(timezone.utc) > interview.ends_at", True),
        ("datetime.fromisoformat(interview['expiry']) < datetime.now(timezone.utc)", True),
        ("interview.ends_at < datetime.now(timezone.utc)", True),
        ("find_session(session_token).ends_at < datetime.now(timezone.utc)", False),
        ("not interview.admits(session_token)", False),
        ("not find_session(session_token)", False),
        ("find_session(session_token).get('room') != room", False),
    ],
)
def test_what_is_kept_of_a_room_says_nothing_of_who_wants_in(test: str, *, expected: bool) -> None:
    assert is_open(JOIN.replace("TEST", test), "server.py") is expected


@pytest.mark.parametrize(
    "form",
    [
        "ROOMS.includes(settings.room)",
        "/^r/.test(settings.room)",
        "settings.room.match(/^r/)",
        "settings.room.startsWith('r')",
        "settings.room.endsWith('r')",
        "Array.isArray(req.cookies.rooms)",
    ],
)
def test_the_form_of_a_value_tells_nothing_of_the_caller(form: str) -> None:
    body = f"  if (!{form}) return res.status(403).json({{}});\n  const identity = req.body.name;"

    assert is_open(express(body))


SIGNED = """const crypto = require('crypto');
function userOf(token) {
  const [name, signature] = token.split(':');
  const made = crypto.createHmac('sha256', process.env.AUTH_SECRET).update(name).digest('hex');
  if (signature !== made) return null;
  return name;
}
"""
REFUSED = "if (!who) return res.status(401).json({});\n  const identity = req.body.name;"


@pytest.mark.parametrize(
    ("found", "then", "expected"),
    [
        ("req.body.token ? userOf(req.body.token) : null", REFUSED, False),
        ("!req.body.token ? undefined : userOf(req.body.token)", REFUSED, False),
        ("req.body.token && userOf(req.body.token)", REFUSED, False),
        ("req.body.token ? userOf(req.body.token) : req.body.name", REFUSED, True),
        ("req.body.token ? userOf(req.body.token) : null", "const identity = who || req.body.name;", True),
        ("process.env.PIN && req.body.pin === process.env.PIN", REFUSED, False),
        ("req.body.kind === 'host'", REFUSED, True),
    ],
    ids=[
        "or null",
        "or undefined",
        "and",
        "or what is claimed",
        "nobody asks",
        "a secret compared",
        "a claim compared",
    ],
)
def test_who_was_found_out_may_be_nobody_at_first(found: str, then: str, *, expected: bool) -> None:
    assert is_open(express(f"  const who = {found};\n  {then}", before=SIGNED)) is expected


NEXT = """import { AccessToken } from 'livekit-server-sdk';
import { parse } from 'node:url';
import { z } from 'zod';
const Sent = z.object({ room: z.string() });
export async function POST(request) {
  const room = SENT;
  const found = await db.room.findUnique({ where: WHERE });
  if (!found || found.status === 'closed') return new Response('', { status: 403 });
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { ttl: '10m' });
  at.identity = crypto.randomUUID();
  at.addGrant({ roomJoin: true, room });
  return Response.json({ token: await at.toJwt() });
}
"""


@pytest.mark.parametrize(
    "sent",
    [
        "new URL(request.url).searchParams.get('room')",
        "new URLSearchParams(request.url).get('room')",
        "parse(request.url, true).query.room",
        "decodeURIComponent(request.nextUrl.searchParams.get('room'))",
        "Sent.parse(await request.json()).room",
        "Sent.safeParse(await request.json()).data.room",
    ],
)
def test_what_is_cut_out_of_a_request_is_still_what_the_caller_says(sent: str) -> None:
    text = NEXT.replace("SENT", sent)

    assert is_open(text.replace("WHERE", "{ id: room }"), "app/api/token/route.ts")
    assert not is_open(text.replace("WHERE", "{ token: room }"), "app/api/token/route.ts")


FLASK = """from urllib.parse import parse_qs, urlparse
from flask import Flask, request
from livekit import api
app = Flask(__name__)
@app.get("/token")
def token():
    room = parse_qs(urlparse(request.url).query)["room"][0]
    found = rooms.find_one({"id": room})
    if not found or found["status"] == "closed":
        return "", 403
    return api.AccessToken().with_identity("guest").with_grants(api.VideoGrants(room_join=True, room=room)).to_jwt()
"""


def test_a_query_taken_apart_in_python_says_nothing_of_the_caller() -> None:
    assert is_open(FLASK, "app.py")
    assert not is_open(FLASK.replace('{"id": room}', '{"token": room}'), "app.py")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("await hasPermission(memberId, 'join', req.body.room)", True),
        ("await isMember(req.body.room, req.body.userId)", True),
        ("authorizeUser(req.query.email)", True),
        ("await hasPermission(req.user.memberId, 'join', req.body.room)", False),
        ("await isMember(req.body.room, req.body.userId, req.cookies.session)", False),
        ("await checkLogin(req.body.email, req.body.password)", False),
    ],
)
def test_what_somebody_may_says_nothing_of_who_only_claims_to_be_him(asked: str, *, expected: bool) -> None:
    body = f"  const {{ memberId }} = req.body;\n  if (!({asked})) return res.status(403).json({{}});\n"

    assert is_open(express(f"{body}  const identity = req.body.name;")) is expected


ROUTE = """import { AccessToken } from 'livekit-server-sdk';
import { cookies, headers } from 'next/headers';
import { userOf } from '@/lib/users';
import { isHuman, verifyCaptcha } from '@/lib/people';

export async function POST(request) {
  const { room, identity, token } = await request.json();
  CHECK
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
  at.addGrant({ roomJoin: true, room });
  return Response.json({ token: await at.toJwt() });
}
"""
TURNED_AWAY = "return new Response(null, { status: 401 });"


@pytest.mark.parametrize(
    ("check", "is_open"),
    [
        (f"if (!(await cookies()).get('session')) {TURNED_AWAY}", True),
        (f"const key = (await headers()).get('x-key'); if (!key) {TURNED_AWAY}", True),
        (f"const key = (await headers()).get('x-key'); if (key !== process.env.KEY) {TURNED_AWAY}", False),
        (f"const who = await userOf((await cookies()).get('session')); if (!who) {TURNED_AWAY}", False),
        (f"if (!(await verifyCaptcha(token))) {TURNED_AWAY}", True),
    ],
)
def test_a_cookie_that_is_there_and_a_riddle_that_is_solved_tell_nothing(check: str, *, is_open: bool) -> None:
    assert bool(found_in({"app/api/token/route.ts": ROUTE.replace("CHECK", check)}, "LK601")) is is_open
