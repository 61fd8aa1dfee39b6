"""What rules make of the life of a token: whether, how bad, in which words."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from lk_audit.facts import Audience, Expiry, FileRole, Lifetime
from lk_audit.livekit.durations import DAY, HOUR
from lk_audit.rule_api import Options
from tests.choices import RULES
from tests.judged import ADVICE, TOKEN, judged, lives

LONG = "token lives {}; the maximum here is 1 hour"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"lifetimes": lives(HOUR)}, []),
        ({"lifetimes": lives(HOUR + 1)}, [f"5 medium high: {LONG.format('1 hour')}"]),
        ({"lifetimes": lives(2 * HOUR)}, [f"5 medium high: {LONG.format('2 hours')}"]),
        ({"lifetimes": lives(DAY)}, [f"5 high high: {LONG.format('1 day')}"]),
        ({"lifetimes": lives(DAY), "audience": Audience.SERVICE}, [f"5 medium high: {LONG.format('1 day')}"]),
        ({"lifetimes": lives(2 * HOUR), "audience": Audience.SERVICE}, [f"5 low high: {LONG.format('2 hours')}"]),
        ({"lifetimes": lives(DAY), **ADVICE}, [f"5 low high: {LONG.format('1 day')}"]),
        ({"lifetimes": lives(DAY), "role": FileRole.TEST}, []),
        ({"lifetimes": lives(DAY, slip="it counts seconds")}, []),
        ({"lifetimes": lives(DAY, Expiry.IMPLICIT)}, []),
        ({"lifetimes": (*lives(2 * HOUR), *lives(DAY), *lives(60))}, [f"5 high high: {LONG.format('1 day')}"]),
    ],
)
def test_a_long_life(fields: dict[str, Any], expected: list[str]) -> None:
    assert judged("excessive-ttl", **fields) == expected


@pytest.mark.parametrize(
    ("lifetimes", "expected"),
    [
        (lives(6 * HOUR, Expiry.IMPLICIT), ["1 as usual high: token without a lifetime: livekit-api gives it 6 hours"]),
        (
            (*lives(60), *lives(6 * HOUR, Expiry.IMPLICIT)),
            ["1 as usual medium: token that may be without a lifetime: livekit-api gives it 6 hours"],
        ),
        ((*lives(None, Expiry.UNKNOWN), *lives(6 * HOUR, Expiry.IMPLICIT)), []),
        (lives(HOUR, Expiry.IMPLICIT), []),
    ],
)
def test_no_lifetime(lifetimes: tuple[Lifetime, ...], expected: list[str]) -> None:
    assert judged("implicit-ttl", lifetimes=lifetimes) == expected
    assert judged("implicit-ttl", lifetimes=lifetimes, audience=Audience.SERVICE) == []


@pytest.mark.parametrize(
    ("language", "advice"),
    [
        ("go", "`.SetValidFor(15 * time.Minute)`"),
        ("java", "`token.setTtl(TimeUnit.MINUTES.toMillis(15))`"),
        ("kotlin", "`token.ttl = TimeUnit.MINUTES.toMillis(15)`"),
        ("php", "`->setTtl(15 * 60)` on the AccessTokenOptions"),
        ("csharp", "`.WithTtl(TimeSpan.FromMinutes(15))`"),
        ("rust", "`.with_ttl(Duration::from_secs(15 * 60))`"),
        ("dart", "`ttl: 15 * 60` in the AccessTokenOptions"),
    ],
)
def test_a_lifetime_is_advised_in_the_words_of_the_language(language: str, advice: str) -> None:
    token = replace(TOKEN, language=language, lifetimes=lives(6 * HOUR, Expiry.IMPLICIT))

    assert [item.fix for item in RULES["implicit-ttl"].check(token, Options())] == [f"Say how long it lives: {advice}."]


@pytest.mark.parametrize(
    ("expiry", "expected"),
    [
        (Expiry.EXPLICIT, ["5 as usual high: lifetime in the wrong unit: it counts seconds"]),
        (Expiry.REJECTED, ["5 medium high: lifetime in the wrong unit: it counts seconds"]),
        (Expiry.BORN_EXPIRED, ["5 medium high: lifetime in the wrong unit: it counts seconds"]),
        (Expiry.MILLISECONDS, []),
    ],
)
def test_the_wrong_unit(expiry: Expiry, expected: list[str]) -> None:
    slipped = lives(600, expiry, "it counts seconds")

    assert judged("ttl-unit", lifetimes=slipped) == expected
    assert judged("ttl-unit", lifetimes=(*lives(60), *slipped, *slipped)) == expected
    assert judged("ttl-unit", lifetimes=slipped, role=FileRole.TEST) == []
    assert judged("ttl-unit", lifetimes=slipped, **ADVICE) == [
        line.replace("as usual", "low").replace("medium", "low") for line in expected
    ]


@pytest.mark.parametrize(
    ("expiry", "expected"),
    [
        (Expiry.NEVER, "1 as usual high: token without exp: LiveKit servers up to v1.13.5 accept it for ever"),
        (
            Expiry.MILLISECONDS,
            "5 as usual high: exp in milliseconds: the token is valid for tens of thousands of years",
        ),
    ],
)
def test_a_token_for_ever(expiry: Expiry, expected: str) -> None:
    assert judged("no-expiry", lifetimes=lives(None, expiry) * 2) == [expected]
    assert judged("no-expiry", lifetimes=lives(None, expiry), role=FileRole.TEST) == []
