"""The tokens that servers are asked about: what is special about each, and what is tried with it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, TypeAlias

VECTORS = Path(__file__).with_name("vectors.json")
OWN, OTHER = "own", "other"
"""Two rooms that exist before a token is tried; tokens name the first."""
HOUR = 3600
"""Seconds."""

Answer: TypeAlias = dict[str, Any]
"""What a server answered to the probes of one case, by probe."""


class Key(Enum):
    """What signs a token."""

    OWN = "the secret of the key that it names"
    WRONG = "another secret"
    NONE = "nothing"


@dataclass(frozen=True, slots=True)
class Case:
    """One token, and the probes that it is tried in (`probes.py` says what each does).

    `video` is that claim; None leaves it out. `claims` replace or add others, where None takes one away; times are
    seconds from now in `exp`, `nbf` and `iat`, and their unit and type can be changed by `milliseconds` and `as_text`.
    """

    name: str
    video: dict[str, Any] | None
    probes: tuple[str, ...] = ("join",)
    claims: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "HS256"
    key: Key = Key.OWN
    milliseconds: tuple[str, ...] = ()
    as_text: tuple[str, ...] = ()


def _join(**grants: object) -> dict[str, Any]:
    return {"roomJoin": True, "room": OWN, **grants}


_ADMIN = ("list_participants_own", "list_participants_other", "update_room_own", "update_room_other")
_PROJECT = ("create_room", "delete_other", "list_rooms", "list_egress", "list_ingress", "list_trunks", "call_out")

CASES: tuple[Case, ...] = (
    # What is not said is allowed, but for data, which follow canPublish.
    Case("plain", _join(), ("join", "publish", "validate", *_ADMIN, *_PROJECT, "work")),
    Case("canPublish false", _join(canPublish=False), ("join", "publish")),
    Case("canPublish false, canPublishData true", _join(canPublish=False, canPublishData=True)),
    Case("canPublish true, canPublishData false", _join(canPublish=True, canPublishData=False)),
    Case("canPublish null", _join(canPublish=None), ("join", "publish")),
    Case("canPublishData false", _join(canPublishData=False)),
    Case("canSubscribe false", _join(canSubscribe=False)),
    Case("canPublishSources empty", _join(canPublishSources=[]), ("join", "publish")),
    Case(
        "canPublishSources empty, canPublish false", _join(canPublishSources=[], canPublish=False), ("join", "publish")
    ),
    Case("canPublishSources camera", _join(canPublishSources=["camera"]), ("join", "publish")),
    Case(
        "canPublishSources camera, canPublish false",
        _join(canPublishSources=["camera"], canPublish=False),
        ("join", "publish"),
    ),
    Case("canPublishSources CAMERA", _join(canPublishSources=["CAMERA"]), ("join", "publish")),
    Case("canPublishSources screen", _join(canPublishSources=["screen"]), ("join", "publish")),
    Case("canUpdateOwnMetadata true", _join(canUpdateOwnMetadata=True)),
    # Names that LiveKit does not know, and known ones in another case.
    Case("snake case: room_join", {"room_join": True, "room": OWN}),
    Case("snake case: can_publish false", _join(can_publish=False), ("join", "publish")),
    Case("snake case: can_publish_data false", _join(can_publish_data=False)),
    Case("snake case: can_subscribe false", _join(can_subscribe=False)),
    Case("capitals: RoomJoin and Room", {"RoomJoin": True, "Room": OWN}),
    Case("capitals: CanPublish false", _join(CanPublish=False), ("join", "publish")),
    Case("lower case: canpublish false", _join(canpublish=False)),
    Case("capitals: Video", None, claims={"Video": _join()}),
    Case("invented: canPublishVideo false", _join(canPublishVideo=False)),
    Case("invented: canAdminParticipants", _join(canAdminParticipants=True), ("join", *_ADMIN)),
    Case("grants at the top level", None, claims=_join()),
    Case("grants in a claim called grants", None, claims={"grants": _join()}),
    Case("sip inside video", _join(sip={"admin": True, "call": True}), ("join", "list_trunks", "call_out")),
    Case("canPublish as text", _join(canPublish="false")),
    Case("roomJoin as text", {"roomJoin": "true", "room": OWN}),
    Case("room as number", {"roomJoin": True, "room": 7}),
    # Rooms.
    Case("no room", {"roomJoin": True}, ("join", "join_asking_own", "validate_asking_own")),
    Case("empty room", {"roomJoin": True, "room": ""}, ("join", "join_asking_own", "validate_asking_own")),
    Case("room *", {"roomJoin": True, "room": "*"}, ("join", "join_asking_own")),
    Case("room that does not exist", {"roomJoin": True, "room": "new"}),
    Case("own room, asking for the other", _join(), ("join_asking_other",)),
    Case("roomName instead of room", {"roomJoin": True, "roomName": OWN}, ("join", "join_asking_own")),
    Case("no roomJoin", {"room": OWN}),
    Case("roomAdmin without roomJoin", {"roomAdmin": True, "room": OWN}),
    # Time.
    Case("no exp", _join(), ("join", "list_participants_own"), claims={"exp": None}),
    Case("exp in milliseconds", _join(), claims={"exp": HOUR}, milliseconds=("exp",)),
    Case("exp as text", _join(), claims={"exp": HOUR}, as_text=("exp",)),
    Case("exp in ten years", _join(), claims={"exp": 10 * 365 * 24 * HOUR}),
    Case("exp an hour ago", _join(), claims={"exp": -HOUR}),
    Case("exp 30 seconds ago", _join(), claims={"exp": -30}),
    Case("exp 90 seconds ago", _join(), claims={"exp": -90}),
    Case("exp in a minute", _join(), claims={"exp": 60}),
    Case("exp in a day", _join(), claims={"exp": 24 * HOUR}),
    Case("nbf in an hour", _join(), claims={"nbf": HOUR}),
    Case("nbf in 30 seconds", _join(), claims={"nbf": 30}),
    Case("nbf in milliseconds", _join(), claims={"nbf": 0}, milliseconds=("nbf",)),
    Case("no nbf", _join(), claims={"nbf": None}),
    Case("iat in an hour", _join(), claims={"iat": HOUR}),
    # Signature and key.
    Case("HS384", _join(), algorithm="HS384"),
    Case("HS512", _join(), algorithm="HS512"),
    Case("alg none", _join(), algorithm="none", key=Key.NONE),
    Case("wrong secret", _join(), key=Key.WRONG),
    Case("unknown key", _join(), claims={"iss": "APIunknown123456"}),
    Case("no iss", _join(), claims={"iss": None}),
    Case("no sub", _join(), claims={"sub": None}),
    Case("aud of somebody else", _join(), claims={"aud": "https://example.org"}),
    # What reaches further.
    Case("roomCreate", {"roomCreate": True}, ("join", "create_room", "delete_other", "list_rooms")),
    Case("roomCreate and roomJoin", _join(roomCreate=True), ("join", "create_room", "delete_other", "delete_own")),
    Case("roomList", {"roomList": True}, ("list_rooms", "create_room", "delete_other", *_ADMIN)),
    Case("roomAdmin", {"roomAdmin": True, "room": OWN}, (*_ADMIN, "list_rooms", "delete_own", "delete_other")),
    Case("roomAdmin without room", {"roomAdmin": True}, _ADMIN),
    Case("roomAdmin of room *", {"roomAdmin": True, "room": "*"}, _ADMIN),
    Case("roomAdmin and roomJoin", _join(roomAdmin=True), ("join", *_ADMIN, "make_hidden")),
    Case("roomRecord", {"roomRecord": True}, ("list_egress", "list_rooms", "list_ingress")),
    Case("ingressAdmin", {"ingressAdmin": True}, ("list_ingress", "list_rooms", "list_egress")),
    Case("sip.admin", None, ("list_trunks", "call_out"), claims={"sip": {"admin": True}}),
    Case("sip.call", None, ("list_trunks", "call_out"), claims={"sip": {"call": True}}),
    Case("agent in video", {"agent": True}, ("work", "join", *_ADMIN)),
    Case("agent and roomJoin", _join(agent=True), ("work", "join", "seen")),
    # Participants that pose as something.
    Case("hidden", _join(hidden=True), ("join", "seen")),
    Case("not hidden", _join(), ("seen",)),
    Case("recorder", _join(recorder=True), ("join", "seen")),
    *(
        Case(f"kind {kind}", _join(), ("join", "work"), claims={"kind": kind})
        for kind in ("agent", "egress", "ingress", "sip", "standard", "robot")
    ),
)


def vectors() -> dict[str, Any]:
    """What is recorded: `servers` (how each was built) and `cases` (by name and release)."""
    recorded: dict[str, Any] = json.loads(VECTORS.read_text(encoding="utf-8"))
    return recorded


def answers(release: str) -> dict[str, Answer]:
    """What one release answered, by the names of the cases."""
    return {name: by_release[release] for name, by_release in vectors()["cases"].items()}
