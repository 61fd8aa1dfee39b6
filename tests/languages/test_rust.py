"""What Rust code says of a token: the SDK's spellings, units, JWT libraries, sides and requests."""

from __future__ import annotations

import pytest

from lk_audit.facts import CredentialLiteral, Expiry, FileRole, SecretExposure, Side, TokenMint
from lk_audit.frontends import rust
from lk_audit.source import Source
from tests.damage import mangled
from tests.languages.minting import found_in
from tests.samples import extract_facts

SECRET = "q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa"
SDK = """
use livekit_api::access_token::{AccessToken, VideoGrants};
use std::time::Duration;
const HOUR: u64 = 60 * 60;
fn make(room: String) -> Result<String, Error> {
    let secret = std::env::var("LIVEKIT_API_SECRET").unwrap();
    BODY
}
"""
JWT = """
use chrono::Utc;
use jsonwebtoken::{encode, EncodingKey, Header};
use serde::Serialize;
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Video { room_join: bool, room: String }
#[derive(Serialize)]
struct Claims { exp: i64, video: Video }
fn make(room: String) -> String {
    let secret = std::env::var("LIVEKIT_API_SECRET").unwrap();
    BODY
}
"""


def facts_of(text: str, path: str = "src/tokens.rs") -> list[object]:
    facts, notes = extract_facts([Source.from_text(path, text)])
    assert not notes
    return list(facts)


def mint_of(text: str) -> TokenMint:
    (mint,) = [fact for fact in facts_of(text) if isinstance(fact, TokenMint)]
    return mint


def sdk(chain: str) -> TokenMint:
    return mint_of(SDK.replace("BODY", f'AccessToken::with_api_key("k", &secret){chain}.to_jwt()'))


@pytest.mark.parametrize(
    ("ttl", "seconds"),
    [
        ("Duration::from_secs(15 * 60)", 900),
        ("Duration::from_secs(6 * HOUR)", 21600),
        ("Duration::from_millis(90_000)", 90),
        ("Duration::new(3600, 0)", 3600),
        ("std::time::Duration::from_secs(60)", 60),
        ("Duration::from_secs(60) * 10", 600),
        ("Duration::from_hours(2)", 7200),
        ("chrono::Duration::days(2).to_std().unwrap()", 172800),
        ('Duration::from_secs("7200".parse::<u64>().unwrap())', 7200),
        ("Duration::from_secs(if true { 30 } else { 30 })", 30),
    ],
)
def test_lifetimes_of_the_sdk(ttl: str, seconds: float) -> None:
    lives = {(item.expiry, item.seconds) for item in sdk(f".with_ttl({ttl})").lifetimes}

    assert lives == {(Expiry.EXPLICIT, seconds)}


def test_without_a_lifetime_the_sdk_gives_six_hours() -> None:
    (life,) = sdk("").lifetimes

    assert (life.expiry, life.seconds) == (Expiry.IMPLICIT, 21600)


@pytest.mark.parametrize(
    "body",
    [
        "TOKEN.with_grants(VideoGrants { room_join: true, room_admin: true, room })",
        "TOKEN.with_grants(VideoGrants { room_admin: true, ..Default::default() })",
        "TOKEN.with_grants(VideoGrants { room_admin: true, ..VideoGrants::default() })",
        "let mut g = VideoGrants::default(); g.room_admin = true; TOKEN.with_grants(g)",
        "let g = VideoGrants { room_admin: true, ..Default::default() }; AccessToken::new()?.with_grants(g.clone())",
        "livekit_api::access_token::TOKEN.with_grants(VideoGrants { room_admin: true })",
    ],
)
def test_grants_however_they_are_written(body: str) -> None:
    token = 'AccessToken::with_api_key("k", &secret)'
    grants = mint_of(SDK.replace("BODY", f"{body.replace('TOKEN', token)}.to_jwt()")).grants

    assert grants.complete
    assert not grants.unknown
    assert grants.by_name["roomAdmin"].values == (True,)


def test_rights_to_data_stay_unless_they_are_taken() -> None:
    left = sdk(".with_grants(VideoGrants { room_join: true, can_publish: false, ..Default::default() })")
    taken = sdk(".with_grants(VideoGrants { room_join: true, can_publish: false, can_publish_data: false })")

    assert left.can_publish_data_stays
    assert not taken.can_publish_data_stays


