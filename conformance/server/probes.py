"""What is tried with a token, and how the answer is written down."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
from livekit.protocol.models import ParticipantInfo, TrackSource, TrackType
from livekit.protocol.rtc import AddTrackRequest, SignalRequest, SignalResponse

from conformance.server.cases import OTHER, OWN, Answer, Case, Key

KEY, SECRET = "APIconformance12", "made-up-secret-of-a-server-that-lives-for-a-minute"
_TIMES = frozenset({"exp", "nbf", "iat"})
_HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
_SOURCES = ("CAMERA", "MICROPHONE", "SCREEN_SHARE", "SCREEN_SHARE_AUDIO")
_PATIENCE = 5
"""Seconds to wait for a message."""
_SILENCE = 1
"""Seconds after which no message is coming."""


def token(case: Case, identity: str) -> str:
    """The token of a case: made by hand, since libraries refuse to make most of them."""
    claims: dict[str, Any] = {"iss": KEY, "sub": identity, "nbf": 0, "exp": 600, **case.claims}
    payload = {name: _claim(case, name, value) for name, value in claims.items() if value is not None}
    if case.video is not None:
        payload["video"] = case.video
    signed = f"{_encoded({'alg': case.algorithm, 'typ': 'JWT'})}.{_encoded(payload)}"
    if case.key is Key.NONE:
        return f"{signed}."
    secret = SECRET if case.key is Key.OWN else f"not-{SECRET}"
    signature = hmac.new(secret.encode(), signed.encode(), _HASHES[case.algorithm]).digest()
    return f"{signed}.{_base64(signature)}"


def _claim(case: Case, name: str, value: object) -> object:
    if name not in _TIMES or not isinstance(value, int):
        return value
    moment = int(time.time()) + value if value or name in case.milliseconds else value
    number = moment * 1000 if name in case.milliseconds else moment
    return str(number) if name in case.as_text else number


def _encoded(value: object) -> str:
    return _base64(json.dumps(value).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass(slots=True)
class Visit:
    """One case at one server."""

    session: aiohttp.ClientSession
    address: str
    case: Case

    def token(self, identity: str = "guest") -> str:
        return token(self.case, identity)

    async def call(self, service: str, body: dict[str, Any]) -> Answer:
        """A call of one of the server's services: the status, and the code of the error."""
        headers = {"Authorization": f"Bearer {self.token()}"}
        async with self.session.post(f"{self.address}/twirp/livekit.{service}", json=body, headers=headers) as response:
            answer: Answer = {"status": response.status}
            # Without Redis there is no egress: a call that is allowed runs into an error, which need not be JSON.
            is_json = response.content_type == "application/json"
            content = await response.json() if is_json else {}
            if response.status != 200:  # noqa: PLR2004 - OK
                answer["code"] = content.get("code")
            elif "rooms" in content:
                answer["rooms"] = sorted(room["name"] for room in content["rooms"])
            return answer

    async def validate(self, **query: str) -> Answer:
        url = f"{self.address}/rtc/validate"
        async with self.session.get(url, params={"access_token": self.token(), **query}) as response:
            return {"status": response.status}

    async def join(self, **query: str) -> Answer:
        """Join, and leave: what the server says about the new participant, and the refreshed token."""
        params = {"access_token": self.token(), "protocol": "9", "sdk": "python", "auto_subscribe": "1", **query}
        try:
            async with self.session.ws_connect(f"{self.address}/rtc", params=params) as socket:
                return await _welcome(socket)
        except aiohttp.WSServerHandshakeError as error:
            return {"status": error.status}

    async def seen(self) -> Answer:
        """Whether somebody who joins later is told of the participant."""
        params = {"access_token": self.token("first"), "protocol": "9", "sdk": "python"}
        async with self.session.ws_connect(f"{self.address}/rtc", params=params) as socket:
            await _welcome(socket)
            second = token(Case("second", {"roomJoin": True, "room": OWN}), "second")
            async with self.session.ws_connect(
                f"{self.address}/rtc", params={**params, "access_token": second}
            ) as other:
                message = SignalResponse.FromString(await other.receive_bytes(timeout=_PATIENCE))
                return {"seen": any(item.identity == "first" for item in message.join.other_participants)}

    async def publish(self) -> Answer:
        """Join, and announce a track of each source: which of them the server takes."""
        params = {"access_token": self.token(), "protocol": "9", "sdk": "python"}
        async with self.session.ws_connect(f"{self.address}/rtc", params=params) as socket:
            await _welcome(socket)
            for source in _SOURCES:
                track = AddTrackRequest(
                    cid=source, name=source, type=_type_of(source), source=TrackSource.Value(source)
                )
                await socket.send_bytes(SignalRequest(add_track=track).SerializeToString())
            return {"published": sorted(await _published(socket))}

    async def make_hidden(self) -> Answer:
        """Whether the token lets its holder change its own permissions by a call to the server."""
        params = {"access_token": self.token(), "protocol": "9", "sdk": "python"}
        async with self.session.ws_connect(f"{self.address}/rtc", params=params) as socket:
            await _welcome(socket)
            change = {"room": OWN, "identity": "guest", "permission": {"canSubscribe": True, "hidden": True}}
            return await self.call("RoomService/UpdateParticipant", change)

    async def work(self) -> Answer:
        """Whether the token lets its holder register as an agent worker."""
        try:
            async with self.session.ws_connect(
                f"{self.address}/agent", headers={"Authorization": f"Bearer {self.token()}"}
            ):
                return {"connected": True}
        except aiohttp.WSServerHandshakeError as error:
            return {"status": error.status}


