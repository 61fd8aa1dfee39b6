"""LK203 insecure-url."""

from collections.abc import Iterator

from lk_audit.facts import HARMLESS, FileRole, InsecureUrl
from lk_audit.repairs import EncryptAddress
from lk_audit.rule_api import Fixable, Problem, Severity, rule

_SECURE = {"ws": "wss", "http": "https"}


@rule(
    InsecureUrl,
    id="LK203",
    severity=Severity.MEDIUM,
    cwe=319,
    fixable=Fixable.UNSAFE,
    fix=(
        "Use wss:// (https:// for the API) and let a reverse proxy or load balancer with a certificate answer for the "
        "server. Replace tokens and secrets that went over the open connection."
    ),
    bad=[
        """
        --- .env
        LIVEKIT_URL=ws://live.acme.io:7880  # <- finding
        """,
        """
        --- agent.py
        import os

        LIVEKIT_URL = os.getenv("LIVEKIT_URL", "ws://live.acme.io:7880")  # <- finding
        """,
        """
        --- server/rooms.ts
        import { RoomServiceClient } from 'livekit-server-sdk';

        export const rooms = new RoomServiceClient(
          'http://live.acme.io:7880', // <- finding
          process.env.LIVEKIT_API_KEY,
          process.env.LIVEKIT_API_SECRET,
        );
        """,
        """
        --- egress.yaml
        api_key: ${LIVEKIT_API_KEY}
        api_secret: ${LIVEKIT_API_SECRET}
        ws_url: ws://live.acme.io:7880  # <- finding
        """,
    ],
    good=[
        """
        --- .env
        LIVEKIT_URL=wss://live.acme.io
        --- docker-compose.yml
        services:
          agent:
            environment:
              LIVEKIT_URL: ws://livekit:7880
        """,
        """
        --- agent.py
        import os

        LIVEKIT_URL = os.getenv("LIVEKIT_URL", "ws://localhost:7880")
        """,
        """
        --- server/rooms.ts
        import { RoomServiceClient } from 'livekit-server-sdk';

        export const rooms = new RoomServiceClient(
          'https://live.acme.io',
          process.env.LIVEKIT_API_KEY,
          process.env.LIVEKIT_API_SECRET,
        );
        """,
    ],
)
def insecure_url(url: InsecureUrl) -> Iterator[Problem]:
    """A public LiveKit server is reached over an unencrypted connection.

    The access token travels in the request. Without TLS everybody on the way reads it and can take the participant's
    place, and browsers refuse the microphone and camera to pages without TLS.
    """
    if url.role in HARMLESS:
        return
    yield Problem(
        url.place,
        f"{url.scheme}:// to the public host {url.host}: everybody on the way can read the access token",
        severity=None if url.role is FileRole.PRODUCTION else Severity.LOW,
        fix=f"Use {_SECURE[url.scheme]}:// and let a proxy with a certificate answer for the server.",
        repair=EncryptAddress(url.place, url.scheme),
    )
