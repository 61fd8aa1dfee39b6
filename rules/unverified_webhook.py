"""LK604 unverified-webhook."""

from collections.abc import Iterator

from lk_audit.facts import WebhookUse
from lk_audit.livekit.advice import VERIFIED_EVENT
from lk_audit.repairs import CheckSignature
from lk_audit.rule_api import Confidence, Fixable, Problem, Severity, rule


@rule(
    WebhookUse,
    id="LK604",
    severity=Severity.HIGH,
    cwe=345,
    fixable=Fixable.UNSAFE,
    fix=(
        "Give the raw body and the Authorization header to the SDK and use what it returns: "
        "`await new WebhookReceiver(key, secret).receive(body, header)` in JavaScript, "
        "`api.WebhookReceiver(api.TokenVerifier(key, secret)).receive(body, header)` in Python. Answer 401 when it "
        "fails."
    ),
    bad=[
        """
        --- server.js
        const express = require('express');
        const { WebhookReceiver } = require('livekit-server-sdk');

        const app = express();
        const receiver = new WebhookReceiver(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET);

        app.post('/webhook', async (req, res) => {
          const event = await receiver.receive(req.body, req.get('Authorization'), true);  // <- finding
          res.send(event.event);
        });
        """,
        """
        --- webhooks.js
        // LiveKit calls this when something happens in a room.
        const express = require('express');

        const app = express();
        app.post('/livekit/webhook', (req, res) => {
          if (req.body.event === 'room_finished') {  // <- finding
            closeBilling(req.body.room.name);
          }
          res.sendStatus(204);
        });
        """,
        """
        --- main.py
        # Events of our LiveKit server.
        from fastapi import FastAPI, Request

        app = FastAPI()

        @app.post("/livekit/webhook")
        async def webhook(request: Request):
            body = await request.json()
            if body["event"] == "participant_left":  # <- finding
                await stop_recording(body["room"]["name"])
        """,
    ],
    good=[
        """
        --- server.js
        const express = require('express');
        const { WebhookReceiver } = require('livekit-server-sdk');

        const app = express();
        const receiver = new WebhookReceiver(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET);

        app.post('/webhook', async (req, res) => {
          const event = await receiver.receive(req.body, req.get('Authorization'));
          if (event.event === 'room_finished') closeBilling(event.room.name);
          res.sendStatus(204);
        });
        """,
        """
        --- main.py
        from fastapi import FastAPI, Request
        from livekit import api

        app = FastAPI()
        receiver = api.WebhookReceiver(api.TokenVerifier())

        @app.post("/livekit/webhook")
        async def webhook(request: Request):
            body = (await request.body()).decode()
            event = receiver.receive(body, request.headers["Authorization"])
            if event.event == "participant_left":
                await stop_recording(event.room.name)
        """,
    ],
    references=["https://docs.livekit.io/home/server/webhooks/"],
)
def unverified_webhook(use: WebhookUse) -> Iterator[Problem]:
    """Webhook events are used without a check of who sent them.

    LiveKit signs every webhook with the API secret. Without the check anybody who finds the address can say that a room
    has ended, a participant has left or a recording is ready, and the application believes it.
    """
    written = VERIFIED_EVENT.get(use.language)
    yield Problem(
        use.place,
        f"webhook event of unknown origin: {use.how}",
        confidence=Confidence.HIGH if use.certain else Confidence.MEDIUM,
        fix=f"Use what the SDK returns once it has checked the signature: {written}. Answer 401 when it fails."
        if written
        else None,
        repair=CheckSignature(use.place),
    )
