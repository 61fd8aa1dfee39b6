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
