"""Requests that a script makes up for a handler: the platform passes it others."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

NEXT = """import { AccessToken } from 'livekit-server-sdk';
export async function POST(request) {
  const { identity, room } = await request.json();
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
  at.addGrant({ roomJoin: true, room });
  return Response.json({ token: await at.toJwt() });
}
"""
VERCEL = """const { AccessToken } = require('livekit-server-sdk');
module.exports = async function handler(req, res) {
  const room = String(req.body.room).trim();
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity: 'me' });
  at.addGrant({ roomJoin: true, room });
  res.status(200).json({ token: await at.toJwt() });
};
"""
LAMBDA = """import json
from livekit import api

def lambda_handler(event, context):
    asked = json.loads(event["body"])
    grants = api.VideoGrants(room_join=True, room=asked["room"])
    token = api.AccessToken().with_identity(asked["identity"]).with_grants(grants).to_jwt()
    return {"statusCode": 200, "body": token}
"""


@pytest.mark.parametrize(
    ("path", "text", "script", "calls"),
    [
        (
            "app/api/token/route.js",
            NEXT,
            "scripts/try.mjs",
            "import { POST } from '../app/api/token/route';\nawait POST(new Request('http://localhost'));",
        ),
        (
            "api/token.js",
            VERCEL,
            "scripts/load.js",
            "const handler = require('../api/token');\nhandler({ body: { room: 'lobby' } }, answer);",
        ),
        (
            "token.py",
            LAMBDA,
            "try_out.py",
            "from token import lambda_handler\nprint(lambda_handler({'body': '{}'}, None))",
        ),
    ],
)
def test_a_script_that_tries_a_handler_out_is_not_its_only_caller(
    path: str, text: str, script: str, calls: str
) -> None:
    assert found_in({path: text}, "LK601") == found_in({path: text, script: calls}, "LK601") != []


def test_nor_is_the_main_of_its_own_file() -> None:
    main = 'if __name__ == "__main__":\n    print(lambda_handler({"body": "{}"}, None))\n'

    assert found_in({"token.py": LAMBDA + main}, "LK601")


def test_what_only_the_project_calls_is_given_what_the_project_passes() -> None:
    helper = VERCEL.replace("function handler(req, res)", "function handler(settings, res)").replace(
        "req.", "settings."
    )
    calls = "const make = require('../lib/token');\nmake({ body: { room: 'lobby' } }, answer);"

    assert not found_in({"lib/token.js": helper, "scripts/make.js": calls}, "LK601")
