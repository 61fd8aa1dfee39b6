"""The one instance of a class, which its class hands out: handlers lead through it to where tokens are made."""

from __future__ import annotations

import pytest

from lk_audit.facts import TokenMint
from lk_audit.source import Source
from tests.samples import extract_facts

MINT = (
    "    const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity: user });\n"
    "    at.addGrant({ roomJoin: true, room });\n"
    "    return at.toJwt();\n"
)
WAYS = {
    "made when asked for": "  static getInstance() {\n"
    "    if (!Tokens.instance) Tokens.instance = new Tokens();\n    return Tokens.instance;\n  }\n",
    "made through this": "  static getInstance() {\n"
    "    if (!this.instance) this.instance = new Tokens();\n    return this.instance;\n  }\n",
    "made at once": "  static getInstance() {\n    return Tokens.instance;\n  }\n",
}


@pytest.mark.parametrize("way", WAYS)
def test_a_handler_leads_through_a_singleton_to_the_mint(way: str) -> None:
    first = " = new Tokens()" if way == "made at once" else ": Tokens"
    files = {
        "package.json": '{"dependencies": {"express": "4", "livekit-server-sdk": "2"}}',
        "src/tokens.ts": "import { AccessToken } from 'livekit-server-sdk';\n"
        f"export class Tokens {{\n  private static instance{first};\n{WAYS[way]}"
        f"  async make(user: string, room: string) {{\n{MINT}  }}\n}}\n",
        "src/routes.ts": "import { Router } from 'express';\nimport { Tokens } from './tokens';\n"
        "const tokens = Tokens.getInstance();\nconst router = Router();\n"
        "router.post('/token', async (req, res) => res.json(await tokens.make(req.body.user, req.body.room)));\n",
    }

    (fact,) = extract_facts([Source.from_text(path, text) for path, text in files.items()])[0]

    assert isinstance(fact, TokenMint)
    assert [endpoint.name for endpoint in fact.endpoints] == ["POST /token"]
    assert {item.target for item in fact.inputs} == {"identity", "room"}
