"""Tokens that Dart code makes: which lifetime, which grants, and where it runs."""

from __future__ import annotations

import pytest

from lk_audit.facts import CredentialLiteral, EnvExposure, Expiry, Side, TokenMint
from lk_audit.source import Source
from tests.languages.minting import granted, lifetime, mint, mints
from tests.samples import extract_facts

SECRET = "q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa"
JWT_IMPORT = "import 'package:dart_jsonwebtoken/dart_jsonwebtoken.dart';\n"
SDK_IMPORT = "import 'package:livekit_server_sdk/livekit_server_sdk.dart';\n"
HOUR = 3600.0
NOW = "DateTime.now()"


def signed(claims: str = "", arguments: str = "", before: str = "") -> str:
    """A token of dart_jsonwebtoken."""
    payload = f"{{'video': {{'roomJoin': true, 'room': 'r'}}, {claims}}}"
    return (
        f"{JWT_IMPORT}{before}\nString make(String secret) {{\n"
        f"  final jwt = JWT({payload}, issuer: 'key', subject: 'user');\n"
        f"  return jwt.sign(SecretKey(secret){arguments});\n}}\n"
    )


LIFETIMES = [
    ("a duration", signed(arguments=", expiresIn: const Duration(hours: 24)"), 24 * HOUR),
    ("a duration of several units", signed(arguments=", expiresIn: Duration(days: 1, minutes: 30)"), 24.5 * HOUR),
    ("a limit", signed("", ", expiresIn: Duration(seconds: wanted.clamp(60, 7200))", "int wanted = read();"), 2 * HOUR),
    (
        "the lesser",
        signed("", ", expiresIn: Duration(seconds: min(wanted, 7200))", "import 'dart:math';\nint wanted = read();"),
        2 * HOUR,
    ),
    ("a multiplied duration", signed(arguments=", expiresIn: Duration(hours: 1) * 6"), 6 * HOUR),
    ("no expiry", signed(), Expiry.NEVER),
    ("no duration", signed(arguments=", expiresIn: null"), Expiry.NEVER),
    ("seconds from now", signed(f"'exp': {NOW}.millisecondsSinceEpoch ~/ 1000 + 7200"), 2 * HOUR),
    (
        "a moment in seconds",
        signed(f"'exp': {NOW}.add(const Duration(hours: 3)).millisecondsSinceEpoch ~/ 1000"),
        3 * HOUR,
    ),
    (
        "a rounded moment",
        signed(f"'exp': ({NOW}.toUtc().add(Duration(hours: 2)).millisecondsSinceEpoch / 1000).round()"),
        2 * HOUR,
    ),
    (
        "milliseconds for seconds",
        signed(f"'exp': {NOW}.add(Duration(hours: 1)).millisecondsSinceEpoch"),
        Expiry.MILLISECONDS,
    ),
    (
        "a difference of moments",
        signed(arguments=f", expiresIn: {NOW}.add(Duration(days: 2)).difference({NOW})"),
        48 * HOUR,
    ),
    (
        "a difference from a moment that another was counted from",
        signed(
            arguments=", expiresIn: end.difference(start)",
            before=f"final start = {NOW}.toUtc();\nfinal end = start.add(const Duration(hours: 2));",
        ),
        2 * HOUR,
    ),
    (
        "a helper",
        signed("'exp': seconds() + 600", before=f"int seconds() => {NOW}.millisecondsSinceEpoch ~/ 1000;"),
        600.0,
    ),
    (
        "a constant in seconds",
        signed(f"'exp': {NOW}.millisecondsSinceEpoch ~/ 1000 + ttl.inSeconds", before="const ttl = Duration(days: 7);"),
        7 * 24 * HOUR,
    ),
]


@pytest.mark.parametrize(("code", "expected"), [item[1:] for item in LIFETIMES], ids=[item[0] for item in LIFETIMES])
def test_a_lifetime_is_read_in_its_unit(code: str, expected: object) -> None:
    assert lifetime(mint("lib/token.dart", code)) == expected


