"""Lifetimes that requests ask for: whether a method keeps them within limits."""

from __future__ import annotations

import pytest

from lk_audit.facts import TokenMint
from tests.languages.minting import facts_of, found_in

RUST = """use axum::{extract::Json, routing::post, Router};
use livekit_api::access_token::{AccessToken, VideoGrants};
use std::time::Duration;
const CAP: u64 = 900;
async fn token(user: AuthUser, Json(body): Json<Wanted>) -> String {
    let ttl = TTL;
    AccessToken::new().unwrap().with_identity(&user.id).with_ttl(Duration::from_secs(ttl))
        .with_grants(VideoGrants { room_join: true, room: body.room, ..Default::default() }).to_jwt().unwrap()
}
pub fn app() -> Router { Router::new().route("/token", post(token)) }
"""
KOTLIN = """import io.livekit.server.*
@RestController
class Tokens {
  @PostMapping("/a") fun a(@AuthenticationPrincipal user: User, @RequestBody body: Wanted): String {
    val t = AccessToken(System.getenv("LIVEKIT_API_KEY"), System.getenv("LIVEKIT_API_SECRET"))
    t.identity = user.id
    t.ttl = TTL
    t.addGrants(RoomJoin(true), RoomName("x"))
    return t.toJwt()
  }
}
"""
RUBY = """require 'livekit'
class TokensController < ApplicationController
  before_action :authenticate_user!
  def create
    token = LiveKit::AccessToken.new(api_key: ENV['KEY'], api_secret: ENV['SECRET'], identity: id, ttl: TTL)
    token.video_grant = LiveKit::VideoGrant.new(roomJoin: true, room: 'x')
    render json: { token: token.to_jwt }
  end
end
"""
CODE = {"src/main.rs": RUST, "A.kt": KOTLIN, "app.rb": RUBY}
KEPT = [
    ("src/main.rs", "body.ttl.min(3600)"),
    ("src/main.rs", "body.ttl.unwrap_or(600).min(60 * 60)"),
    ("src/main.rs", "body.ttl.unwrap_or(600).clamp(60, CAP)"),
    ("src/main.rs", "CAP.min(body.ttl)"),
    ("src/main.rs", "(body.hours * 3600).max(60).min(CAP)"),
    ("A.kt", "body.ttl.coerceAtMost(3600000)"),
    ("A.kt", "body.ttl.coerceIn(60000, 3600000)"),
    ("app.rb", "[params[:ttl].to_i, 3600].min"),
    ("app.rb", "[3600, params[:ttl].to_i].min"),
    ("app.rb", "params[:ttl].to_i.clamp(60, 3600)"),
]
OPEN = [
    ("src/main.rs", "body.ttl"),
    ("src/main.rs", "body.ttl.max(60)"),
    ("src/main.rs", "body.ttl.min(body.longest)"),
    ("src/main.rs", "body.ttl.clamp(60, body.longest)"),
    ("A.kt", "body.ttl"),
    ("A.kt", "body.ttl.coerceAtLeast(60000)"),
    ("app.rb", "params[:ttl].to_i"),
]


@pytest.mark.parametrize(("path", "ttl"), KEPT)
def test_what_is_kept_below_a_limit_is_not_up_to_the_request(path: str, ttl: str) -> None:
    assert not found_in({path: CODE[path].replace("TTL", ttl)}, "LK602")


@pytest.mark.parametrize(("path", "ttl"), OPEN)
def test_what_has_no_limit_above_it_is(path: str, ttl: str) -> None:
    assert len(found_in({path: CODE[path].replace("TTL", ttl)}, "LK602")) == 1


@pytest.mark.parametrize(
    ("path", "ttl", "too_long"),
    [
        ("src/main.rs", "body.ttl.min(3600)", 0),
        ("src/main.rs", "body.ttl.min(30 * 86400)", 1),
        ("src/main.rs", "body.ttl.clamp(60, 30 * 86400)", 1),
        ("src/main.rs", "(30 * 86400).min(CAP)", 0),
        ("A.kt", "body.ttl.coerceAtMost(30L * 86400 * 1000)", 1),
        ("app.rb", "[params[:ttl].to_i, 30 * 86400].min", 1),
    ],
)
def test_a_limit_stands_for_what_is_kept_below_it(path: str, ttl: str, too_long: int) -> None:
    assert len(found_in({path: CODE[path].replace("TTL", ttl)}, "LK301")) == too_long


