"""What a finding advises fits what was found."""

from __future__ import annotations

import pytest

from lk_audit.findings import Finding
from lk_audit.rule_api import Options
from lk_audit.rule_loader import load_rules
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.source import Source

RULES = {rule.id: rule for rule in load_rules(packs=False).rules}


def finding(path: str, text: str, rule: str = "LK202") -> Finding:
    (found,) = scan_sources([Source.from_text(path, text)], [RULES[rule]], Options(now=1.0)).open_findings
    return found


def test_a_name_with_a_public_prefix_should_lose_it() -> None:
    fix = finding(".env", "VITE_LIVEKIT_API_SECRET=from-elsewhere\n").fix

    assert "without the public prefix" in fix


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("next.config.js", "module.exports = { env: { LIVEKIT_API_SECRET: process.env.LIVEKIT_API_SECRET } };\n"),
        ("app.config.js", "export default { extra: { LIVEKIT_API_SECRET: process.env.LIVEKIT_API_SECRET } };\n"),
    ],
)
def test_a_place_that_publishes_everything_should_not_hold_it(path: str, text: str) -> None:
    fix = finding(path, text).fix

    assert fix.startswith("Take it out of what clients get")
    assert "prefix" not in fix


@pytest.mark.parametrize(
    ("path", "text", "advice"),
    [
        (
            "mint.go",
            (
                'package a\nimport "github.com/livekit/protocol/auth"\nfunc f() {\n'
                '\tauth.NewAccessToken(k, s).SetVideoGrant(&auth.VideoGrant{RoomJoin: true, Room: "r"}).ToJWT()\n}\n'
            ),
            "`.SetValidFor(15 * time.Minute)`",
        ),
        (
            "mint.rs",
            (
                "use livekit_api::access_token::{AccessToken, VideoGrants};\nfn f() { AccessToken::with_api_key(k, s)"
                ".with_grants(VideoGrants { room_join: true, room: r, ..Default::default() }).to_jwt() }\n"
            ),
            "`.with_ttl(Duration::from_secs(15 * 60))`",
        ),
        (
            "mint.py",
            (
                "from livekit import api\n"
                "token = api.AccessToken().with_grants(api.VideoGrants(room_join=True, room='r')).to_jwt()\n"
            ),
            "`.with_ttl(timedelta(minutes=15))`",
        ),
    ],
)
def test_a_lifetime_is_set_as_the_language_sets_it(path: str, text: str, advice: str) -> None:
    assert finding(path, text, "LK302").fix == f"Say how long it lives: {advice}."


@pytest.mark.parametrize("path", ["mint.js", "mint.mjs", "mint.ts", "mint.tsx", "Mint.vue"])
def test_typescript_is_advised_as_javascript_is(path: str) -> None:
    """What is written in a dialect is advised in its language, not in all languages at once."""
    text = (
        "import { AccessToken } from 'livekit-server-sdk';\n"
        "export async function mint(identity) {\n"
        "  const at = new AccessToken(k, s, { identity });\n  at.ttl = 3600;\n"
        "  at.addGrant({ roomJoin: true, roomAdmin: true });\n  return at.toJwt();\n}\n"
    )
    code = f'<script lang="ts">\n{text}</script>\n' if path.endswith(".vue") else text

    written = "`{ ttl: '15m' }` in the constructor's options, `at.ttl = '15m'` in the setter"
    assert finding(path, code, "LK304").fix == f"Write the lifetime with its unit: {written}."
    for rule in ("LK401", "LK403"):
        assert "Python" not in finding(path, code, rule).fix


@pytest.mark.parametrize(
    ("claims", "said", "advice"),
    [
        (
            "{ grants: { roomJoin: true, room: 'r' } }",
            "from the claim `video` only",
            "Write `video` instead of `grants`.",
        ),
        ("{ grants: { sub: 'a', video: { roomJoin: true } } }", "it holds `video`", "without `grants` around it"),
        (
            "{ video: { roomJoin: true, room: 'r' }, roomList: true }",
            "from the claim `video` only",
            "Write `roomList` inside the claim `video`",
        ),
        (
            "{ video: { roomJoin: true, room: 'r' }, canPublish: false }",
            "so what it denies may be allowed",
            "Write `canPublish` inside the claim `video`",
        ),
    ],
)
def test_claims_that_are_wrapped_are_told_from_grants_under_another_name_and_outside_of_video(
    claims: str, said: str, advice: str
) -> None:
    text = (
        f'import jwt from "jsonwebtoken";\njwt.sign({claims}, process.env.LIVEKIT_API_SECRET, {{ expiresIn: "5m" }});\n'
    )
    found = finding("server/rooms.js", text, "LK405")

    assert said in found.message
    assert advice in found.fix


