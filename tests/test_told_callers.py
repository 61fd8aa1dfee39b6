"""Ways in which handlers find out who is calling, and what only looks like one."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

GO_MINT = """
	at := auth.NewAccessToken(key, secret).SetIdentity(req.Name).SetValidFor(time.Minute)
	at.SetVideoGrant(&auth.VideoGrant{RoomJoin: true, Room: req.Room})
	token, _ := at.ToJWT()
"""
GIN_HANDLER = f"""package handlers

import (
	"time"

	"github.com/gin-gonic/gin"
	"github.com/livekit/protocol/auth"
)

type Wanted struct {{
	Room string `json:"room"`
	Name string `json:"name"`
}}

func Token(key, secret string) gin.HandlerFunc {{
	return func(c *gin.Context) {{
		var req Wanted
		if c.ShouldBindJSON(&req) != nil {{
			return
		}}
{GO_MINT}
		c.JSON(200, gin.H{{"token": token}})
	}}
}}
"""
GIN_GUARD = """package guard

import "github.com/gin-gonic/gin"

func Key(secret string) gin.HandlerFunc {
	return func(c *gin.Context) {
		if c.GetHeader("Authorization") != secret {
			c.AbortWithStatusJSON(401, gin.H{"error": "unauthorized"})
			return
		}
		c.Next()
	}
}
"""
GIN_ROUTES = """package main

import (
	"os"

	"shop/guard"
	"shop/handlers"

	"github.com/gin-gonic/gin"
)

func Register(r *gin.Engine) {
	api := r.Group("/api")
	api.Use(%s)
	api.POST("/token", handlers.Token(os.Getenv("LIVEKIT_API_KEY"), os.Getenv("LIVEKIT_API_SECRET")))
}
"""


@pytest.mark.parametrize(("middleware", "is_open"), [('guard.Key(os.Getenv("KEY"))', False), ("gin.Recovery()", True)])
def test_what_stands_in_front_of_a_handler_that_another_function_makes_counts(
    middleware: str, *, is_open: bool
) -> None:
    files = {
        "go.mod": "module shop\n",
        "guard/guard.go": GIN_GUARD,
        "handlers/token.go": GIN_HANDLER,
        "routes.go": GIN_ROUTES % middleware,
    }
    assert len(found_in(files, "LK601")) == is_open


MATRIX_HANDLER = f"""package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/livekit/protocol/auth"
	"github.com/matrix-org/gomatrixserverlib/fclient"
)

type Wanted struct {{
	Room   string `json:"room"`
	Name   string `json:"name"`
	Token  string `json:"access_token"`
	Server string `json:"server"`
}}

func userOf(ctx context.Context, wanted Wanted) (string, error) {{
	client := fclient.NewClient()
	%s
	if err != nil {{
		return "", errors.New("failed to look up user")
	}}
	return info, nil
}}

func token(w http.ResponseWriter, r *http.Request) {{
	var req Wanted
	if json.NewDecoder(r.Body).Decode(&req) != nil {{
		return
	}}
	user, err := userOf(r.Context(), req)
	if err != nil {{
		http.Error(w, "sorry", http.StatusInternalServerError)
		return
	}}
	key, secret := credentials(user)
{GO_MINT}
	w.Write([]byte(token))
}}

func main() {{
	http.HandleFunc("/token", token)
}}
"""


@pytest.mark.parametrize(
    ("asked", "is_open"),
    [
        ("info, err := client.LookupUserInfo(ctx, wanted.Server, wanted.Token)", False),
        ("info, err := client.LookupUserInfo(ctx, wanted.Server, wanted.Room)", True),
        ("info, err := client.Ping(ctx, wanted.Token)", True),
    ],
)
def test_another_server_that_knows_a_credential_tells_who_has_it(asked: str, *, is_open: bool) -> None:
    assert len(found_in({"go.mod": "module shop\n", "main.go": MATRIX_HANDLER % asked}, "LK601")) == is_open


JS_MINT = """
  const at = new AccessToken(process.env.KEY, process.env.SECRET, { identity: user, ttl: '5m' });
  at.addGrant({ roomJoin: true, room });
  return { token: await at.toJwt() };
