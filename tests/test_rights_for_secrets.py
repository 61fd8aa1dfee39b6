"""Rights that a request gets only with a secret: to send it is no choice of the caller's."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

PYTHON = """import hmac, secrets
from datetime import timedelta
from fastapi import FastAPI, Request
from livekit.api import AccessToken, VideoGrants
from .calls import call_of
app = FastAPI()

def is_host(sent, call):
    return TEST

@app.post("/token")
async def token(request: Request):
    body = await request.json()
    call = call_of(body["call"])
    grants = VideoGrants(room_join=True, room=call.room, room_admin=is_host(body["host"], call))
    return AccessToken().with_identity("guest").with_grants(grants).with_ttl(timedelta(minutes=5)).to_jwt()
"""
NODE = """import express from 'express';
import crypto from 'node:crypto';
import { AccessToken } from 'livekit-server-sdk';
import { safeEqual } from './equal';
const app = express();
app.post('/token', async (req, res) => {
  const host = TEST;
  const at = new AccessToken(process.env.KEY, process.env.LIVEKIT_API_SECRET, { identity: 'guest', ttl: '5m' });
  at.addGrant({ roomJoin: true, room: 'lobby', roomAdmin: host });
  res.send(await at.toJwt());
});
"""


@pytest.mark.parametrize(
    ("test", "is_chosen"),
    [
        ("secrets.compare_digest(sent, call.host)", False),
        ("bool(sent) and hmac.compare_digest(sent, call.host)", False),
        ("secrets.compare_digest(sent, sent)", True),
        ("sent == 'yes'", True),
        ("bool(sent)", True),
    ],
)
def test_a_comparison_that_hides_how_long_it_takes_is_one_with_a_secret(test: str, *, is_chosen: bool) -> None:
    assert bool(found_in({"app.py": PYTHON.replace("TEST", test)}, "LK602")) is is_chosen


@pytest.mark.parametrize(
    ("test", "is_chosen"),
    [
        ("crypto.timingSafeEqual(Buffer.from(req.body.host), Buffer.from(process.env.HOST))", False),
        ("constantTimeEquals(req.body.host, process.env.HOST)", False),
        ("req.body.host === 'yes'", True),
        ("sameText(req.body.host, req.body.name)", True),
    ],
)
def test_so_it_is_in_javascript(test: str, *, is_chosen: bool) -> None:
    assert bool(found_in({"app.ts": NODE.replace("TEST", test)}, "LK602")) is is_chosen
