"""Bodies that plain servers of Node put together themselves: piece by piece, behind a promise."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

SERVER = """import { createServer } from 'node:http';
import { AccessToken } from 'livekit-server-sdk';
HELPER
createServer(async (req, res) => {
  const { room, identity } = ASKED;
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
  at.addGrant({ roomJoin: true, room });
  res.end(JSON.stringify({ token: await at.toJwt() }));
}).listen(8080);
"""
JOINED = """function bodyOf(req) {
  return new Promise((resolve, reject) => {
    let text = '';
    req.on('data', (piece) => (text += piece));
    req.on('end', () => resolve(PROMISED));
    req.on('error', reject);
  });
}"""


@pytest.mark.parametrize(
    ("helper", "asked", "is_open"),
    [
        (JOINED.replace("PROMISED", "JSON.parse(text)"), "await bodyOf(req)", True),
        (JOINED.replace("PROMISED", "text ? JSON.parse(text) : {}"), "await bodyOf(req)", True),
        (JOINED.replace("PROMISED", "text"), "JSON.parse(await bodyOf(req))", True),
        (JOINED.replace("PROMISED", "settings"), "await bodyOf(req)", False),
        ("const hall = () => new Promise((resolve) => load('hall', resolve));", "await hall()", False),
        (
            "const hall = () => new Promise((resolve) => resolve({ room: 'hall', identity: 'bot' }));",
            "await hall()",
            False,
        ),
        ("const hall = () => new Promise(loadHall);", "await hall()", False),
    ],
)
def test_what_a_promise_comes_to_is_the_request_where_the_request_is_put_together(
    helper: str, asked: str, *, is_open: bool
) -> None:
    text = SERVER.replace("HELPER", helper).replace("ASKED", asked)
    assert bool(found_in({"server.mjs": text}, "LK601")) is is_open


def test_what_a_promised_body_decides_is_shown_where_the_grant_is_given() -> None:
    asked = SERVER.replace("{ room, identity }", "{ room, identity, role }").replace("ASKED", "await bodyOf(req)")
    text = asked.replace("room });", "room, canPublish: role === 'host' });")
    text = text.replace("HELPER", JOINED.replace("PROMISED", "JSON.parse(text)"))
    (found,) = found_in({"server.mjs": text}, "LK602")
    assert "canPublish: role" in text.splitlines()[int(found.split(":")[1]) - 1]
