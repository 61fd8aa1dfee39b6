"""Tokens of classes that a project derives from an SDK's: what their constructors, methods and users do to them."""

from __future__ import annotations

import pytest

from lk_audit.facts import Expiry, TokenMint
from tests.languages.minting import facts_of, found_in, granted

HEAD = "import { AccessToken } from 'livekit-server-sdk';\nclass T extends AccessToken {"
BODY = "constructor(a) { super('k', 's', "
GRANTING = "this.addGrant({ roomJoin: true, room });"
PYTHON = "from datetime import timedelta\nfrom livekit import api\n"
BARE = "class RoomToken(api.AccessToken):\n    pass\n"
LIVING = {
    f"{PYTHON}{BARE}RoomToken('k', 's').with_ttl(timedelta(hours=2)).to_jwt()": 7200,
    f"{PYTHON}class RoomToken(api.AccessToken):\n    def __init__(self):\n        super().__init__('k', 's')\n"
    "        self.with_ttl(timedelta(hours=2))\nRoomToken().to_jwt()": 7200,
    f"{PYTHON}class RoomToken(api.AccessToken):\n    def long(self):\n"
    "        return self.with_ttl(timedelta(hours=2))\nRoomToken('k', 's').long().to_jwt()": 7200,
    f"{PYTHON}{BARE}RoomToken('k', 's').to_jwt()": 21600,
    f"{PYTHON}class OtherToken(Base):\n    pass\nOtherToken('k', 's').with_ttl(timedelta(hours=2)).to_jwt()": None,
}
SCRIPTS = {
    f"{HEAD} }}\nconst U = AccessToken.bind(null, 'k', 's');\nnew U({{ ttl: '2h' }}).toJwt()": 7200,
    f"{HEAD} }}\nconst U = AccessToken.bind(null, 'k', 's');\nnew U({{ identity: 'a' }}).toJwt()": 21600,
    f"{HEAD} }}\nconst given = ['k', 's', {{ ttl: '2h' }}];\nnew AccessToken(...given).toJwt()": 7200,
    f"{HEAD} }}\nexport const f = (given) => new AccessToken(...given).toJwt()": None,
    f"{HEAD} {BODY} {{ ttl: '2h' }}); {GRANTING} }} }}": 7200,
    f"{HEAD} {BODY} {{ ttl: a }}); }} }}\nnew T('2h').toJwt()": 7200,
    f"{HEAD} }}\nclass RoomToken extends AccessToken {{}}\nnew RoomToken('k', 's', {{ ttl: '2h' }}).toJwt()": 7200,
    f"{HEAD} }}\nclass U extends Base {{ {BODY} {{ ttl: '2h' }}); }} }}": None,
}


def _lifetimes(path: str, code: str) -> list[float | None]:
    made = [fact for fact in facts_of({path: code}) if isinstance(fact, TokenMint)]
    return [item.seconds for fact in made for item in fact.lifetimes if item.expiry is not Expiry.UNKNOWN]


@pytest.mark.parametrize("code", LIVING)
def test_a_class_of_python_that_inherits_from_a_token_makes_tokens(code: str) -> None:
    assert _lifetimes("app.py", code) == ([LIVING[code]] if LIVING[code] else [])


@pytest.mark.parametrize("code", SCRIPTS)
def test_a_class_of_javascript_that_inherits_from_a_token_makes_tokens(code: str) -> None:
    assert _lifetimes("app.js", code) == ([SCRIPTS[code]] if SCRIPTS[code] else [])


def test_what_the_class_grants_itself_is_granted() -> None:
    (made,) = (
        fact for fact in facts_of({"app.js": f"{HEAD} {BODY} a); {GRANTING} }} }}"}) if isinstance(fact, TokenMint)
    )

    assert granted(made)["roomJoin"] is True


@pytest.mark.parametrize(("ttl", "found"), [("'2d'", True), ("'10m'", False)])
def test_its_users_in_other_files_say_how_long_it_lives(ttl: str, found: bool) -> None:
    own = f"{HEAD} {BODY} a); }} }}\nexport {{ T }};\n"
    use = f"import {{ T }} from './token';\nexport const join = (i) => new T({{ identity: i, ttl: {ttl} }}).toJwt();\n"

    assert bool(found_in({"server/token.js": own, "server/join.js": use}, "LK301")) is found
