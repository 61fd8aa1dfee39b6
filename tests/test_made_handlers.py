"""Handlers and helpers of JavaScript that a function makes, and hands out in a record: `createController(deps)`."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

TOKENS = """import { AccessToken } from 'livekit-server-sdk';
export function createTokens(config) {
  async function sign(identity, room) {
    const at = new AccessToken(config.key, config.secret, { identity, ttl: '10m' });
    at.addGrant({ roomJoin: true, room });
    return at.toJwt();
  }
  return { guest: ({ identity, room }) => sign(identity, room) };
}
"""
JOIN = "res.json({ token: await tokens.guest({ identity: req.body.me, room: req.params.room }) });"
CONTROLLERS = {
    "a function that is handed out": f"""export function createController(deps) {{
  const {{ tokens }} = deps;
  async function join(req, res) {{ {JOIN} }}
  return {{ join }};
}}
""",
    "a function in the record": f"""export function createController({{ tokens }}) {{
  return {{ join: async (req, res) => {{ {JOIN} }} }};
}}
""",
    "a method of the record": f"""export const createController = ({{ tokens }}) => ({{
  async join(req, res) {{ {JOIN} }},
}});
""",
}
SERVER = """import express from 'express';
import { createTokens } from './tokens.js';
import { createController } from './controller.js';
import { createRouter } from './router.js';
import { requireAuth } from './auth.js';
const app = express();
const controller = createController({ tokens: createTokens(config) });
ROUTE
"""
ROUTER = """import { Router } from 'express';
export function createRouter(controller) {
  const router = Router();
  router.post('/:room', controller.join);
  return router;
}
"""


@pytest.mark.parametrize("controller", CONTROLLERS)
@pytest.mark.parametrize(
    ("route", "is_open"),
    [
        ("app.post('/rooms/:room', controller.join);", True),
        ("const { join } = controller; app.post('/rooms/:room', wrapped(join));", True),
        ("app.use('/rooms', createRouter(controller));", True),
        ("app.post('/rooms/:room', requireAuth, controller.join);", False),
        ("app.use('/rooms', requireAuth, createRouter(controller));", False),
        ("jobs.add(controller.join);", False),
    ],
)
def test_what_a_function_makes_answers_where_it_is_registered(controller: str, route: str, *, is_open: bool) -> None:
    files = {
        "src/tokens.js": TOKENS,
        "src/controller.js": CONTROLLERS[controller],
        "src/router.js": ROUTER,
        "src/server.js": SERVER.replace("ROUTE", route),
    }

    assert bool(found_in(files, "LK601")) is is_open
