"""Unit tests stand beside the code in Rust; what they pass to it says nothing about it."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

MINT = """
use jsonwebtoken::{encode, EncodingKey, Header};
use serde::Serialize;
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Video { room_join: bool, room: String }
#[derive(Serialize)]
struct Claims { exp: i64, video: Video }
pub fn mint(secret: &str, room: String, now: i64, ttl: i64) -> String {
    let claims = Claims { exp: now + ttl, video: Video { room_join: true, room } };
    encode(&Header::default(), &claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}
fn join(room: String) -> String {
    mint(&std::env::var("LIVEKIT_API_SECRET").unwrap(), room, chrono::Utc::now().timestamp(), 6 * 3600)
}
"""
PASSED = 'mint("s", "r".into(), 1_000, 600)'
TESTS = [
    f"#[cfg(test)]\nmod tests {{\n    use super::*;\n    #[test]\n    fn works() {{ {PASSED}; }}\n}}\n",
    f"#[cfg(test)]\nmod tests {{\n    use super::*;\n    fn made() -> String {{ {PASSED} }}\n}}\n",
    f'#[cfg(all(test, feature = "a"))]\nmod tests {{\n    use super::*;\n    fn made() {{ {PASSED}; }}\n}}\n',
    f'#[tokio::test(flavor = "current_thread")]\nasync fn works() {{ {PASSED}; }}\n',
    f"#[test]\nfn works() {{ let make = || {PASSED}; make(); }}\n",
]


@pytest.mark.parametrize("tests", TESTS)
def test_what_a_unit_test_passes_is_not_what_the_code_does(tests: str) -> None:
    files = {"src/livekit.rs": MINT + tests}
    assert found_in(files, "LK304") == []
    assert found_in(files, "LK301") == ["src/livekit.rs:10"]


def test_unit_tests_of_another_file_of_production_code_count_no_more() -> None:
    caller = "use crate::livekit::mint;\n" + TESTS[0]
    assert found_in({"src/livekit.rs": MINT, "src/rooms.rs": caller}, "LK304") == []


def test_what_a_feature_switches_on_is_in_use() -> None:
    caller = f'#[cfg(feature = "test")]\nmod fast {{\n    use super::*;\n    fn made() {{ {PASSED}; }}\n}}\n'
    assert found_in({"src/livekit.rs": MINT + caller}, "LK304") == ["src/livekit.rs:10"]


READS = """
pub fn claims_of(token: &str) -> Claims {
    jsonwebtoken::dangerous::insecure_decode::<Claims>(token).unwrap().claims
}
#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn tells() { let claims = claims_of(MADE); assert!(claims.video.room_join); }
}
"""


def test_what_a_test_reads_from_a_token_is_trusted_by_nobody() -> None:
    assert found_in({"src/claims.rs": READS}, "LK603") == []


def test_what_code_in_use_reads_is() -> None:
    used = READS.replace("#[cfg(test)]\nmod tests", "mod rights").replace("    #[test]\n", "")
    assert found_in({"src/claims.rs": used}, "LK603") == ["src/claims.rs:3"]
