"""Rights that a request gets by saying what it is: `if (isHost)`."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

HEAD = """import express from 'express';
import { AccessToken } from 'livekit-server-sdk';
import { requireAuth } from './auth';
const app = express();
app.post('/token', requireAuth, async (req, res) => {
  const { room, isHost, isMuted, note } = req.body;
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity: req.user.id });
"""
TAIL = "\n  res.json({ token: await at.toJwt() });\n});\n"


def decided(body: str) -> list[str]:
    return found_in({"server.js": f"{HEAD}{body}{TAIL}"}, "LK602")


CHOSEN = """  const role = req.body.role === 'host' ? 'host' : 'viewer';
  const grant = role === 'host' ? { roomJoin: true, room, roomAdmin: true } : { roomJoin: true, room };
  at.addGrant(grant);"""
GIVEN_TO_HOST = "\n  at.addGrant({ room, roomJoin: true, roomAdmin: role === 'host' });"
TOLD = "  const host = WHO;\n  if (host) at.addGrant({ roomJoin: true, room, roomAdmin: true });"


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("  if (isHost) {\n    at.addGrant({ room, roomJoin: true,\n      roomAdmin: true });\n  }", 10),
        ("  at.addGrant({ room, roomJoin: true,\n    ...(isHost && { roomAdmin: true }) });", 9),
        (
            "  const grant = { room, roomJoin: true };\n  grant.hidden = isHost ? true : false;\n  at.addGrant(grant);",
            9,
        ),
        (CHOSEN, 9),
        ("  const role = req.body.role === 'host' ? 'host' : 'viewer';" + GIVEN_TO_HOST, 9),
        ("  const role = (await find(req.user.id)).isHost ? 'host' : 'viewer';" + GIVEN_TO_HOST, None),
        (TOLD.replace("WHO", "req.body.role === 'host'"), 9),
        (TOLD.replace("WHO", "(await ownerOf(room)) === req.user.id"), None),
        ("  if (note) {\n    at.addGrant({ room, roomJoin: true, roomAdmin: true });\n  }", None),
        ("  if (req.user.isHost) {\n    at.addGrant({ room, roomJoin: true, roomAdmin: true });\n  }", None),
        ("  if (!isHost) {\n    at.addGrant({ room, roomJoin: true, roomAdmin: true });\n  }", None),
    ],
    ids=[
        "grant call",
        "spread",
        "choice",
        "chosen before",
        "chosen word",
        "chosen by others",
        "told before",
        "looked up",
        "no role",
        "the server's",
        "denied",
    ],
)
def test_a_flag_of_the_request_that_is_called_like_a_role_decides_what_stands_behind_it(
    body: str, line: int | None
) -> None:
    assert decided(body) == ([f"server.js:{line}"] if line else [])


@pytest.mark.parametrize(
    ("otherwise", "is_decided"),
    [
        ("canPublish: false", True),
        ("canPublish: true", False),
        ("canSubscribe: true", False),
    ],
    ids=["denied", "given as well", "allowed by default"],
)
def test_what_everybody_may_is_decided_by_no_flag(otherwise: str, *, is_decided: bool) -> None:
    body = (
        "  if (isHost) {\n    at.addGrant({ room, roomJoin: true, canPublish: true });\n  } else {\n"
        f"    at.addGrant({{ room, roomJoin: true, {otherwise} }});\n  }}"
    )

    assert bool(decided(body)) is is_decided


def test_of_three_branches_the_first_that_gives_a_right_is_named() -> None:
    body = (
        "  if (isMuted) {\n    at.addGrant({ room, roomJoin: true, canPublish: true });\n"
        "  } else if (isHost) {\n    at.addGrant({ room, roomJoin: true, canPublish: true });\n"
        "  } else {\n    at.addGrant({ room, roomJoin: true, canPublish: false });\n  }"
    )

    assert decided(body) == ["server.js:9"]


def test_a_right_is_shown_where_it_is_given() -> None:
    body = (
        "  const grant = isHost ? { roomJoin: true, room,\n    roomAdmin: true,\n  } : { roomJoin: true, room,\n"
        "    roomAdmin: false,\n  };\n  at.addGrant(grant);"
    )

    assert found_in({"server.js": f"{HEAD}{body}{TAIL}"}, "LK401") == ["server.js:9"]
