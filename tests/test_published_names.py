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
