"""What lk-audit says LiveKit's servers do is what real servers did: the vectors of conformance/server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt
import pytest

from conformance.server.cases import CASES, OTHER, OWN, Answer, Case, Key, vectors
from lk_audit.livekit.grants import (
    ANY_CASE_FROM,
    PROJECT_GRANTS,
    SERVICE_KINDS,
    VIDEO_GRANTS,
    how_ignored,
    in_another_case,
    restricts_by_default,
)
from lk_audit.livekit.tokens import DecodedToken, read_token
from lk_audit.rule_loader import load_builtin_rules

NOW = 1_767_225_600
RECORDED: dict[str, dict[str, dict[str, Answer]]] = vectors()["cases"]
RELEASES: list[str] = list(vectors()["servers"])
SOURCES = ["CAMERA", "MICROPHONE", "SCREEN_SHARE", "SCREEN_SHARE_AUDIO"]
REFUSED = {401, 403}
BY_NAME = {case.name: case for case in CASES}


def version(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.removeprefix("v").split("."))


def answer(case: str, release: str, probe: str = "join") -> Answer:
    return RECORDED[case][release][probe]


def joins(case: str, release: str, probe: str = "join") -> bool:
    return "room" in answer(case, release, probe)


def each(of: Callable[[Case, str], bool]) -> list[object]:
    found = ((case, release) for case in CASES for release in RELEASES if of(case, release))
    return [pytest.param(case, release, id=f"{release}: {case.name}") for case, release in found]


def decoded(case: Case) -> DecodedToken:
    """The token of a case as lk-audit reads it, signed at `NOW`."""
    claims: dict[str, Any] = {"sub": "guest", "nbf": 0, "exp": 600, **case.claims}
    payload = {
        name: (NOW + value) * (1000 if name in case.milliseconds else 1) if name in {"exp", "iat"} else value
        for name, value in claims.items()
        if value is not None
    }
    payload |= {name: str(payload[name]) for name in case.as_text}
    if case.video is not None:
        payload["video"] = case.video
    key = "" if case.key is Key.NONE else "made-up-secret-that-is-long-enough-for-any-of-the-hashes-in-use-here"
    found = read_token(jwt.encode(payload, key, algorithm=case.algorithm))
    assert found is not None
    return found


# --- the vectors ------------------------------------------------------------------------------------------------------


def test_several_releases_were_asked() -> None:
    assert sorted(RELEASES, key=version) == RELEASES
    assert len(RELEASES) >= 3


def test_every_case_is_recorded_with_every_probe_at_every_release() -> None:
    written = {case.name: {release: set(case.probes) for release in RELEASES} for case in CASES}

    assert {
        name: {release: set(probes) for release, probes in found.items()} for name, found in RECORDED.items()
    } == written


# --- what a grant allows ----------------------------------------------------------------------------------------------


def read_by(release: str, video: dict[str, Any]) -> dict[str, Any]:
    """The grants in a claim that a server reads, under their real names, as lk-audit has it."""
    any_case = version(release) >= version(ANY_CASE_FROM)
    named = {(in_another_case(name) if any_case else None) or name: value for name, value in video.items()}
    return {name: value for name, value in named.items() if name in VIDEO_GRANTS and value is not None}


def said_of(release: str, case: Case) -> dict[str, object]:
    """What lk-audit's table of defaults says a participant may do."""
    grants = read_by(release, case.video or case.claims.get("Video", {}))
    names = ("canPublish", "canSubscribe", "canPublishData", "canUpdateOwnMetadata", "hidden", "recorder", "agent")
    said = {name: grants.get(name, VIDEO_GRANTS[name].default) for name in names}
    if said["canPublishData"] is None:
        said["canPublishData"] = said["canPublish"]
    return said


@pytest.mark.parametrize(
    ("case", "release"), each(lambda case, release: "join" in case.probes and joins(case.name, release))
)
def test_a_participant_has_the_rights_that_the_table_of_grants_says(case: Case, release: str) -> None:
    found, said = answer(case.name, release), said_of(release, case)

    assert {name: found[name] for name in said} == said


@pytest.mark.parametrize(("case", "release"), each(lambda case, _: "publish" in case.probes))
def test_the_rights_to_publish_are_those_that_hold(case: Case, release: str) -> None:
    named = read_by(release, case.video or {}).get("canPublishSources") or [name.lower() for name in SOURCES]
    said = [name for name in SOURCES if said_of(release, case)["canPublish"] and name.lower() in named]

    assert answer(case.name, release, "publish")["published"] == said


