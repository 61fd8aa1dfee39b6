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
