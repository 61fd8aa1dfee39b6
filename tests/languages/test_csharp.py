"""What C# code says of a token: the SDK's spellings, units, JWT libraries, settings, sides and requests."""

from __future__ import annotations

import pytest

from lk_audit.facts import CredentialLiteral, Expiry, SecretExposure, Side, TokenCheck, TokenMint
from lk_audit.frontends import csharp
from lk_audit.source import Source
from tests.damage import mangled
from tests.samples import extract_facts

SECRET = "q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa"
FRAME = """
using Livekit.Server.Sdk.Dotnet;
using System.IdentityModel.Tokens.Jwt;
using Microsoft.IdentityModel.Tokens;
public class Tokens(IConfiguration configuration)
{
    private const int Hours = 6;
    private static readonly TimeSpan OneDay = TimeSpan.FromDays(1);
    public string Make(string room)
    {
        var secret = configuration["LiveKit:ApiSecret"];
        BODY
    }
}
"""
SDK = (
    'return new AccessToken("key", secret).WithIdentity("ana")'
    ".WithGrants(new VideoGrants { RoomJoin = true }).X.ToJwt();"
)
GRANT = "new { roomJoin = true, room }"
CLAIMS = f'new[] {{ new Claim("video", JsonSerializer.Serialize({GRANT}), JsonClaimValueTypes.Json) }}'
KEY = 'new SigningCredentials(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(secret)), "HS256")'


def facts_of(body: str, path: str = "src/Tokens.cs") -> list[object]:
    facts, notes = extract_facts([Source.from_text(path, FRAME.replace("BODY", body))])
    assert not notes
    return list(facts)


def mint_of(body: str) -> TokenMint:
    (mint,) = [fact for fact in facts_of(body) if isinstance(fact, TokenMint)]
    return mint


@pytest.mark.parametrize(
    ("setting", "seconds"),
    [
        ("WithTtl(TimeSpan.FromHours(Hours))", 21600),
        ("WithTtl(TimeSpan.FromMinutes(15))", 900),
        ("WithTtl(TimeSpan.FromDays(1))", 86400),
        ("WithTtl(TimeSpan.FromSeconds(60 * 60))", 3600),
        ("WithTtl(TimeSpan.FromMilliseconds(60_000))", 60),
        ("WithTtl(new TimeSpan(1, 30, 0))", 5400),
        ("WithTtl(new TimeSpan(2, 0, 0, 0))", 172800),
        ("WithTtl(new TimeSpan(0, 2, 0, 0, 500))", 7200.5),
        ('WithTtl(TimeSpan.Parse("01:30:00"))', 5400),
        ('WithTtl(TimeSpan.Parse("1.00:00:00"))', 86400),
        ("WithTtl(TimeSpan.FromHours(2) + TimeSpan.FromMinutes(30))", 9000),
        ("WithTtl(TimeSpan.FromHours(1).Multiply(3))", 10800),
        ("WithTtl(System.TimeSpan.FromHours(1))", 3600),
        ('WithTtl(TimeSpan.FromHours(int.Parse("3")))', 10800),
        ("WithExpiration(DateTime.UtcNow.AddHours(3))", 10800),
    ],
)
def test_lifetimes_of_the_sdk(setting: str, seconds: float) -> None:
    (life,) = mint_of(SDK.replace("X", setting)).lifetimes

    assert (life.expiry, life.seconds) == (Expiry.EXPLICIT, seconds)


def test_without_a_lifetime_the_sdk_gives_six_hours() -> None:
    (life,) = mint_of(SDK.replace(".X", "")).lifetimes

    assert (life.expiry, life.seconds) == (Expiry.IMPLICIT, 21600)


def test_a_span_of_an_unknown_amount_is_unknown() -> None:
    (life,) = mint_of(SDK.replace("X", "WithTtl(new TimeSpan(asked, 30, 0))")).lifetimes

    assert life.expiry is Expiry.UNKNOWN


@pytest.mark.parametrize("setting", ["WithTtl(TimeSpan.Zero)", "WithTtl(TimeSpan.FromHours(-1))"])
def test_a_lifetime_that_is_over_at_once(setting: str) -> None:
    assert mint_of(SDK.replace("X", setting)).lifetimes[0].expiry is Expiry.BORN_EXPIRED