@pytest.mark.parametrize(
    ("exp", "expiry", "seconds"),
    [
        ("(Utc::now() + chrono::Duration::hours(24)).timestamp()", Expiry.EXPLICIT, 86400),
        ("Utc::now().checked_add_signed(chrono::Duration::minutes(5)).unwrap().timestamp()", Expiry.EXPLICIT, 300),
        ("Utc::now().timestamp() + 3600", Expiry.EXPLICIT, 3600),
        ("Utc::now().timestamp().max(0) as u64 + 3600", Expiry.EXPLICIT, 3600),
        ("(Utc::now().timestamp() + 9000).min(Utc::now().timestamp() + 600)", Expiry.EXPLICIT, 600),
        ("(Utc::now().timestamp_millis() + 3_600_000) as i64", Expiry.MILLISECONDS, None),
        (
            "std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64 + 60 * 60",
            Expiry.EXPLICIT,
            3600,
        ),
        ("time::OffsetDateTime::now_utc().unix_timestamp() + 600", Expiry.EXPLICIT, 600),
        ("jsonwebtoken::get_current_timestamp() as i64 + 7200", Expiry.EXPLICIT, 7200),
        ("DateTime::from_timestamp(Utc::now().timestamp() + 60, 0).unwrap().timestamp()", Expiry.EXPLICIT, 60),
        ("DateTime::from_timestamp(Utc::now().timestamp_millis(), 0).unwrap().timestamp()", Expiry.UNKNOWN, None),
    ],
)
@pytest.mark.parametrize(
    "claims",
    [
        "Claims { exp: EXP, video: Video { room_join: true, room } }",
        'serde_json::json!({ "exp": EXP, "video": { "roomJoin": true, "room": room } })',
    ],
)
def test_tokens_of_jsonwebtoken(claims: str, exp: str, expiry: Expiry, seconds: float | None) -> None:
    body = (
        f"let claims = {claims.replace('EXP', exp)};\n"
        "encode(&Header::default(), &claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()"
    )
    mint = mint_of(JWT.replace("BODY", body))

    assert [(item.expiry, item.seconds) for item in mint.lifetimes] == [(expiry, seconds)]
    assert mint.grants.by_name["roomJoin"].values == (True,)
    assert not mint.grants.unknown


@pytest.mark.parametrize("key", [f'b"{SECRET}"', f'"{SECRET}".as_bytes()', f'"{SECRET}".as_ref()'])
def test_a_secret_that_jsonwebtoken_signs_with_is_found(key: str) -> None:
    body = (
        'let claims = serde_json::json!({ "video": { "roomJoin": true, "room": room } });\n'
        f"encode(&Header::default(), &claims, &EncodingKey::from_secret({key})).unwrap()"
    )

    assert [type(fact) for fact in facts_of(JWT.replace("BODY", body))] == [TokenMint, CredentialLiteral]


def test_tokens_of_jwt_simple() -> None:
    body = (
        "let key = jwt_simple::prelude::HS256Key::from_bytes(secret.as_bytes());\n"
        'let custom = serde_json::json!({ "video": { "roomJoin": true, "room": room } });\n'
        "let claims = jwt_simple::prelude::Claims::with_custom_claims(custom, Duration::from_hours(2));\n"
        "key.authenticate(claims).unwrap()"
    )

    assert mint_of(JWT.replace("BODY", body)).lifetimes[0].seconds == 7200
    prelude = body.replace("jwt_simple::prelude::", "").replace("secret.as", 'var("LIVEKIT_API_SECRET").unwrap().as')
    code = f"use jwt_simple::prelude::*;\nuse std::env::var;\nfn make(room: String) -> String {{\n{prelude}\n}}\n"
    assert mint_of(code).lifetimes[0].seconds == 7200


def test_fields_that_serde_does_not_rename_are_unknown_grants() -> None:
    text = JWT.replace('#[serde(rename_all = "camelCase")]\n', "").replace(
        "BODY",
        "let c = Claims { exp: 1, video: Video { room_join: true, room } };\n"
        "encode(&Header::default(), &c, &EncodingKey::from_secret(secret.as_bytes())).unwrap()",
    )

    assert [item.spelled for item in mint_of(text).grants.unknown] == ["room_join"]


def test_a_token_without_expiry() -> None:
    body = (
        'let c = serde_json::json!({ "video": { "roomJoin": true, "room": room } });\n'
        "encode(&Header::default(), &c, &EncodingKey::from_secret(secret.as_bytes())).unwrap()"
    )

    assert mint_of(JWT.replace("BODY", body)).lifetimes[0].expiry is Expiry.NEVER


@pytest.mark.parametrize(
    "read",
    [
        'std::env::var("LIVEKIT_API_SECRET").unwrap_or("LITERAL".to_string())',
        'std::env::var("LIVEKIT_API_SECRET").unwrap_or_else(|_| "LITERAL".into())',
        'env!("LIVEKIT_API_SECRET"); let secret = "LITERAL"',
    ],
)
def test_a_secret_that_is_written_down(read: str) -> None:
    body = f'let secret = {read.replace("LITERAL", SECRET)};\nAccessToken::with_api_key("k", &secret).to_jwt()'

    assert [fact for fact in facts_of(SDK.replace("BODY", body)) if isinstance(fact, CredentialLiteral)]


def test_a_secret_that_is_printed() -> None:
    text = SDK.replace("BODY", 'println!("using {}", secret);\nAccessToken::with_api_key("k", &secret).to_jwt()')

    assert any(isinstance(fact, SecretExposure) for fact in facts_of(text))