PHP = """<?php
namespace App\\Http\\Controllers;
use Agence104\\LiveKit\\{AccessToken, AccessTokenOptions, VideoGrant};
use Illuminate\\Foundation\\Http\\FormRequest;
use Illuminate\\Http\\Request;
class TokenRequest extends FormRequest {
  public function rules(): array { return ['ttl' => 'integer|between:60,3600', 'days' => ['integer']]; }
}
class TokenController extends Controller {
  public function make(KIND $request) {
    CHECK
    $o = (new AccessTokenOptions())->setIdentity((string) auth()->id())->setTtl(TTL);
    return (new AccessToken($k, $s))->init($o)->setGrant((new VideoGrant())->setRoomJoin()->setRoomName('r'))->toJwt();
  }
}
"""
VALIDATED = "$data = $request->validate(['room' => 'required', 'ttl' => RULES]);"
CHECKED = {
    ("A.kt", "require(body.ttl <= 3600000)", "body.ttl"): True,
    ("A.kt", "check(body.ttl < 3600000)", "body.ttl"): True,
    ("A.kt", "require(body.ttl >= 60000)", "body.ttl"): False,
    ("A.kt", "", "body.ttl?.let { it * 1000 } ?: 600000"): False,
    ("src/main.rs", "", "if body.ttl > CAP { CAP } else { body.ttl }"): True,
    ("src/main.rs", "", "if body.ttl <= CAP { body.ttl } else { CAP }"): True,
    ("src/main.rs", "", "if body.ttl < CAP { CAP } else { body.ttl }"): False,
    ("src/main.rs", "", "body.ttl.map(|t| t.min(CAP)).unwrap_or(600)"): True,
    ("src/main.rs", "", "body.ttl.map(|t| t * 60).unwrap_or(600)"): False,
    ("Request", VALIDATED.replace("RULES", "'integer|max:3600'"), "$data['ttl']"): True,
    ("Request", VALIDATED.replace("RULES", "['integer', 'max:3600']"), "$request->integer('ttl')"): True,
    ("Request", VALIDATED.replace("RULES", "'integer|min:60'"), "$data['ttl']"): False,
    ("Request", VALIDATED.replace("RULES", "'integer|max:3600'"), "$request->input('other')"): False,
    ("TokenRequest", "", "$request->integer('ttl')"): True,
    ("TokenRequest", "", "$request->integer('days')"): False,
}


@pytest.mark.parametrize(("path", "check", "ttl"), CHECKED)
def test_a_request_is_told_where_its_limit_is(path: str, check: str, ttl: str) -> None:
    if path.endswith("Request"):
        name, code = "TokenController.php", PHP.replace("KIND", path).replace("CHECK", check)
    else:
        name, code = path, CODE[path].replace("    val t = ", f"    {check}\n    val t = ")

    (mint,) = [fact for fact in facts_of({name: code.replace("TTL", ttl)}) if isinstance(fact, TokenMint)]

    assert [item.is_bounded for item in mint.inputs if item.target == "ttl"] == [CHECKED[path, check, ttl]]


CALLED = """from datetime import timedelta
from flask import Flask, request
from flask_login import current_user, login_required
from livekit import api
app = Flask(__name__)

@app.get("/token")
@login_required
def token():
    ttl = request.args.get("ttl", 600, type=int)
    @TEST
    made = api.AccessToken().with_identity(current_user.id).with_ttl(timedelta(seconds=ttl))
    return made.with_grants(api.VideoGrants(room_join=True, room="hall")).to_jwt()
"""


@pytest.mark.parametrize(
    ("test", "is_kept"),
    [
        ("pass", False),
        ("if ttl > 3600: return 'too long', 400", True),
        ("if ttl > 3600: print(ttl)", False),
        ("if ttl < 60: return 'too short', 400", False),
        ("if ttl > 3600: ttl = 3600", True),
        ("ttl = ttl if ttl < 3600 else 3600", True),
    ],
)
def test_what_a_call_reads_from_a_request_is_kept_by_a_test_of_it(test: str, *, is_kept: bool) -> None:
    (mint,) = (fact for fact in facts_of({"app.py": CALLED.replace("@TEST", test)}) if isinstance(fact, TokenMint))

    assert [(item.target, item.is_bounded) for item in mint.inputs] == [("ttl", is_kept)]