@pytest.mark.parametrize(
    "body",
    [
        "var g = new VideoGrants { RoomJoin = true, RoomAdmin = true };\nreturn TOKEN.WithGrants(g);",
        "var g = new VideoGrants();\ng.RoomJoin = true;\ng.RoomAdmin = true;\nreturn TOKEN.WithGrants(g);",
        "VideoGrants g = new() { RoomJoin = true, RoomAdmin = true };\nreturn TOKEN.WithGrants(g);",
        "var t = TOKEN;\nt.WithGrants(new VideoGrants { RoomJoin = true, RoomAdmin = true });\nreturn t;",
        "return TOKEN.WithGrants(new() { RoomJoin = true, RoomAdmin = true });",
    ],
)
def test_grants_however_they_are_written(body: str) -> None:
    grants = mint_of(body.replace("TOKEN", 'new AccessToken("k", secret)')).grants

    assert grants.complete
    assert not grants.unknown
    assert grants.by_name["roomAdmin"].values == (True,)


def test_rights_to_data_stay_unless_they_are_taken() -> None:
    left = mint_of(
        'return new AccessToken("k", secret).WithGrants(new VideoGrants { RoomJoin = true, CanPublish = false });'
    )
    taken = mint_of(
        'return new AccessToken("k", secret)'
        ".WithGrants(new VideoGrants { RoomJoin = true, CanPublish = false, CanPublishData = false });"
    )

    assert left.can_publish_data_stays
    assert not taken.can_publish_data_stays


@pytest.mark.parametrize(
    ("body", "expiry", "seconds"),
    [
        (
            f'return new JwtSecurityToken("k", null, {CLAIMS}, null, DateTime.UtcNow.AddHours(60), {KEY});',
            Expiry.EXPLICIT,
            216000,
        ),
        (
            f'return new JwtSecurityToken(issuer: "k", claims: {CLAIMS}, expires: DateTime.Now.Add(OneDay));',
            Expiry.EXPLICIT,
            86400,
        ),
        (f'return new JwtSecurityToken(issuer: "k", claims: {CLAIMS}, signingCredentials: {KEY});', Expiry.NEVER, None),
        (
            (
                f"var s = new ClaimsIdentity({CLAIMS});\n"
                f"return new SecurityTokenDescriptor {{ Subject = s, SigningCredentials = {KEY} }};"
            ),
            Expiry.IMPLICIT,
            3600,
        ),
        (
            (
                "return new SecurityTokenDescriptor { Claims = new Dictionary<string, object> { "
                f'["video"] = {GRANT} }}, Expires = DateTime.UtcNow.AddDays(2), SigningCredentials = {KEY} }};'
            ),
            Expiry.EXPLICIT,
            172800,
        ),
        (
            (
                f'var p = new JwtPayload {{ {{ "video", {GRANT} }} }};\n'
                'p["exp"] = DateTimeOffset.UtcNow.AddHours(5).ToUnixTimeSeconds();\n'
                f"return new JwtSecurityToken(new JwtHeader({KEY}), p);"
            ),
            Expiry.EXPLICIT,
            18000,
        ),
        (
            (
                f'var p = new JwtPayload("k", null, {CLAIMS}, null, DateTime.UtcNow.AddHours(4));\n'
                f"return new JwtSecurityToken(new JwtHeader({KEY}), p);"
            ),
            Expiry.EXPLICIT,
            14400,
        ),
        (
            (
                'var p = new JwtPayload("k", null, null, null, DateTime.UtcNow.AddHours(3));\n'
                f'p.Add("video", {GRANT});\n'
                f"return new JwtSecurityToken(new JwtHeader({KEY}), p);"
            ),
            Expiry.EXPLICIT,
            10800,
        ),
        (
            (
                f'var p = new Dictionary<string, object> {{ ["video"] = {GRANT}, '
                '["exp"] = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + 3600 };\n'
                "using var h = new HMACSHA256(Encoding.UTF8.GetBytes(secret));\nreturn p;"
            ),
            Expiry.MILLISECONDS,
            None,
        ),
        (
            (
                f'var p = new Dictionary<string, object> {{ ["video"] = {GRANT}, '
                '["exp"] = (DateTime.UtcNow.AddHours(1) - DateTime.UnixEpoch).TotalSeconds };\n'
                "using var h = new HMACSHA256(Encoding.UTF8.GetBytes(secret));\nreturn p;"
            ),
            Expiry.EXPLICIT,
            3600,
        ),
        (
            (
                f"var p = new {{ video = {GRANT}, exp = (long)DateTime.UtcNow.AddHours(2)"
                ".Subtract(new DateTime(1970, 1, 1)).TotalSeconds };\n"
                "using var h = new HMACSHA256(Encoding.UTF8.GetBytes(secret));\nreturn p;"
            ),
            Expiry.EXPLICIT,
            7200,
        ),
    ],
)
def test_tokens_of_jwt_libraries(body: str, expiry: Expiry, seconds: float | None) -> None:
    mint = mint_of(body)

    assert [(item.expiry, item.seconds) for item in mint.lifetimes] == [(expiry, seconds)]
    assert mint.grants.by_name["roomJoin"].values == (True,)


