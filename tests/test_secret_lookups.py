"""Callers who must know a secret by which something is found: an invitation, a ticket, the token of a link."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

GO = """package rooms

import (
    "net/http"
    "os"
    "time"

    "github.com/livekit/protocol/auth"
)

func (h *handler) join(w http.ResponseWriter, r *http.Request) {
    LOOKUP
        http.Error(w, "unknown", http.StatusNotFound)
        return
    }
    at := auth.NewAccessToken(os.Getenv("LIVEKIT_API_KEY"), os.Getenv("LIVEKIT_API_SECRET"))
    at.SetVideoGrant(&auth.VideoGrant{RoomJoin: true, Room: r.FormValue("room")}).SetIdentity(found.Email)
    at.SetValidFor(10 * time.Minute)
    token, _ := at.ToJWT()
    w.Write([]byte(token))
}

func (h *handler) routes() {
    http.HandleFunc("/join", h.join)
}
"""
JAVA = """import io.livekit.server.*;
import org.springframework.web.bind.annotation.*;

@RestController
class Joining {
    @PostMapping("/join")
    String join(@RequestParam String token, @RequestParam String room) {
        LOOKUP
        AccessToken at = new AccessToken(System.getenv("LIVEKIT_API_KEY"), System.getenv("LIVEKIT_API_SECRET"));
        at.setIdentity(room);
        at.setTtl(600000L);
        at.addGrants(new RoomJoin(true), new RoomName(room));
        return at.toJwt();
    }
}
"""
CSHARP = """using Livekit.Server.Sdk.Dotnet;
var app = WebApplication.CreateBuilder(args).Build();
app.MapPost("/join", async (JoinRequest body, AppDb db) => {
    LOOKUP return Results.NotFound();
    var at = new AccessToken(Setting("LIVEKIT_API_KEY"), Setting("LIVEKIT_API_SECRET"))
        .WithIdentity(found.Email).WithTtl(TimeSpan.FromMinutes(10))
        .WithGrants(new VideoGrants { RoomJoin = true, Room = body.Room });
    return Results.Ok(at.ToJwt());
});
app.Run();
"""
PHP = """<?php
use Agence104\\LiveKit\\{AccessToken, AccessTokenOptions, VideoGrant};
Route::post('/join', function (Request $request) {
    LOOKUP {
        abort(404);
    }
    $options = (new AccessTokenOptions())->setIdentity($found->email)->setTtl(600);
    $grant = (new VideoGrant())->setRoomJoin()->setRoomName($request->input('room'));
    $token = new AccessToken(env('LIVEKIT_API_KEY'), env('LIVEKIT_API_SECRET'));
    return $token->init($options)->setGrant($grant)->toJwt();
});
"""
RUBY = """require 'sinatra'
require 'livekit'
post '/join' do
  LOOKUP
  token = LiveKit::AccessToken.new(api_key: ENV['LIVEKIT_API_KEY'], api_secret: ENV['LIVEKIT_API_SECRET'], ttl: 600)
  token.identity = found.email
  token.video_grant = LiveKit::VideoGrant.new(roomJoin: true, room: params[:room])
  token.to_jwt
end
"""
JAVASCRIPT = """const express = require('express');
const { AccessToken } = require('livekit-server-sdk');
const app = express();
app.get('/join', async (req, res) => {
  LOOKUP return res.sendStatus(401);
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
    identity: found.login,
    ttl: '10m',
  });
  at.addGrant({ roomJoin: true, room: req.query.room });
  res.json({ token: await at.toJwt() });
});
"""
PYTHON = """from datetime import timedelta
from flask import Flask, abort, request
from livekit import api
app = Flask(__name__)

@app.post("/join")
def join():
    LOOKUP
        abort(401)
    grants = api.VideoGrants(room_join=True, room=request.json["room"])
    return api.AccessToken().with_identity(found).with_ttl(timedelta(minutes=5)).with_grants(grants).to_jwt()
