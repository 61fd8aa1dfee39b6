"""Middleware that hears who is calling, and runs what stands behind it for strangers too."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

SERVER = """const express = require('express');
const { AccessToken } = require('livekit-server-sdk');
const { before } = require('./before');
const app = express();
app.use(express.json());
app.use(before);
app.post('/token', async (req, res) => {
  const { room, identity } = req.body;
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
  at.addGrant({ roomJoin: true, room });
  res.json({ token: await at.toJwt() });
});
"""
BEFORE = """const jwt = require('jsonwebtoken');
async function before(req, res, next) {{
  const header = req.headers.authorization;
  {body}
}}
module.exports = {{ before }};
"""
VERIFY = "req.user = jwt.verify(header.slice(7), process.env.JWT_SECRET);"


@pytest.mark.parametrize(
    ("body", "passes"),
    [
        (f"if (!header) return next(); {VERIFY} next();", True),
        (f"if (!header) {{ req.user = null; next(); return; }} {VERIFY} next();", True),
        (f"if (!header || !header.startsWith('Bearer ')) return next(); {VERIFY} next();", True),
        (f"if (header == null) return next(); {VERIFY} next();", True),
        (f"if (header) {{ {VERIFY} }} next();", True),
        (f"if (header) {{ try {{ {VERIFY} }} catch (e) {{ return res.sendStatus(401); }} }} next();", True),
        (f"if (!header) return res.sendStatus(401); {VERIFY} next();", False),
        (f"if (!header) return next(new Error('Unauthorized')); {VERIFY} next();", False),
        (f"if (header) {{ {VERIFY} return next(); }} res.sendStatus(401);", False),
        (f"if (header) {{ {VERIFY} }} else {{ return res.sendStatus(401); }} next();", False),
        (f"if (req.path === '/health') return next(); {VERIFY} next();", False),
        (f"if (req.method === 'OPTIONS') return next(); {VERIFY} next();", False),
    ],
)
def test_who_sends_nothing_may_be_spared_the_check(body: str, *, passes: bool) -> None:
    assert bool(found_in({"server.js": SERVER, "before.js": BEFORE.format(body=body)}, "LK601")) is passes


@pytest.mark.parametrize(
    ("body", "passes"),
    [
        ("if (!req.user) return next(); await seen(req.user.id); next();", True),
        ("if (!req.user) { return next(); } await seen(req.user.id); next();", True),
        ("if (req.user) log(req.user.id); next();", True),
        ("if (req.user?.id) { await seen(req.user.id); } next();", True),
        ("log(req.user ? req.user.id : 'nobody'); next();", True),
        ("log(req.user && req.user.id); next();", True),
        ("res.on('finish', () => { if (req.user) log(req.user.id); }); next();", True),
        ("if (!req.user) return res.sendStatus(401); next();", False),
        ("if (!req.user) return next('route'); next();", False),
        ("await seen(req.user.id); next();", False),
        ("if (req.debug) log('seen'); await seen(req.user.id); next();", False),
    ],
)
def test_who_is_asked_for_first_need_not_be_there(body: str, *, passes: bool) -> None:
    assert bool(found_in({"server.js": SERVER, "before.js": BEFORE.format(body=body)}, "LK601")) is passes


@pytest.mark.parametrize(
    ("choice", "passes"),
    [
        ("sessions.has(req.cookies.sid) ? next() : res.status(401).json({ error: 'login first' })", False),
        ("req.user ? next() : res.redirect('/login')", False),
        ("!req.user ? res.sendStatus(401) : next()", False),
        ("req.header('x-api-key') === process.env.SERVICE_KEY ? next() : next(createError(403))", False),
        ("!header || sessions.has(header) ? next() : res.sendStatus(401)", True),
        ("req.user ? next() : next()", True),
        ("req.body.room ? next() : res.status(400).json({ error: 'room missing' })", True),
        ("res.locals.day = req.query.day ? Number(req.query.day) : 0", True),
    ],
)
def test_a_guard_may_be_one_expression(choice: str, *, passes: bool) -> None:
    before = BEFORE.format(body=f"return {choice};")
    sessions = "const sessions = require('./sessions');\n"
    assert bool(found_in({"server.js": SERVER, "before.js": sessions + before}, "LK601")) is passes


@pytest.mark.parametrize(
    ("body", "passes"),
    [
        ("if header is None:\n        return await call_next(request)\n    jwt.decode(header, KEY)", True),
        ("if header:\n        jwt.decode(header, KEY)", True),
        ("if not header:\n        return JSONResponse({}, status_code=401)\n    jwt.decode(header, KEY)", False),
        ("jwt.decode(header, KEY)", False),
    ],
)
def test_middleware_of_python_may_spare_them_too(body: str, *, passes: bool) -> None:
    text = f"""import jwt
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from livekit import api

app = FastAPI()

@app.middleware("http")
async def before(request: Request, call_next):
    header = request.headers.get("Authorization")
    {body}
    return await call_next(request)

@app.get("/token")
def token(room: str, identity: str):
    grants = api.VideoGrants(room_join=True, room=room)
    return api.AccessToken().with_identity(identity).with_grants(grants).to_jwt()
