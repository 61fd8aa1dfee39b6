"""Which checks inside Rust handlers tell who the caller is."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

HANDLER = """
use axum::{extract::State, http::{HeaderMap, StatusCode}, routing::post, Json, Router};
use livekit_api::access_token::{AccessToken, VideoGrants};
struct Wanted { token: String, identity: String, room: String }
fn app() -> Router { Router::new().route("/voice-token", post(voice_token)) }
async fn voice_token(
    State(ctx): State<App>, headers: HeaderMap, Json(req): Json<Wanted>,
) -> Result<Json<String>, (StatusCode, String)> {
    CHECK
    let made = AccessToken::with_api_key(&ctx.key, &ctx.secret).with_identity(&req.identity)
        .with_grants(VideoGrants { room_join: true, room: req.room, ..Default::default() }).to_jwt().unwrap();
    Ok(Json(made))
}
"""
KNOWN = [
    "let Some(owner) = ctx.registry.owner_of(&req.token) else { return Err((StatusCode::UNAUTHORIZED, no())); };",
    "let Some(owner) = ctx.registry.owner_of(&req.grant) else { return Err((StatusCode::UNAUTHORIZED, no())); };",
    "let Some(owner) = ctx.registry.redeem(&req.ticket) else { return Err((StatusCode::UNAUTHORIZED, no())); };",
    "let owner = match ctx.users.of(&req.token) { Some(o) => o, None => return Err((StatusCode::FORBIDDEN, no())) };",
    "let owner = ctx.registry.owner_of(&req.token).ok_or((StatusCode::UNAUTHORIZED, no()))?;",
    "let owner = ctx.registry.owner_of(&req.token).ok_or_else(|| (StatusCode::FORBIDDEN, no()))?;",
    "let owner = ctx.registry.owner_of(&req.token).await.ok_or(AppError::Unauthorized)?;",
    'let owner = query_as("...").bind(&req.token).fetch_optional(&ctx.db).await?.ok_or(AppError::Unauthorized)?;',
    "if !ctx.tokens.contains(&req.token) { return Err((StatusCode::UNAUTHORIZED, no())); }",
    "if req.token != ctx.password { return Err((StatusCode::UNAUTHORIZED, no())); }",
]
UNKNOWN = [
    "let Some(room) = ctx.rooms.find(&req.room) else { return Err((StatusCode::FORBIDDEN, no())); };",
    "let room = ctx.rooms.find(&req.room).ok_or((StatusCode::UNAUTHORIZED, no()))?;",
    "let owner = ctx.registry.owner_of(&req.token).ok_or((StatusCode::NOT_FOUND, no()))?;",
    'let room = query_as("...").bind(&req.room).fetch_optional(&ctx.db).await?.ok_or(AppError::Forbidden)?;',
    'let sent = headers.get("authorization").ok_or(AppError::Unauthorized)?;',
    "let sent = req.token.ok_or(AppError::Unauthorized)?;",
    "if req.token.is_empty() { return Err((StatusCode::UNAUTHORIZED, no())); }",
    "if req.token != req.identity { return Err((StatusCode::UNAUTHORIZED, no())); }",
]


def is_open(check: str) -> bool:
    return bool(found_in({"src/main.rs": HANDLER.replace("CHECK", check)}, "LK601"))


@pytest.mark.parametrize("check", KNOWN)
def test_who_has_something_that_the_server_knows_is_known(check: str) -> None:
    assert not is_open(check)


@pytest.mark.parametrize("check", ["", *UNKNOWN])
def test_sending_something_or_a_name_that_exists_tells_nothing_of_the_caller(check: str) -> None:
    assert is_open(check)


CALLER = """
use axum::{async_trait, extract::FromRequestParts, http::{request::Parts, StatusCode}, routing::post, Json, Router};
use livekit_api::access_token::{AccessToken, VideoGrants};
struct AuthUser { id: String }
#[async_trait]
impl<S: Send + Sync> FromRequestParts<S> for AuthUser {
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let sent = parts.headers.get("authorization").ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(AuthUser { id: verify_jwt(sent).map_err(|_| StatusCode::UNAUTHORIZED)? })
    }
}
struct Wanted { identity: String, room: String }
fn app() -> Router { Router::new().route("/token", post(token)) }
async fn token(user: TYPE, Json(req): Json<Wanted>) -> Result<String, StatusCode> {
    CHECK
    let grants = VideoGrants { room_join: true, room: req.room, ..Default::default() };
    Ok(AccessToken::with_api_key("k", &secret()).with_identity(&req.identity).with_grants(grants).to_jwt().unwrap())
}
"""


@pytest.mark.parametrize(
    ("kind", "check", "is_open"),
    [
        ("AuthUser", "", False),
        ("Option<AuthUser>", "", True),
        ("Option<AuthUser>", "let who = user.map(|known| known.id).unwrap_or(req.identity.clone());", True),
        ("Option<AuthUser>", "let user = user.ok_or(StatusCode::UNAUTHORIZED)?;", False),
        ("Option<AuthUser>", "let Some(user) = user else { return Err(StatusCode::UNAUTHORIZED); };", False),
        ("Option<AuthUser>", "if user.is_none() { return Err(StatusCode::UNAUTHORIZED); }", False),
    ],
)
def test_a_caller_who_may_be_missing_is_anybody_unless_he_is_refused(kind: str, check: str, *, is_open: bool) -> None:
    code = CALLER.replace("TYPE", kind).replace("CHECK", check)

    assert bool(found_in({"src/main.rs": code}, "LK601")) is is_open
