"""Routers whose registrations are one chain, as Hono's and Elysia's are written where clients take their types from."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

TOKEN = """import { AccessToken } from 'livekit-server-sdk';
export const token = async (c) => {
  const { identity, room } = await c.req.json();
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
  at.addGrant({ roomJoin: true, room });
  return c.json({ token: await at.toJwt() });
};
"""
SIGNED_IN = """import { auth } from './auth';
export const signedIn = async (c, next) => {
  const session = await auth.api.getSession({ headers: c.req.raw.headers });
  if (!session) return c.json({ error: 'Unauthorized' }, 401);
  await next();
};
"""
IMPORTS = """import { Hono } from 'hono';
import { token } from './token';
import { signedIn } from './signed-in';
"""
ROUTER = "import { Hono } from 'hono';\nimport { token } from './token';\n"


def is_open(**files: str) -> bool:
    given = {f"src/{name}.ts": text for name, text in files.items()}
    return bool(found_in({**given, "src/token.ts": TOKEN, "src/signed-in.ts": SIGNED_IN}, "LK601"))


@pytest.mark.parametrize(
    "router",
    [
        "new Hono().post('/token', token)",
        "new Hono().get('/rooms', (c) => c.json([])).post('/token', token)",
        "new OpenAPIHono().openapi(createRoute({ method: 'post', path: '/token' }), token)",
    ],
)
@pytest.mark.parametrize(
    ("application", "expected"),
    [
        ("app.use('/calls/*', signedIn).route('/calls', calls)", False),
        ("app.use('/chat/*', signedIn).route('/calls', calls)", True),
        ("app.route('/calls', calls)", True),
    ],
    ids=["guarded", "guarded elsewhere", "open"],
)
def test_what_a_chain_gives_back_is_mounted_as_the_router_that_it_began_with(
    router: str, application: str, *, expected: bool
) -> None:
    imports = "import { OpenAPIHono, createRoute } from '@hono/zod-openapi';\n" if "OpenAPI" in router else ""
    assert (
        is_open(
            calls=f"{imports}{ROUTER}export const calls = {router};\n",
            index=f"{IMPORTS}import {{ calls }} from './calls';\nconst app = new Hono();\n"
            f"export const routes = {application};\n",
        )
        is expected
    )


def test_middleware_of_a_chain_runs_for_every_route_after_it() -> None:
    chain = "new Hono().use('*', signedIn).get('/rooms', (c) => c.json([])).post('/token', token)"
    assert not is_open(index=f"{IMPORTS}export const app = {chain};\n")


def test_what_one_route_of_a_chain_is_given_guards_no_other() -> None:
    chain = "new Hono().get('/me', signedIn, (c) => c.json({})).post('/token', token)"
    assert is_open(index=f"{IMPORTS}export const app = {chain};\n")
