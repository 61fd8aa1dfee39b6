"""Python's JWT libraries: where each takes its claims and its key."""

from __future__ import annotations

import pytest

from lk_audit.facts import CredentialLiteral, TokenMint
from tests.languages.minting import facts_of, granted

SECRET = "q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa"
CLAIMS = "claims = {'iss': 'k', 'sub': 'ana', 'exp': int(time.time()) + 7200, 'video': {'roomJoin': True, 'room': 'a'}}"
CALLS = {
    "PyJWT": ("import jwt", "jwt.encode(claims, SECRET)"),
    "PyJWT, by names": ("import jwt", "jwt.encode(key=SECRET, algorithm='HS256', payload=claims)"),
    "PyJWT, its module": ("from jwt import api_jwt", "api_jwt.encode(claims, key=SECRET)"),
    "python-jose": ("from jose import jwt", "jwt.encode(claims, SECRET, algorithm='HS256')"),
    "Authlib": ("from authlib.jose import jwt", "jwt.encode({'alg': 'HS256'}, claims, SECRET)"),
    "joserfc": ("from joserfc import jwt", "jwt.encode({'alg': 'HS256'}, claims, SECRET)"),
    "joserfc, by names": ("from joserfc import jwt", "jwt.encode({'alg': 'HS256'}, key=SECRET, claims=claims)"),
    "joserfc, a key of its own": (
        "from joserfc import jwk, jwt",
        "jwt.encode({'alg': 'HS256'}, claims, jwk.OctKey.import_key(SECRET))",
    ),
}


@pytest.mark.parametrize("library", CALLS)
def test_the_claims_and_the_secret_are_found_where_the_library_takes_them(library: str) -> None:
    imports, call = CALLS[library]
    code = f"import time\n{imports}\n{CLAIMS}\nprint({call.replace('SECRET', repr(SECRET))})\n"
    facts = facts_of({"app.py": code})
    (mint,) = [fact for fact in facts if isinstance(fact, TokenMint)]
    secrets = [fact for fact in facts if isinstance(fact, CredentialLiteral)]

    assert mint.sdk == library.partition(",")[0]
    assert [item.seconds for item in mint.lifetimes] == [7200]
    assert granted(mint) == {"roomJoin": True, "room": "a"}
    assert [fact.place.line for fact in secrets] == [4]


@pytest.mark.parametrize("issuer", ["'APIexampLe23456'", "os.environ['LIVEKIT_API_KEY']"])
def test_claims_that_a_livekit_key_issues_are_livekits_whatever_their_grants_are_called(issuer: str) -> None:
    claims = f"{{'iss': {issuer}, 'exp': 1, 'video': {{'room': 'a', 'join': True}}}}"
    code = f"import os, jwt\nprint(jwt.encode({claims}, KEY))\n"
    mints = [fact for fact in facts_of({"app.py": code}) if isinstance(fact, TokenMint)]

    assert [item.spelled for mint in mints for item in mint.grants.unknown] == ["join"]


def test_claims_of_another_issuer_are_not_livekits_for_holding_a_video() -> None:
    code = "import jwt\nprint(jwt.encode({'iss': 'APIConnectErrors', 'video': {'room': 'a', 'join': True}}, KEY))\n"

    assert not [fact for fact in facts_of({"app.py": code}) if isinstance(fact, TokenMint)]
