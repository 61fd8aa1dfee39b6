"""Fixes in JavaScript and TypeScript, as text before and after."""

from __future__ import annotations

import pytest

from tests.samples import SECRET, fixed

HEAD = "import { AccessToken } from 'livekit-server-sdk';\n\n"
PAIR = "process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET"


def token(options: str, grant: str = "{ roomJoin: true, room }", above: str = "") -> str:
    made = f"  const at = new AccessToken({PAIR}{options});\n  at.addGrant({grant});\n  return at.toJwt();\n"
    return f"{HEAD}{above}export async function mint(identity, room) {{\n{made}}}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("'24h'", "'1h'"),
        ('"7 days"', '"1 hour"'),
        ("86400", "3600"),
        ("60 * 60 * 24 /* a day */", "60 * 60 /* a day */"),
        ("3600000", "'1h'"),
        ("0", "'1h'"),
        ("admin ? '24h' : '10m'", "admin ? '1h' : '10m'"),
        ("process.env.TTL || '24h'", "process.env.TTL || '1h'"),
    ],
)
def test_a_lifetime_is_corrected_in_its_own_style(before: str, after: str) -> None:
    assert fixed("a.js", token(f", {{ identity, ttl: {before} }}")) == token(f", {{ identity, ttl: {after} }}")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ", { ttl: '1h' }"),
        (", {}", ", { ttl: '1h' }"),
        (", { identity }", ", { identity, ttl: '1h' }"),
        (", { identity, }", ", { identity, ttl: '1h', }"),
        (",\n    { identity }\n  ", ",\n    { identity, ttl: '1h' }\n  "),
        (", {\n    identity\n  }", ", {\n    identity,\n    ttl: '1h'\n  }"),
        (", {\n    identity, // who\n  }", ", {\n    identity, // who\n    ttl: '1h',\n  }"),
        (", {\n    identity // who\n  }", ", {\n    identity, // who\n    ttl: '1h'\n  }"),
    ],
)
def test_a_missing_lifetime_goes_where_options_go(before: str, after: str) -> None:
    assert fixed("a.js", token(before)) == token(after)


def test_options_that_a_variable_holds_are_left_alone() -> None:
    text = token(", options", above="const options = { identity: 'x' };\n")

    assert fixed("a.js", text, unsafe=True) == text


def test_a_unit_keeps_its_name_where_it_divides_the_limit() -> None:
    above = "const HOUR = 60 * 60;\n"

    assert fixed("a.js", token(", { ttl: 12 * HOUR }", above=above)) == token(", { ttl: 1 * HOUR }", above=above)


def test_a_constant_that_is_called_after_a_unit_does_not_change() -> None:
    above = "const ONE_DAY = 86400;\n"

    assert fixed("a.js", token(", { ttl: ONE_DAY }", above=above)) == token(", { ttl: ONE_DAY }", above=above)
    assert fixed("a.js", token(", { ttl: ONE_DAY }", above=above), unsafe=True) == token(", { ttl: 3600 }", above=above)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Math.floor(Date.now() / 1000) + 7 * 24 * 60 * 60", "Math.floor(Date.now() / 1000) + 60 * 60"),
        ("Math.floor((Date.now() + 86400000) / 1000)", "Math.floor((Date.now() + 3600000) / 1000)"),
        ("Date.now() + 24 * 60 * 60 * 1000", "Math.floor(Date.now() / 1000) + 60 * 60"),
    ],
)
def test_an_expiry_keeps_its_present(before: str, after: str) -> None:
    text = (
        "import jwt from 'jsonwebtoken';\n\nexport const mint = (room) =>\n"
        "  jwt.sign({{ exp: {}, video: {{ roomJoin: true, room }} }}, process.env.LIVEKIT_API_SECRET);\n"
    )

    assert fixed("a.js", text.format(before)) == text.format(after)


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("a.js", "process.env.LIVEKIT_API_SECRET || '{}'", "process.env.LIVEKIT_API_SECRET"),
        ("a.ts", "process.env.LIVEKIT_API_SECRET ?? '{}'", "process.env.LIVEKIT_API_SECRET!"),
        ("a.js", "'{}'", "process.env.LIVEKIT_API_SECRET"),
        ("a.ts", "'{}'", "process.env.LIVEKIT_API_SECRET!"),
        ("a.ts", "Deno.env.get('LIVEKIT_API_SECRET') ?? '{}'", "Deno.env.get('LIVEKIT_API_SECRET')!"),
    ],
)
def test_a_secret_is_read_from_the_environment_by_an_unsafe_fix(path: str, before: str, after: str) -> None:
    head = "export const LIVEKIT_API_SECRET = "
    text = f"{head}{before.format(SECRET)};\n"

    assert fixed(path, text) == text
    assert fixed(path, text, unsafe=True) == f"{head}{after};\n"


