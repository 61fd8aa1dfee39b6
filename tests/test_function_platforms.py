"""Functions that platforms call with a request in parts: `({ req, res })`, as Appwrite does."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

MINT = """  const { LIVEKIT_API_KEY, LIVEKIT_API_SECRET } = process.env;
  const at = new AccessToken(LIVEKIT_API_KEY, LIVEKIT_API_SECRET, { identity, ttl: '10m' });
  at.addGrant({ roomJoin: true, room });
  return res.json({ token: await at.toJwt() });
"""
SIGNED_IN = """export default async ({ req, res }) => {
  const identity = req.headers['x-appwrite-user-id'];
  if (!identity) return res.json({ error: 'sign in' }, 401);
  const room = req.query.room;
"""
IMPORT = "import { AccessToken } from 'livekit-server-sdk';\n"


@pytest.mark.parametrize(
    ("start", "is_open"),
    [
        ("export default async ({ req, res, log }) => {\n  const { identity, room } = JSON.parse(req.body);\n", True),
        ("module.exports = async function ({ req, res }) {\n  const { identity, room } = req.bodyJson;\n", True),
        (SIGNED_IN, False),
        ("export default async ({ identity, room, res }) => {\n", False),
    ],
    ids=["body", "assigned", "signed in", "no request"],
)
def test_a_function_that_takes_its_request_in_parts_is_a_handler(start: str, *, is_open: bool) -> None:
    assert len(found_in({"src/main.js": f"{IMPORT}{start}{MINT}}};\n"}, "LK601")) == is_open


@pytest.mark.parametrize(
    ("secret", "expected"),
    [
        ("c.env.LIVEKIT_API_SECRET", True),
        ("process.env.LIVEKIT_API_SECRET", True),
        ("(await c.req.json()).apiSecret", False),
    ],
)
def test_what_a_platform_hands_over_with_a_request_is_not_what_the_caller_sends(secret: str, *, expected: bool) -> None:
    text = f"""import {{ Hono }} from 'hono';
import {{ AccessToken }} from 'livekit-server-sdk';
const app = new Hono();
app.post('/token', async (c) => {{
  const {{ room, identity, apiKey }} = await c.req.json();
  const at = new AccessToken(apiKey, {secret}, {{ identity, ttl: '10m' }});
  at.addGrant({{ roomJoin: true, room }});
  return c.json({{ token: await at.toJwt() }});
}});
"""
    assert bool(found_in({"src/index.ts": text}, "LK601")) is expected


def test_a_function_of_a_platform_is_known_by_its_type() -> None:
    head = "import type { HttpFunction } from '@google-cloud/functions-framework';\n"
    start = "export const TYPED = async (req, res) => {\n  const { identity, room } = req.body;\n"
    text = f"{IMPORT}{head}{start}{MINT}}};\n"

    assert found_in({"src/main.ts": text.replace("TYPED", "token: HttpFunction")}, "LK601") == ["src/main.ts:6"]
    assert found_in({"src/main.ts": text.replace("TYPED", "token: Helper")}, "LK601") == []
