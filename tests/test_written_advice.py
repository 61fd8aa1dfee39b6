"""The code that rules advise is code: pasted into a program of its language, it is read as it is meant."""

from __future__ import annotations

import pytest

from lk_audit.livekit.advice import EXPIRY, LIFETIME, LIFETIME_OF_SDK, LISTENER, ROOM
from tests.languages.minting import granted, lifetime, mint

QUARTER = 15 * 60

PROGRAMS = {
    "python": (
        "mint.py",
        (
            "from datetime import timedelta\nfrom livekit import api\n"
            "t = api.AccessToken(k, s)LIFETIME.with_grants(api.VideoGrants(ROOM, LISTENER)).to_jwt()\n"
        ),
    ),
    "javascript": (
        "mint.ts",
        (
            "import { AccessToken } from 'livekit-server-sdk';\n"
            "const t = new AccessToken(k, s, LIFETIME);\nt.addGrant({ roomJoin: true, room, canPublish: false });\n"
        ),
    ),
    "go": (
        "mint.go",
        (
            'package a\nimport (\n\t"time"\n\t"github.com/livekit/protocol/auth"\n)\nfunc f(room string) {\n'
            "\tgrant := &auth.VideoGrant{ROOM}\n\tLISTENER\n"
            "\tauth.NewAccessToken(k, s)LIFETIME.SetVideoGrant(grant).ToJWT()\n}\n"
        ),
    ),
    "java": (
        "Mint.java",
        (
            "import io.livekit.server.*;\nimport java.util.concurrent.TimeUnit;\nclass Mint { void f(String room) {\n"
            "AccessToken token = new AccessToken(k, s);\nLIFETIME;\ntoken.addGrants(ROOM, LISTENER);\n} }\n"
        ),
    ),
    "kotlin": (
        "Mint.kt",
        (
            "import io.livekit.server.*\nimport java.util.concurrent.TimeUnit\nfun f(room: String) {\n"
            "val token = AccessToken(k, s)\nLIFETIME\ntoken.addGrants(ROOM, LISTENER)\n}\n"
        ),
    ),
    "php": (
        "mint.php",
        (
            "<?php\nuse Agence104\\LiveKit\\AccessToken;\nuse Agence104\\LiveKit\\AccessTokenOptions;\n"
            "use Agence104\\LiveKit\\VideoGrant;\nfunction f($room) {\n$options = (new AccessTokenOptions())LIFETIME;\n"
            "$grant = (new VideoGrant())ROOMLISTENER;\n"
            "return (new AccessToken($k, $s))->init($options)->setGrant($grant)->toJwt();\n}\n"
        ),
    ),
    "ruby": (
        "mint.rb",
        (
            "require 'livekit'\ndef f(room)\n  token = LiveKit::AccessToken.new(api_key: k, api_secret: s, LIFETIME)\n"
            "  token.video_grant = LiveKit::VideoGrant.new(ROOM, canPublish: false)\n  token.to_jwt\nend\n"
        ),
    ),
    "csharp": (
        "Mint.cs",
        (
            "using Livekit.Server.Sdk.Dotnet;\nclass Mint { string F(string room) => new AccessToken(k, s)\n"
            "LIFETIME.WithGrants(new VideoGrants { ROOM, LISTENER }).ToJwt(); }\n"
        ),
    ),
    "rust": (
        "mint.rs",
        (
            "use livekit_api::access_token::{AccessToken, VideoGrants};\n"
            "use std::time::Duration;\nfn f(room: String) {\nAccessToken::with_api_key(k, s)LIFETIME"
            ".with_grants(VideoGrants { ROOM, LISTENER, ..Default::default() }).to_jwt()\n}\n"
        ),
    ),
    "dart": (
        "bin/mint.dart",
        (
            "import 'package:livekit_server_sdk/livekit_server_sdk.dart';\nf(String room) {\n"
            "final token = AccessToken(k, s, AccessTokenOptions(LIFETIME));\n"
            "token.addGrant(VideoGrant(roomJoin: true, room: room, canPublish: false));\n}\n"
        ),
    ),
}


