"""Webhooks whose check may be left out, or may fail, without consequences."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

JAVASCRIPT = """import {{ WebhookReceiver }} from 'livekit-server-sdk';
const receiver = new WebhookReceiver(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET);
app.post('/livekit/webhook', async (req, res) => {{
  const raw = req.body, sent = req.headers.authorization;
  let event;
  {check}
  const eventType = event.event;
  if (eventType === 'room_finished') await close(event.room.name);
  res.sendStatus(200);
}});
"""
RECEIVED = "event = await receiver.receive(raw, sent);"
PARSED = "event = JSON.parse(raw);"
DEVELOPED = "process.env.NODE_ENV === 'development'"


@pytest.mark.parametrize(
    ("check", "is_open"),
    [
        (f"if (sent) {{ {RECEIVED} }} else {{ {PARSED} }}", True),
        (f"if (receiver && sent) {{ {RECEIVED} }} else {{ {PARSED} }}", True),
        (f"try {{ {RECEIVED} }} catch (error) {{ {PARSED} }}", True),
        (f"try {{ await receiver.receive(raw, sent); }} catch (error) {{ console.error(error); }} {PARSED}", True),
        (f"try {{ {RECEIVED} }} catch (error) {{ return res.sendStatus(401); }}", False),
        (f"await receiver.receive(raw, sent); {PARSED}", False),
        (f"if (!sent) return res.sendStatus(401); {RECEIVED}", False),
        (f"if (process.env.NODE_ENV === 'production') {{ {RECEIVED} }} else {{ {PARSED} }}", False),
        (f"if (process.env.VERIFY) {{ await receiver.receive(raw, sent); }} {PARSED}", False),
        (f"if (sent) {{ {RECEIVED} }} else if ({DEVELOPED}) {{ {PARSED} }} else {{ return res.end(); }}", False),
        (f"if (sent) {{ {RECEIVED} }} else {{ if (!verify(raw, sent)) return res.sendStatus(401); {PARSED} }}", False),
        (f"if (sent) {{ {RECEIVED} }} else {{ if (!verifyEvent(raw)) return res.sendStatus(401); {PARSED} }}", False),
    ],
)
def test_a_check_that_senders_may_leave_out_checks_nothing(check: str, *, is_open: bool) -> None:
    assert bool(found_in({"server/hooks.js": JAVASCRIPT.format(check=check)}, "LK604")) is is_open


PYTHON = """import json
from fastapi import FastAPI, Request
from livekit import api
app = FastAPI()
receiver = api.WebhookReceiver(api.TokenVerifier())

@app.post("/livekit/webhook")
async def hook(request: Request):
    body = (await request.body()).decode()
    sent = request.headers.get("Authorization")
{check}
    data = json.loads(body)
    if data["event"] == "room_finished":
        await close(data["room"]["name"])
