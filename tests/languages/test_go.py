"""Go: claims that are structs of the project, whichever way they are written out."""

from __future__ import annotations

import pytest

from tests.languages.minting import granted, mint

FRAME = """package main

import (
	"os"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

type Video struct {
	RoomJoin bool   `json:"roomJoin"`
	Room     string `json:"room"`
}

func token() (string, error) {
	claims := jwt.MapClaims{"exp": time.Now().Add(2 * time.Hour).Unix(), "video": VIDEO}
	return jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(os.Getenv("LIVEKIT_API_SECRET")))
}
"""


@pytest.mark.parametrize("video", ['Video{RoomJoin: true, Room: "r"}', 'Video{true, "r"}', '&Video{true, "r"}'])
def test_fields_of_a_struct_are_known_by_their_names_and_by_their_order(video: str) -> None:
    found = mint("main.go", FRAME.replace("VIDEO", video))

    assert granted(found) == {"roomJoin": True, "room": "r"}
    assert [item.seconds for item in found.lifetimes] == [7200]


@pytest.mark.parametrize(
    ("call", "lives"),
    [("use(ttl)", [7200]), ("use(Options{&ttl})", [7200]), ("scan(&ttl)", [7200, None])],
    ids=["given", "its address kept", "its address given"],
)
def test_a_function_may_change_a_variable_whose_address_it_is_given(call: str, lives: list[float | None]) -> None:
    code = FRAME.replace("\tclaims", f"\tttl := 2 * time.Hour\n\t{call}\n\tclaims").replace("2 * time.Hour).", "ttl).")
    found = mint("main.go", code.replace("VIDEO", 'Video{true, "r"}'))

    assert [item.seconds for item in found.lifetimes] == lives
