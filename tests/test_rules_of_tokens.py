"""What a rule makes of a token, by one thing that is different about it: whether, how bad, how sure, in which words."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from lk_audit.facts import (
    UNKNOWN,
    Audience,
    Endpoint,
    Expiry,
    FileRole,
    Grant,
    Grants,
    GrantScalar,
    GrantVariant,
    Input,
    Lead,
    Lifetime,
    ReadableCredential,
    Side,
    Signer,
    TokenMint,
    UnknownGrant,
)
from lk_audit.livekit.durations import DAY, HOUR
from lk_audit.livekit.grants import CLAIMS_TOO_DEEP, allows
from lk_audit.rule_api import Options, Problem
from lk_audit.source import Place
from tests.choices import RULES


def at(line: int) -> Place:
    return Place("tokens.py", line * 10, line * 10 + 5, line, 1, line, 6)


def grants(*unknown: UnknownGrant, complete: bool = True, **values: GrantScalar | tuple[GrantScalar, ...]) -> Grants:
    """Grants on the lines from 10 on; `sip_call` is `sip.call`, a tuple several values."""
    named = {name.replace("_", "."): value for name, value in values.items()}
    found = {
        name: Grant(name, at(10 + line), value if isinstance(value, tuple) else (value,))
        for line, (name, value) in enumerate(named.items())
    }
    return Grants(at(9), found, unknown, complete)


def changed(found: Grants, name: str, **fields: Any) -> Grants:  # noqa: ANN401 - the fields of a grant
    return replace(found, by_name={**found.by_name, name: replace(found.by_name[name], **fields)})


def lives(seconds: float | None, expiry: Expiry = Expiry.EXPLICIT, slip: str | None = None) -> tuple[Lifetime, ...]:
    return (Lifetime(expiry, at(5), seconds, slip),)


JOIN = grants(roomJoin=True, room="hall")
TOKEN = TokenMint(
    place=at(1),
    signer=Signer.SDK,
    sdk="livekit-api",
    language="python",
    lifetimes=lives(600),
    grants=JOIN,
    audience=Audience.PARTICIPANT,
)
OPEN = Endpoint("GET /token", at(2), at(3))
KNOWN = replace(OPEN, authenticated_by=Lead(at(2), "asks who it is"))
TYPED = {"signer": Signer.COMMAND}
ADVICE = {"signer": Signer.COMMAND, "role": FileRole.DOCUMENTATION}
ASKED = {"endpoints": (OPEN,)}


def said(problem: Problem) -> str:
    severity = problem.severity.name.lower() if problem.severity else "as usual"
    return f"{problem.place.line} {severity} {problem.confidence.value}: {problem.message}"


def judged(rule: str, **fields: Any) -> list[str]:  # noqa: ANN401 - the fields of a token
    return [said(item) for item in RULES[rule].check(replace(TOKEN, **fields), Options())]


@pytest.mark.parametrize("rule", [rule.name for rule in RULES.values() if rule.fact is TokenMint])
def test_an_ordinary_token_is_nothing_to_speak_of(rule: str) -> None:
    assert judged(rule) == []


ADMIN = grants(roomJoin=True, room="hall", roomAdmin=True)
CONTROLS = "roomAdmin in a participant's token: its holder controls everybody in the room"
WHEN_ASKED = CONTROLS.replace(":", ", when the request asks for it:")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, [f"12 as usual high: {CONTROLS}"]),
        (TYPED, [f"12 as usual medium: {CONTROLS}"]),
        (ADVICE, [f"12 low medium: {CONTROLS}"]),
        ({"audience": Audience.SERVICE}, []),
        ({"audience": Audience.UNKNOWN}, []),
        ({"grants": changed(ADMIN, "roomAdmin", certain=False)}, [f"12 as usual medium: {CONTROLS}"]),
        ({"grants": changed(ADMIN, "roomAdmin", values=(False,))}, []),
        ({"grants": changed(ADMIN, "roomAdmin", stays=True)}, []),
        ({"grants": changed(ADMIN, "roomAdmin", values=(UNKNOWN,))}, []),
        (
            {"grants": changed(ADMIN, "roomAdmin", values=(UNKNOWN,), from_caller=True)},
            [f"12 as usual medium: {WHEN_ASKED}"],
        ),
        (
            {"grants": changed(ADMIN, "roomAdmin", values=(True, False), granted_at=at(4))},
            [f"12 as usual medium: {WHEN_ASKED}"],
        ),
        ({"grants": changed(ADMIN, "roomAdmin", granted_at=at(4))}, [f"12 as usual high: {CONTROLS}"]),
    ],
)
def test_the_right_to_moderate(fields: dict[str, Any], expected: list[str]) -> None:
    assert judged("admin-grant", **{"grants": ADMIN, **fields}) == expected


PROJECT = {
    **{name: name for name in ("roomCreate", "roomList", "roomRecord", "ingressAdmin")},
    **{name.replace(".", "_"): name for name in ("sip.admin", "sip.call", "agent.admin", "agent.simulationAdmin")},
    **{name.replace(".", "_"): name for name in ("agent.databaseAdmin", "agent.dispatchAdmin", "inference.perform")},
    "observability_write": "observability.write",
}


@pytest.mark.parametrize(("field", "name"), PROJECT.items())
def test_rights_beyond_the_room(field: str, name: str) -> None:
    given = grants(roomJoin=True, room="hall", **{field: True})

    assert judged("project-grant", grants=given) == [
        f"12 as usual high: {name} in a participant's token: its holder may {allows(name)}"
    ]


LISTS = grants(roomJoin=True, room="hall", roomList=True, roomCreate=True)
BOTH = "roomList, roomCreate in a participant's token: its holder may list every room"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, [f"12 as usual high: {BOTH}"]),
        (TYPED, [f"12 as usual medium: {BOTH}"]),
        (ADVICE, [f"12 low medium: {BOTH}"]),
        ({"audience": Audience.SERVICE}, []),
        ({"audience": Audience.UNKNOWN}, [f"12 as usual medium: {BOTH}"]),
        (
            {"grants": grants(roomList=True), "audience": Audience.UNKNOWN, **ASKED},
            ["10 as usual medium: roomList in a token that a request gets: its holder may list every room"],
        ),
        (
            {"grants": grants(roomList=True, roomJoin=False), "audience": Audience.UNKNOWN, **ASKED},
            ["10 as usual medium: roomList in a token that a request gets: its holder may list every room"],
        ),
        (
            {"grants": changed(LISTS, "roomList", certain=False)},
            [f"13 as usual high: roomCreate, roomList in a participant's token: its holder may {allows('roomCreate')}"],
        ),
    ],
)
def test_whose_token_has_rights_beyond_the_room(fields: dict[str, Any], expected: list[str]) -> None:
    assert judged("project-grant", **{"grants": LISTS, **fields}) == expected


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        *((name, []) for name in ("identity", "name", "room", "metadata", "attributes", "roomConfig")),
        ("ttl", ["7 medium medium: the request decides the lifetime of its token"]),
        ("kind", ["7 as usual medium: the request decides the kind of its token"]),
        ("grants", ["7 as usual medium: the request decides the grants of its token"]),
        ("roomAdmin", ["7 as usual medium: the request decides roomAdmin of its token"]),
        ("hidden", ["7 as usual medium: the request decides hidden of its token"]),
        *(
            (name, [f"7 medium medium: the request decides {name} of its token"])
            for name in ("roomJoin", "canPublish", "canSubscribe", "canPublishData", "canPublishSources")
        ),
    ],
)
def test_what_a_request_may_decide(target: str, expected: list[str]) -> None:
    taken = (Input(target, at(7), "body.x"),)

    assert judged("caller-chosen-grants", inputs=taken, **ASKED) == expected
    assert judged("caller-chosen-grants", inputs=taken) == []


def test_what_a_request_decides_is_said_by_weight_and_by_kind() -> None:
    taken = (
        *(Input("canPublish", at(6), "body.p"), Input("roomAdmin", at(7), "body.a"), Input("grants", at(8), "body.g")),
        *(Input("ttl", at(9), "body.t", is_bounded=True), Input("recorder", at(10), "body.r", by_condition=True)),
    )

    assert judged("caller-chosen-grants", inputs=taken, **ASKED) == [
        "9 low medium: the request decides the lifetime of its token, up to a limit",
        "8 as usual medium: the request decides the grants, roomAdmin, canPublish of its token",
        "10 as usual medium: the request decides recorder of its token",
    ]


@pytest.mark.parametrize("name", ["canPublish", "canSubscribe", "canPublishData"])
def test_a_condition_gives_nothing_that_comes_anyway(name: str) -> None:
    taken = (Input(name, at(7), "body.x", by_condition=True),)
    denied = changed(grants(roomJoin=True, **{name: True}), name, values=(True, False))

    assert judged("caller-chosen-grants", inputs=taken, **ASKED) == []
    assert judged("caller-chosen-grants", inputs=taken, grants=denied, **ASKED) == [
        f"7 medium medium: the request decides {name} of its token"
    ]


@pytest.mark.parametrize(
    ("name", "effect"),
    [
        ("hidden", "its holder listens unseen"),
        ("recorder", "its holder passes for a recorder"),
        ("agent", "its holder may speak in the name of others"),
    ],
)
def test_who_is_not_seen_for_what_he_is(name: str, effect: str) -> None:
    given = grants(roomJoin=True, room="hall", **{name: True})
    message = f"{name} in a participant's token: {effect}"
    for_bots = [f"12 as usual high: {message}"] if name == "agent" else []

    assert judged("covert-participant", grants=given) == [f"12 as usual high: {message}"]
    assert judged("covert-participant", grants=given, **TYPED) == [f"12 as usual medium: {message}"]
    assert judged("covert-participant", grants=given, **ADVICE) == [f"12 low medium: {message}"]
    assert judged("covert-participant", grants=changed(given, name, certain=False)) == [
        f"12 as usual medium: {message}"
    ]
    assert judged("covert-participant", grants=changed(given, name, values=(UNKNOWN,))) == []
    assert judged("covert-participant", grants=given, audience=Audience.SERVICE) == []
    assert judged("covert-participant", grants=given, is_for_bot=True) == for_bots


def test_a_service_by_its_kind() -> None:
    asked = {"kinds": ("standard", "agent"), "kind_place": at(6), "audience": Audience.UNKNOWN}

    assert judged("covert-participant", **asked) == [
        "6 as usual medium: kind agent in a token that a request gets: its holder passes for a service"
    ]
    assert judged("covert-participant", **{**asked, "kinds": ("standard",)}) == []
    assert judged("covert-participant", **{**asked, "kind_place": None}) == []


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


EMPTY = "roomJoin with an empty room: servers before v1.9.1 let this token into any room"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            grants(roomJoin=True),
            ["10 as usual high: roomJoin without a room: servers before v1.9.1 let this token into any room"],
        ),
        (grants(roomJoin=True, complete=False), []),
        (grants(roomJoin=False), []),
        (grants(roomList=True), []),
        (grants(roomJoin=True, room=""), [f"11 as usual high: {EMPTY}"]),
        (grants(roomJoin=True, room=None), [f"11 as usual high: {EMPTY}"]),
        (grants(roomJoin=True, room=("", "hall")), []),
        (
            grants(roomJoin=True, room="*"),
            ['11 medium medium: room "*" is no wildcard: LiveKit takes it as the name of a room'],
        ),
    ],
)
def test_a_token_for_any_room(given: Grants, expected: list[str]) -> None:
    assert judged("wildcard-room", grants=given) == expected
    assert judged("wildcard-room", grants=given, role=FileRole.TEST) == []


LISTENER = Lead(at(4), "it is called a listener")
MAY = "token for a listener may publish: canPublish is left out, and that allows it"
EVERY_SOURCE = "empty canPublishSources allows every source, not none"
DATA = "can_publish=False leaves data messages allowed: livekit-api writes canPublishData true unless told not to"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"listener_lead": LISTENER}, [f"10 as usual medium: {MAY}"]),
        ({"listener_lead": LISTENER, **ADVICE}, [f"10 low medium: {MAY}"]),
        ({"listener_lead": LISTENER, "audience": Audience.SERVICE}, []),
        ({"listener_lead": LISTENER, "grants": grants(roomJoin=True, canPublish=True)}, []),
        ({"listener_lead": LISTENER, "grants": grants(roomJoin=True, complete=False)}, []),
        ({"listener_lead": LISTENER, "grants": grants(roomJoin=False)}, []),
        ({"listener_lead": LISTENER, "grants": grants(roomJoin=True, canPublishData=False)}, [f"10 low medium: {MAY}"]),
        (
            {"listener_lead": LISTENER, "grants": grants(roomJoin=True, canPublishData=True)},
            [f"10 as usual medium: {MAY}"],
        ),
        ({"grants": grants(roomJoin=True, canPublishSources=((),))}, [f"11 as usual high: {EVERY_SOURCE}"]),
        ({"grants": grants(roomJoin=True, canPublishSources=((),), canPublish=False)}, []),
        (
            {"grants": grants(roomJoin=True, canPublishSources=((),), canPublish=True)},
            [f"11 as usual high: {EVERY_SOURCE}"],
        ),
        (
            {"grants": grants(roomJoin=True, canPublish=False), "can_publish_data_stays": True},
            [f"11 as usual high: {DATA}"],
        ),
        (
            {"grants": grants(roomJoin=True, canPublish=(True, False)), "can_publish_data_stays": True},
            [f"11 as usual medium: {DATA}"],
        ),
        ({"grants": grants(roomJoin=True, canPublish=False, complete=False), "can_publish_data_stays": True}, []),
        ({"grants": grants(roomJoin=True, canPublish=False)}, []),
        (
            {"variants": (GrantVariant(JOIN, LISTENER), GrantVariant(grants(roomJoin=True, canPublish=True)))},
            [f"10 as usual medium: {MAY}"],
        ),
    ],
)
def test_a_listener_who_may_speak(fields: dict[str, Any], expected: list[str]) -> None:
    assert judged("implicit-publish", **fields) == expected


HAS_IT = "whoever runs it has the API secret"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"signer": Signer.SDK},
            [f"1 as usual high: access token signed with the LiveKit server SDK in client code: {HAS_IT}"],
        ),
        (
            {"signer": Signer.RAW, "sdk": "jose"},
            [f"1 as usual medium: access token signed (jose) in client code: {HAS_IT}"],
        ),
        ({"side": Side.SERVER}, []),
        ({"side": Side.UNKNOWN}, []),
    ],
)
def test_a_token_that_a_client_signs(fields: dict[str, Any], expected: list[str]) -> None:
    assert judged("client-side-mint", **{"side": Side.CLIENT, **fields}) == expected


def test_credentials_in_a_token() -> None:
    first, second = (
        ReadableCredential(at(6), "secret of the storage"),
        ReadableCredential(at(7), "S3_KEY", certain=False),
    )
    message = "credentials inside a token, readable for its holder"

    assert judged("credentials-in-token", readable_credentials=(first, second, first)) == [
        f"6 as usual high: {message}: secret of the storage, S3_KEY"
    ]
    assert judged("credentials-in-token", readable_credentials=(second,)) == [f"7 as usual medium: {message}: S3_KEY"]
    assert judged("credentials-in-token", readable_credentials=(first,), audience=Audience.SERVICE) == []


CARRIES = "a token whose metadata carries a role"


def test_who_says_himself_what_he_is() -> None:
    given = grants(roomJoin=True, room="hall", canUpdateOwnMetadata=True)
    role = Lead(at(6), "role in the metadata")

    assert judged("self-metadata", grants=given, role_lead=role) == [
        f"12 as usual medium: canUpdateOwnMetadata in {CARRIES}: its holder can give himself another"
    ]
    assert judged("self-metadata", grants=given) == []
    assert judged("self-metadata", grants=given, role_lead=role, audience=Audience.UNKNOWN) == []
    assert judged("self-metadata", grants=changed(given, "canUpdateOwnMetadata", values=(False,)), role_lead=role) == []


MEANT = "unknown grant {} (probably meant: canPublish)"


@pytest.mark.parametrize(
    ("unknown", "expected"),
    [
        (UnknownGrant("can", at(6), "LiveKit ignores it"), "as usual high: unknown grant can: LiveKit ignores it"),
        (
            UnknownGrant("can_publish", at(6), "LiveKit ignores it", "canPublish", fails_open=True),
            f"high high: {MEANT.format('can_publish')}: LiveKit ignores it, so what it denies is allowed",
        ),
        (
            UnknownGrant("CanPublish", at(6), "some servers do", "canPublish", fails_open=True),
            f"high high: {MEANT.format('CanPublish')}: some servers do, so what it denies may be allowed",
        ),
        (
            UnknownGrant("grants", at(6), CLAIMS_TOO_DEEP),
            f"as usual high: unknown grant grants: {CLAIMS_TOO_DEEP}",
        ),
    ],
)
def test_a_grant_that_nobody_knows(unknown: UnknownGrant, expected: str) -> None:
    given = grants(unknown, roomJoin=True)

    assert judged("unknown-grant", grants=given) == [f"6 {expected}"]
    assert judged("unknown-grant", grants=given, role=FileRole.TEST) == []
    assert judged("unknown-grant", grants=given, **ADVICE) == [f"6 low high: {expected.partition(' high: ')[2]}"]


def test_a_token_for_anybody() -> None:
    who, where = Input("identity", at(7), "query.name"), Input("room", at(8), "query.room", handler=at(2))
    message = "GET /token makes tokens for anybody: {} from the request, and no authentication in sight"

    assert judged("unauthenticated-mint", inputs=(who, where), **ASKED) == [
        f"1 as usual medium: {message.format('identity and room')}"
    ]
    assert judged("unauthenticated-mint", inputs=(where,), endpoints=(OPEN, KNOWN)) == [
        f"3 as usual medium: {message.format('room')}"
    ]
    assert judged("unauthenticated-mint", inputs=(who,), endpoints=(KNOWN,)) == []
    assert judged("unauthenticated-mint", inputs=(replace(where, handler=at(99)),), **ASKED) == []
    assert judged("unauthenticated-mint", inputs=(Input("name", at(7), "query.name"),), **ASKED) == []
    assert judged("unauthenticated-mint", inputs=(who,), is_for_bot=True, **ASKED) == []
    assert judged("unauthenticated-mint", **ASKED) == []