def sdk(options: str = "", after: str = "") -> str:
    return (
        f"{SDK_IMPORT}String make(String key, String secret) {{\n"
        f"  final token = AccessToken(key, secret{options});\n  {after}\n"
        "  token.addGrant(VideoGrant(roomJoin: true, room: 'r', canPublish: false));\n  return token.toJwt();\n}\n"
    )


def test_the_community_sdk_counts_seconds_and_gives_six_hours_without() -> None:
    written = mint("bin/a.dart", sdk(", options: AccessTokenOptions(identity: 'u', ttl: 60 * 90)"))
    left_out = mint("bin/a.dart", sdk(", options: AccessTokenOptions(identity: 'u')"))

    assert lifetime(written) == 5400.0
    assert written.identity == ("u",)
    assert [(item.expiry, item.seconds) for item in left_out.lifetimes] == [(Expiry.IMPLICIT, 6 * HOUR)]
    assert granted(written) == {"roomJoin": True, "room": "r", "canPublish": False}


def test_a_cascade_sets_what_statements_would() -> None:
    code = (
        f"{SDK_IMPORT}String make(String k, String s) => (AccessToken(k, s)\n"
        "  ..identity = 'u'\n  ..ttl = const Duration(hours: 4)\n"
        "  ..addGrant(VideoGrant(roomJoin: true, room: 'r', hidden: true))).toJwt();\n"
    )
    fact = mint("bin/a.dart", code)

    assert lifetime(fact) == 4 * HOUR
    assert fact.identity == ("u",)
    assert granted(fact) == {"roomJoin": True, "room": "r", "hidden": True}


BY_HAND = """import 'dart:convert';
import 'package:crypto/crypto.dart';

String encode(List<int> bytes) => base64Url.encode(bytes).replaceAll('=', '');

String seal(String text, String key) => encode(Hmac(sha256, utf8.encode(key)).convert(utf8.encode(text)).bytes);

String make(String key, String secret, {int ttl = 21600, String? name}) {
  final now = DateTime.now().millisecondsSinceEpoch ~/ 1000;
  final claims = {
    'iss': key,
    'exp': now + ttl,
    if (name != null) 'name': name,
    'video': {'roomJoin': true, 'room': 'r', 'roomAdmin': true},
  };
  final text = encode(utf8.encode(jsonEncode(claims)));
  return '$text.${seal(text, secret)}';
}
"""


def test_a_token_sealed_by_hand_is_made_where_its_payload_goes_into_the_helper() -> None:
    fact = mint("lib/token.dart", BY_HAND)

    assert [item.seconds for item in fact.lifetimes] == [6 * HOUR, None]
    assert granted(fact) == {"roomJoin": True, "room": "r", "roomAdmin": True}
    assert fact.place.line == 17


SIDES = [
    ("an import of Flutter", "import 'package:flutter/material.dart';\n", {}, Side.CLIENT),
    ("the client's SDK", "import 'package:livekit_client/livekit_client.dart';\n", {}, Side.CLIENT),
    ("nothing that says so", "", {}, Side.CLIENT),
    ("a server's framework", "import 'package:shelf/shelf.dart';\n", {}, Side.SERVER),
    (
        "a manifest with Flutter",
        "",
        {"pubspec.yaml": "name: a\ndependencies:\n  flutter:\n    sdk: flutter\n"},
        Side.CLIENT,
    ),
    ("a manifest with a server", "", {"pubspec.yaml": "name: a\ndependencies:\n  shelf: ^1.4.0\n"}, Side.SERVER),
    ("a manifest with neither", "", {"pubspec.yaml": "name: a\ndependencies:\n  http: ^1.0.0\n"}, Side.UNKNOWN),
    ("a library of both sides", "import 'dart:io';\n", {}, Side.CLIENT),
]


@pytest.mark.parametrize(("before", "others", "side"), [item[1:] for item in SIDES], ids=[item[0] for item in SIDES])
def test_imports_and_manifests_say_where_code_runs(before: str, others: dict[str, str], side: Side) -> None:
    sources = [Source.from_text("lib/token.dart", before + signed())]
    sources += [Source.from_text(path, text) for path, text in others.items()]

    facts, _ = extract_facts(sources)

    assert [fact.side for fact in facts if isinstance(fact, TokenMint)] == [side]