"""


@pytest.mark.parametrize(
    ("check", "is_open"),
    [
        ("    try:\n        receiver.receive(body, sent)\n    except Exception as error:\n        log(error)", True),
        ("    if sent:\n        receiver.receive(body, sent)", True),
        ("    receiver.receive(body, sent)", False),
        (
            "    try:\n        receiver.receive(body, sent)\n    except Exception:\n        raise HTTPException(401)",
            False,
        ),
    ],
)
def test_the_same_in_python(check: str, *, is_open: bool) -> None:
    assert bool(found_in({"hooks.py": PYTHON.format(check=check)}, "LK604")) is is_open


def test_what_only_the_unchecked_branch_does_counts() -> None:
    text = PYTHON.format(check="    if sent:\n        return receiver.receive(body, sent)\n    else:\n        pass")

    assert found_in({"hooks.py": text}, "LK604")


VERIFIED = """import crypto from 'crypto';
import jwt from 'jsonwebtoken';
import {{ TokenVerifier }} from 'livekit-server-sdk';
const verifier = new TokenVerifier(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET);
app.post('/livekit/webhook', async (req, res) => {{
  const raw = req.body, sent = req.headers.authorization;
  {check}
  const event = JSON.parse(raw);
  if (event.event === 'room_finished') await close(event.room.name);
  res.sendStatus(200);
}});
"""
HASH = "crypto.createHash('sha256').update(raw).digest('base64')"


@pytest.mark.parametrize(
    ("check", "is_open"),
    [
        ("await verifier.verify(sent);", True),
        ("jwt.verify(sent, process.env.LIVEKIT_API_SECRET);", True),
        ("try { await verifier.verify(sent); } catch { return res.sendStatus(401); }", True),
        ("const claims = await verifier.verify(sent); console.log(claims.iss);", True),
        (
            f"const claims = await verifier.verify(sent); if (claims.sha256 !== {HASH}) return res.sendStatus(401);",
            False,
        ),
        ("const claims = await verifier.verify(sent); compareBody(claims, raw);", False),
        ("if (req.headers['x-key'] !== process.env.KEY) return res.sendStatus(401);", False),
        ("jwt.verify(sent, process.env.GATEWAY_KEY);", False),
    ],
)
def test_a_token_vouches_for_the_body_by_the_hash_in_it(check: str, *, is_open: bool) -> None:
    assert bool(found_in({"server/hooks.js": VERIFIED.format(check=check)}, "LK604")) is is_open


TABLE = """// LiveKit's events
const handlers = {{ {keys} }};
app.post('/livekit/webhook', async (req, res) => {{
  {check}
  const body = JSON.parse(req.body);
  {choice}
  res.sendStatus(200);
}});
"""
KEYS = "room_started: opened, room_finished: closed"


@pytest.mark.parametrize(
    ("keys", "check", "choice", "is_open"),
    [
        (KEYS, "", "await handlers[body.event]?.(body);", True),
        ("'room_finished': closed", "", "const { event } = body;\n  await handlers[event](body);", True),
        (
            KEYS,
            "await receiver.receive(req.body, req.headers.authorization);",
            "await handlers[body.event](body);",
            False,
        ),
        ("order_paid: paid, order_sent: sent", "", "await handlers[body.event](body);", False),
        (KEYS, "", "await handlers[body.kind](body);", False),
    ],
)
def test_a_table_may_say_what_is_done_for_an_event(keys: str, check: str, choice: str, *, is_open: bool) -> None:
    text = TABLE.format(keys=keys, check=check, choice=choice)

    assert bool(found_in({"server/hooks.js": text}, "LK604")) is is_open


@pytest.mark.parametrize(("check", "is_open"), [("pass", True), ("receiver.receive(body, sent)", False)])
def test_it_is_the_same_in_python(check: str, *, is_open: bool) -> None:
    text = PYTHON.format(check=f"    {check}").replace('if data["event"] == "room_finished":', "if True:")
    text = text.replace('await close(data["room"]["name"])', 'await HANDLERS.get(data["event"])(data)')

    assert bool(found_in({"hooks.py": f'HANDLERS = {{"room_finished": close}}\n{text}'}, "LK604")) is is_open


def test_in_python_a_token_vouches_by_its_hash_too() -> None:
    check = "    claims = jwt.decode(sent, os.environ['LIVEKIT_API_SECRET'], algorithms=['HS256'])"
    head, hashed = "import hashlib, jwt, os\n", "\n    assert claims['sha256'] == digest(body)"

    assert found_in({"hooks.py": head + PYTHON.format(check=check)}, "LK604")
    assert not found_in({"hooks.py": head + PYTHON.format(check=check + hashed)}, "LK604")


JAVA = """import javax.crypto.Mac;
@RestController
public class LiveKitHooks {
    @PostMapping("/livekit/webhook")
    public ResponseEntity<Void> hook(@RequestHeader("Authorization") String sent, @RequestBody String body) {
        Map<String, Object> payload = json.readValue(body, Map.class);
        if (isConfigured()) {
            if (!verifyWebhookSignature(sent, body)) return ResponseEntity.status(401).build();
        }
        String event = text(payload.get("event"));
        if (event.equals("room_finished")) close(payload);
        return ResponseEntity.ok().build();
    }
    private boolean isConfigured() { return !secret.isBlank(); }
    private boolean verifyWebhookSignature(String sent, String body) {
        String[] parts = sent.split("\\\\.");
        return COMPARED;
    }
    private byte[] signed(String text) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(), "HmacSHA256"));
        return mac.doFinal(text.getBytes());
    }
}
"""


@pytest.mark.parametrize(
    ("compared", "is_open"),
    [
        ("parts.length == 3", True),
        ('same(parts[2], signed(parts[0] + "." + parts[1])) && hashed(parts[1], body)', False),
    ],
)
def test_a_check_of_ones_own_computes_a_signature(compared: str, *, is_open: bool) -> None:
    assert bool(found_in({"src/LiveKitHooks.java": JAVA.replace("COMPARED", compared)}, "LK604")) is is_open


TOLD_ELSEWHERE = """import {{ WebhookReceiver }} from 'livekit-server-sdk';
const receiver = new WebhookReceiver(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET);
app.post('/livekit', async (req, res) => {{
  let event;
  try {{
    event = await receiver.receive(req.body, req.get('Authorization'));
  }} catch (error) {{
    {caught}
  }}
  await rooms.noteEvent(event);
  res.sendStatus(200);
}});
"""


@pytest.mark.parametrize(
    ("caught", "expected"),
    [
        ("event = JSON.parse(req.body);", ["hooks.js:8"]),
        ("event = typeof req.body === 'object' ? req.body : {};", ["hooks.js:8"]),
        ("event = null;", []),
        ("event = { event: 'unknown' };", []),
        ("failure = req.body;", []),
        ("return res.sendStatus(401);", []),
        ("if (process.env.NODE_ENV === 'development') event = JSON.parse(req.body);", []),
        ("if (process.env.NODE_ENV === 'production') return res.sendStatus(401); event = JSON.parse(req.body);", []),
        ("if (!verify(req.body, req.get('X-Hub'))) return res.sendStatus(401); event = JSON.parse(req.body);", []),
    ],
)
def test_an_event_that_is_taken_as_it_came_when_its_check_fails_is_of_anybody(caught: str, expected: list[str]) -> None:
    assert found_in({"hooks.js": TOLD_ELSEWHERE.format(caught=caught)}, "LK604") == expected
