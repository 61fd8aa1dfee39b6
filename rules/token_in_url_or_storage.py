"""LK205 token-in-url-or-storage."""

from collections.abc import Iterator

from lk_audit.facts import HARMLESS, TokenLeftBehind
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

        export async function enter(router, room: string) {
          const details = await (await fetch(`/api/connection-details?room=${room}`)).json();
          const query = new URLSearchParams({ room, token: details.participantToken });
          router.push(`/room?${query}`);  // <- finding
        }
        export const Stage = ({ token }) => <LiveKitRoom token={token} />;
        """,
        """
        --- join.py
        from datetime import timedelta
        from django.shortcuts import redirect
        from livekit import api

        def join(request, room):
            grants = api.VideoGrants(room_join=True, room=room)
            token = api.AccessToken().with_ttl(timedelta(minutes=5)).with_grants(grants).to_jwt()
            return redirect(f"/call?token={token}")  # <- finding
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
        """
        --- src/login.ts
        import { Room } from 'livekit-client';

        export async function login(form: FormData) {
          const { token } = await (await fetch('/api/login', { method: 'POST', body: form })).json();
          localStorage.setItem('token', token);
        }
        export const enter = (url: string, roomToken: string) => new Room().connect(url, roomToken);
        """,
        """
        --- join.py
        from django.shortcuts import redirect

        LIVEKIT_ROOM = "/call"

        def join(request, room):
            request.session["room"] = room
            return redirect(f"{LIVEKIT_ROOM}?room={room}")
        """,
    ],
)
def token_in_url_or_storage(left: TokenLeftBehind) -> Iterator[Problem]:
    """A LiveKit token is left in a page address or in the browser's storage.

    Addresses end up in histories, logs and referrers, and storage can be read by every script of the page. Whoever
    finds the token there enters the room under its holder's name for as long as it lives.
    """
    if left.role in HARMLESS:
        return
    yield Problem(
        left.place,
        f"LiveKit token left in {left.where}, where {_FINDERS.get(left.where, 'every script of the page can read it')}",
        confidence=Confidence.HIGH if left.certain else Confidence.MEDIUM,
    )


_FINDERS = {
    "the address of a page": "histories, logs and referrers keep it",
    "AsyncStorage": "it lies on the device unencrypted",
}
