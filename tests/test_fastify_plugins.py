"""Hooks that a plugin of Fastify leaves with the application that it is registered with."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

HOOKS = """import fp from 'fastify-plugin';
async function hooks(app) {
  app.addHook('onRequest', async (request, reply) => {
    if (request.url === '/health') return;
    const sent = request.headers['x-api-key'];
    if (!sent || sent !== EXPECTED) return reply.code(401).send({ error: 'unauthorized' });
  });
}
export default PLUGIN;
"""
ROUTES = """import { AccessToken } from 'livekit-server-sdk';
export default async function routes(app) {
  app.post('/token', async (request, reply) => {
    const { identity, room } = request.body;
    const at = new AccessToken(process.env.KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
    at.addGrant({ roomJoin: true, room });
    return reply.send({ token: await at.toJwt() });
  });
}
"""
SERVER = """import Fastify from 'fastify';
import hooks from './hooks.js';
import routes from './routes.js';
const app = Fastify();
async function start() {
  REGISTERED
}
start();
"""
BEFORE = "await app.register(hooks); await app.register(routes);"
SHARED = "fp(hooks)"
KEY = "app.config.API_KEY"


@pytest.mark.parametrize(
    ("plugin", "expected", "registered", "is_open"),
    [
        (SHARED, KEY, BEFORE, False),
        (SHARED, "process.env.API_KEY", BEFORE, False),
        (SHARED, "request.query.key", BEFORE, True),
        ("hooks", KEY, BEFORE, True),
        (SHARED, KEY, "await app.register(routes);", True),
        (SHARED, KEY, "await app.register(routes); await app.register(hooks);", True),
    ],
    ids=["key of settings", "key of the environment", "nothing known", "for itself", "not registered", "afterwards"],
)
def test_a_shared_plugin_guards_what_is_registered_after_it(
    plugin: str, expected: str, registered: str, *, is_open: bool
) -> None:
    files = {
        "src/hooks.js": HOOKS.replace("PLUGIN", plugin).replace("EXPECTED", expected),
        "src/routes.js": ROUTES,
        "src/server.js": SERVER.replace("REGISTERED", registered),
    }
    assert bool(found_in(files, "LK601")) is is_open
