"""API secrets that reach an answer or a log by way of records, texts and helpers."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

SERVER = """const express = require('express');
const app = express();
const config = {{ url: process.env.LIVEKIT_URL, apiSecret: process.env.LIVEKIT_API_SECRET }};
app.get('/config', (req, res) => {{
  {body}
}});
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("res.json(config);", True),
        ("const answer = { ok: true, config };\n  res.json(answer);", True),
        ("const line = `LIVEKIT_API_SECRET=${process.env.LIVEKIT_API_SECRET} npm start`;\n  res.send({ line });", True),
        ("console.log('settings', config);\n  res.end();", True),
        ("res.json({ ...config });", True),
        ("res.json({ ...config, apiSecret: '***' });", False),
        ("res.json({ url: config.url });", False),
        ("const { url } = config;\n  res.json({ url });", False),
        ("const state = { secret: config.apiSecret ? 'set' : 'missing' };\n  res.json(state);", False),
        ("const client = connect(config);\n  res.json({ client });", False),
        ("const size = { secret: config.apiSecret.length };\n  res.json(size);", False),
    ],
)
def test_what_is_in_a_record_or_text_is_shown_with_it(body: str, *, expected: bool) -> None:
    assert bool(found_in({"server.js": SERVER.format(body=body)}, "LK103")) is expected


HELPER = """import os

def command(room):
    return f"LIVEKIT_API_SECRET={os.environ['LIVEKIT_API_SECRET']} python agent.py {room}"
"""
APP = """from fastapi import FastAPI
from .helper import command
app = FastAPI()

def prepare(room):
    start = command(room)
    result = {{"room": room, {entry}}}
    return result

@app.post("/rooms")
def create(room: str):
    {body}
"""


@pytest.mark.parametrize(
    ("entry", "body", "expected"),
    [
        ("'start': start", "return prepare(room)", True),
        ("'start': start", "made = prepare(room)\n    return {'ok': True, **made}", True),
        ("'start': start", "made = prepare(room)\n    return {'room': made['room']}", False),
        ("'start': start", "prepare(room)\n    return {'ok': True}", False),
        ("'ok': run(start)", "return prepare(room)", False),
    ],
    ids=["as it is", "among others", "another part", "not at all", "run"],
)
def test_what_helpers_return_is_sent_where_handlers_answer_with_it(entry: str, body: str, *, expected: bool) -> None:
    files = {"app/helper.py": HELPER, "app/main.py": APP.format(entry=entry, body=body)}

    assert found_in(files, "LK103") == (["app/helper.py:4"] if expected else [])


def test_settings_that_a_helper_returns_to_make_tokens_with_are_sent_to_nobody() -> None:
    text = """import { AccessToken } from 'livekit-server-sdk';
function settings() {
  return { key: process.env.LIVEKIT_API_KEY, secret: process.env.LIVEKIT_API_SECRET };
}
export async function POST(request) {
  const { key, secret } = settings();
  const at = new AccessToken(key, secret, { identity: await nameOf(request), ttl: '10m' });
  at.addGrant({ roomJoin: true, room: 'hall' });
  return Response.json({ token: await at.toJwt() });
}
"""

    assert not found_in({"app/api/token/route.ts": text}, "LK103")
