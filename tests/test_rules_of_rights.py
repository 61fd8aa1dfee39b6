"""What rules make of the rights of a token: whether, how bad, how sure, in which words."""

from __future__ import annotations

from typing import Any

import pytest

from lk_audit.facts import UNKNOWN, Audience, FileRole, Grants, GrantVariant, Input, Lead, UnknownGrant
from lk_audit.livekit.grants import CLAIMS_TOO_DEEP, allows
from tests.judged import ADVICE, ASKED, JOIN, TYPED, at, changed, grants, judged

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
BOTH = "roomList, roomCreate in a participant's token: its holder may list every room, and create and delete every room"
REVERSED = "its holder may create and delete every room, and list every room"


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
            [f"13 as usual high: roomCreate, roomList in a participant's token: {REVERSED}"],
        ),
    ],
)
def test_whose_token_has_rights_beyond_the_room(fields: dict[str, Any], expected: list[str]) -> None:
    assert judged("project-grant", **{"grants": LISTS, **fields}) == expected


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        *((name, []) for name in ("identity", "name", "room", "roomJoin", "metadata", "attributes", "roomConfig")),
        ("ttl", ["7 medium medium: the request decides the lifetime of its token"]),
        ("kind", ["7 as usual medium: the request decides the kind of its token"]),
        ("grants", ["7 as usual medium: the request decides the grants of its token"]),
        ("roomAdmin", ["7 as usual medium: the request decides roomAdmin of its token"]),
        ("hidden", ["7 as usual medium: the request decides hidden of its token"]),
        *(
            (name, [f"7 medium medium: the request decides {name} of its token"])
            for name in ("canPublish", "canSubscribe", "canPublishData", "canPublishSources")
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
        "8 as usual medium: the request decides the grants, roomAdmin and canPublish of its token",
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
    made = {"grants": given, "sdk": "livekit-server-sdk", "language": "javascript"}

    assert judged("wildcard-room", **made) == expected
    assert judged("wildcard-room", **made, role=FileRole.TEST) == []


@pytest.mark.parametrize("given", [grants(roomJoin=True), grants(roomJoin=True, room="")])
def test_a_token_for_any_room_that_its_sdk_refuses_to_make(given: Grants) -> None:
    (said,) = judged("wildcard-room", grants=given)

    assert said.partition(" ")[2].startswith("medium high: roomJoin with")
    assert said.endswith(": livekit-api raises ValueError for it")


LISTENER = Lead(at(4), "it is called a listener")
MAY = "token for a listener may publish: canPublish is left out, and that allows it"
EVERY_SOURCE = "empty canPublishSources allows every source, not none"
DATA = "data messages stay allowed: livekit-api writes canPublishData true where only canPublish is denied"


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
