"""Services that stand in the file of their users: whoever has one by its type calls its methods."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

SERVICES = {
    "Tokens.java": """import io.livekit.server.*;
import org.springframework.web.bind.annotation.*;
class Tokens {
  String make(String room, String identity) {
    AccessToken t = new AccessToken(System.getenv("K"), System.getenv("S"));
    t.setIdentity(identity);
    t.setTtl(600000);
    t.addGrants(new RoomJoin(true), new RoomName(room));
    return t.toJwt();
  }
}
@RestController
class Controller {
  private final TYPE tokens;
  Controller(TYPE tokens) { this.tokens = tokens; }
  @GetMapping("/token")
  String token(@RequestParam String room, @RequestParam String identity) { return tokens.make(room, identity); }
}
""",
    "Tokens.kt": """import io.ktor.server.request.*
import io.ktor.server.response.*
import io.ktor.server.routing.*
import io.livekit.server.AccessToken
import io.livekit.server.RoomJoin
import io.livekit.server.RoomName

data class Asked(val room: String, val identity: String)

class Tokens {
    fun make(asked: Asked): String {
        val token = AccessToken(System.getenv("K"), System.getenv("S"))
        token.identity = asked.identity
        token.ttl = 600_000
        token.addGrants(RoomJoin(true), RoomName(asked.room))
        return token.toJwt()
    }
}

fun Route.tokens(tokens: TYPE) {
    post("/token") { call.respondText(tokens.make(call.receive<Asked>())) }
}
""",
    "Program.cs": """using Livekit.Server.Sdk.Dotnet;
var app = WebApplication.CreateBuilder(args).Build();
app.MapPost("/token", (Asked asked, TYPE tokens) => Results.Ok(tokens.Make(asked.Room, asked.Identity)));
app.Run();
record Asked(string Room, string Identity);
class Tokens
{
    public string Make(string room, string identity) =>
        new AccessToken("k", Environment.GetEnvironmentVariable("S")).WithIdentity(identity)
            .WithTtl(TimeSpan.FromMinutes(5)).WithGrants(new VideoGrants { RoomJoin = true, Room = room }).ToJwt();
}
""",
    "main.go": """package main

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/livekit/protocol/auth"
)

type Server struct{ tokens *TYPE }

type Asked struct{ Room, Identity string }

type Tokens struct{ key, secret string }

func (t *Tokens) Make(asked Asked) string {
	grant := &auth.VideoGrant{RoomJoin: true, Room: asked.Room}
	at := auth.NewAccessToken(t.key, t.secret).SetIdentity(asked.Identity).SetValidFor(time.Minute)
	jwt, _ := at.SetVideoGrant(grant).ToJWT()
	return jwt
}

func (s *Server) Token(w http.ResponseWriter, r *http.Request) {
	var asked Asked
	json.NewDecoder(r.Body).Decode(&asked)
	w.Write([]byte(s.tokens.Make(asked)))
}
""",
    "main.rs": """use axum::{extract::{Json, State}, routing::post, Router};
use livekit_api::access_token::{AccessToken, VideoGrants};
use std::{sync::Arc, time::Duration};
struct Tokens { key: String, secret: String }
impl Tokens {
    fn make(&self, asked: &Asked) -> String {
        let grants = VideoGrants { room_join: true, room: asked.room.clone(), ..Default::default() };
        AccessToken::with_api_key(&self.key, &self.secret).with_identity(&asked.identity)
            .with_ttl(Duration::from_secs(600)).with_grants(grants).to_jwt().unwrap()
    }
}
#[derive(serde::Deserialize)]
struct Asked { room: String, identity: String }
async fn token(State(tokens): State<Arc<TYPE>>, Json(asked): Json<Asked>) -> String { tokens.make(&asked) }
fn app(tokens: Arc<TYPE>) -> Router { Router::new().route("/token", post(token)).with_state(tokens) }
""",
}


@pytest.mark.parametrize("path", SERVICES)
def test_a_method_of_what_is_declared_beside_is_called_by_whoever_has_one(path: str) -> None:
    assert found_in({path: SERVICES[path].replace("TYPE", "Tokens")}, "LK601")


@pytest.mark.parametrize("path", SERVICES)
def test_a_method_of_something_else_of_that_name_is_another(path: str) -> None:
    assert not found_in({path: SERVICES[path].replace("TYPE", "Stamps")}, "LK601")


INJECTED = {
    "src/tokens.service.ts": """import { AccessToken } from 'livekit-server-sdk';
export class TokensService {
  async make(room: string, identity: string) {
    const at = new AccessToken(process.env.KEY, process.env.SECRET, { identity, ttl: '5m' });
    at.addGrant({ roomJoin: true, room });
    return at.toJwt();
  }
}
""",
    "src/rooms.controller.ts": """import { Body, Controller, Inject, Post } from '@nestjs/common';
import { TokensService } from './tokens.service';
import { OtherService } from './other.service';
@Controller('rooms')
export class RoomsController {
  FIELD
  @Post('join')
  async join(@Body('room') room: string, @Body('name') name: string) {
    return this.tokens.make(room, name);
  }
}
""",
}


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("@Inject() private readonly tokens: TokensService;", 1),
        ("@Inject(TokensService) private tokens!: TokensService;", 1),
        ("tokens: TokensService;", 1),
        ("@Inject() private readonly tokens: OtherService;", 0),
        ("@Inject('tokens') private readonly tokens;", 0),
    ],
)
def test_a_field_that_a_container_sets_is_of_the_class_it_is_declared_with(field: str, expected: int) -> None:
    files = {path: text.replace("FIELD", field) for path, text in INJECTED.items()}
    assert len(found_in(files, "LK601")) == expected


ABSTRACT = "export abstract class Tokens { abstract make(room: string, name: string); }"
PORTS = {
    "an interface": ("export interface Tokens { make(room: string, identity: string): Promise<string> }", "implements"),
    "an interface beside another": ("export interface Tokens { make(room: string): string }", "implements Named,"),
    "an abstract class": (ABSTRACT, "extends"),
    "a class as an interface": (ABSTRACT, "implements"),
}


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ("constructor(@Inject('tokens') private readonly tokens: Tokens) {}", 1),
        ("constructor(private readonly tokens: Tokens<string>) {}", 1),
        ("@Inject('tokens') private readonly tokens: Tokens;", 1),
        ("constructor(@Inject('tokens') private readonly tokens: Stamps) {}", 0),
    ],
)
def test_who_has_what_a_class_implements_may_have_that_class(port: str, held: str, expected: int) -> None:
    declared, implements = PORTS[port]
    service = INJECTED["src/tokens.service.ts"].replace("TokensService {", f"TokensService {implements} Tokens {{")
    imported = "import { Tokens } from './tokens';\n"
    files = {
        "src/tokens.ts": declared,
        "src/tokens.service.ts": f"{imported}{service}",
        "src/rooms.controller.ts": imported + INJECTED["src/rooms.controller.ts"].replace("FIELD", held),
    }

    assert len(found_in(files, "LK601")) == expected
