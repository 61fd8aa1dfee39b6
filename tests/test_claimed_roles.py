"""Roles that a request claims: whether somebody else has a say in them."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

EXPRESS = """const { AccessToken } = require('livekit-server-sdk');
router.post('/token', requireAuth, async (req, res) => {
  const isHost = req.body.role === 'host';
  CHECK
  const identity = req.user.id;
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: 600 });
  at.addGrant({ roomJoin: true, room: req.body.room, canPublish: isHost, roomAdmin: isHost });
  res.json({ token: await at.toJwt() });
});
"""
CSHARP = """using Livekit.Server.Sdk.Dotnet;
app.MapPost("/token", (TokenRequest request, Rooms rooms) =>
{
    var isHost = string.Equals(request.Role, "host");
    CHECK
    var token = new AccessToken(Key, Secret).WithIdentity(Guid.NewGuid().ToString()).WithTtl(TimeSpan.FromMinutes(5))
        .WithGrants(new VideoGrants { RoomJoin = true, Room = request.Room, CanPublish = isHost,
                                      CanSubscribe = !isHost });
    return Results.Json(token.ToJwt());
});
"""
VOUCHED = [
    ("a.js", "if (isHost && !(await ownsRoom(req.body.room, req.user.id))) return res.status(403).end();"),
    ("a.js", "if (!rooms.isOwner(req.user) && isHost) { return res.status(403).json({ error: 'Not the host' }); }"),
    (
        "a.js",
        "const room = await find(req.body.room); if (isHost && room.owner !== req.user.id) return res.sendStatus(403);",
    ),
    ("A.cs", "if (isHost && !rooms.IsHost(request.Room, request.Key)) return Results.Unauthorized();"),
]
CLAIMED = [
    ("a.js", ""),
    ("a.js", "if (isHost && !(await ownsRoom(req.body.room, req.user.id))) console.warn('not the owner');"),
    ("a.js", "if (isHost || !(await ownsRoom(req.body.room, req.user.id))) return res.status(403).end();"),
    ("a.js", "if (isHost && req.body.name !== '') return res.status(403).end();"),
    ("a.js", "if (isHost && !(await exists(req.body.room))) return res.status(404).end();"),
    ("A.cs", "if (!isHost && !rooms.IsOpen(request.Room)) return Results.NotFound();"),
]
TAKEN = """const { AccessToken } = require('livekit-server-sdk');
router.post('/token', requireAuth, async (req, res) => {
  const { room, isHost, isOwner, role } = req.body;
  const show = await shows.find(room);
  const owns = show.hostId === req.user.id;
  CHECK
  const identity = req.user.id;
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: 600 });
  at.addGrant({ roomJoin: true, room, roomAdmin: CLAIM });
  res.json({ token: await at.toJwt() });
});
"""
REFUSED = [
    ("isHost", "if (isHost && show.hostId !== req.user.id) return res.status(403).json({ error: 'Not your show' });"),
    ("isHost", "if (isHost && !owns) return res.status(403).end();"),
    ("isHost", "if (!owns && isHost) throw new ForbiddenError();"),
    ("isHost", "if (isHost) { if (show.hostId !== req.user.id) return res.status(403).end(); }"),
    ("isHost", "if (isHost && !(await hosts(show, req.user.id))) return res.status(403).end();"),
    ("role === 'host'", "if (role === 'host' && !owns) return res.status(403).end();"),
    ("isHost", "if ((isHost || isOwner) && !owns) return res.status(403).end();"),
    ("isHost", "if (isHost || isOwner) { if (show.hostId !== req.user.id) return res.status(403).end(); }"),
    (
        "role === 'host'",
        "if (role === 'host' || role === 'admin') { if (!(await hosts(show))) throw new ForbiddenError(); }",
    ),
]
LET_THROUGH = [
    ("isHost", ""),
    ("isHost", "if (isHost && !isOwner) return res.status(403).end();"),
    ("isHost", "if (isHost && !owns) console.warn('not the owner');"),
    ("isHost", "if (isHost) { if (!room) return res.status(403).end(); }"),
    ("isHost", "if (isHost && !room) return res.status(403).end();"),
    ("isHost", "if (role && !owns) return res.status(403).end();"),
    ("role === 'host'", "if (role === 'admin' && !owns) return res.status(403).end();"),
    ("isHost", "if (isHost || (isOwner && !owns)) return res.status(403).end();"),
    ("isHost", "if (!isHost) { if (show.hostId !== req.user.id) return res.status(403).end(); }"),
]


NEXT = """import { AccessToken } from 'livekit-server-sdk';
import { auth } from '@clerk/nextjs/server';
export async function POST(request) {
  const { userId } = await auth();
  if (!userId) return new Response('', { status: 401 });
  const { room, kind, role } = await request.json();
  const owns = (await shows.find(room)).hostId === userId;
  if (TEST && !owns) return new Response('', { status: 403 });
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET,
    { identity: userId, ttl: 600 });
  at.addGrant({ roomJoin: true, room, roomAdmin: role === 'host' });
  return Response.json({ token: await at.toJwt() });
}
"""
FLASK = """from flask import Flask, request
from flask_login import current_user, login_required
from livekit import api
app = Flask(__name__)
@app.post("/token")
@login_required
def token():
    role = request.json["role"]
    kind = request.json["kind"]
    if TEST and not owns(current_user):
        return "", 403
    grants = api.VideoGrants(room_join=True, room="hall", room_admin=role == "host")
    return api.AccessToken(KEY, SECRET).with_identity(current_user.id).with_grants(grants).to_jwt()
