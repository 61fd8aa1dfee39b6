"""JavaScript: the ways in which programs come by the SDK."""

from __future__ import annotations

import pytest

from tests.languages.minting import lifetime, mint

MINT = """
export async function mint(identity, room) {
  const at = new %s(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '2d' });
  at.addGrant({ roomJoin: true, room });
  return await at.toJwt();
}
"""
MADE = "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);\n"
LATER = "let sdk;\nexport async function load() {\n  sdk = await import('livekit-server-sdk');\n}\n"
TAKEN = "let AccessToken;\n(async () => { ({ AccessToken } = await import('livekit-server-sdk')); })();\n"
LOADED = {
    f"{MADE}const {{ AccessToken }} = require('livekit-server-sdk');": "AccessToken",
    f"{MADE}const sdk = require('livekit-server-sdk');": "sdk.AccessToken",
    LATER: "sdk.AccessToken",
    TAKEN: "AccessToken",
}


@pytest.mark.parametrize(("loading", "name"), LOADED.items())
def test_the_sdk_is_known_however_it_is_loaded(loading: str, name: str) -> None:
    assert lifetime(mint("mint.mjs", f"{loading}{MINT % name}")) == 2 * 86_400
