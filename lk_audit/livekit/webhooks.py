"""LiveKit's webhooks: the names of their events, and what checks them.

Sources: livekit/protocol:webhook/events.go, livekit/node-sdks:packages/livekit-server-sdk/src/WebhookReceiver.ts,
livekit/python-sdks:livekit-api/livekit/api/webhook.py.
"""

from __future__ import annotations

from lk_audit.patterns import regex

EVENTS = frozenset(
    {"room_started", "room_finished", "participant_joined", "participant_left", "participant_connection_aborted"}
    | {"track_published", "track_unpublished", "egress_started", "egress_updated", "egress_ended", "ingress_started"}
    | {"ingress_ended"}
)
GO_EVENTS = frozenset(f"Event{''.join(word.capitalize() for word in name.split('_'))}" for name in EVENTS)
"""The constants for them in livekit/protocol's package `webhook`."""
CHECKS = frozenset({"receive", "verify", "ReceiveWebhookEvent", "Receive", "Verify"})
"""Methods and functions that check the signature of a webhook, or of something else."""
CHECKING_NAME = regex(
    r"(?i)^(?:is_?)?(?:verif|validat|check|authenticat|authori[sz]|assert|ensure|require|receive)\w{0,24}"
    r"(?:webhook|signature|event|payload|livekit)|^(?:is_?)?(?:webhook|signature)\w{0,24}(?:valid|verif|authentic)"
)
"""How functions are called that check a webhook in a project's own way."""
RECEIVERS = ("WebhookReceiver",)
"""How the full names of the classes end that check a webhook."""
VERIFIERS = ("TokenVerifier",)
"""How the full names of the classes end that check a token only, not what was signed with it."""
