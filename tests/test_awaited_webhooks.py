"""LiveKit's events, whose check is a promise: whether anybody waits for what it says."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

HOOKS = """import { WebhookReceiver } from 'livekit-server-sdk';
const receiver = new WebhookReceiver(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET);
export function told(body, header) {
  BODY
}
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return receiver.receive(body, header);", []),
        ("const event = receiver.receive(body, header); return event;", []),
        ("const event = receiver.receive(body, header); return event.then(note);", []),
        ("const event = receiver.receive(body, header); note(event.room); return event;", ["hooks.ts:4"]),
        ("const event = receiver.receive(body, header); note(event.room);", ["hooks.ts:4"]),
        ("receiver.receive(body, header); note(JSON.parse(body));", ["hooks.ts:4"]),
    ],
)
def test_a_promise_that_is_handed_on_is_left_to_others_to_wait_for(body: str, expected: list[str]) -> None:
    assert found_in({"hooks.ts": HOOKS.replace("BODY", body)}, "LK604") == expected


FALLBACK = """import {{ WebhookReceiver }} from 'livekit-server-sdk';
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
    ],
)
def test_an_event_that_is_taken_as_it_came_when_its_check_fails_is_of_anybody(caught: str, expected: list[str]) -> None:
    assert found_in({"hooks.js": FALLBACK.format(caught=caught)}, "LK604") == expected