@pytest.mark.parametrize(
    ("grant", "advice"),
    [
        ("can_publish: false", "Write `canPublish` instead of `can_publish`."),
        ("canUpdateMetadata: true", "Leave `canUpdateMetadata` out; write `canUpdateOwnMetadata` only where"),
        ("canModerate: false", "Leave `canModerate` out; write `roomAdmin` only where"),
        ("canPublishAudio: true", "List the allowed sources in `canPublishSources` instead of `canPublishAudio`."),
        ("sip: { call: true }", "Give it beside the video grant"),
        ("starTrek: true", "Leave `starTrek` out, or write the name of the grant that is meant."),
    ],
)
def test_a_wrong_name_is_corrected_where_its_right_is_not_a_new_power(grant: str, advice: str) -> None:
    text = (
        "import { AccessToken } from 'livekit-server-sdk';\nconst at = new AccessToken(k, s, { ttl: '5m' });\n"
        f"at.addGrant({{ roomJoin: true, room, {grant} }});\n"
    )

    assert finding("server/rooms.ts", text, "LK405").fix.startswith(advice)


def test_a_logged_token_is_not_rotated_as_a_secret_is() -> None:
    text = (
        "import { AccessToken } from 'livekit-server-sdk';\nexport async function POST(request) {\n"
        "  const token = await new AccessToken(k, s, { ttl: '5m' }).toJwt();\n  console.log(token);\n"
        "  return Response.json({ token });\n}\n"
    )
    found = finding("app/api/token/route.ts", text, "LK103")

    assert found.message == "access token written to a log by console.log"
    assert "the secret" not in found.fix


@pytest.mark.parametrize(
    ("text", "says_fallback"),
    [("process.env.LIVEKIT_API_SECRET || 'devsecret'", True), ("'devsecret'", False)],
)
def test_only_a_fallback_is_told_to_go(text: str, says_fallback: bool) -> None:
    code = f"import {{ AccessToken }} from 'livekit-server-sdk';\nnew AccessToken('devkey', {text}, {{ ttl: '5m' }});\n"

    assert ("falling back" in finding("server/rooms.ts", code, "LK102").fix) is says_fallback


@pytest.mark.parametrize(
    ("path", "text", "rule", "advice"),
    [
        (
            "rooms.py",
            "from livekit import api\nclaims = api.TokenVerifier().verify(token, verify_signature=False)\n",
            "LK603",
            "Verify before you read: `api.TokenVerifier(key, secret).verify(token)`.",
        ),
        (
            "hook.go",
            (
                'package a\nimport (\n"encoding/json"\n"net/http"\n"github.com/livekit/protocol/livekit"\n)\n'
                "func hook(w http.ResponseWriter, r *http.Request) {\n\tvar event livekit.WebhookEvent\n"
                '\tjson.NewDecoder(r.Body).Decode(&event)\n\tif event.Event == "room_finished" {\n\t}\n}\n'
            ),
            "LK604",
            "`webhook.ReceiveWebhookEvent(request, auth.NewSimpleKeyProvider(key, secret))`",
        ),
    ],
)
def test_a_check_is_written_as_the_language_writes_it(path: str, text: str, rule: str, advice: str) -> None:
    assert advice in finding(path, text, rule).fix


def test_a_unit_is_corrected_as_the_language_writes_it() -> None:
    text = (
        "import io.livekit.server.*\nfun f(room: String) {\n  val token = AccessToken(k, s)\n  token.ttl = 3600\n"
        "  token.addGrants(RoomJoin(true), RoomName(room))\n}\n"
    )

    fix = finding("Mint.kt", text, "LK304").fix
    assert fix == "Write the lifetime with its unit: `token.ttl = TimeUnit.MINUTES.toMillis(15)`."
