"""An Express route that makes a token, with what stands in front of it and in it; whether anybody can get one."""

from __future__ import annotations

from tests.languages.minting import found_in

MINT = """
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
  at.addGrant({ roomJoin: true, room: req.body.room });
  res.json({ token: await at.toJwt() });
"""
ROUTER = "const router = require('express').Router();\nconst { AccessToken } = require('livekit-server-sdk');\n"


def express(body: str, guards: str = "", before: str = "") -> str:
    route = f"router.post('/token', {guards}async (req, res) => {{\n{body}{MINT}}});\n"
    return f"{ROUTER}{before}{route}module.exports = router;\n"


def is_open(text: str, path: str = "server/routes/livekit.js") -> bool:
    return bool(found_in({path: text}, "LK601"))
