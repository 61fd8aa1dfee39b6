"""Handlers that make one of several tokens: who picks which."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

TOKENS = """import { AccessToken } from 'livekit-server-sdk';
const signed = (identity: string) =>
  new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
export async function hostToken(room: string, identity: string) {
  const at = signed(identity);
  at.addGrant({ roomJoin: true, room, roomAdmin: true });
  return at.toJwt();
}
export async function viewerToken(room: string, identity: string) {
  const at = signed(identity);
  at.addGrant({ roomJoin: true, room, canPublish: false });
  return at.toJwt();
}
"""
ROUTE = """import { auth } from '@clerk/nextjs/server';
import { hostToken, viewerToken } from './tokens';
export async function POST(request: Request) {
  const { userId } = await auth();
  if (!userId) return new Response('', { status: 401 });
  const { room, isHost, role, pin } = await request.json();
  const found = await db.room.findUnique({ where: { id: room } });
  let token = '';
  CHOICE
  return Response.json({ token });
}
"""
CHOICE = "token = TEST ? await hostToken(room, userId) : await viewerToken(room, userId);"


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (CHOICE.replace("TEST", "isHost"), ["app/route.ts:9"]),
        (CHOICE.replace("TEST", "role === 'host'"), ["app/route.ts:9"]),
        ("if (isHost) { token = await hostToken(room, userId); } else { token = await viewerToken(room, userId); }", 1),
        ("token = role === 'viewer' ? await viewerToken(room, userId) : await hostToken(room, userId);", 1),
        (
            "if (isHost) return Response.json(await hostToken(room, userId)); token = await viewerToken(room, userId);",
            1,
        ),
        ("if (isHost) return Response.json(await hostToken(room, userId)); return refuse({ status: 403 });", []),
        ("if (isHost) token = await hostToken(room, userId); note(room);", []),
        (CHOICE.replace("TEST", "found.ownerId === userId"), []),
        (CHOICE.replace("TEST", "pin === process.env.HOST_PIN"), []),
        ("token = await hostToken(room, userId);", []),
        ("if (isHost) { token = await hostToken(room, userId); } else { return refuse({ status: 403 }); }", []),
        ("if (!isHost) { return refuse({ status: 403 }); } else { token = await hostToken(room, userId); }", []),
        (
            "if (isHost && found.ownerId !== userId) return new Response('', { status: 403 });"
            + CHOICE.replace("TEST", "isHost"),
            [],
        ),
    ],
    ids=[
        *("a flag", "a role", "if", "the other way", "returned", "others refused", "none for others", "owner"),
        *("a secret", "no choice", "else refused", "then refused", "owner claims"),
    ],
)
def test_a_request_that_picks_the_token_decides_its_rights(choice: str, expected: list[str] | int) -> None:
    found = found_in({"app/tokens.ts": TOKENS, "app/route.ts": ROUTE.replace("CHOICE", choice)}, "LK602")

    assert found == (["app/route.ts:9"] if expected == 1 else expected)


PYTHON = """from datetime import timedelta
from livekit import api

def _token(room, identity, can_publish=False):
    grants = api.VideoGrants(room_join=True, room=room, can_publish=can_publish, can_publish_data=can_publish)
    return api.AccessToken().with_identity(identity).with_ttl(timedelta(minutes=10)).with_grants(grants).to_jwt()

def host_token(room, identity):
    return _token(room, identity, can_publish=True)

def viewer_token(room, identity):
    return _token(room, identity)
"""
VIEW = """from fastapi import Depends, FastAPI
from tokens import host_token, viewer_token
app = FastAPI()
@app.post("/token")
def token(request: TokenRequest, user=Depends(current_user)):
    if TEST:
        return host_token(request.room, user.id)
    else:
        return viewer_token(request.room, user.id)
"""


@pytest.mark.parametrize(
    ("test", "expected"),
    [('request.kind == "host"', ["main.py:7"]), ("request.is_host", ["main.py:7"]), ("user.is_host", [])],
)
def test_publishing_counts_where_another_token_denies_it(test: str, expected: list[str]) -> None:
    assert found_in({"tokens.py": PYTHON, "main.py": VIEW.replace("TEST", test)}, "LK602") == expected
