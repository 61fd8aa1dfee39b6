"""The grants of a LiveKit access token: names, defaults, what each allows.

Sources: livekit/protocol:auth/grants.go (names, defaults), livekit/livekit:pkg/service/auth.go and roomservice.go (what
the server lets a grant do), livekit-api 1.2.2 `livekit/api/access_token.py` (Python names).
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from lk_audit.patterns import regex


class Scope(Enum):
    """How far a grant reaches."""

    PROJECT = "the whole project"
    ROOM = "its room"
    SELF = "its holder"


class GrantSpec(Struct, frozen=True):
    """One grant. `name` is its JSON name; `default` what the server assumes when it is absent.

    `allows` completes the sentence "this token may ..." for grants that are off by default.
    """

    name: str
    python: str
    scope: Scope
    default: bool | str | None = False
    allows: str = ""


_SPECS = (
    GrantSpec("roomCreate", "room_create", Scope.PROJECT, allows="create and delete every room"),
    GrantSpec("roomList", "room_list", Scope.PROJECT, allows="list every room"),
    GrantSpec("roomRecord", "room_record", Scope.PROJECT, allows="start and stop recordings of any room"),
    GrantSpec("roomAdmin", "room_admin", Scope.ROOM, allows="moderate its room: remove, mute and re-permit anybody"),
    GrantSpec("roomJoin", "room_join", Scope.ROOM, allows="join its room"),
    GrantSpec("room", "room", Scope.ROOM, default=""),
    GrantSpec("canPublish", "can_publish", Scope.SELF, default=True, allows="publish audio and video"),
    GrantSpec("canSubscribe", "can_subscribe", Scope.SELF, default=True, allows="hear and see the others"),
    GrantSpec("canPublishData", "can_publish_data", Scope.SELF, default=None, allows="send data messages"),
    GrantSpec("canPublishSources", "can_publish_sources", Scope.SELF, default=None),
    GrantSpec(
        "canUpdateOwnMetadata",
        "can_update_own_metadata",
        Scope.SELF,
        allows="change its own name, metadata and attributes",
    ),
    GrantSpec("ingressAdmin", "ingress_admin", Scope.PROJECT, allows="create and delete every ingress"),
    GrantSpec("hidden", "hidden", Scope.ROOM, allows="be in the room unseen"),
    GrantSpec("recorder", "recorder", Scope.ROOM, allows="pose as a recorder"),
    GrantSpec("agent", "agent", Scope.PROJECT, allows="register as an agent worker and speak for other participants"),
    GrantSpec("canSubscribeMetrics", "can_subscribe_metrics", Scope.ROOM, allows="read metrics"),
    GrantSpec("canManageAgentSession", "can_manage_agent_session", Scope.ROOM, allows="control agent sessions"),
    GrantSpec("destinationRoom", "destination_room", Scope.ROOM, default=""),
)

VIDEO_GRANTS: dict[str, GrantSpec] = {spec.name: spec for spec in _SPECS}
"""The fields of the `video` claim by JSON name."""

BY_PYTHON_NAME: dict[str, GrantSpec] = {spec.python: spec for spec in _SPECS}
"""The fields of the `video` claim as the Python and Rust SDKs name them."""

BY_FIELD_NAME: dict[str, GrantSpec] = BY_PYTHON_NAME | {spec.name[:1].upper() + spec.name[1:]: spec for spec in _SPECS}
"""The fields of the `video` claim as grant classes name them: Python's, and Go's structs."""

FIELD_NAMES: dict[str, dict[str, GrantSpec]] = {
    "php": BY_FIELD_NAME | VIDEO_GRANTS | {"RoomName": VIDEO_GRANTS["room"]},
    **dict.fromkeys(("ruby", "dart", "swift"), VIDEO_GRANTS),
    "elixir": BY_FIELD_NAME | VIDEO_GRANTS,
}
"""The names of the fields and setters of grant classes, by language, where they are not those.

Sources: agence104/livekit-server-sdk-php:src/VideoGrant.php, livekit/server-sdk-ruby:lib/livekit/grants.rb.
"""

_PHP_SETTERS = {name.lower(): name for name in FIELD_NAMES["php"]}


def set_by(language: str, setter: str) -> str:
    """The field that a setter of a grant class sets: PHP does not tell capitals from small letters in its name."""
    return _PHP_SETTERS.get(setter[3:].lower(), setter[3:]) if language == "php" else setter[3:]


PYTHON_POSITIONS: tuple[str, ...] = (
    "roomCreate",
    "roomList",
    "roomRecord",
    "roomAdmin",
    "roomJoin",
    "room",
    "destinationRoom",
    "canPublish",
    "canSubscribe",
    "canPublishData",
    "canPublishSources",
    "canUpdateOwnMetadata",
    "ingressAdmin",
    "hidden",
    "recorder",
    "agent",
    "canManageAgentSession",
    "canSubscribeMetrics",
)
"""Order of the fields of Python's `VideoGrants`, for positional arguments (livekit-api 1.2.2)."""

