"""Tokens that are read without their signature, in the languages whose libraries have a word of their own for it."""

from __future__ import annotations

import pytest

from lk_audit.extractors.callers.lax_checks import _READING_NAME
from lk_audit.facts import TokenCheck
from lk_audit.livekit.unverified import UNVERIFIED
from lk_audit.source import Source
from tests.samples import extract_facts

JAVA = "package a;\nimport com.auth0.jwt.JWT;\nclass Gate {\n  boolean admin(String token) {\n%s\n  }\n}\n"
KOTLIN = "package a\nimport com.auth0.jwt.JWT\nfun admin(token: String, key: Algorithm) =\n    %s\n"
ELIXIR = "defmodule Gate do\n  def admin?(token) do\n%s\n  end\nend\n"
RUST = """use jsonwebtoken::{decode, dangerous::insecure_decode, DecodingKey, Validation};
fn admin(token: &str, key: &DecodingKey) -> bool {
    let read = READ.unwrap();
    read.claims.video.room_admin
}
"""
CSHARP = "using System.IdentityModel.Tokens.Jwt;\nclass Gate { bool Admin(string token) {\n%s\n} }\n"
TRUSTING = {
    "a claim of auth0's": (
        "Gate.java",
        JAVA % 'var read = JWT.decode(token);\nreturn read.getClaim("video").asMap().get("roomAdmin") == TRUE;',
    ),
    "a chain of calls": ("Gate.kt", KOTLIN % 'JWT.decode(token).getClaim("video").asMap()["roomAdmin"] == true'),
    "a chain of JavaScript": (
        "gate.js",
        (
            "import { jwtDecode } from 'jwt-decode';\n"
            "export function handler(req, res) { res.json(jwtDecode(req.body.token).video); }\n"
        ),
    ),
    "Joken's claims": ("gate.ex", ELIXIR % '{:ok, c} = Joken.peek_claims(token)\nc["video"]["roomAdmin"] == true'),
    "Joken's claims in a case": (
        "gate.ex",
        ELIXIR % 'case Joken.peek_claims(token) do\n{:ok, c} -> c["video"]["roomAdmin"]\n_ -> false\nend',
    ),
    "a dangerous function of Rust": ("gate.rs", RUST.replace("READ", "insecure_decode::<Claims>(token)")),
    "the first claim of its type": (
        "Gate.cs",
        CSHARP % "var jwt = new JwtSecurityTokenHandler().ReadJwtToken(token);\n"
        'return jwt.Claims.FirstOrDefault(c => c.Type == "video")?.Value.Contains("roomAdmin");',
    ),
}
HARMLESS = {
    "what decodes and verifies in Rust": (
        "gate.rs",
        RUST.replace("READ", "decode::<Claims>(token, key, &Validation::default())"),
    ),
    "another claim": ("Gate.kt", KOTLIN % 'JWT.decode(token).getClaim("sub").asString() // video'),
    "a verified token": (
        "Gate.kt",
        KOTLIN % 'JWT.require(key).build().verify(token).getClaim("video").asMap()["roomAdmin"] == true // decode',
    ),
    "verified claims": ("gate.ex", ELIXIR % '{:ok, c} = Token.verify(token) # peek_claims\nc["video"]["roomAdmin"]'),
    "another type": (
        "Gate.cs",
        CSHARP
        % 'return new JwtSecurityTokenHandler().ReadJwtToken(token).Claims.First(c => c.Type == "sub"); // video',
    ),
}


def checks_of(name: str, code: str) -> list[TokenCheck]:
    facts, _ = extract_facts([Source.from_text(name, code)])
    return [fact for fact in facts if isinstance(fact, TokenCheck)]


@pytest.mark.parametrize("case", TRUSTING)
def test_grants_that_are_read_from_a_token_nobody_has_checked(case: str) -> None:
    assert len(checks_of(*TRUSTING[case])) == 1


@pytest.mark.parametrize("case", HARMLESS)
def test_what_is_no_trust_in_an_unchecked_token(case: str) -> None:
    assert not checks_of(*HARMLESS[case])


def test_every_function_that_reads_without_a_check_is_asked_about_by_its_name() -> None:
    assert not [name for name in UNVERIFIED if not _READING_NAME.search(name)]
