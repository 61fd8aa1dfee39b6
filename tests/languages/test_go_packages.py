"""Go packages in several files: what a method knows of a type that is declared beside it, and who comes that way."""

from __future__ import annotations

import pytest

from lk_audit.facts import WebhookUse
from tests.languages.minting import facts_of, found_in

TYPES = """package handlers

import (
	"context"

	"studio/live"
)

type Joining interface {
	Join(ctx context.Context, room, name string, isHost bool) (string, error)
}

type Handlers struct {
	live Joining
}

func New(service *live.Service) *Handlers { return &Handlers{live: service} }
"""
HANDLER = """package handlers

import (
	"encoding/json"
	"net/http"
)

func (h *Handlers) Join(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	var asked struct {
		Room   string `json:"room"`
		Name   string `json:"name"`
		IsHost bool   `json:"is_host"`
	}
	if json.NewDecoder(r.Body).Decode(&asked) != nil {
		http.Error(w, "bad request", 400)
		return
	}
	CHECK
	token, err := h.live.Join(ctx, asked.Room, asked.Name, ROLE)
	if err != nil {
		http.Error(w, "failed", 500)
		return
	}
	json.NewEncoder(w).Encode(token)
}
"""
SERVICE = """package live

import (
	"context"
	"time"

	"github.com/livekit/protocol/auth"
)

type Service struct{ key, secret string }

func (s *Service) Join(ctx context.Context, room, name string, isHost bool) (string, error) {
	role := "viewer"
	if isHost {
		role = "host"
	}
	return s.token(room, name, role)
}

func (s *Service) token(room, name, role string) (string, error) {
	grant := &auth.VideoGrant{RoomJoin: true, Room: room}
	if role == "host" {
		grant.RoomAdmin = true
	}
	return auth.NewAccessToken(s.key, s.secret).SetVideoGrant(grant).SetIdentity(name).SetValidFor(time.Minute).ToJWT()
}
"""
ROUTES = """package main

import (
	"net/http"

	"studio/handlers"
	"studio/live"
)

func routes(mux *http.ServeMux, service *live.Service) {
	h := handlers.New(service)
	mux.HandleFunc("POST /join", h.Join)
}
"""


def project(check: str = "", role: str = "asked.IsHost") -> dict[str, str]:
    return {
        "go.mod": "module studio\n",
        "main.go": ROUTES,
        "handlers/types.go": TYPES,
        "handlers/join.go": HANDLER.replace("CHECK", check).replace("ROLE", role),
        "live/service.go": SERVICE,
    }


def test_a_method_knows_the_fields_of_a_type_that_another_file_declares() -> None:
    assert found_in(project(), "LK601") == ["live/service.go:25"]


@pytest.mark.parametrize(
    ("check", "is_open"),
    [
        ('if _, ok := ctx.Value("user_id").(uint); !ok {\n\t\thttp.Error(w, "who?", 401)\n\t\treturn\n\t}', False),
        ('who := ctx.Value("user_id").(uint)\n\tlog.Println(who)', False),
        ('if who, ok := ctx.Value("user_id").(uint); ok {\n\t\tlog.Println(who)\n\t}', True),
    ],
    ids=["refused", "taken", "asked for"],
)
def test_a_caller_who_is_only_asked_for_is_anybody(check: str, *, is_open: bool) -> None:
    assert bool(found_in(project(check), "LK601")) is is_open


@pytest.mark.parametrize(("role", "is_claimed"), [("asked.IsHost", True), ('ctx.Value("is_host").(bool)', False)])
def test_a_word_that_stands_for_what_the_request_says_is_its_choice(role: str, *, is_claimed: bool) -> None:
    assert bool(found_in(project(role=role), "LK602")) is is_claimed


RECEIVER = """package events

import (
	"bytes"
	"net/http"

	"github.com/livekit/protocol/auth"
	"github.com/livekit/protocol/webhook"
)

type Event struct{ Type, Room string }

type Events interface {
	Parse(header string, body []byte) (*Event, error)
}

type events struct{ key, secret string }

func (e *events) Parse(header string, body []byte) (*Event, error) {
	request, _ := http.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
	request.Header.Set("Authorization", header)
	CHECK
	return &Event{Type: raw.GetEvent(), Room: raw.GetRoom().GetName()}, nil
}
"""
HOOK = """package hooks

import (
	"io"
	"net/http"

	"github.com/livekit/protocol/webhook"
	"studio/events"
)

type hooks struct {
	events events.Events
	rooms  Rooms
}

func New(source events.Events, rooms Rooms) *hooks { return &hooks{events: source, rooms: rooms} }

func (h *hooks) Livekit(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	event, err := h.events.Parse(r.Header.Get("Authorization"), body)
	if err != nil {
		http.Error(w, "bad request", 400)
		return
	}
	if event.Type == webhook.EventRoomFinished {
		h.rooms.Close(event.Room)
	}
}
"""
CHECKS = "raw, err := webhook.ReceiveWebhookEvent(request, auth.NewSimpleKeyProvider(e.key, e.secret))"
READS = "raw := decode(body)"


@pytest.mark.parametrize(("check", "is_open"), [(CHECKS, False), (READS, True)], ids=["checked", "decoded"])
def test_an_event_that_comes_through_an_interface_is_checked_where_that_is_implemented(
    check: str, *, is_open: bool
) -> None:
    files = {"go.mod": "module studio\n", "events/events.go": RECEIVER.replace("CHECK", check), "hooks/hooks.go": HOOK}

    assert any(isinstance(fact, WebhookUse) for fact in facts_of(files)) is is_open
