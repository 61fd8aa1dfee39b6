"""LK105 and LK407: what the holder of a token reads in it, and may change."""

from __future__ import annotations

import pytest

from lk_audit.findings import Finding
from lk_audit.livekit.contents import is_secret_variable
from lk_audit.reporters import REPORTERS, Presentation, render
from lk_audit.rule_api import Confidence, Options
from lk_audit.rule_loader import load_builtin_rules
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.source import Source
from lk_audit.testing import NOW

RULES = {rule.id: rule for rule in load_builtin_rules()}


def found(rule: str, path: str, text: str) -> tuple[Finding, ...]:
    report = scan_sources([Source.from_text(path, text)], [RULES[rule]], Options(now=NOW))
    assert not report.crashes
    return report.open_findings


def minting(body: str) -> str:
    """A TypeScript function that mints, with some lines of its own."""
    return f"""\
import {{ AccessToken, EncodedFileOutput, RoomConfiguration, RoomEgress, S3Upload }} from 'livekit-server-sdk';
export async function mint(user) {{
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {{ identity: 'a' }});
  at.addGrant({{ roomJoin: true, room: 'r' }});
  {body}
  return at.toJwt();
}}
"""


def minting_py(body: str) -> str:
    """A Python function that mints with the room configuration `config`."""
    return f"""\
import os
from livekit import api

def mint(user, room):
    {body}
    token = api.AccessToken().with_grants(api.VideoGrants(room_join=True, room=room))
    return token.with_room_config(config).to_jwt()
"""


EGRESS = "at.roomConfig = new RoomConfiguration({ egress: new RoomEgress({ room: { %s } }) });"


@pytest.mark.parametrize(
    "body",
    [
        EGRESS % "fileOutputs: [new EncodedFileOutput({ output: "
        "{ case: 's3', value: new S3Upload({ accessKey: process.env.A, secret: process.env.B }) } })]",
        (
            "const config = new RoomConfiguration();\nconfig.egress = { tracks: { output: { case: 'gcp', "
            "value: { credentials: readFileSync('key.json', 'utf8') } } } };\nat.roomConfig = config;"
        ),
        "at.roomConfig = { egress: { room: { fileOutputs: [{ azure: { accountKey: process.env.A } }] } } };",
        EGRESS % "streamOutputs: [{ urls: ['rtmp://a.rtmp.youtube.com/live2/abcd-efgh-ijkl'] }]",
        EGRESS % "streamOutputs: [{ urls: [`rtmp://live.twitch.tv/app/${process.env.TWITCH_KEY}`] }]",
        "at.roomConfig = { agents: [{ metadata: JSON.stringify({ k: process.env.OPENAI_API_KEY }) }] };",
        "const meta = { apiKey: process.env.OPENAI_API_KEY };\nat.metadata = JSON.stringify(meta);",
        "at.metadata = JSON.stringify({ apiKey: process.env.OPENAI });",
        "at.metadata = `secret=${process.env.LIVEKIT_API_SECRET}`;",
        "at.attributes = { password: process.env.SIP_PASSWORD };",
    ],
)
def test_credentials_in_a_token_are_found_in_typescript(body: str) -> None:
    assert len(found("LK105", "server/tokens.ts", minting(body))) == 1


@pytest.mark.parametrize(
    "body",
    [
        (
            's3 = api.S3Upload(bucket="b")\n    s3.secret = os.environ["S3"]\n'
            "    out = api.EncodedFileOutput(s3=s3)\n"
            "    room = api.RoomCompositeEgressRequest(file_outputs=[out])\n"
            "    config = api.RoomConfiguration(egress=api.RoomEgress(room=room))"
        ),
        (
            "req = api.RoomCompositeEgressRequest()\n"
            '    req.file_outputs.append(api.EncodedFileOutput(s3=api.S3Upload(secret=os.environ["S3"])))\n'
            "    config = api.RoomConfiguration(egress=api.RoomEgress(room=req))"
        ),
        (
            'gcp = api.GCPUpload(credentials=open("key.json").read(), bucket="b")\n'
            "    config = api.RoomConfiguration(egress=api.RoomEgress(tracks=api.AutoTrackEgress(gcp=gcp)))"
        ),
    ],
)
def test_credentials_in_a_token_are_found_in_python(body: str) -> None:
    assert len(found("LK105", "tokens.py", minting_py(body))) == 1


def test_credentials_in_a_payload_signed_by_hand_are_found() -> None:
    text = """\
import os, time, jwt

def mint(user):
    egress = {"tracks": {"s3": {"accessKey": "a", "secret": os.environ["S3_SECRET"]}}}
    claims = {"sub": user, "exp": int(time.time()) + 600, "video": {"roomJoin": True, "room": "r"}}
    claims["roomConfig"] = {"egress": egress}
    return jwt.encode(claims, os.environ["LIVEKIT_API_SECRET"], algorithm="HS256")
"""

    assert [item.place.line for item in found("LK105", "tokens.py", text)] == [4]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            EGRESS % "fileOutputs: [new EncodedFileOutput({ filepath: 'a.mp4' })]", id="storage of the server"
        ),
        pytest.param(EGRESS % "segmentOutputs: [{ gcp: { bucket: 'b' } }]", id="a bucket alone"),
        pytest.param(EGRESS % "streamOutputs: [{ urls: [target] }]", id="an address nobody knows"),
        pytest.param(EGRESS % "fileOutputs: [{ s3: { bucket: process.env.BUCKET, secret: '' } }]", id="nothing given"),
        pytest.param(
            "at.metadata = JSON.stringify({ key: process.env.LIVEKIT_API_KEY, p: process.env.NEXT_PUBLIC_API_KEY });",
            id="ids and publishable keys",
        ),
        pytest.param(
            "at.metadata = JSON.stringify({ hash: hash(process.env.PEPPER_SECRET), has: !!process.env.X_SECRET });",
            id="secrets that are hashed or asked",
        ),
        pytest.param("at.metadata = JSON.stringify({ arn: process.env.AWS_SECRET_ARN });", id="the name of a secret"),
        pytest.param("at.roomConfig = describe({ secret: process.env.S3 });", id="a function that may do anything"),
    ],
)
def test_what_is_no_credential_is_left_alone(body: str) -> None:
    assert found("LK105", "server/tokens.ts", minting(body)) == ()