"""


def decided(path: str, check: str) -> list[str]:
    code = {"a.js": EXPRESS, "A.cs": CSHARP}[path].replace("CHECK", check)
    return found_in({f"server/{path}": code}, "LK602")


@pytest.mark.parametrize(("path", "check"), VOUCHED)
def test_a_role_that_is_refused_unless_more_is_right_is_not_the_callers_choice(path: str, check: str) -> None:
    assert decided(path, check) == []


@pytest.mark.parametrize(("path", "check"), CLAIMED)
def test_a_role_that_nobody_else_has_a_say_in_is(path: str, check: str) -> None:
    assert decided(path, check) != []


@pytest.mark.parametrize(
    ("path", "text", "test", "is_claimed"),
    [
        ("app/api/token/route.js", NEXT, "role === 'host'", False),
        ("app/api/token/route.js", NEXT, "kind === 'host'", True),
        ("app.py", FLASK, "role == 'host'", False),
        ("app.py", FLASK, "kind == 'host'", True),
    ],
)
def test_what_is_asked_of_another_part_of_the_request_says_nothing_of_the_role(
    path: str, text: str, test: str, *, is_claimed: bool
) -> None:
    assert bool(found_in({path: text.replace("TEST", test)}, "LK602")) is is_claimed


TABLE = """const { AccessToken } = require('livekit-server-sdk');
const RIGHTS = {
  host: { roomJoin: true, canPublish: true, roomAdmin: true },
  guest: { roomJoin: true, canPublish: true },
};
router.post('/token', requireAuth, async (req, res) => {
  const { room, role } = req.body;
  CHECK
  const identity = req.user.id;
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: 600 });
  at.addGrant({ room, ...PICKED });
  res.json({ token: await at.toJwt() });
});
"""
PYTHON = """from fastapi import Depends, FastAPI, HTTPException
from livekit import api
from auth import current_user
app = FastAPI()
RIGHTS = {"host": {"can_publish": True, "hidden": True}, "guest": {"can_publish": False, "can_publish_data": False}}
@app.post("/token")
def token(room: str, role: str, user=Depends(current_user)):
    CHECK
    grants = api.VideoGrants(room_join=True, room=room, **PICKED)
    return api.AccessToken().with_identity(user.id).with_grants(grants).to_jwt()
