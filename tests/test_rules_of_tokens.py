"""What rules make of a token, of who signs it and of what it carries."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from lk_audit.facts import Audience, Input, Lead, ReadableCredential, Side, Signer, TokenMint
from tests.choices import RULES
from tests.judged import ASKED, KNOWN, OPEN, at, changed, grants, judged


@pytest.mark.parametrize("rule", [rule.name for rule in RULES.values() if rule.fact is TokenMint])
def test_an_ordinary_token_is_nothing_to_speak_of(rule: str) -> None:
    assert judged(rule) == []


HAS_IT = "whoever runs it has the API secret"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"signer": Signer.SDK},
            [f"1 as usual high: access token signed in client code (livekit-api): {HAS_IT}"],
        ),
        (
            {"signer": Signer.RAW, "sdk": "jose"},
            [f"1 as usual medium: access token signed in client code (jose): {HAS_IT}"],
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
    message = "credentials inside a token, readable by its holder"

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


def test_a_token_for_anybody() -> None:
    who, where = Input("identity", at(7), "query.name"), Input("room", at(8), "query.room", handler=at(2))
    message = "GET /token makes tokens for anybody: {} from the request, and no authentication in sight"

    assert judged("unauthenticated-mint", inputs=(who, where), **ASKED) == [
        f"1 as usual medium: {message.format('identity and room')}"
    ]
    another = replace(KNOWN, place=at(20))
    assert judged("unauthenticated-mint", inputs=(where,), endpoints=(OPEN, another)) == [
        f"3 as usual medium: {message.format('room')}"
    ]
    assert judged("unauthenticated-mint", inputs=(who,), endpoints=(KNOWN,)) == []
    assert judged("unauthenticated-mint", inputs=(replace(where, handler=at(99)),), **ASKED) == []
    assert judged("unauthenticated-mint", inputs=(Input("name", at(7), "query.name"),), **ASKED) == []
    assert judged("unauthenticated-mint", inputs=(who,), is_for_bot=True, **ASKED) == []
    assert judged("unauthenticated-mint", **ASKED) == []


def test_what_comes_to_a_token_by_the_same_place_is_one_problem() -> None:
    who = Input("identity", at(7), "query.name")
    again = replace(OPEN, name="POST /join", registered_at=at(30))
    named = "as usual medium: GET /token and POST /join make tokens for anybody: identity from the request"

    for endpoints, line in (((OPEN, again), 1), ((OPEN, again, replace(KNOWN, place=at(20))), 3)):
        (said,) = judged("unauthenticated-mint", inputs=(who,), endpoints=endpoints)
        assert said.startswith(f"{line} {named}")
    (said,) = judged("unauthenticated-mint", inputs=(who,), endpoints=(KNOWN, again))
    assert said.startswith("1 as usual medium: POST /join makes tokens for anybody")