PROBED = {
    "create_room": "roomCreate",
    "delete_own": "roomCreate",
    "delete_other": "roomCreate",
    "list_rooms": "roomList",
    "list_egress": "roomRecord",
    "list_ingress": "ingressAdmin",
    "list_trunks": "sip.admin",
    "call_out": "sip.call",
    "list_participants_own": "roomAdmin",
    "update_room_own": "roomAdmin",
    "work": "agent",
}
"""What lk-audit calls the power that a probe needs."""


@pytest.mark.parametrize(("case", "release"), each(lambda case, _: not set(case.probes).isdisjoint(PROBED)))
def test_a_token_opens_what_its_powers_say_and_nothing_else(case: Case, release: str) -> None:
    token = decoded(case)
    held = set(token.powers) - ({"roomAdmin"} if token.grants.get("room") != OWN else set())

    allowed = {
        probe: answer(case.name, release, probe).get("status", 200) not in REFUSED
        for probe in case.probes
        if probe in PROBED
    }

    assert allowed == {probe: PROBED[probe] in held for probe in allowed}


def test_every_grant_for_the_whole_project_that_a_server_of_ones_own_knows_was_tried() -> None:
    # The others belong to LiveKit Cloud.
    own = [name for name in PROJECT_GRANTS if name.partition(".")[0] not in {"agent", "inference", "observability"}]

    assert set(own) <= set(PROBED.values())


@pytest.mark.parametrize("release", RELEASES)
def test_room_admin_ends_at_the_door_of_its_room(release: str) -> None:
    for case in ("roomAdmin", "roomAdmin and roomJoin", "roomAdmin without room", "roomAdmin of room *"):
        for probe in ("list_participants_other", "update_room_other"):
            assert answer(case, release, probe)["status"] == 401


@pytest.mark.parametrize("kind", sorted(SERVICE_KINDS - {"connector"}))
@pytest.mark.parametrize("release", RELEASES)
def test_the_kinds_that_no_person_is_are_kinds_of_the_server(kind: str, release: str) -> None:
    assert answer(f"kind {kind}", release)["kind"] == kind.upper()
    assert answer("kind robot", release)["kind"] == "STANDARD"


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize(
    ("case", "name", "right"),
    [
        ("snake case: can_publish false", "can_publish", "canPublish"),
        ("snake case: can_publish_data false", "can_publish_data", "canPublishData"),
        ("snake case: can_subscribe false", "can_subscribe", "canSubscribe"),
        ("invented: canPublishVideo false", "canPublishVideo", "canPublish"),
        ("capitals: CanPublish false", "CanPublish", "canPublish"),
        ("lower case: canpublish false", "canpublish", "canPublish"),
    ],
)
def test_a_name_is_ignored_where_lk_audit_says_so(case: str, name: str, right: str, release: str) -> None:
    assert restricts_by_default(right)

    is_read = "before" in how_ignored(name) and version(release) >= version(ANY_CASE_FROM)

    assert answer(case, release)[right] is not is_read


# --- time -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "is_endless"),
    [
        ("no exp", True),
        ("exp in milliseconds", True),
        ("exp in ten years", False),
        ("exp as text", False),
        ("exp in a day", False),
    ],
)
def test_a_token_is_endless_where_the_server_sees_no_end(case: str, *, is_endless: bool) -> None:
    token = decoded(BY_NAME[case])

    assert (token.expires is None or token.expires_in_milliseconds) is is_endless
    assert not token.is_expired(NOW)
    assert any(joins(case, release) for release in RELEASES)


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("case", ["exp an hour ago", "exp 90 seconds ago"])
def test_what_has_expired_opens_nothing(case: str, release: str) -> None:
    assert decoded(BY_NAME[case]).is_expired(NOW)
    assert not joins(case, release)


# --- what rules say ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of a rule's page about servers, and whether it is true of a release."""

    rule: str
    says: str
    holds: Callable[[str], bool]


def _may(case: str, release: str, probe: str) -> bool:
    return answer(case, release, probe)["status"] not in REFUSED


def _is_before(release: str, other: str) -> bool:
    return version(release) < version(other)