"""


def picked(path: str, row: str, check: str) -> list[str]:
    code = {"a.js": TABLE, "a.py": PYTHON}[path].replace("PICKED", row).replace("CHECK", check)
    return found_in({f"server/{path}": code}, "LK602")


@pytest.mark.parametrize(
    ("path", "row", "check", "line"),
    [
        ("a.js", "RIGHTS[role]", "", 11),
        ("a.js", "(RIGHTS[role] ?? RIGHTS.guest)", "if (!(role in RIGHTS)) return res.status(403).end();", 11),
        ("a.js", "RIGHTS[req.user.role]", "", None),
        ("a.js", "RIGHTS.guest", "", None),
        ("a.js", "RIGHTS[role]", "if (role === 'host' && !owns(req.user, room)) return res.status(403).end();", None),
        ("a.py", "RIGHTS[role]", "pass", 9),
        ("a.py", "RIGHTS.get(role, {})", "pass", 9),
        ("a.py", "RIGHTS[user.role]", "pass", None),
        ("a.py", "RIGHTS[role]", "if role == 'host' and not user.is_host: raise HTTPException(status_code=403)", None),
    ],
)
def test_who_picks_the_row_of_a_table_picks_its_rights(path: str, row: str, check: str, line: int | None) -> None:
    assert picked(path, row, check) == ([f"server/{path}:{line}"] if line else [])


@pytest.mark.parametrize("given", ["", ", roomAdmin: true"])
def test_what_every_row_gives_is_nobodys_choice(given: str) -> None:
    table = TABLE.replace(", roomAdmin: true", "").replace("canPublish: true", f"canPublish: true{given}")
    text = table.replace("PICKED", "RIGHTS[role]").replace("CHECK", "")

    assert not found_in({"server/a.js": text}, "LK602")


@pytest.mark.parametrize(("claim", "check"), REFUSED)
def test_neither_is_a_field_of_the_request_that_is_refused_unless_more_is_right(claim: str, check: str) -> None:
    assert found_in({"server/a.js": TAKEN.replace("CHECK", check).replace("CLAIM", claim)}, "LK602") == []


@pytest.mark.parametrize(("claim", "check"), LET_THROUGH)
def test_a_field_of_the_request_that_nobody_else_has_a_say_in_is(claim: str, check: str) -> None:
    assert found_in({"server/a.js": TAKEN.replace("CHECK", check).replace("CLAIM", claim)}, "LK602") != []


MADE = """const { AccessToken } = require('livekit-server-sdk');
const RIGHTS = { host: { roomAdmin: true }, guest: { roomAdmin: false } };
router.post('/token', requireAuth, async (req, res) => {
  BEFORE
  res.json({ token: await create(req.user.id, GIVEN) });
});
router.post('/roles', requireAdmin, async (req, res) => {
  const rights = RIGHTS[req.body.role];
  res.json(await update(req.body.identity, rights));
});
async function create(identity, rights) {
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: 600 });
  at.addGrant({ room: 'hall', roomJoin: true, ...rights });
  return at.toJwt();
}
"""


@pytest.mark.parametrize(
    ("before", "given", "line"),
    [
        ("", "RIGHTS[req.user.role]", None),
        ("", "RIGHTS[req.body.role]", 5),
        ("const mine = RIGHTS[req.body.role];", "mine", 4),
    ],
)
def test_what_others_look_up_in_a_table_says_nothing_of_a_token(before: str, given: str, line: int | None) -> None:
    found = found_in({"server/a.js": MADE.replace("BEFORE", before).replace("GIVEN", given)}, "LK602")

    assert found == ([f"server/a.js:{line}"] if line else [])


STAFF = """from fastapi import FastAPI
from livekit import api
import hmac, os

app = FastAPI()

@app.post("/token")
async def token(room: str, identity: str, code: str | None = None):
    is_staff = TEST
    grant = api.VideoGrants(room_join=True, room=room, can_publish=False, can_publish_data=False)
    GIVE
    return make(identity).with_grants(grant).to_jwt()

def make(identity):
    return api.AccessToken(os.environ["LIVEKIT_API_KEY"], os.environ["LIVEKIT_API_SECRET"]).with_identity(identity)