"""


@pytest.mark.parametrize(
    ("path", "handler", "lookup", "is_open"),
    [
        ("a.go", GO, 'found, err := h.links.FindByToken(r.FormValue("token"))\n    if err != nil {', False),
        ("a.go", GO, 'found, err := h.rooms.FindByID(r.FormValue("room"))\n    if err != nil {', True),
        (
            "a.go",
            GO,
            'var found Link\n    if err := db.Where("token = ?", r.FormValue("t")).First(&found).Error; err != nil {',
            False,
        ),
        (
            "a.go",
            GO,
            'var found Room\n    if err := db.Where("name = ?", r.FormValue("r")).First(&found).Error; err != nil {',
            True,
        ),
        ("A.java", JAVA, "Link found = links.findByToken(token); if (found == null) { throw new NotFound(); }", False),
        (
            "A.java",
            JAVA,
            "Optional<Link> f = links.findByToken(token); if (f.isEmpty()) { throw new NotFound(); }",
            False,
        ),
        ("A.java", JAVA, "var f = links.findByToken(token); if (!f.isPresent()) { throw new NotFound(); }", False),
        ("A.java", JAVA, "String found = invites.remove(token); if (found == null) { throw new NotFound(); }", False),
        ("A.java", JAVA, "Room found = rooms.findByName(room); if (found == null) { throw new NotFound(); }", True),
        (
            "a.cs",
            CSHARP,
            "var found = await db.Links.FirstOrDefaultAsync(i => i.Token == body.Token); if (found == null)",
            False,
        ),
        (
            "a.cs",
            CSHARP,
            "var found = await db.Rooms.FirstOrDefaultAsync(i => i.Name == body.Room); if (found == null)",
            True,
        ),
        ("a.php", PHP, "$found = Link::where('token', $request->input('token'))->first();\n    if (!$found)", False),
        ("a.php", PHP, "$found = Room::where('name', $request->input('room'))->first();\n    if (!$found)", True),
        ("a.rb", RUBY, "found = Link.find_by(token: params[:token])\n  halt 404 if found.nil?", False),
        ("a.rb", RUBY, "found = Room.find_by(name: params[:room])\n  halt 404 if found.nil?", True),
        ("a.js", JAVASCRIPT, "const found = nonces.get(req.query.t); if (!found || found.expiry < Date.now())", False),
        ("a.js", JAVASCRIPT, "const found = rooms.get(req.query.room); if (!found)", True),
        ("a.py", PYTHON, 'found = tickets.pop(request.json["ticket"], None)\n    if found is None:', False),
        ("a.py", PYTHON, 'found = names.pop(request.json["name"], None)\n    if found is None:', True),
    ],
)
def test_who_must_know_a_secret_that_is_looked_up_is_no_stranger(
    path: str, handler: str, lookup: str, *, is_open: bool
) -> None:
    assert bool(found_in({path: handler.replace("LOOKUP", lookup)}, "LK601")) is is_open


@pytest.mark.parametrize(
    ("path", "handler", "lookup", "is_open"),
    [
        ("A.java", JAVA, "Link found = links.findByToken(token).orElseThrow(() -> new NotFound());", False),
        ("A.java", JAVA, "Room found = rooms.findByName(room).orElseThrow(() -> new NotFound());", True),
        ("a.php", PHP, "$found = Link::where('token', $request->input('token'))->firstOrFail();\n    if (0)", False),
        ("a.php", PHP, "$found = Room::where('name', $request->input('room'))->firstOrFail();\n    if (0)", True),
        ("a.py", PYTHON, 'found = Link.query.first_or_404(token=request.json["token"])\n    if 0:', False),
        ("a.py", PYTHON, 'found = Room.query.first_or_404(name=request.json["room"])\n    if 0:', True),
    ],
)
def test_a_look_up_that_raises_needs_no_test_of_what_it_found(
    path: str, handler: str, lookup: str, *, is_open: bool
) -> None:
    assert bool(found_in({path: handler.replace("LOOKUP", lookup)}, "LK601")) is is_open
