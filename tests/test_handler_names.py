"""What handlers are called in messages: as their callers know them, or by function and file."""

from __future__ import annotations

import pytest

from tests.languages.minting import mint

MINT = (
    "const at = new AccessToken(k, s, { identity: {who}, ttl: '5m' });\n"
    "at.addGrant({ roomJoin: true, room: 'hall' });\nreturn at.toJwt();\n"
)
HEAD = "import { AccessToken } from 'livekit-server-sdk';\n"
NEST = (
    "import {{ Body, Controller, {name} }} from '@nestjs/common';\n{controller}\nexport class Calls {{\n"
    "@{name}({path})\nasync token(@Body() body) {{\n{mint}}}\n}}\n"
)


@pytest.mark.parametrize(
    ("controller", "name", "path", "label"),
    [
        ("@Controller('livekit')", "Post", "'token'", "POST /livekit/token"),
        ("@Controller('livekit/')", "Get", "'/token/:room'", "GET /livekit/token/:room"),
        ("@Controller('livekit')", "Get", "", "GET /livekit"),
        ("@Controller()", "All", "'token'", "/token"),
    ],
)
def test_a_controller_of_nest_is_part_of_the_address(controller: str, name: str, path: str, label: str) -> None:
    text = NEST.format(controller=controller, name=name, path=path, mint=MINT.replace("{who}", "body.me"))

    (endpoint,) = mint("src/calls.controller.ts", HEAD + text).endpoints
    assert endpoint.name == label


@pytest.mark.parametrize(
    ("path", "opening", "label"),
    [
        ("app/api/token/route.ts", "export async function GET(request)", "GET of app/api/token/route.ts"),
        (
            "pages/api/token.ts",
            "export default async function makeToken(req, res)",
            "makeToken() of pages/api/token.ts",
        ),
        (
            "netlify/functions/token.js",
            "exports.handler = async (event, context) =>",
            "handler() of netlify/functions/token.js",
        ),
    ],
)
def test_what_a_file_exports_is_called_by_function_and_file(path: str, opening: str, label: str) -> None:
    who = {"G": "(await request.json()).me", "m": "req.body.me", "h": "JSON.parse(event.body).me"}[label[0]]
    text = f"{HEAD}{opening} {{\n{MINT.replace('{who}', who)}}}\n"

    (endpoint,) = mint(path, text).endpoints
    assert endpoint.name == label
