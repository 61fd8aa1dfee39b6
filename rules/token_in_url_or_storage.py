"""LK205 token-in-url-or-storage."""

from collections.abc import Iterator

from lk_audit.facts import TokenLeftBehind
from lk_audit.rule_api import Confidence, Problem, Severity, rule


@rule(
    TokenLeftBehind,
    id="LK205",
    severity=Severity.LOW,
    cwe=922,
    on_by_default=False,
    fix="Keep the token in memory and fetch a new one when the page is loaded again.",
    bad=[
        """
        --- src/join.ts
        import { Room } from 'livekit-client';

        export async function join(url: string, roomToken: string) {
          localStorage.setItem('room-token', roomToken);  // <- finding
          await new Room().connect(url, roomToken);
        }
        """,
        """
        --- src/lobby.tsx
        import { LiveKitRoom } from '@livekit/components-react';

        export const enter = (router, token: string) => router.push(`/room?token=${token}`);  // <- finding
        export const Stage = ({ token }) => <LiveKitRoom token={token} />;
        """,
    ],
    good=[
        """
        --- src/join.ts
        import { Room } from 'livekit-client';

        export async function join(url: string, token: string, theme: string) {
          localStorage.setItem('theme', theme);
          await new Room().connect(url, token);
        }
        """,
    ],
)
def token_in_url_or_storage(left: TokenLeftBehind) -> Iterator[Problem]:
    """A LiveKit token is left in a page address or in the browser's storage.

    Addresses end up in histories, logs and referrers, and storage can be read by every script of the page. Whoever
    finds the token there enters the room under its holder's name for as long as it lives.
    """
    yield Problem(left.place, f"LiveKit token left in {left.where}, where others find it", confidence=Confidence.MEDIUM)
