"""Routes that a file exports wrapped in a call: the wrapper counts by what it does, or else by its name."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

ROUTE = "app/api/token/route.ts"
TOKEN = """
  const { room, identity } = await request.json();
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
  at.addGrant({ roomJoin: true, room });
  return Response.json({ token: await at.toJwt() });
"""
WAYS = {
    "at once": f"export const POST = wrap(async (request: Request) => {{{TOKEN}}});\n",
    "by name": f"async function token(request: Request) {{{TOKEN}}}\nexport const POST = wrap(token);\n",
    "twice": f"export const POST = logged(wrap(async (request: Request) => {{{TOKEN}}}));\n",
    "by default": f"async function token(request: Request) {{{TOKEN}}}\nexport default wrap(token);\n",
    "the old way": f"async function token(request) {{{TOKEN}}}\nmodule.exports = wrap(token);\n",
}
ASKS = """
export function wrap(handler) {
  return async (request) => {
    const session = await auth();
    if (!session) return new Response(null, { status: 401 });
    return handler(request);
  };
}
"""
WRITES = """
export function wrap(handler) {
  return async (request) => {
    console.log(request.url);
    return handler(request);
  };
}
"""
HEAD = "import { AccessToken } from 'livekit-server-sdk';\nimport { logged } from '@/lib/logged';\n"


def findings(way: str, name: str = "wrap", definition: str = "") -> list[str]:
    text = f"{HEAD}import {{ {name} }} from './{name}';\n{WAYS[way].replace('wrap(', f'{name}(')}"
    files = {ROUTE: text} | ({f"app/api/token/{name}.ts": definition} if definition else {})
    return found_in(files, "LK601")


@pytest.mark.parametrize("way", WAYS)
def test_a_wrapper_that_asks_who_is_there_authenticates(way: str) -> None:
    assert not findings(way, definition=ASKS)


@pytest.mark.parametrize("way", WAYS)
def test_a_wrapper_that_does_something_else_does_not(way: str) -> None:
    assert findings(way, definition=WRITES)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["withAuth", "withApiAuthRequired", "withUser", "protectedRoute", "requireAuth"])
def test_a_wrapper_from_elsewhere_counts_by_its_name(way: str, name: str) -> None:
    assert not findings(way, name)


@pytest.mark.parametrize("name", ["withSentry", "withCors", "rateLimited"])
def test_other_names_say_nothing(name: str) -> None:
    assert findings("at once", name)
