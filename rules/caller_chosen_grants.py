"""LK602 caller-chosen-grants."""

from collections.abc import Iterator

from lk_audit.facts import Input, Lead, TokenMint
from lk_audit.rule_api import Confidence, Problem, Severity, rule


@rule(
    TokenMint,
    id="LK602",
    severity=Severity.HIGH,
    cwe=915,
    fix=(
        "Decide grants, lifetime and kind on the server from what you know about the authenticated user. Where the "
        "caller may choose, take only named fields and compare them with a list."
    ),
    bad=[
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
          at.addGrant({ roomJoin: true, room: 'lobby', ...req.body.grants });  // <- finding
          res.json({ token: await at.toJwt() });
        });
        """,
        """
        --- main.py
        from datetime import timedelta
        from flask import Flask, request
        from flask_login import login_required
        from livekit import api

        app = Flask(__name__)

        @app.post("/token")
        @login_required
        def token():
            body = request.get_json()
            grants = api.VideoGrants(
                room_join=True,
                room="lobby",
                room_admin=body["admin"],  # <- finding
            )
            return api.AccessToken().with_ttl(timedelta(minutes=10)).with_grants(grants).to_jwt()
        """,
    ],
    good=[
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
          at.addGrant({ roomJoin: true, room: 'lobby', canPublish: true });
          res.json({ token: await at.toJwt() });
        });
        """,
        """
        --- main.py
        from datetime import timedelta
        from flask import Flask
        from flask_login import current_user, login_required
        from livekit import api

        app = Flask(__name__)

        @app.post("/token")
        @login_required
        def token():
            grants = api.VideoGrants(room_join=True, room="lobby", can_publish=True)
            token = api.AccessToken().with_identity(current_user.id).with_ttl(timedelta(minutes=10))
            return token.with_grants(grants).to_jwt()
        """,
    ],
)
def caller_chosen_grants(mint: TokenMint) -> Iterator[Problem]:
    """The request decides what its token may do.

    Grants, lifetime or kind are copied from the request into the token. A caller who adds `roomAdmin` or asks for a
    year gets it.
    """
    if not mint.endpoints:
        return
    asked = [item for item in mint.inputs if item.target not in _HARMLESS and any(map(item.is_of, mint.endpoints))]
    settings = [item for item in asked if item.target in _SETTINGS]
    grants = [item for item in asked if item.target not in _SETTINGS and not item.by_condition]
    granted = [item for item in asked if item.by_condition and not _comes_anyway(mint, item)]
    told: dict[object, list[Input]] = {}
    for group in (settings, grants, granted):
        if group:
            ordered = sorted(group, key=_weight)
            told.setdefault(ordered[0].place, []).extend(ordered)
    for chosen in told.values():
        yield _problem(sorted(chosen, key=_weight))


_HARMLESS = frozenset({"identity", "name", "room", "roomJoin", "metadata", "attributes", "roomConfig"})
"""What a request may well choose; a token that may not even join its room gives its holder nothing."""
_SETTINGS = frozenset({"ttl", "kind"})
_ALLOWED_BY_DEFAULT = frozenset({"canPublish", "canSubscribe", "canPublishData"})
_LESSER = frozenset({"ttl", "canPublish", "canSubscribe", "canPublishData", "canPublishSources"})


def _comes_anyway(mint: TokenMint, item: Input) -> bool:
    """Whether the token may just as well send or receive where the condition does not hold: nothing denies it."""
    return item.target in _ALLOWED_BY_DEFAULT and not mint.grants.may_be(item.target, value=False)


def _weight(item: Input) -> tuple[bool, int]:
    """The whole grants first, then the powerful ones, then as they are written."""
    return (item.target in _LESSER, 0 if item.target == "grants" else item.place.start)


def _problem(chosen: list[Input]) -> Problem:
    first, *others = chosen
    words = {"grants": "the grants", "ttl": "the lifetime", "kind": "the kind"}
    *names, last = dict.fromkeys(words.get(item.target, item.target) for item in chosen)
    what = f"{', '.join(names)} and {last}" if names else last
    is_bounded = all(item.is_bounded for item in chosen)
    lesser = Severity.LOW if is_bounded else Severity.MEDIUM
    return Problem(
        first.place,
        f"the request decides {what} of its token{', up to a limit' if is_bounded else ''}",
        severity=lesser if first.target in _LESSER else None,
        confidence=Confidence.MEDIUM,
        related=tuple(dict.fromkeys(Lead(item.place, f"{item.target} from {item.source}") for item in others)),
    )