def test_tests_and_scripts_are_no_part_of_an_application() -> None:
    flutter = "import 'package:flutter_test/flutter_test.dart';\n"

    assert mint("test/token_test.dart", flutter + signed()).side is Side.UNKNOWN
    assert mint("bin/token.dart", signed()).side is Side.SERVER
    assert mint("token.dart", signed() + "void main() => make('x');\n").side is Side.UNKNOWN


def test_who_opens_a_server_is_one() -> None:
    code = f"import 'dart:io';\n{signed()}\nvoid start() => HttpServer.bind('0.0.0.0', 80);\n"

    assert mint("lib/token.dart", code).side is Side.SERVER


def test_a_configuration_in_another_file_of_the_package_is_followed() -> None:
    sources = [
        Source.from_text("pubspec.yaml", "name: acme\n"),
        Source.from_text("lib/config.dart", f"class LiveKitConfig {{\n  static const apiSecret = '{SECRET}';\n}}\n"),
        Source.from_text("lib/ttl.dart", "export 'src/spans.dart';\n"),
        Source.from_text("lib/src/spans.dart", "const validFor = Duration(days: 3);\n"),
        Source.from_text(
            "lib/token.dart",
            f"{JWT_IMPORT}import 'package:acme/config.dart';\nimport 'ttl.dart';\n"
            "String make() => JWT({'video': {'roomJoin': true, 'room': 'r'}}, issuer: 'k')\n"
            "    .sign(SecretKey(LiveKitConfig.apiSecret), expiresIn: validFor);\n",
        ),
    ]

    facts, _ = extract_facts(sources)

    (fact,) = [item for item in facts if isinstance(item, TokenMint)]
    assert lifetime(fact) == 72 * HOUR
    assert [(item.place.path, item.place.line) for item in facts if isinstance(item, CredentialLiteral)] == [
        ("lib/config.dart", 2)
    ]


ENVIRONMENTS = [
    ("dotenv.env['LIVEKIT_API_SECRET'] ?? ''", "flutter_dotenv"),
    ("dotenv.get('LIVEKIT_API_SECRET', fallback: '')", "flutter_dotenv"),
    ("const String.fromEnvironment('LIVEKIT_API_SECRET')", "--dart-define"),
]


@pytest.mark.parametrize(("read", "framework"), ENVIRONMENTS)
def test_settings_of_an_application_are_shipped_with_it(read: str, framework: str) -> None:
    code = f"import 'package:flutter_dotenv/flutter_dotenv.dart';\nfinal key = {read};\n"

    facts, _ = extract_facts([Source.from_text("lib/config.dart", code)])

    assert [(item.name, item.framework) for item in facts if isinstance(item, EnvExposure)] == [
        ("LIVEKIT_API_SECRET", framework)
    ]


def test_the_environment_of_a_server_is_its_own() -> None:
    code = (
        "import 'dart:io';\nimport 'package:shelf/shelf.dart';\n"
        "final a = Platform.environment['LIVEKIT_API_SECRET'];\n"
        "const b = String.fromEnvironment('LIVEKIT_API_SECRET');\n"
    )

    facts, _ = extract_facts([Source.from_text("bin/server.dart", code)])

    assert facts == []


def test_a_fallback_for_a_compiled_in_setting_is_a_secret_that_is_written_down() -> None:
    code = f"const s = String.fromEnvironment(\n  'LIVEKIT_API_SECRET',\n  defaultValue: '{SECRET}',\n);\n"

    facts, _ = extract_facts([Source.from_text("lib/config.dart", code)])

    assert [item.place.line for item in facts if isinstance(item, CredentialLiteral)] == [3]


def test_other_tokens_are_no_business_of_ours() -> None:
    assert mints("lib/a.dart", f"{JWT_IMPORT}final t = JWT({{'role': 'x'}}).sign(SecretKey('s'));\n") == []


@pytest.mark.parametrize("encode", ["jsonEncode", "json.encode"])
def test_claims_may_be_signed_as_text(encode: str) -> None:
    code = "import 'dart:convert';\n" + signed().replace("JWT({", f"JWT({encode}({{").replace("}, issuer", "}), issuer")

    assert granted(mint("lib/token.dart", code)) == {"roomJoin": True, "room": "r"}
