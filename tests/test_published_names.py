"""Names under which a framework hands out variables: read as members, or imported each by its name."""

from __future__ import annotations

import pytest

from lk_audit.extractors.secret_names import USUAL
from lk_audit.extractors.secrets.device_settings import exposures
from lk_audit.facts import FileRole
from lk_audit.source import Source
from tests.languages.minting import found_in

USES = "const a = NAME;\nconst b = { secret: NAME };\n"


@pytest.mark.parametrize(
    ("module", "name", "is_public"),
    [
        ("$env/static/public", "PUBLIC_LIVEKIT_API_SECRET", True),
        ("@env", "LIVEKIT_API_SECRET", True),
        ("react-native-dotenv", "LIVEKIT_API_SECRET", True),
        ("$env/static/private", "LIVEKIT_API_SECRET", False),
        ("./settings", "LIVEKIT_API_SECRET", False),
    ],
)
def test_a_variable_that_is_imported_is_found_once_where_that_is(module: str, name: str, *, is_public: bool) -> None:
    text = f"import {{ ready }} from './ready';\nimport {{ {name} }} from '{module}';\n{USES.replace('NAME', name)}"

    assert found_in({"src/lib/calls.ts": text}, "LK202") == (["src/lib/calls.ts:2"] if is_public else [])


SIGNED = """const settings = { key: import.meta.env.VITE_LIVEKIT_API_KEY, secret: import.meta.env.NAME };

export async function token(room: string, who: string) {
  const text = (part: object) => btoa(JSON.stringify(part));
  const exp = Math.floor(Date.now() / 1000) + 600;
  const body = text({ iss: settings.key, sub: who, exp, video: { room, roomJoin: true } });
  const bytes = new TextEncoder().encode(settings.secret);
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return body + (await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(body)));
}
"""


@pytest.mark.parametrize(("name", "is_shipped"), [("VITE_LIVEKIT_API_SECRET", True), ("LIVEKIT_API_SECRET", False)])
def test_who_signs_by_hand_with_a_variable_of_the_client_runs_there(name: str, *, is_shipped: bool) -> None:
    files = {"token.ts": SIGNED.replace("NAME", name)}

    assert found_in(files, "LK201") == (["token.ts:9"] if is_shipped else [])
    assert found_in(files, "LK202") == (["token.ts:1"] if is_shipped else [])


def test_a_route_that_signs_with_it_runs_on_a_server() -> None:
    text = (
        "import { AccessToken } from 'livekit-server-sdk';\n"
        "export async function POST(request: Request) {\n"
        "  const who = await sessions.userOf(request);\n"
        "  if (!who) return new Response(null, { status: 401 });\n"
        "  const at = new AccessToken('k', import.meta.env.VITE_LIVEKIT_API_SECRET, { identity: who.id, ttl: '5m' });\n"
        "  at.addGrant({ roomJoin: true, room: 'lobby' });\n"
        "  return new Response(await at.toJwt());\n"
        "}\n"
    )

    assert found_in({"token.ts": text}, "LK201") == []
    assert found_in({"token.ts": text}, "LK202") == ["token.ts:5"]


def test_a_page_may_import_it() -> None:
    text = "<script>\n  import { PUBLIC_LIVEKIT_API_SECRET as s } from '$env/static/public';\n  start(s);\n</script>\n"

    assert found_in({"src/routes/+page.svelte": text}, "LK202") == ["src/routes/+page.svelte:2"]


PROPERTIES = """<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0">
<dict>
  <key>LIVEKIT_URL</key>
  <string>$(LIVEKIT_URL)</string>
  <key>{key}</key>
  <string>{value}</string>
</dict>
</plist>
"""


@pytest.mark.parametrize(
    ("path", "key", "value", "expected"),
    [
        ("ios/App/Info.plist", "LIVEKIT_API_SECRET", "$(LIVEKIT_API_SECRET)", ["LIVEKIT_API_SECRET"]),
        ("ios/App-Info.plist", "LiveKitApiSecret", "$(LK_SECRET)", ["LiveKitApiSecret"]),
        ("ios/App/Info.plist", "LIVEKIT_API_SECRET", "", []),
        ("ios/App/Info.plist", "LIVEKIT_API_KEY", "$(LIVEKIT_API_KEY)", []),
        ("ios/App/Settings.plist", "LIVEKIT_API_SECRET", "$(LIVEKIT_API_SECRET)", []),
    ],
)
def test_the_property_list_of_an_application_is_installed_with_it(
    path: str, key: str, value: str, expected: list[str]
) -> None:
    source = Source.from_text(path, PROPERTIES.format(key=key, value=value))

    assert [fact.name for fact in exposures(source, FileRole.PRODUCTION, USUAL)] == expected


@pytest.mark.parametrize(
    ("shown", "is_found"),
    [
        ("config", True),
        ("JSON.stringify(config, null, 2)", True),
        ("{ config }", True),
        ("config.livekit.url", False),
        ("Object.keys(config)", False),
    ],
)
def test_who_logs_a_record_logs_what_is_in_it(shown: str, *, is_found: bool) -> None:
    record = "const config = { livekit: { url: process.env.LIVEKIT_URL, secret: process.env.LIVEKIT_API_SECRET } };\n"

    assert bool(found_in({"server.js": f"{record}console.log('started with', {shown});\n"}, "LK103")) is is_found
