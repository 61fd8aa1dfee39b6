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
