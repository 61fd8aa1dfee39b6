"""Tokens and grants that helpers put together: builders, extension methods, keywords that are passed on."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in, granted, mint

BUILDER = """import { AccessToken, type VideoGrant } from 'livekit-server-sdk';

export class TokenBuilder {
  private grant: VideoGrant = { roomJoin: true };
  inRoom(room: string) { SET; return this; }
  async build(identity: string) {
    const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '5m' });
    at.addGrant(this.grant);
    return at.toJwt();
  }
}
"""


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("this.grant.room = room", 0),
        ("this.grant['room'] = room", 0),
        ("this.room = room", 1),
        ("other.grant.room = room", 1),
    ],
)
def test_a_record_that_methods_fill_in_may_hold_more_than_it_begins_with(setting: str, expected: int) -> None:
    assert len(found_in({"tokens.ts": BUILDER.replace("SET", setting)}, "LK403")) == expected


EXTENSION = """using Livekit.Server.Sdk.Dotnet;

public static class Extensions
{
    public static TYPE ForCall(this TYPE token) => token.WithTtl(TimeSpan.FromDays(1));
}

public class Tokens
{
    public string Participant(string identity) =>
        new AccessToken(Environment.GetEnvironmentVariable("LIVEKIT_API_KEY"), Environment.GetEnvironmentVariable("S"))
            .WithIdentity(identity).WithGrants(new VideoGrants { RoomJoin = true, Room = "a" }).ForCall().ToJwt();
}
"""


@pytest.mark.parametrize(("taken", "expected"), [("AccessToken", 1), ("HttpRequest", 0)])
def test_an_extension_method_does_what_a_method_of_its_class_would(taken: str, expected: int) -> None:
    assert len(found_in({"Tokens.cs": EXTENSION.replace("TYPE", taken)}, "LK301")) == expected


KEYWORDS = """from datetime import timedelta
from livekit import api

def sign(identity, **flags):
    at = api.AccessToken().with_identity(identity).with_ttl(timedelta(minutes=5))
    return at.with_grants(api.VideoGrants(**flags)).to_jwt()
"""


def test_keywords_that_a_helper_passes_on_are_those_of_its_callers() -> None:
    found = mint("tokens.py", f"{KEYWORDS}\nprint(sign('ana', room_join=True, room='a', room_list=True))\n")

    assert granted(found) == {"roomJoin": True, "room": "a", "roomList": True}


def test_keywords_that_a_request_brings_along_are_chosen_by_the_caller() -> None:
    view = (
        "from fastapi import Depends, FastAPI\napp = FastAPI()\n"
        "@app.post('/token')\ndef token(body: dict, user=Depends(current_user)):\n"
        "    return sign(user.id, room_join=True, room='a', **body['grants'])\n"
    )

    assert len(found_in({"app.py": KEYWORDS + view}, "LK602")) == 1
    assert found_in({"app.py": KEYWORDS + view.replace("**body['grants']", "can_publish=True")}, "LK602") == []