def test_a_secret_in_client_code_cannot_be_read_from_the_environment() -> None:
    text = f"'use client';\nexport const LIVEKIT_API_SECRET = '{SECRET}';\n"

    assert fixed("a.tsx", text, unsafe=True) == text


def test_setting_the_variable_is_not_reading_it() -> None:
    text = f"process.env.LIVEKIT_API_SECRET = '{SECRET}';\n"

    assert fixed("a.js", text, unsafe=True) == text


TTL = ", { ttl: '10m' }"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{ roomJoin: true, room, can_publish: false }", "{ roomJoin: true, room, canPublish: false }"),
        ("{ roomJoin: true, room, 'can_publish': false }", "{ roomJoin: true, room, 'canPublish': false }"),
        ("{ roomJoin: true, room, can_publish }", "{ roomJoin: true, room, canPublish: can_publish }"),
        ("{ roomJoin: true, room, room_admin: true }", "{ roomJoin: true, room }"),
        ("{ roomJoin: true, room, canUpdateMetadata: who.may || false }", "{ roomJoin: true, room }"),
        ("{ roomJoin: true, room, canScreenShare: false }", "{ roomJoin: true, room, canScreenShare: false }"),
    ],
)
def test_an_unknown_grant_is_corrected_or_left_out_and_gives_no_new_power(before: str, after: str) -> None:
    assert fixed("a.js", token(TTL, before)) == token(TTL, after)


def test_a_list_is_no_room() -> None:
    text = token(TTL, "{ roomJoin: true, rooms: [identity] }").replace("(identity, room)", "(identity)")

    assert fixed("a.js", text, unsafe=True) == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{ roomJoin: true, roomAdmin: true, room }", "{ roomJoin: true, room }"),
        ("{ roomAdmin: true, roomJoin: true, room }", "{ roomJoin: true, room }"),
        ("{ roomJoin: true, room, roomAdmin: true }", "{ roomJoin: true, room }"),
        ("{ roomJoin: true, room, roomAdmin: true, }", "{ roomJoin: true, room, }"),
        (
            "{\n    roomJoin: true,\n    roomAdmin: true, // the host\n    room,\n  }",
            "{\n    roomJoin: true,\n    room,\n  }",
        ),
        ("{\n    roomJoin: true, roomAdmin: true,\n    room,\n  }", "{\n    roomJoin: true,\n    room,\n  }"),
        ("{\n    roomJoin: true,\n    room,\n    roomAdmin: true\n  }", "{\n    roomJoin: true,\n    room,\n  }"),
        ("{ roomJoin: true, room, roomAdmin: isHost }", "{ roomJoin: true, room, roomAdmin: isHost }"),
        ("{ roomJoin: true, room, roomList: true, roomCreate: true }", "{ roomJoin: true, room }"),
        ("{ roomJoin: true }", "{ roomJoin: true, room }"),
    ],
)
def test_grants_are_taken_out_with_their_commas_and_lines(before: str, after: str) -> None:
    assert fixed("a.js", token(TTL, before), unsafe=True) == token(TTL, after)


def test_a_grant_that_a_statement_gives_is_denied_there() -> None:
    text = token(TTL, "grant", above="").replace(
        "  at.add",
        "  const grant = { roomJoin: true, room };\n  if (identity) grant.roomAdmin = true;\n  at.add",
    )

    assert fixed("a.js", text, unsafe=True) == text.replace("roomAdmin = true", "roomAdmin = false")


def test_a_script_of_a_page_is_fixed_in_its_page() -> None:
    text = (
        '<template><b>24h</b></template>\n<script setup lang="ts">\n'
        "import { AccessToken } from 'livekit-server-sdk';\n"
        "const at = new AccessToken(k, s, { ttl: '24h' });\nat.addGrant({ roomJoin: true, room: 'x' });\n</script>\n"
    )

    assert fixed("A.vue", text) == text.replace("ttl: '24h'", "ttl: '1h'")