OTHER_GRANTS: dict[str, tuple[str, ...]] = {
    "sip": ("admin", "call"),
    "agent": ("admin", "simulationAdmin", "databaseAdmin", "dispatchAdmin"),
    "inference": ("perform",),
    "observability": ("write",),
    "agentEndpoint": ("call", "agentName", "deployment"),
    "agentThread": ("all", "scope", "threadIds", "list", "create", "write", "read", "delete"),
}
"""The other grant objects and their fields, in the order of Python's classes."""

ORDINARY_GRANTS = frozenset({"roomJoin", "room", "canPublish", "canSubscribe", "canPublishData", "canPublishSources"})
"""Grants that give nothing which a participant does not have, or cannot do without."""

PROJECT_GRANTS: tuple[str, ...] = (
    *(spec.name for spec in _SPECS if spec.scope is Scope.PROJECT and spec.name != "agent"),
    "sip.admin",
    "sip.call",
    "agent.admin",
    "agent.simulationAdmin",
    "agent.databaseAdmin",
    "agent.dispatchAdmin",
    "inference.perform",
    "observability.write",
)
"""Grants that reach beyond one room; no participant needs one. `video.agent` is judged with the covert ones."""

_OTHER_ALLOWS = {
    "sip.admin": "manage SIP trunks and dispatch rules",
    "sip.call": "place phone calls on the project's bill",
    "agent.admin": "create, change and delete agents",
    "agent.simulationAdmin": "run agent simulations",
    "agent.databaseAdmin": "read and change the agent database",
    "agent.dispatchAdmin": "control the project's dispatch queue",
    "inference.perform": "run inference on the project's bill",
    "observability.write": "write observability data",
}

SOURCE_NUMBERS = {1: "camera", 2: "microphone", 3: "screen_share", 4: "screen_share_audio"}
"""The sources as JavaScript's `TrackSource` numbers them (livekit/protocol:protobufs/livekit_models.proto)."""

SERVICE_KINDS = frozenset({"agent", "egress", "ingress", "sip", "connector"})
"""Participant kinds that no person is."""


def allows(name: str) -> str:
    """What a grant lets its holder do, to complete "may ..."."""
    spec = VIDEO_GRANTS.get(name)
    return spec.allows if spec else _OTHER_ALLOWS.get(name, "")


def to_camel_case(name: str) -> str:
    """`can_publish_data`, and Go's `CanPublishData`, as `canPublishData`."""
    head, *rest = name.split("_")
    return head[:1].lower() + head[1:] + "".join(part[:1].upper() + part[1:] for part in rest)


def to_snake_case(name: str) -> str:
    """`canPublishData` as `can_publish_data`."""
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name)


_INVENTED = {
    "canAdminParticipants": "roomAdmin",
    "canUpdateMetadata": "canUpdateOwnMetadata",
    "canModerate": "roomAdmin",
    "roomModerate": "roomAdmin",
    "isAdmin": "roomAdmin",
    "admin": "roomAdmin",
    "join": "roomJoin",
    "canJoin": "roomJoin",
    "roomName": "room",
    "canPublishAudio": "canPublishSources",
    "canPublishVideo": "canPublishSources",
    "canScreenShare": "canPublishSources",
    "canPublishScreen": "canPublishSources",
    "canRecord": "roomRecord",
}
_WORDS = regex(r"[^a-z]")


def meant_grant(name: str) -> str | None:
    """The grant that a wrong name probably stands for, or None."""
    if name in _INVENTED:
        return _INVENTED[name]
    squeezed = {_WORDS.sub("", known.lower()): known for known in VIDEO_GRANTS}
    plain = _WORDS.sub("", name.lower())
    if plain in squeezed:
        return squeezed[plain]
    import difflib  # noqa: PLC0415 - few grants are unknown

    close = difflib.get_close_matches(plain, squeezed, n=1, cutoff=0.85)
    return squeezed[close[0]] if close else None


_IN_ANY_CASE = {name.lower(): name for name in VIDEO_GRANTS}
ANY_CASE_FROM = "v1.13"
"""The release from which servers read the names of grants in any case (conformance/server/vectors.json)."""


def in_another_case(name: str) -> str | None:
    """The grant that a name is but for capitals (`CanPublish`, `roomjoin`); None for any other name."""
    known = _IN_ANY_CASE.get(name.lower())
    return known if known != name else None


OUTSIDE_VIDEO = "LiveKit reads grants from the claim `video` only"
CLAIMS_TOO_DEEP = "it holds `video`, which LiveKit reads beside the other claims only"
"""What is wrong with names around grants, as sentences without a full stop."""


def how_ignored(name: str) -> str:
    """What servers make of a name that is no grant's, as a sentence without a full stop."""
    if in_another_case(name) is not None:
        return f"servers before {ANY_CASE_FROM} ignore it, later ones do not"
    return "LiveKit ignores it"


def restricts_by_default(name: str) -> bool:
    """Whether leaving the grant out allows what setting it to false denies."""
    spec = VIDEO_GRANTS.get(name)
    return spec is not None and (spec.default is True or name in {"canPublishData", "canPublishSources"})


def keeps_right(name: str) -> bool:
    """Whether a right stays that somebody meant to deny under a wrong name."""
    meant = meant_grant(name)
    return meant is not None and restricts_by_default(meant)