@pytest.mark.parametrize(
    ("use", "side"),
    [
        ("use eframe::egui;", Side.CLIENT),
        ("use tauri::State;", Side.CLIENT),
        ("use wasm_bindgen::prelude::*;", Side.CLIENT),
        ("use axum::Json;", Side.SERVER),
        ("", Side.UNKNOWN),
    ],
)
def test_the_side_of_a_file_is_told_by_what_it_imports(use: str, side: Side) -> None:
    text = f"{use}\n" + SDK.replace("BODY", 'AccessToken::with_api_key("k", &secret).to_jwt()')

    assert mint_of(text).side is side


@pytest.mark.parametrize(("use", "side"), [("use log::info;", Side.CLIENT), ("use clap::Parser;", Side.UNKNOWN)])
@pytest.mark.parametrize("window", ["", "use eframe::egui;"])
def test_a_program_that_reads_a_command_line_is_no_desktop_application_though_its_crate_builds_one(
    use: str, side: Side, window: str
) -> None:
    text = f"{window}\n{use}\n" + SDK.replace("BODY", 'AccessToken::with_api_key("k", &secret).to_jwt()')
    manifest = '[package]\nname = "app"\n[dependencies]\neframe = "0.29"\nclap = "4"\n'
    facts, _ = extract_facts([Source.from_text("Cargo.toml", manifest), Source.from_text("src/publish.rs", text)])

    assert [fact.side for fact in facts if isinstance(fact, TokenMint)] == [side]


TESTED = """
#[cfg(test)]
mod tests {
    use super::*;
    const SECRET: &str = "secret";
    #[test]
    fn joins() {
        println!("{}", AccessToken::with_api_key("devkey", SECRET).to_jwt().unwrap());
    }
}
fn after() { let _ = AccessToken::with_api_key("devkey", "devsecret").to_jwt(); }
"""


@pytest.mark.parametrize(
    ("mark", "roles"),
    [
        ("#[cfg(test)]", [FileRole.TEST, FileRole.PRODUCTION]),
        ('#[cfg(all(test, feature = "rooms"))]\n#[allow(dead_code)]', [FileRole.TEST, FileRole.PRODUCTION]),
        ("#[cfg(not(test))]", [FileRole.PRODUCTION] * 2),
        ('#[cfg(feature = "test")]', [FileRole.PRODUCTION] * 2),
    ],
)
def test_unit_tests_beside_the_code_are_tests(mark: str, roles: list[FileRole]) -> None:
    text = SDK.replace("BODY", "Ok(String::new())") + TESTED.replace("#[cfg(test)]", mark)
    facts = facts_of(text)

    assert [fact.role for fact in facts if isinstance(fact, CredentialLiteral)] == roles
    assert [fact.role for fact in facts if isinstance(fact, TokenMint)] == roles


def test_a_constant_of_another_module_is_followed() -> None:
    sources = [
        Source.from_text("Cargo.toml", '[package]\nname = "app"\n'),
        Source.from_text("src/main.rs", "mod config;\nmod tokens;\nfn main() {}\n"),
        Source.from_text("src/config.rs", "pub mod times;\n"),
        Source.from_text("src/config/times.rs", "pub const DAY: u64 = 24 * 3600;\n"),
        Source.from_text(
            "src/tokens.rs",
            "use crate::config::times;\n"
            + SDK.replace(
                "BODY",
                'AccessToken::with_api_key("k", &secret).with_ttl(Duration::from_secs(times::DAY * 2)).to_jwt()',
            ),
        ),
    ]
    facts, _ = extract_facts(sources)

    (mint,) = [fact for fact in facts if isinstance(fact, TokenMint)]
    assert mint.lifetimes[0].seconds == 172800


VENDORED = """pub struct VideoGrants { pub room_join: bool, pub room: String, pub can_publish: bool }
impl Default for VideoGrants {
    fn default() -> Self { Self { room_join: false, room: "".to_string(), can_publish: true } }
}
#[cfg(test)]
mod tests { use super::VideoGrants; }
"""
SERVICE = """use axum::{extract::Json, routing::post, Router};
use livekit_api::access_token::{AccessToken, VideoGrants};
fn app() -> Router { Router::new().route("/token", post(create)) }
async fn create(Json(payload): Json<Value>) -> String {
    let room = payload.get("room").unwrap();
    let grants = VideoGrants { room_join: true, room: room.to_string(), ..Default::default() };
    AccessToken::with_api_key(&key(), &secret()).with_grants(grants).to_jwt().unwrap()
}
"""


def test_the_unit_tests_of_an_sdk_beside_the_code_hide_none_of_its_types() -> None:
    files = {"sdk/Cargo.toml": '[package]\nname = "livekit-api"\n', "sdk/src/lib.rs": "pub mod access_token;\n"}
    files |= {
        "sdk/src/access_token.rs": VENDORED,
        "app/Cargo.toml": '[package]\nname = "app"\n',
        "app/src/main.rs": SERVICE,
    }

    assert found_in(files, "LK601") == ["app/src/main.rs:7"]
    assert found_in(files, "LK602") == []


def test_damaged_code_never_raises() -> None:
    for text in mangled("rust_*/**/*.rs"):
        rust.parse(Source.from_bytes("a.rs", text))
        extract_facts([Source.from_bytes("a.rs", text)])