@pytest.mark.parametrize(
    "read",
    [
        'Environment.GetEnvironmentVariable("LIVEKIT_API_SECRET") ?? "LITERAL"',
        'configuration["LiveKit:ApiSecret"] ?? "LITERAL"',
        'configuration.GetValue<string>("LiveKit:ApiSecret", "LITERAL")',
        'configuration.GetSection("LiveKit")["ApiSecret"] ?? "LITERAL"',
    ],
)
def test_a_secret_as_fallback_of_a_setting(read: str) -> None:
    facts = facts_of(f'var s = {read.replace("LITERAL", SECRET)};\nreturn new AccessToken("k", s).ToJwt();')

    (found,) = [fact for fact in facts if isinstance(fact, CredentialLiteral)]
    assert found.name in {"LIVEKIT_API_SECRET", "the signing key"}


def test_claims_may_be_a_class_of_the_project() -> None:
    body = (
        f"var p = new Payload {{ video = {GRANT}, exp = DateTimeOffset.UtcNow.AddHours(2).ToUnixTimeSeconds() }};\n"
        "using var h = new HMACSHA256(Encoding.UTF8.GetBytes(secret));\nreturn JsonSerializer.Serialize(p);"
    )
    payload = "public class Payload { public object video; public long exp; }\n"
    facts, _ = extract_facts([Source.from_text("src/Tokens.cs", FRAME.replace("BODY", body) + payload)])
    (mint,) = [fact for fact in facts if isinstance(fact, TokenMint)]

    assert [item.seconds for item in mint.lifetimes] == [7200]
    assert set(mint.grants.by_name) == {"roomJoin", "room"}


def test_a_secret_that_is_printed() -> None:
    facts = facts_of('Console.WriteLine($"using {secret}");\nreturn new AccessToken("k", secret).ToJwt();')

    assert any(isinstance(fact, SecretExposure) for fact in facts)


def test_a_token_that_is_read_without_a_check() -> None:
    facts = facts_of(
        'var token = new JwtSecurityTokenHandler().ReadJwtToken(room);\nvar video = token.Payload["video"];\nreturn "";'
    )

    assert any(isinstance(fact, TokenCheck) for fact in facts)


@pytest.mark.parametrize(
    ("using", "side"),
    [
        ("using UnityEngine;", Side.CLIENT),
        ("using Microsoft.Maui.Controls;", Side.CLIENT),
        ("using System.Windows;", Side.CLIENT),
        ("using Avalonia.Controls;", Side.CLIENT),
        ("using Microsoft.AspNetCore.Mvc;", Side.SERVER),
        ("", Side.UNKNOWN),
    ],
)
def test_the_side_of_a_file_is_told_by_what_it_imports(using: str, side: Side) -> None:
    text = using + "\n" + FRAME.replace("BODY", SDK.replace(".X", ""))
    facts, _ = extract_facts([Source.from_text("App/Tokens.cs", text)])

    (mint,) = [fact for fact in facts if isinstance(fact, TokenMint)]
    assert mint.side is side


@pytest.mark.parametrize(
    ("project", "side"),
    [
        ('<Project Sdk="Microsoft.NET.Sdk"><UseMaui>true</UseMaui></Project>', Side.CLIENT),
        ('<Project Sdk="Microsoft.NET.Sdk.BlazorWebAssembly"></Project>', Side.CLIENT),
        ('<Project Sdk="Microsoft.NET.Sdk.Web"></Project>', Side.SERVER),
    ],
)
def test_the_side_of_a_file_is_told_by_its_project(project: str, side: Side) -> None:
    sources = [
        Source.from_text("App/App.csproj", project),
        Source.from_text("App/Services/Tokens.cs", FRAME.replace("BODY", SDK.replace(".X", ""))),
    ]
    facts, _ = extract_facts(sources)

    (mint,) = [fact for fact in facts if isinstance(fact, TokenMint)]
    assert mint.side is side


def test_damaged_code_never_raises() -> None:
    for text in mangled("csharp_*/**/*.cs"):
        csharp.parse(Source.from_bytes("A.cs", text))
        extract_facts([Source.from_bytes("A.cs", text)])