def program(language: str) -> tuple[str, str]:
    """A program with what is advised in its place."""
    path, text = PROGRAMS[language]
    for place, table in (("LIFETIME", LIFETIME), ("ROOM", ROOM), ("LISTENER", LISTENER)):
        advice = table.get(language, "")
        text = text.replace(place, advice.split("`")[1] if advice else "")
    return path, text


@pytest.mark.parametrize("language", PROGRAMS)
def test_advised_settings_make_a_listener_of_one_room_for_a_quarter_of_an_hour(language: str) -> None:
    token = mint(*program(language))

    grants = granted(token)
    assert lifetime(token) == QUARTER
    assert grants["roomJoin"] is True
    assert "room" in grants
    assert grants["canPublish"] is False
    assert not token.can_publish_data_stays
    assert not token.grants.unknown


def test_every_language_that_is_advised_has_a_program() -> None:
    assert {*LIFETIME, *ROOM, *LISTENER} - {"elixir"} == set(PROGRAMS)


@pytest.mark.parametrize(
    ("sdk", "path", "text"),
    [
        (
            "livekit-server-sdk-python",
            "a.py",
            "import livekit\nfrom datetime import timedelta\nt = livekit.AccessToken(k, s, ADVICE)\nt.to_jwt()\n",
        ),
        (
            "livekit",
            "a.ex",
            "token = Livekit.AccessToken.new(k, s)\ntoken = ADVICE\nLivekit.AccessToken.to_jwt(token)\n",
        ),
        (
            "ex_livekit",
            "a.ex",
            "alias ExLivekit.AccessToken\ntoken = AccessToken.new(api_key: k, api_secret: s)\ntoken = ADVICE\n",
        ),
        ("livekitex", "a.ex", "token = Livekitex.AccessToken.create(k, s, ADVICE)\n"),
    ],
)
def test_an_sdk_that_differs_from_others_of_its_language_has_advice_of_its_own(sdk: str, path: str, text: str) -> None:
    token = mint(path, text.replace("ADVICE", LIFETIME_OF_SDK[sdk].split("`")[1]))

    assert token.sdk == sdk
    assert lifetime(token) == QUARTER


@pytest.mark.parametrize(
    ("language", "path", "text"),
    [
        ("python", "a.py", "import jwt, time\njwt.encode({'video': {'roomJoin': True}, ADVICE}, 'x', 'HS256')\n"),
        (
            "javascript",
            "a.js",
            "import jwt from 'jsonwebtoken';\njwt.sign({ video: { roomJoin: true }, ADVICE }, s);\n",
        ),
        (
            "go",
            "a.go",
            (
                'package a\nimport (\n"time"\n"github.com/golang-jwt/jwt/v5"\n)\nfunc f() {\n'
                'claims := jwt.MapClaims{"video": map[string]any{"roomJoin": true}, ADVICE}\n'
                "jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(s)\n}\n"
            ),
        ),
        (
            "php",
            "a.php",
            "<?php\nuse Firebase\\JWT\\JWT;\nJWT::encode(['video' => ['roomJoin' => true], ADVICE], $s, 'HS256');\n",
        ),
        ("ruby", "a.rb", "require 'jwt'\nJWT.encode({ video: { roomJoin: true }, ADVICE }, s, 'HS256')\n"),
        (
            "dart",
            "bin/a.dart",
            (
                "import 'package:dart_jsonwebtoken/dart_jsonwebtoken.dart';\n"
                "f() { return JWT({'video': {'roomJoin': true}, ADVICE}).sign(SecretKey(s)); }\n"
            ),
        ),
    ],
)
def test_an_advised_expiry_is_a_quarter_of_an_hour(language: str, path: str, text: str) -> None:
    token = mint(path, text.replace("ADVICE", EXPIRY[language].split("`")[1]))

    assert lifetime(token) == QUARTER
