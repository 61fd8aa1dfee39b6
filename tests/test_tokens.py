"""Finding, reading and proving LiveKit tokens."""

from __future__ import annotations

import base64
import json
import time

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lk_audit.livekit.tokens import DAY, decode_token, find_tokens, read_token, signing_secret
from lk_audit.secret import Secret

KEY = "APIexampLe23456"
SIGNING = "made-up-signing-key-of-a-test-that-nothing-accepts"
NOW = 1_800_000_000


def token(payload: dict[str, object] | None = None, algorithm: str = "HS256") -> str:
    content = {"iss": KEY, "sub": "ada", "nbf": NOW, "exp": NOW + 600, "video": {"roomJoin": True, "room": "r"}}
    return jwt.encode({**content, **(payload or {})}, SIGNING + "-" * 64, algorithm=algorithm)


def test_the_claims_of_a_livekit_token_are_read() -> None:
    found = decode_token(token({"kind": "agent", "iat": NOW, "sip": {"admin": True}}))

    assert found is not None
    assert (found.key_id, found.identity, found.kind, found.algorithm) == (KEY, "ada", "agent", "HS256")
    assert (found.issued, found.not_before, found.expires, found.lifetime) == (NOW, NOW, NOW + 600, 600)
    assert found.grants == {"roomJoin": True, "room": "r"}
    assert found.other_grants == {"sip": {"admin": True}}
    assert "video" in found.claims


def test_powers_are_grants_that_are_true_and_reach_beyond_taking_part() -> None:
    video = {"roomJoin": True, "roomAdmin": True, "roomList": False, "roomCreate": "true", "agent": True}

    found = decode_token(token({"video": video, "sip": {"call": True}, "agent": {"admin": False}}))

    assert found is not None
    assert set(found.powers) == {"roomAdmin", "sip.call", "agent"}


@pytest.mark.parametrize(
    "payload",
    [
        {"video": {}},
        {"video": "yes"},
        {"video": {"codec": "vp8"}},
        {"video": None, "sip": {"admin": True}, "iss": "acme"},
    ],
)
def test_a_token_without_a_livekit_grant_is_somebody_elses(payload: dict[str, object]) -> None:
    assert decode_token(token(payload)) is None
    assert read_token(token(payload)) is not None


def test_a_service_token_of_a_livekit_key_counts_without_video() -> None:
    assert decode_token(token({"video": None, "inference": {"perform": True}})) is not None


def test_another_algorithm_is_not_livekits() -> None:
    assert decode_token(token(algorithm="HS512")) is None


@pytest.mark.parametrize("text", ["", "a.b.c", "eyJ.eyJ.x", "eyJhbGciOiJIUzI1NiJ9.e30.", "x" * 20_000, "eyJ" * 3])
def test_what_is_no_token_reads_as_none(text: str) -> None:
    assert read_token(text) is None or not read_token(text).is_livekit  # type: ignore[union-attr]


def test_hostile_payloads_read_as_none_or_without_the_odd_value() -> None:
    def raw(payload: str) -> str:
        head = base64.urlsafe_b64encode(b'{"alg":"HS256"}').rstrip(b"=").decode()
        return f"{head}.{base64.urlsafe_b64encode(payload.encode()).rstrip(b'=').decode()}.{'A' * 43}"

    assert decode_token(raw("[" * 5000)) is None
    for value in ("1e400", "NaN", "true", '"soon"', "[]", "-1e300"):
        found = decode_token(raw(f'{{"exp": {value}, "video": {{"roomJoin": true}}}}'))
        assert found is not None
        found.validity(NOW)
        found.lasts_over(DAY, NOW)


def test_a_life_in_words() -> None:
    def words(**payload: object) -> str:
        found = decode_token(token(payload))
        assert found is not None
        return found.validity(NOW)

    assert words(exp=NOW + DAY) == "valid until 2027-01-16"
    assert words(exp=NOW - DAY) == "expired 2027-01-14"
    assert words(exp=None) == "without expiry"
    assert "milliseconds" in words(exp=NOW * 1000)


@pytest.mark.parametrize(
    ("payload", "is_long"),
    [
        ({}, False),
        ({"exp": NOW + 2 * DAY}, True),
        ({"exp": None}, True),
        ({"exp": NOW * 1000}, True),
        ({"nbf": 0, "exp": NOW + 600}, False),
        ({"nbf": 0, "exp": NOW + 2 * DAY}, True),
    ],
)
def test_whether_a_token_outlasts_a_day(payload: dict[str, object], is_long: bool) -> None:
    found = decode_token(token(payload))

    assert found is not None
    assert found.lasts_over(DAY, NOW) is is_long


def test_only_the_signing_secret_proves_the_signature() -> None:
    found = decode_token(token({"exp": 1}))

    assert found is not None
    others = [Secret(SIGNING), Secret(""), Secret("\udc80")]
    assert signing_secret(found, [*others, Secret(SIGNING + "-" * 64)]) == Secret(SIGNING + "-" * 64)
    assert signing_secret(found, others) is None


def test_a_decoded_token_never_renders_the_token() -> None:
    text = token()
    found = decode_token(text)

    assert text not in repr(found)
    assert text.rpartition(".")[2] not in f"{found!r} {found}"


@pytest.mark.parametrize(
    "around", ['"{}"', "Bearer {}", "?access_token={}&x=1", "line\\n{}", "`{}`", "{}", "%20{}", "<{}>"]
)
def test_tokens_are_found_in_any_surroundings_with_their_exact_span(around: str) -> None:
    text = token()
    data = around.format(text).encode()

    found = list(find_tokens(data))

    assert [item[2] for item in found] == [text]
    assert [data[start:end].decode() for start, end, _ in found] == [text]


def test_a_cut_off_or_redacted_token_is_not_found() -> None:
    text = token()

    assert not list(find_tokens(text[:-10].encode()))
    assert not list(find_tokens(f"{text[:60]}...".encode()))


def test_several_tokens_on_one_line_are_all_found() -> None:
    first, second = token(), token({"sub": "bob"})

    assert [item[2] for item in find_tokens(f"{first},{second} {first}".encode())] == [first, second, first]


@pytest.mark.parametrize("unit", [b"eyJ", b"eyJhbGciOi", b"eyJ.", b".", b"eyJa.eyJb." + b"c" * 43 + b"."])
def test_finding_takes_linear_time(unit: bytes) -> None:
    started = time.perf_counter()
    list(find_tokens(unit * (2_000_000 // len(unit))))

    assert time.perf_counter() - started < 5


@given(st.binary(max_size=300))
def test_no_bytes_make_finding_raise(data: bytes) -> None:
    list(find_tokens(data + token().encode() + data))


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=5)


@given(st.dictionaries(st.sampled_from(["exp", "nbf", "iss", "sub", "video", "sip", "kind"]), JSON))
def test_reading_never_raises(payload: dict[str, object]) -> None:
    text = json.dumps(payload)
    body = base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
    read_token(f"eyJhbGciOiJIUzI1NiJ9.{body}.{'A' * 43}")