"""
FIREBASE = f"""
import {{ onCall }} from 'firebase-functions/v2/https';
import {{ AccessToken }} from 'livekit-server-sdk';

export const token = onCall(async (request) => {{
  const user = %s;
  if (%s) {{
    throw new Error('sign in first');
  }}
  const room = request.data.room;
{JS_MINT}
}});
"""


@pytest.mark.parametrize(
    ("user", "test", "is_open"),
    [
        ("request.auth?.uid", "!user", False),
        ("request.auth?.uid", "user === undefined || !request.data.room", False),
        ("request.auth?.uid", "user == null", False),
        ("request.auth?.uid", "!user && !request.data.room", True),
        ("request.auth?.uid", "user", True),
        ("request.data.user", "!user", True),
    ],
)
def test_who_has_no_identity_goes_no_further_whatever_he_is_told(user: str, test: str, *, is_open: bool) -> None:
    assert len(found_in({"index.js": FIREBASE % (user, test)}, "LK601")) == is_open


NITRO = f"""
import {{ AccessToken }} from 'livekit-server-sdk';

export default defineEventHandler(async (event) => {{
  const room = getRouterParam(event, 'room');
  const session = await %s(event);
  if (!session?.user) throw createError({{ statusCode: 401 }});
  const user = session.user.id;
{JS_MINT}
}});
"""


@pytest.mark.parametrize(("function", "is_open"), [("getUserSession", False), ("readBody", True)])
def test_the_session_that_nuxt_auth_utils_unseals_tells_who_the_caller_is(function: str, *, is_open: bool) -> None:
    assert len(found_in({"server/api/token.post.ts": NITRO % function}, "LK601")) == is_open


ACTIX_HANDLER = """
use actix_web::{post, web, HttpResponse};
use livekit_api::access_token::{AccessToken, VideoGrants};

#[post("/{room}/token")]
pub async fn token(path: web::Path<String>, wanted: web::Json<Wanted>) -> HttpResponse {
    let jwt = AccessToken::with_api_key(&key(), &secret())
        .with_identity(&wanted.identity)
        .with_ttl(std::time::Duration::from_secs(600))
        .with_grants(VideoGrants { room_join: true, room: path.into_inner(), ..Default::default() })
        .to_jwt();
    HttpResponse::Ok().json(jwt.unwrap())
}
"""
ACTIX_MIDDLEWARE = """
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};

pub struct Members;

impl<S, B> Transform<S, ServiceRequest> for Members {
    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(MembersMiddleware { service }))
    }
}

pub struct MembersMiddleware<S> {
    service: S,
}

impl<S, B> Service<ServiceRequest> for MembersMiddleware<S> {
    fn call(&self, req: ServiceRequest) -> Self::Future {
        let status = match req.extensions().get::<Known>() {
            Some(_) => Status::Fine,
            None => Status::Failed(HttpResponse::%s().finish()),
        };
        answer(status, self.service.call(req))
    }
}
"""


@pytest.mark.parametrize(
    ("layer", "refusal", "is_open"),
    [
        ("HttpAuthentication::bearer(check)", "Ok", False),
        ("members::Members", "Unauthorized", False),
        ("members::Members", "TooManyRequests", True),
        ("Logger::default()", "Unauthorized", True),
    ],
)
def test_what_wraps_a_scope_of_actix_is_for_the_services_that_follow(
    layer: str, refusal: str, *, is_open: bool
) -> None:
    files = {
        "Cargo.toml": '[package]\nname = "shop"\n',
        "src/main.rs": "mod members;\nmod tokens;\n\npub fn init(cfg: &mut web::ServiceConfig) {\n"
        f'    let rooms = web::scope("/rooms").wrap({layer}).service(tokens::token);\n    cfg.service(rooms);\n}}\n',
        "src/members.rs": ACTIX_MIDDLEWARE % refusal,
        "src/tokens.rs": ACTIX_HANDLER,
    }
    assert len(found_in(files, "LK601")) == is_open


LARAVEL = """<?php
namespace App\\Http\\Controllers;

