"""Go: claims that are structs of the project, whichever way they are written out."""

from __future__ import annotations

import pytest

from lk_audit.facts import Expiry
from tests.languages.minting import found_in, granted, mint, mints

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


LATER = """package tokens

import (
	"os"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func Make(room string, isHost bool) (string, error) {
	token := jwt.New(jwt.SigningMethodHS256)
	CLAIMS
	return token.SignedString([]byte(os.Getenv("LIVEKIT_API_SECRET")))
}
"""
ONE_BY_ONE = """claims := token.Claims.(jwt.MapClaims)
	claims["sub"] = "ana"
	if isHost { claims["exp"] = time.Now().Add(2 * time.Hour).Unix() }
	claims["video"] = map[string]any{"room": room, "roomJoin": true, "hidden": true}"""
AT_ONCE = """token.Claims = jwt.MapClaims{
		"exp": time.Now().Add(2 * time.Hour).Unix(),
		"video": map[string]any{"room": room, "roomJoin": true, "hidden": true},
	}"""


@pytest.mark.parametrize(("claims", "lives"), [(ONE_BY_ONE, [Expiry.NEVER, 7200]), (AT_ONCE, [7200])])
def test_claims_may_be_given_to_a_token_that_is_made_already(claims: str, lives: list[object]) -> None:
    code = LATER.replace("CLAIMS", claims)
    found = mint("tokens.go", code)

    assert granted(found)["hidden"] is True
    assert [item.seconds if item.expiry is Expiry.EXPLICIT else item.expiry for item in found.lifetimes] == lives
    assert found_in({"tokens.go": code}, "LK406") != []


def test_the_claims_of_another_token_are_not_those_of_this_one() -> None:
    other = ONE_BY_ONE.replace("claims := token", "other := jwt.New(jwt.SigningMethodHS256)\n\tclaims := other")

    (found,) = mints("tokens.go", LATER.replace("CLAIMS", other))

    assert found.place.line == 12


ROOMS = """package rooms

import (
	"time"

	"github.com/livekit/protocol/auth"
)

type Room struct {
	ID   int
	Slug string
}

DECLARED

func find(id string) (*Room, error) {
	room := MADE
	GIVEN
	return room, nil
}

func join(user, id string) (string, error) {
	room, err := find(id)
	if err != nil {
		return "", err
	}
	at := auth.NewAccessToken(os.Getenv("LIVEKIT_API_KEY"), os.Getenv("LIVEKIT_API_SECRET"))
	at.SetVideoGrant(&auth.VideoGrant{RoomJoin: true, Room: room.Slug}).SetIdentity(user).SetValidFor(time.Minute)
	return at.ToJWT()
}
"""
SCAN = "func scan(row *sql.Row, room *Room) error { return row.Scan(&room.ID, &room.Slug) }"


@pytest.mark.parametrize("made", ["&Room{}", "new(Room)"])
@pytest.mark.parametrize(
    ("declared", "given", "is_empty"),
    [
        (SCAN, "if err := scan(db.QueryRow(query, id), room); err != nil { return nil, err }", False),
        ("", "if err := store.Load(id, room); err != nil { return nil, err }", False),
        ("", "", True),
        ("", "room.ID = 1", True),
    ],
)
def test_a_struct_without_fields_is_given_to_be_filled(made: str, declared: str, given: str, *, is_empty: bool) -> None:
    text = ROOMS.replace("DECLARED", declared).replace("GIVEN", given).replace("MADE", made)

    assert bool(found_in({"rooms.go": text}, "LK403")) is is_empty


GRANTS = """package rooms

import "github.com/livekit/protocol/auth"

func join(user, room string) (string, error) {
	grant := &auth.VideoGrant{}
	log.Println(grant)
	grant.RoomJoin = true
	at := auth.NewAccessToken(os.Getenv("LIVEKIT_API_KEY"), os.Getenv("LIVEKIT_API_SECRET"))
	at.SetVideoGrant(grant).SetIdentity(user)
	return at.ToJWT()
}
"""


def test_what_the_sdk_declares_is_filled_by_nobody_else() -> None:
    assert found_in({"rooms.go": GRANTS}, "LK403") == ["rooms.go:8"]


SIGNED_IN = """package session

import (
	"encoding/json"
	"net/http"

	"github.com/golang-jwt/jwt/v5"
	"github.com/livekit/protocol/auth"
)

type Claims struct {
	Role string
	jwt.RegisteredClaims
}

func (h *Handler) Join(w http.ResponseWriter, r *http.Request) {
	claims := &Claims{}
	FILLED
	if err != nil {
		http.Error(w, "no", http.StatusUnauthorized)
		return
	}
	grant := &auth.VideoGrant{RoomJoin: true, Room: "a", RoomAdmin: claims.Role == "host"}
	at := auth.NewAccessToken(os.Getenv("LIVEKIT_API_KEY"), os.Getenv("LIVEKIT_API_SECRET"))
	at.SetVideoGrant(grant).SetIdentity("me").SetValidFor(time.Minute)
	made, err := at.ToJWT()
	json.NewEncoder(w).Encode(made)
}
"""


@pytest.mark.parametrize(
    ("filled", "decides"),
    [
        ('_, err := jwt.ParseWithClaims(r.Header.Get("Authorization"), claims, keys)', False),
        ("err := json.NewDecoder(r.Body).Decode(claims)", True),
    ],
)
def test_claims_that_a_check_fills_are_not_what_a_request_decides(filled: str, *, decides: bool) -> None:
    assert bool(found_in({"session.go": SIGNED_IN.replace("FILLED", filled)}, "LK602")) is decides