def _type_of(source: str) -> TrackType:
    return TrackType.AUDIO if source in {"MICROPHONE", "SCREEN_SHARE_AUDIO"} else TrackType.VIDEO


async def _published(socket: aiohttp.ClientWebSocketResponse) -> set[str]:
    """What is taken; older servers do not answer for what they refuse, so that silence ends it."""
    found: set[str] = set()
    with contextlib.suppress(TimeoutError):
        while len(found) < len(_SOURCES):
            message = SignalResponse.FromString(await socket.receive_bytes(timeout=_SILENCE))
            if message.HasField("track_published"):
                found.add(message.track_published.cid)
    return found


async def _welcome(socket: aiohttp.ClientWebSocketResponse) -> Answer:
    answer: Answer = {}
    while "refreshed" not in answer:
        message = SignalResponse.FromString(await socket.receive_bytes(timeout=_PATIENCE))
        if message.HasField("join"):
            answer = _joined(message.join.room.name, message.join.participant)
        elif message.HasField("leave"):
            return {"left": message.leave.reason}
        elif message.refresh_token:
            answer["refreshed"] = _lifetime(message.refresh_token)
    return answer


def _joined(room: str, participant: ParticipantInfo) -> Answer:
    permission = participant.permission
    return {
        "room": room,
        "kind": ParticipantInfo.Kind.Name(participant.kind),
        "canPublish": permission.can_publish,
        "canSubscribe": permission.can_subscribe,
        "canPublishData": permission.can_publish_data,
        "canPublishSources": sorted(permission.can_publish_sources),
        "canUpdateOwnMetadata": permission.can_update_metadata,
        "hidden": permission.hidden,
        "recorder": permission.recorder,
        "agent": permission.agent,
    }


def _lifetime(text: str) -> str:
    """How long a refreshed token lasts, roughly: nothing may depend on the moment."""
    payload = text.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    minutes = round((claims["exp"] - time.time()) / 60)
    years = minutes // (365 * 24 * 60)
    return f"{years} years" if years else f"{minutes} minutes"


_CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "create_room": ("RoomService/CreateRoom", {"name": "made"}),
    "delete_own": ("RoomService/DeleteRoom", {"room": OWN}),
    "delete_other": ("RoomService/DeleteRoom", {"room": OTHER}),
    "list_rooms": ("RoomService/ListRooms", {}),
    "list_participants_own": ("RoomService/ListParticipants", {"room": OWN}),
    "list_participants_other": ("RoomService/ListParticipants", {"room": OTHER}),
    "update_room_own": ("RoomService/UpdateRoomMetadata", {"room": OWN, "metadata": "x"}),
    "update_room_other": ("RoomService/UpdateRoomMetadata", {"room": OTHER, "metadata": "x"}),
    "list_egress": ("Egress/ListEgress", {}),
    "list_ingress": ("Ingress/ListIngress", {}),
    "list_trunks": ("SIP/ListSIPTrunk", {}),
    "call_out": ("SIP/CreateSIPParticipant", {"sip_trunk_id": "ST_x", "sip_call_to": "1", "room_name": OWN}),
}
_VISITS: dict[str, Callable[[Visit], Awaitable[Answer]]] = {
    "join": Visit.join,
    "join_asking_own": lambda visit: visit.join(room=OWN),
    "join_asking_other": lambda visit: visit.join(room=OTHER),
    "validate": Visit.validate,
    "validate_asking_own": lambda visit: visit.validate(room=OWN),
    "seen": Visit.seen,
    "publish": Visit.publish,
    "make_hidden": Visit.make_hidden,
    "work": Visit.work,
}


async def tried(session: aiohttp.ClientSession, address: str, case: Case) -> dict[str, Answer]:
    """What the server at `address` answers to the probes of a case; the rooms are new for each of them."""
    answer: dict[str, Answer] = {}
    for probe in case.probes:
        await _prepare(session, address)
        visit = Visit(session, address, case)
        answer[probe] = await (_VISITS[probe](visit) if probe in _VISITS else visit.call(*_CALLS[probe]))
    return answer


async def _prepare(session: aiohttp.ClientSession, address: str) -> None:
    """The two rooms, empty, and no other."""
    visit = Visit(session, address, Case("service", {"roomCreate": True, "roomList": True}))
    known = await visit.call("RoomService/ListRooms", {})
    for room in known["rooms"]:
        await visit.call("RoomService/DeleteRoom", {"room": room})
    for room in (OWN, OTHER):
        await visit.call("RoomService/CreateRoom", {"name": room})