"""
GIVEN = ["grant.can_publish = is_staff", "if is_staff:\n        grant.can_publish = True"]


@pytest.mark.parametrize("given", GIVEN)
@pytest.mark.parametrize(
    ("test", "is_claimed"),
    [
        ('code == os.environ["STAFF_CODE"]', False),
        ('bool(code and code == os.environ["STAFF_CODE"])', False),
        ('code == "staff"', True),
        ('code != os.environ["STAFF_CODE"]', True),
        ("code == room", True),
    ],
)
def test_who_sends_a_secret_claims_nothing(test: str, given: str, *, is_claimed: bool) -> None:
    text = STAFF.replace("TEST", test).replace("GIVE", given)

    assert bool(found_in({"app.py": text}, "LK602")) is is_claimed


WORD = """const { AccessToken } = require('livekit-server-sdk');
router.post('/token', requireAuth, async (req, res) => {
  const { room, wish } = req.body;
  const isAdmin = await isAdminOf(room, req.user.id);
  CHOICE
  const at = new AccessToken(process.env.KEY, process.env.SECRET, { identity: req.user.id, ttl: 600 });
  at.addGrant({ roomJoin: true, room, roomAdmin: role === 'host' });
  res.json({ token: await at.toJwt() });
});
"""
PICKED = "const role = wish === 'host' ? 'host' : 'guest';"


@pytest.mark.parametrize(
    ("choice", "is_claimed"),
    [
        (PICKED, True),
        (f"{PICKED} if (role === 'host') note(room);", True),
        (f"{PICKED} if (role === 'guest' && !isAdmin) return res.status(403).end();", True),
        (f"{PICKED} if (role === 'host' && !isAdmin) return res.status(403).end();", False),
        (f"{PICKED} if (role === 'host') {{ if (!(await owns(room))) return res.status(403).end(); }}", False),
        ("let role = 'guest'; if (wish.isHost) role = 'host';", True),
        ("let role = 'guest'; if (wish.isHost && isAdmin) role = 'host';", False),
        ("let role = 'guest'; if (wish.isHost && STAFF.includes(req.user.role)) role = 'host';", False),
        ("let role = 'guest'; if (wish.isHost && ROOMS.includes(room)) role = 'host';", True),
        ("const role = isAdmin ? 'host' : 'guest';", False),
    ],
)
def test_who_chose_the_word_for_a_role_claims_it_unless_more_is_asked(choice: str, *, is_claimed: bool) -> None:
    assert bool(found_in({"server.js": WORD.replace("CHOICE", choice)}, "LK602")) is is_claimed


SESSION = """import { auth } from '@/auth';
import { AccessToken } from 'livekit-server-sdk';
export async function GET(request: Request) {
  const role = new URL(request.url).searchParams.get('role') ?? 'viewer';
  const identity = crypto.randomUUID();
  CHECK
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
  GRANT
  return Response.json({ token: await at.toJwt() });
}
"""
NO = "return Response.json({}, { status: 403 });"
CHOSEN = "at.addGrant({ roomJoin: true, room: 'live', canPublish: role === 'host', canPublishData: false });"
BRANCHES = """if (role === 'host') at.addGrant({ roomJoin: true, room: 'live', canPublish: true });
  else at.addGrant({ roomJoin: true, room: 'live', canPublish: false, canPublishData: false });"""
ASKED = "if (role === 'host') { const session = await auth(); if (TEST) REFUSE }".replace("REFUSE", NO)


@pytest.mark.parametrize("grant", [CHOSEN, BRANCHES], ids=["chosen", "branches"])
@pytest.mark.parametrize(
    ("check", "is_claimed"),
    [
        (ASKED.replace("TEST", "session?.user?.role !== 'ADMIN'"), False),
        (ASKED.replace("TEST", "!session?.user?.isAdmin"), False),
        (ASKED.replace("TEST", "session?.user?.id !== OWNER"), False),
        (f"const me = (await auth()).user.id; if (role === 'host' && me !== OWNER) {NO}", False),
        ("if (role === 'host') await requireHost(request);", False),
        (f"if (role === 'host') {{ try {{ await requireHost(request); }} catch (error) {{ {NO} }} }}", False),
        ("if (role === 'host') { try { await requireHost(request); } catch (error) { console.log(error); } }", True),
        ("if (role === 'host') await requireUser(request);", True),
        ("if (role === 'host') await notifyHost(request);", True),
        (ASKED.replace("TEST", "!session"), True),
        (ASKED.replace("TEST", "!session?.user"), True),
        (ASKED.replace("'host'", "'admin'").replace("TEST", "session?.user?.role !== 'ADMIN'"), True),
        ("const session = await auth(); if (session?.user?.role !== 'ADMIN') console.warn(role);", True),
        ("", True),
    ],
)
def test_a_role_may_be_for_those_of_whom_more_is_known_than_that_they_are_there(
    grant: str, check: str, *, is_claimed: bool
) -> None:
    code = SESSION.replace("CHECK", check).replace("GRANT", grant)
    assert bool(found_in({"app/api/token/route.ts": code}, "LK602")) is is_claimed
