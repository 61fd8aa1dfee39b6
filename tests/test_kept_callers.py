"""What middleware has found out about callers, and keeps for handlers beside what they send."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

HONO = """import { Hono } from 'hono';
import { AccessToken } from 'livekit-server-sdk';
import { sessions } from './sessions';
const app = new Hono();
app.use('*', sessions());
app.get('/token', async (c) => {
  BODY
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
  at.addGrant({ roomJoin: true, room: ROOM });
  return c.json({ token: await at.toJwt() });
});
"""


@pytest.mark.parametrize(
    ("body", "room", "is_open"),
    [
        ("const identity = c.get('userId');", "'lobby'", False),
        ("const identity = c.var.userId;", "'lobby'", False),
        (
            "const user = c.get('user'); if (!user) return c.json({}, 401); const identity = user.id;",
            "c.req.query('r')",
            False,
        ),
        (
            "const { user } = c.var; if (!user) return c.json({}, 401); const identity = user.id;",
            "c.req.query('r')",
            False,
        ),
        ("const user = c.get('user'); const identity = user?.id ?? c.req.query('me');", "'lobby'", True),
        ("const identity = c.req.query('me');", "'lobby'", True),
        ("const identity = c.req.header('x-user');", "'lobby'", True),
        ("const identity = (await c.req.json()).me;", "'lobby'", True),
    ],
)
def test_what_hono_keeps_is_not_sent(body: str, room: str, *, is_open: bool) -> None:
    assert bool(found_in({"app.ts": HONO.replace("BODY", body).replace("ROOM", room)}, "LK601")) is is_open


@pytest.mark.parametrize(
    "imported", ["import type { Context } from 'hono';", "import type { A } from '@hono/zod-openapi';"]
)
def test_a_handler_of_hono_by_itself_takes_only_types_from_there(imported: str) -> None:
    handler = f"""{imported}
import {{ AccessToken }} from 'livekit-server-sdk';
export const token = async (c) => {{
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {{ identity: c.get('me') }});
  at.addGrant({{ roomJoin: true, room: 'lobby', canPublish: c.get('role') === 'speaker' }});
  return c.json({{ token: await at.toJwt() }});
}};
"""
    routes = "import { Hono } from 'hono';\nimport { token } from './token';\nexport const app = new Hono();\n"
    files = {"token.ts": handler, "app.ts": f"{routes}app.post('/token', token);\n"}

    assert not found_in(files, "LK601")
    assert not found_in(files, "LK602")


EXPRESS = """import express from 'express';
import { AccessToken } from 'livekit-server-sdk';
import { sessions } from './sessions';
const app = express();
app.use(sessions());
app.get('/token', async (PARAMETERS) => {
  TEST
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity: WHO });
  at.addGrant({ roomJoin: true, room: ROOM });
  res.json({ token: await at.toJwt() });
});
"""
REFUSES = "if (!req.userId) return res.sendStatus(401);"


@pytest.mark.parametrize(
    ("test", "who", "room", "is_open"),
    [
        ("", "req.userId", "'lobby'", False),
        ("", "req.uid", "'lobby'", False),
        ("", "req.auth_user_id", "'lobby'", False),
        ("", "req.wallet.address", "'lobby'", False),
        ("", "req.wallet.address", "req.query.room", True),
        ("", "req.validatedBody.me", "'lobby'", True),
        ("", "req.get('x-user')", "'lobby'", True),
        (REFUSES, "req.userId", "req.query.room", False),
        ("", "req.userId", "req.query.room", True),
        ("", "req.body.userId", "'lobby'", True),
        ("", "req.query.uid", "'lobby'", True),
        ("", "req.url", "'lobby'", True),
    ],
)
def test_an_id_beside_what_is_sent_is_the_servers(test: str, who: str, room: str, *, is_open: bool) -> None:
    text = EXPRESS.replace("PARAMETERS", "req, res").replace("TEST", test).replace("WHO", who).replace("ROOM", room)

    assert bool(found_in({"app.ts": text}, "LK601")) is is_open


ROLE = """import express from 'express';
import { AccessToken } from 'livekit-server-sdk';
import { requireAuth } from './auth';
const app = express();
app.post('/token', requireAuth, async (req, res) => {
  const user = WHO;
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity: 'me' });
  at.addGrant({ roomJoin: true, room: 'lobby', canPublish: user.role === 'speaker' });
  res.json({ token: await at.toJwt() });
});
"""


@pytest.mark.parametrize(
    ("who", "is_claimed"),
    [
        ("req.user", False),
        ("req.authUser", False),
        ("req.currentUser", False),
        ("req.jwtPayload", False),
        ("req.tenant", False),
        ("req.parsed", True),
        ("req.body", True),
        ("req.body.authUser", True),
        ("req.query", True),
    ],
)
def test_what_middleware_knows_of_the_caller_decides_for_the_server(who: str, *, is_claimed: bool) -> None:
    assert bool(found_in({"app.ts": ROLE.replace("WHO", who)}, "LK602")) is is_claimed


REFUSING = """import Fastify from 'fastify';
import { AccessToken } from 'livekit-server-sdk';
import { players } from './players';
import { sendError } from './errors';
const app = Fastify();
app.register(players);
export async function known(request, reply) {
  TEST
}
app.get('/rooms/:room/token', { preHandler: known }, async (request, reply) => {
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity: 'me' });
  at.addGrant({ roomJoin: true, room: request.params.room });
  return { token: await at.toJwt() };
});
"""


@pytest.mark.parametrize(
    ("test", "is_open"),
    [
        ("if (!request.player) { sendError(reply, 401, 'stale'); return; }", False),
        ("const caller = request.player; if (!caller) return reply.code(401).send();", False),
        ("if (!request.player || request.player.banned) return reply.status(HttpStatus.UNAUTHORIZED).send();", False),
        ("if (!request.player) throw new UnauthorizedError();", False),
        ("if (!request.player) return reply.code(404).send();", True),
        ("if (!request.tenant) return reply.code(403).send();", True),
        ("if (!request.body) return reply.code(401).send();", True),
        ("if (!request.query.player) return reply.code(401).send();", True),
        ("if (request.player) return reply.code(401).send();", True),
        ("if (!request.player) request.log.info('a guest');", True),
    ],
)
def test_who_asks_for_what_middleware_leaves_asks_who_calls(test: str, *, is_open: bool) -> None:
    assert bool(found_in({"app.ts": REFUSING.replace("TEST", test)}, "LK601")) is is_open


def test_what_is_no_request_of_express_holds_what_is_sent() -> None:
    text = EXPRESS.replace("(PARAMETERS)", "(req)").replace("TEST", "").replace("WHO", "req.userId")

    assert found_in({"app.ts": text.replace("ROOM", "'lobby'")}, "LK601")
