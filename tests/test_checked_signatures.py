"""Tokens of the application's own that it checks by hand: an HMAC, and what becomes of its answer."""

from __future__ import annotations

import pytest

from tests.guarded import is_open
from tests.languages.minting import found_in

HEAD = """const crypto = require('crypto');
const { AccessToken } = require('livekit-server-sdk');
const { subtle } = crypto.webcrypto;
async function verifyToken(token, secret) {
  try {
    const [head, body, sent] = token.split('.');
    const made = crypto.createHmac('sha256', secret).update(`${head}.${body}`).digest('base64url');
    CHECK
    return JSON.parse(Buffer.from(body, 'base64url').toString());
  } catch {
    return null;
  }
}
async function members(req, res, next) {
  const header = req.headers.authorization;
  if (header?.startsWith('Bearer ')) {
    const token = header.slice(7);
    const member = await verifyToken(token, process.env.SESSION_SECRET);
    ASKED
    next();
    return;
  }
  res.status(401).json({ error: 'Sign in first' });
}
router.post('/token', members, async (req, res) => {
  const { room, identity } = req.body;
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
  at.addGrant({ roomJoin: true, room });
  res.json({ token: await at.toJwt() });
});
"""
REFUSED = "if (!member) { res.status(401).json({ error: 'Expired' }); return; }"
KEPT = "if (member) req.member = member;"
EQUAL = "if (!crypto.timingSafeEqual(Buffer.from(made), Buffer.from(sent))) return null;"
SUBTLE = (
    "const ok = await subtle.verify('HMAC', await keyOf(secret), bytes(sent), bytes(body));\n    if (!ok) return null;"
)


@pytest.mark.parametrize(
    ("check", "asked", "expected"),
    [
        (EQUAL, REFUSED, False),
        (SUBTLE, REFUSED, False),
        ("if (made !== sent) return null;", REFUSED, False),
        ("if (Buffer.from(made).toString() !== sent || Date.now() > 0) return null;", REFUSED, False),
        (EQUAL, KEPT, True),
        ("if (made !== sent) return null;", KEPT, True),
        ("crypto.timingSafeEqual(Buffer.from(made), Buffer.from(sent));", KEPT, True),
        ("if (body !== sent) return null;", REFUSED, True),
        ("if (made !== '') return null;", REFUSED, True),
        ("if (made !== sent && secret) return null;", REFUSED, True),
        ("", REFUSED, True),
    ],
)
def test_a_signature_made_again_tells_who_the_caller_is(check: str, asked: str, *, expected: bool) -> None:
    assert is_open(HEAD.replace("CHECK", check).replace("ASKED", asked)) is expected


PYTHON = """import base64, hashlib, hmac, json, os
from fastapi import FastAPI, Header, HTTPException
from livekit import api
app = FastAPI()

def read(token):
    try:
        body, sent = token.split(".")
        made = hmac.new(os.environ["SESSION_SECRET"].encode(), body.encode(), hashlib.sha256).hexdigest()
        CHECK
        return json.loads(base64.b64decode(body))
    except ValueError:
        return None

@app.post("/token")
def token(room: str, name: str, authorization: str = Header()):
    member = read(authorization[7:])
    if member is None:
        raise HTTPException(401)
    return api.AccessToken().with_identity(name).with_grants(api.VideoGrants(room_join=True, room=room)).to_jwt()
"""


@pytest.mark.parametrize(
    "check", ["if not hmac.compare_digest(made, sent): return None", "if made != sent: return None"]
)
def test_so_it_does_in_python(check: str) -> None:
    assert found_in({"app.py": PYTHON.replace("CHECK", check)}, "LK601") == []