def test_a_token_of_a_test_is_left_alone() -> None:
    text = minting("at.metadata = JSON.stringify({ s: process.env.UPLOAD_SECRET });")

    assert found("LK105", "tests/tokens.test.ts", text) == ()


def test_a_stream_address_from_the_environment_is_less_sure() -> None:
    text = minting(EGRESS % "streamOutputs: [{ urls: [process.env.STREAM_URL] }]")

    assert [item.confidence for item in found("LK105", "server/tokens.ts", text)] == [Confidence.MEDIUM]


def test_all_credentials_of_a_token_are_one_finding() -> None:
    body = EGRESS % "fileOutputs: [{ s3: { accessKey: process.env.A,\n secret: process.env.B } }]"
    (finding,) = found("LK105", "server/tokens.ts", minting(body))

    assert "accessKey of the storage, secret of the storage" in finding.message
    assert [lead.note for lead in finding.related] == ["secret of the storage"]


def test_a_message_that_holds_itself_ends() -> None:
    text = minting("const c = new RoomConfiguration();\nc.egress = c;\nc.x = [c, c, c];\nat.roomConfig = c;")

    assert found("LK105", "server/tokens.ts", text) == ()


@pytest.mark.parametrize("style", REPORTERS)
@pytest.mark.parametrize("value", ["minio-storage-pass", "mango", "AKIA" + "EXAMPLEEXAMPLE12"])
def test_no_report_shows_a_storage_credential(style: str, value: str) -> None:
    body = EGRESS % f"fileOutputs: [{{ s3: {{ accessKey: 'a', secret: '{value}' }} }}]"
    source = Source.from_text("server/tokens.ts", minting(body))
    report = scan_sources([source], [RULES["LK105"]], Options(now=NOW))

    assert report.open_findings
    assert value not in render(style, report, Presentation(color=False, width=100, exit_code=1))


def test_a_storage_credential_is_masked_wherever_it_stands_nearby() -> None:
    value = "minio-" + "storage-pass"
    body = EGRESS % f"fileOutputs: [{{ azure: {{ accountKey: '{value}' }} }}]"
    source = Source.from_text("server/tokens.ts", minting(f"// the password is {value}\n{body}"))
    report = scan_sources([source], [RULES["LK105"]], Options(now=NOW))
    shown = "\n".join(line.text for finding in report.findings for line in finding.frame)

    assert "the password is mini" in shown
    assert value not in shown


@pytest.mark.parametrize(
    "name",
    ["S3_SECRET", "AWS_SECRET_ACCESS_KEY", "OPENAI_API_KEY", "DB_PASSWORD", "TWILIO_AUTH_TOKEN", "LIVEKIT_API_SECRET"],
)
def test_a_name_says_that_a_variable_holds_a_secret(name: str) -> None:
    assert is_secret_variable(name)


@pytest.mark.parametrize(
    "name",
    ["LIVEKIT_API_KEY", "NEXT_PUBLIC_API_KEY", "GOOGLE_MAPS_API_KEY", "SECRET_NAME", "SECRET_ARN", "REGION", "APP_KEY"],
)
def test_a_name_does_not_say_that_a_variable_holds_a_secret(name: str) -> None:
    assert not is_secret_variable(name)


@pytest.mark.parametrize(
    "metadata",
    [
        "const meta = { role: 'student' };\nat.metadata = JSON.stringify(meta);",
        'at.metadata = \'{"role":"student"}\';',
        'at.metadata = `{"role":"${user.role}"}`;',
        "at.attributes = { isHost: 'false' };",
    ],
)
def test_a_role_that_its_holder_may_change_is_found(metadata: str) -> None:
    text = minting(f"{metadata}\nat.addGrant({{ canUpdateOwnMetadata: true }});")

    assert len(found("LK407", "server/tokens.ts", text)) == 1


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("at.metadata = JSON.stringify({ role: 'x' });", id="without the grant"),
        pytest.param(
            "at.metadata = JSON.stringify({ role: 'x' });\nat.addGrant({ canUpdateOwnMetadata: false });",
            id="with the grant denied",
        ),
        pytest.param(
            "at.metadata = JSON.stringify({ avatar: 'x' });\nat.addGrant({ canUpdateOwnMetadata: true });",
            id="without a role",
        ),
    ],
)
def test_metadata_that_nobody_relies_on_may_change(body: str) -> None:
    assert found("LK407", "server/tokens.ts", minting(body)) == ()
