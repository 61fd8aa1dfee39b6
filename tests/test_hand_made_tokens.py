"""Claims that one function names and another one signs by hand."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

HELPER = """
async function hmac(secret, data) {
  const key = await crypto.subtle.importKey('raw', encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return base64Url(new Uint8Array(await crypto.subtle.sign('HMAC', key, encode(data))));
}
async function createToken(apiKey, apiSecret, claims, ttl = 3600) {
  const now = Math.floor(Date.now() / 1000);
  const payload = { iss: apiKey, sub: claims.identity, %s video: claims.video || {} };
  const body = base64Url(JSON.stringify(HEADER)) + '.' + base64Url(JSON.stringify(payload));
  return body + '.' + (await hmac(apiSecret, body));
}
"""
CALLER = """
Deno.serve(async (request) => {
  const user = await signedIn(request);
  const video = { roomJoin: true, room: 'lobby' };
  video.canPublish = user.speaks;
  const token = await createToken(KEY, Deno.env.get('LIVEKIT_API_SECRET'), { identity: user.id, name: 'A', video });
  return Response.json({ token });
});
"""
APART = """
async function one(video) {
  const lasting = { iss: KEY, sub: 'a', video };
  const ending = { iss: KEY, sub: 'a', exp: Math.floor(Date.now() / 1000) + 60, video };
  return [await signed(lasting), await signed(ending)];
}
async function signed(payload) {
  const body = base64Url(JSON.stringify(payload));
  return body + '.' + (await hmac(Deno.env.get('LIVEKIT_API_SECRET'), body));
}
export const pair = () => one({ roomJoin: true, room: 'lobby' });
"""


@pytest.mark.parametrize(("exp", "ends"), [("exp: now + ttl,", True), ("nbf: now,", False)])
def test_claims_that_a_helper_completes_end_when_the_helper_says(exp: str, *, ends: bool) -> None:
    assert bool(found_in({"index.ts": HELPER % exp + CALLER}, "LK303")) is not ends


def test_claims_that_a_helper_completes_make_one_token() -> None:
    assert found_in({"index.ts": HELPER % "exp: now + 7 * 3600," + CALLER}, "LK301") == ["index.ts:8"]


def test_of_two_payloads_with_the_same_grants_the_one_without_exp_is_seen() -> None:
    assert found_in({"index.ts": HELPER % "exp: now + ttl," + APART}, "LK303")


PARTS = """
async function make(video) {
  const parts = { header: HEADER, claims: { iss: KEY, sub: 'a', video } };
  return signed(parts.claims);
}
async function signed(payload) {
  const body = base64Url(JSON.stringify(payload));
  return body + '.' + (await hmac(Deno.env.get('LIVEKIT_API_SECRET'), body));
}
export const one = () => make({ roomJoin: true, room: 'lobby' });
"""


def test_claims_may_stand_beside_the_header_in_a_record() -> None:
    assert found_in({"index.ts": HELPER % "exp: now + ttl," + PARTS}, "LK303") == ["index.ts:4"]


SIGNER = """
const encoded = (data) => btoa(String.fromCharCode(...new Uint8Array(data))).replace(/=+$/, '');
async function mac(secret, text) {
  const key = await crypto.subtle.importKey('raw', bytes(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return encoded(await crypto.subtle.sign('HMAC', key, bytes(text)));
}
export async function sealed(claims, secret) {
  const text = `${encoded(bytes(JSON.stringify(HEADER)))}.${encoded(bytes(JSON.stringify(%s)))}`;
  return `${text}.${await mac(secret, text)}`;
}
export const fingerprint = (data) => data.length;
"""
PAGES = """
import { sealed, fingerprint } from '../lib/sealing';
const rights = ({ room, role }) => ({ room, roomJoin: true, roomCreate: role === 'host' });
export async function onRequest({ request, env }) {
  const asked = new URL(request.url).searchParams;
  const now = Math.floor(Date.now() / 1000);
  const video = rights({ room: asked.get('room'), role: asked.get('role') });
  const claims = { iss: env.LIVEKIT_API_KEY, sub: asked.get('identity'), exp: now + 600, video };
  return new Response(await %s(claims, env.LIVEKIT_API_SECRET));
}
"""


def test_claims_that_another_file_signs_are_a_token_where_they_are_written() -> None:
    files = {"lib/sealing.js": SIGNER % "claims", "functions/token.js": PAGES % "sealed"}
    assert found_in(files, "LK601") == ["functions/token.js:9"]
    assert found_in(files, "LK602") == ["functions/token.js:3"]


def test_claims_that_are_handed_to_something_else_of_that_file_are_no_token() -> None:
    files = {"lib/sealing.js": SIGNER % "claims", "functions/token.js": PAGES % "fingerprint"}
    assert found_in(files, "LK601") + found_in(files, "LK602") == []


def test_claims_that_the_file_that_signs_completes_make_one_token() -> None:
    completed = "{ ...claims, exp: Math.floor(Date.now() / 1000) + 7 * 3600 }"
    lasting = PAGES.replace("exp: now + 600, ", "")
    files = {"lib/sealing.js": SIGNER % completed, "functions/token.js": lasting % "sealed"}
    assert found_in(files, "LK301") + found_in(files, "LK303") == ["lib/sealing.js:8"]


def test_claims_that_another_file_signs_in_python_are_a_token() -> None:
    sealing = "import hmac, json\n\ndef sealed(claims, secret):\n    body = json.dumps(claims)\n"
    sealing += "    return body + '.' + hmac.new(secret, body.encode(), 'sha256').hexdigest()\n"
    main = "import os\nfrom fastapi import FastAPI\nfrom sealing import sealed\napp = FastAPI()\n@app.get('/join')\n"
    main += "def join(room: str, name: str):\n    video = {'roomJoin': True, 'room': room}\n"
    main += "    return sealed({'sub': name, 'exp': 0, 'video': video}, os.environ['LIVEKIT_API_SECRET'])\n"
    assert found_in({"sealing.py": sealing, "main.py": main}, "LK601") == ["main.py:8"]


TEXT = """
const { createHmac } = require('crypto');
const base64Url = (text) => Buffer.from(text).toString('base64url');
function make(room, field) {
  const body = base64Url('{"alg":"HS256"}') + '.' + base64Url(`CLAIMS`);
  return body + '.' + createHmac('sha256', process.env.LIVEKIT_API_SECRET).update(body).digest('base64url');
}
"""


@pytest.mark.parametrize(
    ("claims", "lasts"),
    [
        ('{"iss":"k","sub":"a","video":{"roomJoin":true,"room":"${room}"}}', True),
        ('{"iss":"k","sub":"a","${field}":1,"video":{"roomJoin":true,"room":"${room}"}}', False),
        ('{"iss":"k","sub":"a","exp":${room},"video":{"roomJoin":true,"room":"r"}}', False),
    ],
)
def test_claims_that_are_written_as_text_have_no_other_members_unless_a_name_is_filled_in(
    claims: str, *, lasts: bool
) -> None:
    assert bool(found_in({"index.js": TEXT.replace("CLAIMS", claims)}, "LK303")) is lasts
