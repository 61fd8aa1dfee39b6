"""Go: tokens that a client of LiveKit's API makes with its own key."""

from __future__ import annotations

import pytest

from tests.languages.minting import granted, lifetime, mint, mints

FRAME = """package main

import (
	"time"

	"github.com/livekit/protocol/auth"
	lksdk "github.com/livekit/server-sdk-go/v2"
)

type server struct {
	rooms *lksdk.RoomServiceClient
}

func (s *server) join(room, user string) (string, error) {
	%s
}
"""


LATER = """at := s.rooms.CreateToken()
	at.SetVideoGrant(&auth.VideoGrant{RoomJoin: true, RoomAdmin: true}).SetIdentity(user).SetValidFor(48 * time.Hour)
	return at.ToJWT()"""
CHAINED = """grant := &auth.VideoGrant{RoomJoin: true, RoomAdmin: true}
	return s.rooms.CreateToken().AddGrant(grant).SetValidFor(2 * 24 * time.Hour).ToJWT()"""


@pytest.mark.parametrize("code", [LATER, CHAINED], ids=["later", "chained"])
def test_a_token_that_a_client_makes_is_a_token(code: str) -> None:
    found = mint("join.go", FRAME % code)

    assert (found.sdk, lifetime(found), granted(found)["roomAdmin"]) == ("livekit/protocol", 48 * 3600, True)


def test_a_token_of_something_else_is_none() -> None:
    assert mints("join.go", FRAME % "return s.sessions.CreateToken().SetUser(user).String()") == []


SETTINGS = """package main

import (
	"os"
	"time"

	"github.com/livekit/protocol/auth"
)

type settings struct {
	LiveKit struct {
		Secret   string
		TokenTTL time.Duration
	}
}

func join(room, user string) (string, error) {
	var cfg settings
	cfg.LiveKit.Secret = os.Getenv("LIVEKIT_API_SECRET")
	%s
	at := auth.NewAccessToken("key", cfg.LiveKit.Secret)
	return at.SetVideoGrant(&auth.VideoGrant{RoomJoin: true}).SetValidFor(cfg.LiveKit.TokenTTL).ToJWT()
}
"""


def test_a_field_of_a_struct_inside_a_struct_is_what_it_was_given() -> None:
    assert lifetime(mint("join.go", SETTINGS % "cfg.LiveKit.TokenTTL = 2 * time.Hour")) == 2 * 3600
