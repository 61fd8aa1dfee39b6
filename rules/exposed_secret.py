"""LK103 exposed-secret."""

from collections.abc import Iterator

from lk_audit.facts import Exposure, SecretExposure
from lk_audit.rule_api import Confidence, Problem, Severity, rule


@rule(
    SecretExposure,
    id="LK103",
    severity=Severity.HIGH,
    cwe=532,
    fix=(
        "Say only whether the secret is set, and send clients tokens instead. Where it has been logged or sent, "
        "replace it: on LiveKit Cloud delete the key and create another, on your own server change the pair under "
        "`keys:`."
    ),
    bad=[
        """
        --- main.py
        import logging
        import os

        logger = logging.getLogger(__name__)
        API_SECRET = os.environ["LIVEKIT_API_SECRET"]

        def check():
            print("key", os.environ["LIVEKIT_API_KEY"], "secret", API_SECRET)  # <- finding
            logger.info(f"LiveKit secret: {os.getenv('LIVEKIT_API_SECRET')}")  # <- finding
        """,
        """
        --- server.js
        const express = require('express');

        const app = express();
        const secret = process.env.LIVEKIT_API_SECRET;

        app.get('/config', (req, res) => {
          console.log('config', { secret });  // <- finding
          res.json({ url: process.env.LIVEKIT_URL, secret });  // <- finding
        });
        """,
        """
        --- pages/room.tsx
        export async function getServerSideProps() {
          return { props: { secret: process.env.LIVEKIT_API_SECRET } };  // <- finding
        }

        export default function Room() {
          return null;
        }
        """,
    ],
    good=[
        """
        --- main.py
        import logging
        import os

        logger = logging.getLogger(__name__)
        API_SECRET = os.environ.get("LIVEKIT_API_SECRET", "")

        def check():
            print("secret is set:", bool(API_SECRET), len(API_SECRET))
            logger.info("secret %s", "set" if API_SECRET else "missing")
            if not API_SECRET:
                raise SystemExit("LIVEKIT_API_SECRET is missing")
        """,
        """
        --- server.js
        const express = require('express');

        const app = express();
        const secret = process.env.LIVEKIT_API_SECRET;

        app.get('/health', (req, res) => {
          console.log('secret', secret ? 'set' : 'missing', `${secret?.slice(0, 3)}...`);
          res.json({ url: process.env.LIVEKIT_URL, configured: !!secret });
        });
        """,
    ],
    references=["https://cwe.mitre.org/data/definitions/200.html"],
)
def exposed_secret(exposure: SecretExposure) -> Iterator[Problem]:
    """The LiveKit API secret, or a token, is printed, logged or sent.

    Logs are read by more people than secrets are meant for, and kept by services that you do not run; a response is
    read by whoever asks. With the secret anybody can make a token for any room with any grant. A token opens its room
    for as long as it lives.
    """
    what = "access token" if exposure.is_token else f"API secret {exposure.name}"
    how = "returned to the caller" if exposure.sink == "return" else f"{_WAYS[exposure.exposure]} by {exposure.sink}"
    yield Problem(
        exposure.place,
        f"{what} {how}",
        severity=Severity.LOW if exposure.is_token else None,
        confidence=Confidence.MEDIUM if exposure.is_token else Confidence.HIGH,
        trace=exposure.leads,
        fix=_FIX_FOR_TOKENS if exposure.is_token else None,
        subject=exposure.name,
    )


_FIX_FOR_TOKENS = (
    "Log whom the token is for, and which room, instead of the token: until it expires, whoever reads the log can "
    "join with it."
)


_WAYS = {
    Exposure.LOG: "written to a log",
    Exposure.ERROR: "put into an error",
    Exposure.RESPONSE: "sent to the caller",
    Exposure.TEMPLATE: "put into a page",
}
