"""Whether claims that a JWT library signs are those of a LiveKit token: they say so, or LiveKit's secret signs them."""

from __future__ import annotations

import pytest

from lk_audit.facts import TokenMint
from tests.languages.minting import facts_of, found_in

SIGNED = """import os, jwt
def give(me, extra):
    return jwt.encode(@CLAIMS, os.environ["@NAME"], algorithm="HS256")
"""


@pytest.mark.parametrize(
    ("claims", "of_any", "of_livekit"),
    [
        ("{'sub': me, 'video': {'roomJoin': True}}", True, True),
        ("{'sub': me, 'grants': {'video': {'roomJoin': True}}}", True, True),
        ("{'sub': me, 'video': extra}", False, True),
        ("{'sub': me, 'grants': extra}", False, True),
        ("{'sub': me, 'roomJoin': True}", False, True),
        ("{'sub': me, 'room_join': True}", False, True),
        ("{'sub': me, 'room': 'hall'}", False, False),
        ("{'sub': me, 'agent': True}", False, False),
        ("{'sub': me}", False, False),
    ],
)
def test_claims_are_those_of_livekit(claims: str, *, of_any: bool, of_livekit: bool) -> None:
    for name, expected in (("SESSION_SECRET", of_any), ("LIVEKIT_API_SECRET", of_livekit)):
        text = SIGNED.replace("@CLAIMS", claims).replace("@NAME", name)
        assert any(isinstance(fact, TokenMint) for fact in facts_of({"app.py": text})) is expected


OPTIONS = """import jwt from 'jsonwebtoken';
import express from 'express';
const app = express();
app.post('/token', (req, res) => {
  const claims = { video: { roomJoin: true, room: 'hall' } };
  res.json(jwt.sign(claims, process.env.LIVEKIT_API_SECRET, { issuer: 'key', subject: SUBJECT, expiresIn: '5m' }));
});
"""


@pytest.mark.parametrize(("subject", "is_asked"), [("req.body.name", True), ("'ada'", False)])
def test_the_subject_among_the_options_is_the_identity(subject: str, *, is_asked: bool) -> None:
    assert bool(found_in({"server.js": OPTIONS.replace("SUBJECT", subject)}, "LK601")) is is_asked