CLAIMS = (
    Claim(
        "implicit-publish",
        "Leaving canPublish out does not deny it, it allows it.",
        lambda release: answer("plain", release, "publish")["published"] == SOURCES,
    ),
    Claim(
        "implicit-publish",
        "an empty canPublishSources stands for every source, not for none",
        lambda release: answer("canPublishSources empty", release, "publish")["published"] == SOURCES,
    ),
    Claim(
        "no-expiry",
        "Servers up to v1.13.5 accept a token without `exp` for ever.",
        lambda release: joins("no exp", release) is _is_before(release, "v1.13.6"),
    ),
    Claim(
        "no-expiry",
        "a number of milliseconds is a date tens of thousands of years away, and every server accepts it",
        lambda release: joins("exp in milliseconds", release),
    ),
    Claim(
        "wildcard-room",
        "Servers before v1.9.1 let it into any room that its holder asks for; newer ones refuse it.",
        lambda release: all(
            joins(case, release, "join_asking_own") is _is_before(release, "v1.9.1")
            for case in ("no room", "empty room", "roomName instead of room")
        ),
    ),
    Claim(
        "unknown-grant",
        "The server ignores unknown names without a word",
        lambda release: (
            joins("invented: canAdminParticipants", release)
            and answer("snake case: can_publish false", release)["canPublish"] is True
            and not joins("snake case: room_join", release)
        ),
    ),
    Claim(
        "unknown-grant",
        "only since v1.13 it reads known ones in any case",
        lambda release: joins("capitals: RoomJoin and Room", release) is not _is_before(release, "v1.13"),
    ),
    Claim(
        "unknown-grant",
        "canPublish, canSubscribe and canPublishData are on unless their real name says otherwise",
        lambda release: all(
            answer("plain", release)[name] for name in ("canPublish", "canSubscribe", "canPublishData")
        ),
    ),
    Claim(
        "project-grant",
        "roomCreate also deletes rooms, any room",
        lambda release: _may("roomCreate and roomJoin", release, "delete_other"),
    ),
    Claim(
        "project-grant",
        "roomList names them all",
        lambda release: answer("roomList", release, "list_rooms")["rooms"] == sorted([OWN, OTHER]),
    ),
    Claim(
        "project-grant",
        "LiveKit creates a room when the first participant enters.",
        lambda release: (
            answer("room that does not exist", release)["room"] == "new" and not _may("plain", release, "create_room")
        ),
    ),
    Claim(
        "excessive-ttl",
        "until it expires, whoever gets hold of it joins the room again",
        lambda release: joins("exp in ten years", release) and not joins("exp an hour ago", release),
    ),
)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: f"{claim.rule}: {claim.says}")
def test_what_a_rule_says_about_servers_is_true_of_every_release(claim: Claim) -> None:
    (rule,) = [rule for rule in load_builtin_rules() if rule.name == claim.rule]

    assert claim.says in " ".join(rule.explanation.split())
    assert [release for release in RELEASES if not claim.holds(release)] == []


@pytest.mark.parametrize("release", RELEASES)
def test_a_star_is_the_name_of_a_room(release: str) -> None:
    assert answer("room *", release, "join_asking_own")["room"] == "*"


@pytest.mark.parametrize("release", RELEASES)
def test_grants_outside_the_claim_video_open_nothing(release: str) -> None:
    assert not any(joins(case, release) for case in ("grants at the top level", "grants in a claim called grants"))
    assert not _may("sip inside video", release, "call_out")


@pytest.mark.parametrize("release", RELEASES)
def test_a_hidden_participant_is_not_seen_and_whoever_administers_a_room_can_hide(release: str) -> None:
    assert answer("hidden", release, "seen") == {"seen": False}
    assert answer("not hidden", release, "seen") == {"seen": True}
    assert _may("roomAdmin and roomJoin", release, "make_hidden")


@pytest.mark.parametrize("release", RELEASES)
def test_what_the_own_secret_has_not_signed_opens_nothing(release: str) -> None:
    assert not any(joins(case, release) for case in ("alg none", "wrong secret", "unknown key", "no iss"))
    assert [joins(case, release) for case in ("HS384", "HS512")] == [_is_before(release, "v1.13")] * 2


def test_only_tokens_that_an_sdk_could_have_made_count_as_livekit_s() -> None:
    made = {case.algorithm: decoded(case).is_livekit for case in CASES if case.name in {"plain", "HS384", "HS512"}}

    assert made == {"HS256": True, "HS384": False, "HS512": False}