"""
    assert bool(found_in({"main.py": text}, "LK601")) is passes


SCHEMA = """const Joi = require('joi');
const getToken = SHAPE;
module.exports = { getToken };
"""
VALIDATE = """const validate = (schema) => (req, res, next) => {
  if (schema.body.validate(req.body).error) return res.sendStatus(400);
  return next();
};
module.exports = { validate };
"""


@pytest.mark.parametrize(
    ("shape", "passes"),
    [
        ("{ body: Joi.object({ room: Joi.string().required() }) }", True),
        ("{ body: Joi.object(), query: Joi.object() }", True),
        ("(req, res, next) => { if (req.headers.key !== process.env.KEY) return res.sendStatus(401); next(); }", False),
    ],
)
def test_a_schema_called_like_a_check_checks_nobody(shape: str, *, passes: bool) -> None:
    server = SERVER.replace("app.use(before);", "").replace("'/token',", "'/token', validate(schemas.getToken),")
    server = server.replace("{ before } = require('./before')", "{ validate } = require('./validate')")
    server = server.replace("const app", "const schemas = require('./schemas');\nconst app", 1)
    files = {"server.js": server, "validate.js": VALIDATE, "schemas.js": SCHEMA.replace("SHAPE", shape)}

    assert bool(found_in(files, "LK601")) is passes


CONVEX = """import { action } from './_generated/server';
import { internal } from './_generated/api';
import { AccessToken } from 'livekit-server-sdk';
export const join = action({
  handler: async (ctx, args) => {
    LOOKUP
    const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity: 'a' });
    at.addGrant({ roomJoin: true, room: args.room });
    return { token: await at.toJwt() };
  },
});
"""


@pytest.mark.parametrize(
    ("lookup", "is_open"),
    [
        ("const one = await ctx.runQuery(internal.keys.validateApiKey, { apiKey: args.apiKey });", False),
        (
            "const one = await ctx.runQuery(internal.invites.byToken, { token: args.token }); if (!one) return null;",
            False,
        ),
        ("const one = await ctx.runQuery(internal.users.getUser, { id: args.id }); if (!one) return null;", True),
        ("const one = await ctx.runQuery(internal.rooms.byName, { name: args.room }); if (!one) return null;", True),
    ],
)
def test_what_convex_runs_goes_by_its_own_name(lookup: str, *, is_open: bool) -> None:
    assert bool(found_in({"convex/join.ts": CONVEX.replace("LOOKUP", lookup)}, "LK601")) is is_open


HELPER = """import { AccessToken } from 'livekit-server-sdk';
export async function POST(request) {
  const { room, identity } = await request.json();
  return Response.json(await mint({ room, identity, name: 'guest' }));
}
export async function GET(req) {
  return Response.json(await mint({ room: 'lobby', identity: 'me', name: req.user.name }));
}
async function mint({ room, identity, name }) {
  const meeting = await meetings.find(room);
  TEST
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, name });
  at.addGrant({ roomJoin: true, room });
  return at.toJwt();
}
"""


@pytest.mark.parametrize(
    "test",
    [
        "",
        "if (meeting) { if (meeting.hosts.includes(identity)) throw new Error('Forbidden'); }",
        "if (meeting) { log(meeting); if (meeting.isFull) return Response.json({}, { status: 403 }); }",
    ],
)
def test_what_is_known_of_the_callers_of_one_handler_says_nothing_of_anothers(test: str) -> None:
    """Nor does a refusal behind a further test, which may not be met."""
    found = found_in({"app/api/token/route.js": HELPER.replace("TEST", test)}, "LK601")

    assert found == ["app/api/token/route.js:4"]


SEATS = """import { AccessToken, RoomServiceClient } from 'livekit-server-sdk';
import { settings } from './settings';
async function seatTaken(room) {
  const { url, apiKey, apiSecret } = settings();
  try {
    const rooms = new RoomServiceClient(url, apiKey, apiSecret);
    return (await rooms.listParticipants(room)).length > 1;
  } catch {
    return false;
  }
}
export async function POST(request) {
  const { room, identity } = await request.json();
  if (await seatTaken(room)) return Response.json({ error: 'taken' }, { status: 409 });
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
  at.addGrant({ roomJoin: true, room });
  return Response.json({ token: await at.toJwt() });
}
"""


def test_a_client_of_livekit_is_given_the_applications_own_key() -> None:
    settings = "export const settings = () => JSON.parse(read('settings.json'));"

    assert found_in({"app/api/token/route.js": SEATS, "app/api/token/settings.js": settings}, "LK601")


ROUTES = """const express = require('express');
const { before } = require('./before');
const { events } = require('./events');
const router = express.Router();
router.post('/livekit/webhook', express.raw({ type: 'application/webhook+json' }), before, events);
module.exports = router;
"""
EVENTS = """// LiveKit's
exports.events = async (req, res) => {
  const { event, room } = req.livekitEvent;
  if (event === 'room_finished') await rooms.close(room.name);
  res.sendStatus(200);
};
"""
RECEIVE = """const { WebhookReceiver } = require('livekit-server-sdk');
const receiver = new WebhookReceiver(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET);
exports.before = async (req, res, next) => {
  BODY
};
"""


@pytest.mark.parametrize(
    ("body", "is_open"),
    [
        ("req.livekitEvent = await RECEIVED; next();", False),
        ("try { req.livekitEvent = await RECEIVED; next(); } catch (e) { res.status(401).end(); }", False),
        ("req.livekitEvent = JSON.parse(req.body); next();", True),
        ("req.livekitEvent = await queue.receive(req.body); next();", True),
    ],
)
def test_a_webhook_may_be_checked_before_it_is_handled(body: str, *, is_open: bool) -> None:
    received = body.replace("RECEIVED", "receiver.receive(req.body, req.get('Authorization'))")
    files = {"routes.js": ROUTES, "events.js": EVENTS, "before.js": RECEIVE.replace("BODY", received)}

    assert bool(found_in(files, "LK604")) is is_open
