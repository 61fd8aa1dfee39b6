"""LK204 dev-token-source."""

from collections.abc import Iterator

from lk_audit.facts import DevTokenSource
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
    ],
    good=[
        """
        --- src/room.ts
        import { TokenSource } from 'livekit-client';

        export const tokens = import.meta.env.DEV
          ? TokenSource.developmentTokenServer('my-sandbox-id')
          : TokenSource.endpoint('/api/token');
        """,
    ],
    references=["https://docs.livekit.io/home/cloud/sandbox/"],
)
def dev_token_source(source: DevTokenSource) -> Iterator[Problem]:
    """Shipped code gets its tokens from LiveKit's development token server.

    That server gives a token with any permissions to anybody who knows the sandbox id, and the id is in the page. It is
    meant for trying things out.
    """
    yield Problem(
        source.place,
        f"tokens from {source.how}, which gives everybody who asks a token with any permissions",
        confidence=Confidence.MEDIUM,
    )
