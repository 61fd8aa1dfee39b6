"""LK601 unauthenticated-mint."""

from collections.abc import Iterator

from lk_audit.facts import Audience, Endpoint, Input, Lead, TokenMint
from lk_audit.rule_api import Confidence, Problem, Severity, rule


@rule(
    TokenMint,
    id="LK601",
    severity=Severity.HIGH,
    cwe=306,
    fix=(
        "Authenticate the caller first (session, verified token, API key of your own), refuse everybody else, and take "
        "the identity from that session, not from the request. Check that this user may enter this room."
    ),
    bad=[
        """
        --- main.py
        from datetime import timedelta
        from fastapi import FastAPI
        from livekit import api

        app = FastAPI()

        @app.get("/token")
        def token(room: str, identity: str):
            jwt = (
                api.AccessToken()  # <- finding
                .with_identity(identity)
                .with_ttl(timedelta(minutes=10))
                .with_grants(api.VideoGrants(room_join=True, room=room))
                .to_jwt()
            )
            return {"token": jwt}
        """,
        """
        --- server.js
        const express = require('express');
        const { AccessToken } = require('livekit-server-sdk');

        const app = express();
        app.use(express.json());

        app.post('/token', async (req, res) => {
          const { room, user } = req.body;
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {  // <- finding
            identity: user,
            ttl: '10m',
          });
          at.addGrant({ roomJoin: true, room });
          res.json({ token: await at.toJwt() });
        });
        """,
        """
        --- app/api/token/route.ts
        import { NextResponse } from 'next/server';
        import { AccessToken } from 'livekit-server-sdk';

        export async function POST(request: Request) {
          const body = await request.json();
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {  // <- finding
            identity: body.name,
            ttl: '10m',
          });
          at.addGrant({ roomJoin: true, room: body.room });
          return NextResponse.json({ token: await at.toJwt() });
        }
        """,
    ],
    good=[
        """
        --- main.py
        from datetime import timedelta
        from fastapi import Depends, FastAPI
        from livekit import api
        from .security import current_user

        app = FastAPI()

        @app.get("/token")
        def token(room: str, user=Depends(current_user)):
            jwt = (
                api.AccessToken()
                .with_identity(user.id)
                .with_ttl(timedelta(minutes=10))
                .with_grants(api.VideoGrants(room_join=True, room=room))
                .to_jwt()
            )
            return {"token": jwt}
        """,
        """
        --- server.js
        const express = require('express');
        const { AccessToken } = require('livekit-server-sdk');
        const { requireAuth } = require('./auth');

        const app = express();

        app.post('/token', requireAuth, async (req, res) => {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
            identity: req.user.id,
            ttl: '10m',
          });
          at.addGrant({ roomJoin: true, room: req.user.room });
          res.json({ token: await at.toJwt() });
        });
        """,
    ],
    references=["https://github.com/ever-co/ever-teams/issues/4270"],
)
def unauthenticated_mint(mint: TokenMint) -> Iterator[Problem]:
    """A request handler makes a token for an identity or a room that the request names, and nobody is authenticated.

    Whoever finds the address joins any room under any name, also under the name of somebody who is in it: LiveKit then
    disconnects the real one. CORS does not help, and neither does a page that asks for a password first.
    """
    if mint.is_for_bot or mint.audience is Audience.SERVICE:
        return
    is_at_call = len({endpoint.place for endpoint in mint.endpoints}) > 1
    open_to_all: dict[object, list[Endpoint]] = {}
    for endpoint in mint.endpoints:
        if endpoint.authenticated_by is None and any(_asked(mint, endpoint)):
            open_to_all.setdefault(endpoint.call if is_at_call else None, []).append(endpoint)
    for endpoints in open_to_all.values():
        yield _problem(mint, endpoints, is_at_call=is_at_call)


def _problem(mint: TokenMint, endpoints: list[Endpoint], *, is_at_call: bool) -> Problem:
    """The problem of all endpoints that come to the token by the same place."""
    *names, name = dict.fromkeys(endpoint.name for endpoint in endpoints)
    who = f"{', '.join(names)} and {name} make" if names else f"{name} makes"
    asked = [item for endpoint in endpoints for item in _asked(mint, endpoint)]
    targets = " and ".join(dict.fromkeys(item.target for item in asked))
    ways = (lead for endpoint in endpoints for lead in _way(mint, endpoint, is_at_call=is_at_call))
    passed = {function for endpoint in endpoints for function in (endpoint.place, *endpoint.through)}
    foreign = {endpoint.place for endpoint in mint.endpoints} - passed
    own = (item for item in asked if not any(handler.holds(item.place) for handler in foreign))
    inputs = (Lead(item.place, f"{item.target} from {item.source}") for item in own)
    return Problem(
        endpoints[0].call if is_at_call else mint.place,
        f"{who} tokens for anybody: {targets} from the request, and no authentication in sight",
        confidence=Confidence.MEDIUM,
        related=tuple(dict.fromkeys((*ways, *inputs))),
    )


def _asked(mint: TokenMint, endpoint: Endpoint) -> Iterator[Input]:
    """What of the token a request to an endpoint decides."""
    return (item for item in mint.inputs if item.target in {"identity", "room"} and item.is_of(endpoint))


def _way(mint: TokenMint, endpoint: Endpoint, *, is_at_call: bool) -> Iterator[Lead]:
    """Where the endpoint is registered, and the other end of the way from it to the token."""
    if endpoint.registered_at is not None:
        yield Lead(endpoint.registered_at, f"{endpoint.name} is registered here; nothing in front authenticates")
    if endpoint.through:
        signed = Lead(mint.place, "the token is signed here")
        yield signed if is_at_call else Lead(endpoint.call, "the handler asks for the token here")
