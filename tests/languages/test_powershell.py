"""PowerShell scripts that sign tokens themselves: tables of claims, and lifetimes as .NET counts them."""

from __future__ import annotations

import pytest

from lk_audit.facts import Audience, Expiry
from tests.languages.minting import found_in, granted, mint, mints

SCRIPT = """param(
    [string]$ApiKey = $env:LIVEKIT_API_KEY,
    [int]$Hours = 6
)
function ConvertTo-Base64Url([byte[]]$bytes) { [Convert]::ToBase64String($bytes).TrimEnd('=') }
BEFORE
TABLE | ConvertTo-Json -Compress -Depth 5
$hmac = New-Object System.Security.Cryptography.HMACSHA256
$hmac.Key = [System.Text.Encoding]::UTF8.GetBytes($env:LIVEKIT_API_SECRET)
"""
NOW = "$now = [DateTimeOffset]::UtcNow.ToUnixTimeSeconds()"
TABLES = {
    "quoted": """$payload = @{
    "iss" = $ApiKey  # whose
    "sub" = "bob"
    "exp" = EXP
    "video" = @{ "roomJoin" = $true; "room" = "demo"; "canPublish" = $false }
}""",
    "bare, ordered": """$claims = [ordered]@{
    iss = $ApiKey; sub = 'bob'; exp = EXP
    video = [ordered]@{
        roomJoin = $True
        room = 'demo'
        canPublish = $false
    }
}""",
    "on one line": (
        "$p = @{ sub = 'bob'; exp = EXP; video = @{ roomJoin = $true; room = 'demo'; canPublish = $false } }"
    ),
    "in a function": """function New-Token {
    $payload = @{ sub = 'bob'; exp = EXP; video = @{ roomJoin = $true; room = 'demo'; canPublish = $false } }
    $payload
}
$json = New-Token""",
}


def script(table: str = "quoted", exp: str = "$now + 86400", before: str = NOW) -> str:
    return SCRIPT.replace("TABLE", TABLES[table]).replace("EXP", exp).replace("BEFORE", before)


@pytest.mark.parametrize("table", TABLES)
def test_a_table_is_read_however_it_is_written(table: str) -> None:
    found = mint("token.ps1", script(table))

    assert granted(found) == {"roomJoin": True, "room": "demo", "canPublish": False}
    assert [(item.expiry, item.seconds) for item in found.lifetimes] == [(Expiry.EXPLICIT, 86_400)]
    assert (found.identity, found.audience, found.language) == (("bob",), Audience.PARTICIPANT, "powershell")


TIMES = {
    "$now + 3600": (Expiry.EXPLICIT, 3600),
    "$now + (365 * 24 * 3600)": (Expiry.EXPLICIT, 365 * 86_400),
    "$now + $Hours * 3600": (Expiry.EXPLICIT, 21_600),
    "[DateTimeOffset]::UtcNow.AddHours(6).ToUnixTimeSeconds()": (Expiry.EXPLICIT, 21_600),
    "[System.DateTimeOffset]::UtcNow.AddDays(1).AddMinutes(5).ToUnixTimeSeconds()": (Expiry.EXPLICIT, 86_700),
    "([DateTimeOffset](Get-Date).AddHours($Hours)).ToUnixTimeSeconds()": (Expiry.EXPLICIT, 21_600),
    "[int](Get-Date -UFormat %s) + 600": (Expiry.EXPLICIT, 600),
    "[int][double]::Parse((Get-Date -UFormat %s)) + 600": (Expiry.EXPLICIT, 600),
    "[DateTimeOffset]::UtcNow.AddHours(1).ToUnixTimeMilliseconds()": (Expiry.MILLISECONDS, None),
    "$later": (Expiry.UNKNOWN, None),
    "3600": (Expiry.BORN_EXPIRED, 3600),
}


@pytest.mark.parametrize("exp", TIMES)
def test_times_are_counted_as_dotnet_counts_them(exp: str) -> None:
    (found,) = mint("token.ps1", script(exp=exp)).lifetimes

    assert (found.expiry, found.seconds) == TIMES[exp]


def test_a_variable_is_what_it_was_given_last_before_its_use() -> None:
    before = f"{NOW}\n$exp = $now + 60\n$exp = $now + 7200 # two hours"

    (found,) = mint("token.ps1", script(exp="$exp", before=before)).lifetimes

    assert found.seconds == 7200


def test_a_token_without_exp_never_expires() -> None:
    code = script().replace('    "exp" = $now + 86400\n', "")

    assert found_in({"token.ps1": code}, "LK303")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("HMACSHA256", "SHA256"),
        ('"video"', '"audio"'),
        ('"roomJoin" = $true; "room" = "demo"; "canPublish"', '"codec"'),
    ],
)
def test_other_tables_are_no_tokens(old: str, new: str) -> None:
    assert mints("token.ps1", script().replace(old, new)) == []


@pytest.mark.parametrize("code", ["video = @{", "@{ video = @{ roomJoin = $true", "}} video = @{ room = }"])
def test_what_is_cut_off_is_read_as_far_as_it_goes(code: str) -> None:
    mints("token.ps1", f"{code}\nNew-Object System.Security.Cryptography.HMACSHA256\n")