use Agence104\\LiveKit\\{AccessToken, AccessTokenOptions, VideoGrant};
use Illuminate\\Http\\Request;

class TokenController extends Controller
{
    public function show(Request $request, $room)
    {
        $options = (new AccessTokenOptions())->setIdentity(%s)->setTtl(600);
        $grant = (new VideoGrant())->setRoomJoin()->setRoomName($room);
        return (new AccessToken(env('KEY'), env('SECRET')))->init($options)->setGrant($grant)->toJwt();
    }

    public function mine(Request $request)
    {
        return auth()->user()->name;
    }
}
"""
LARAVEL_ROUTES = """<?php
use App\\Http\\Controllers\\TokenController;
use Illuminate\\Support\\Facades\\Route;

Route::get('/token/{room}', [TokenController::class, 'show']);
"""


@pytest.mark.parametrize(
    ("identity", "is_open"),
    [
        ("$request->user()->name", False),
        ("request()->user()->name", False),
        ("$request->user()?->name", True),
        ("$request->user()->name ?? 'Guest'", True),
        ("$request->user() ? $request->user()->name : 'Guest'", True),
        ("$request->name", True),
    ],
)
def test_reading_a_name_from_nobody_fails_in_laravel(identity: str, *, is_open: bool) -> None:
    files = {"routes/api.php": LARAVEL_ROUTES, "app/Http/Controllers/TokenController.php": LARAVEL % identity}
    assert len(found_in(files, "LK601")) == is_open


FASTIFY = """import { AccessToken } from 'livekit-server-sdk';
export function build(fastify, store) {
  const caller = (req) => {
    const header = req.headers.authorization;
    if (!header?.startsWith('Bearer ')) return undefined;
    return %s;
  };
  fastify.post('/token', async (req, reply) => {
    const user = caller(req);
    if (!user) return reply.code(401).send({ error: 'unauthenticated' });
    const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
      identity: user.id, ttl: 600 });
    at.addGrant({ roomJoin: true, room: req.body.room });
    return { token: await at.toJwt() };
  });
}
"""


@pytest.mark.parametrize(
    ("given", "is_open"),
    [
        ("store.sessionUser(header.slice(7))", False),
        ("await store.findUserByToken(header.slice(7), 3600)", False),
        ("header.slice(7)", True),
        ("{ id: header.slice(7) }", True),
        ("store.findUser(req.body.userId)", True),
        ("store.note(header.slice(7))", True),
    ],
)
def test_whom_a_store_knows_by_a_credential_is_known(given: str, *, is_open: bool) -> None:
    assert bool(found_in({"server/app.ts": FASTIFY % given}, "LK601")) is is_open


OWN_KEY = """from fastapi import FastAPI, Request
from livekit import api
import os

app = FastAPI()
SECRET = os.environ["LIVEKIT_API_SECRET"]

@app.post("/token")
async def token(request: Request):
    asked = await request.json()
    grants = api.VideoGrants(room_join=True, room=asked["room"], can_publish=asked["publish"])
    at = api.AccessToken(asked["key"], OF_WHOM).with_identity(asked["identity"]).with_grants(grants)
    return {"token": at.to_jwt()}
"""


@pytest.mark.parametrize("rule", ["LK601", "LK602"])
@pytest.mark.parametrize(
    ("secret", "is_open"),
    [
        ('asked["secret"]', False),
        ('asked.get("secret") or SECRET', True),
        ('secrets_from_request(asked)["secret"]', True),
        ('asked.get("secret", SECRET)', True),
        ("SECRET", True),
    ],
)
def test_who_brings_the_secret_may_make_any_token(secret: str, rule: str, *, is_open: bool) -> None:
    text = OWN_KEY.replace("OF_WHOM", secret)

    assert bool(found_in({"app.py": text}, rule)) is is_open
    assert len(found_in({"app.py": text}, "LK302")) == 1
