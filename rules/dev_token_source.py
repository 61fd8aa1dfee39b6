"""LK204 dev-token-source."""

from collections.abc import Iterator

from lk_audit.facts import DevTokenSource, FileRole
from lk_audit.rule_api import Confidence, Problem, Severity, rule


@rule(
    DevTokenSource,
    id="LK204",
    severity=Severity.LOW,
    cwe=489,
    fix=(
        "Use `TokenSource.endpoint()` with an endpoint of your own that authenticates the caller, and keep the "
        "development server behind a check such as `import.meta.env.DEV`."
    ),
    bad=[
        """
        --- src/room.ts
        import { TokenSource } from 'livekit-client';

        export const tokens = TokenSource.sandboxTokenServer('my-sandbox-id');  // <- finding
        """,
        """
        --- src/join.js
        export async function join(room) {
          const address = 'https://cloud-api.livekit.io/api/v2/sandbox/connection-details';  // <- finding
          return (await fetch(address, { method: 'POST', body: JSON.stringify({ room }) })).json();
        }
        """,
        """
        --- tokens.py
        import requests

        LIVEKIT_TOKENS = "https://cloud-api.livekit.io/api/v2/sandbox/connection-details"  # <- finding

        def connection_details(room):
            headers = {"X-Sandbox-ID": "my-sandbox-id"}
            return requests.post(LIVEKIT_TOKENS, headers=headers, json={"room_name": room}, timeout=5).json()
        """,
    ],
    good=[
        """
        --- src/room.ts
        import { TokenSource } from 'livekit-client';

        export const tokens = import.meta.env.DEV
          ? TokenSource.developmentTokenServer('my-sandbox-id')
          : TokenSource.endpoint('/api/token');
        """,
        """
        --- src/room.ts
        import { TokenSource } from 'livekit-client';

        const sandboxId = process.env.NEXT_PUBLIC_SANDBOX_ID;

        export function tokens() {
          if (!sandboxId) return TokenSource.endpoint('/api/token');
          return TokenSource.developmentTokenServer(sandboxId);
        }
        """,
        """
        --- tokens.py
        import os
        import requests

        LIVEKIT_SANDBOX = "https://cloud-api.livekit.io/api/v2/sandbox/connection-details"

        def connection_details(room):
            if os.environ.get("APP_ENV") == "production":
                raise RuntimeError("the development token server is not for production")
            return requests.post(LIVEKIT_SANDBOX, json={"room_name": room}, timeout=5).json()
        """,
    ],
    references=["https://docs.livekit.io/home/cloud/sandbox/"],
)
def dev_token_source(source: DevTokenSource) -> Iterator[Problem]:
    """Shipped code gets its tokens from LiveKit's development token server.

    That server gives a token with any permissions to anybody who knows the sandbox id, and the id is in the page. It is
    meant for trying things out.
    """
    if source.role is not FileRole.PRODUCTION:
        return
    yield Problem(
        source.place,
        f"tokens from {source.how}, which gives everybody who asks a token with any permissions",
        confidence=Confidence.HIGH if source.certain else Confidence.MEDIUM,
    )
