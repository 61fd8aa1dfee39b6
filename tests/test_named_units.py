"""Lifetimes whose number only the run tells, under names that tell its unit."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

JAVA = """import io.livekit.server.*;

class Tokens {
    String mint(String room, Settings settings, long ttlSeconds, long ttlMillis) {
        AccessToken token = new AccessToken(System.getenv("LIVEKIT_API_KEY"), System.getenv("LIVEKIT_API_SECRET"));
        token.setTtl(LIFETIME);
        token.addGrants(new RoomJoin(true), new RoomName(room));
        return token.toJwt();
    }
}
"""
KOTLIN = """import io.livekit.server.*

fun mint(room: String, settings: Settings): String =
    AccessToken(System.getenv("LIVEKIT_API_KEY"), System.getenv("LIVEKIT_API_SECRET")).apply {
        ttl = LIFETIME
        addGrants(RoomJoin(true), RoomName(room))
    }.toJwt()
"""
TYPESCRIPT = """import { AccessToken } from 'livekit-server-sdk';

export async function mint(room: string, settings: Settings, ttlMs: number, minutes: number) {
  const at = new AccessToken(settings.key, settings.secret, { identity: 'ana', ttl: LIFETIME });
  at.addGrant({ roomJoin: true, room });
  return at.toJwt();
}
"""


@pytest.mark.parametrize(
    ("path", "code", "lifetime", "is_slip"),
    [
        ("A.java", JAVA, "ttlSeconds", False),
        ("A.java", JAVA, "settings.getTokenTtlSeconds()", False),
        ("A.java", JAVA, "ttlMillis", False),
        ("A.java", JAVA, "ttlSeconds * 1000", False),
        ("A.java", JAVA, "TimeUnit.SECONDS.toMillis(ttlSeconds)", False),
        ("A.java", JAVA, "settings.lifetime()", False),
        ("a.kt", KOTLIN, "settings.stageLength() + EXTRA_SECONDS", False),
        ("a.kt", KOTLIN, "settings.ttlSeconds.seconds.inWholeMilliseconds", False),
        ("a.kt", KOTLIN, "settings.stageLength()", False),
        ("a.ts", TYPESCRIPT, "ttlMs", True),
        ("a.ts", TYPESCRIPT, "settings.tokenTtlMillis", True),
        ("a.ts", TYPESCRIPT, "ttlMs / 1000", False),
        ("a.ts", TYPESCRIPT, "settings.ttlMinutes", False),
        ("a.ts", TYPESCRIPT, "settings.ttlSeconds", False),
        ("a.ts", TYPESCRIPT, "settings.ttlMinutes * 60", False),
        ("a.ts", TYPESCRIPT, "`${minutes}m`", False),
        ("a.ts", TYPESCRIPT, "minutes", False),
    ],
)
def test_milliseconds_where_seconds_are_counted_are_a_slip_that_names_tell(
    path: str, code: str, lifetime: str, *, is_slip: bool
) -> None:
    assert bool(found_in({path: code.replace("LIFETIME", lifetime)}, "LK304")) is is_slip
