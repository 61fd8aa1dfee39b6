"""What a handler of FastAPI depends on: services and settings that are passed to it, and guards."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

APP = """import jwt
from dataclasses import dataclass
from typing import Annotated
from accounts import Account, get_session
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import APIKeyHeader
from livekit import api
from sqlalchemy.ext.asyncio import AsyncSession

app = FastAPI()

@dataclass
class ApiKeySettings:
    key: str

class AuthService:
    def __init__(self, settings):
        self.settings = settings

    def authenticate(self, name, password):
        if not check_password(password, found(name).hash):
            raise HTTPException(status_code=401)

class CallerService:
    def __init__(self, request: Request):
        self.user = jwt.decode(request.headers["authorization"], SECRET, algorithms=["HS256"])

def settings():
    return ApiKeySettings(key=read())

def service() -> AuthService:
    return AuthService(settings())

def caller(request: Request) -> CallerService:
    return CallerService(request)

Service = Annotated[AuthService, Depends(service)]

@app.post("/token")
def token(room: str, identity: str, ON):
    grants = api.VideoGrants(room_join=True, room=room)
    return api.AccessToken().with_identity(identity).with_grants(grants).to_jwt()
"""


@pytest.mark.parametrize(
    ("depends", "is_open"),
    [
        ("users: AuthService = Depends(service)", True),
        ("users: Annotated[AuthService, Depends(service)]", True),
        ("users: Service", True),
        ("users: FromDishka[AuthService]", True),
        ("settings: ApiKeySettings = Depends(settings)", True),
        ("settings=Depends(settings)", True),
        ("session: AsyncSession = Depends(get_session)", True),
        ("session: Account = Depends(get_session)", False),
        ("key: str = Depends(APIKeyHeader(name='X-Key'))", True),
        ("who: CallerService = Depends()", False),
        ("who: Annotated[CallerService, Depends()]", False),
        ("who=Depends(caller)", False),
        ("who: Annotated[CallerService, Depends(caller)]", False),
    ],
)
def test_a_service_that_is_passed_checks_nobody(depends: str, *, is_open: bool) -> None:
    assert bool(found_in({"main.py": APP.replace("ON", depends)}, "LK601")) is is_open


CALLER = """import jwt
from fastapi import Depends, FastAPI, Header, HTTPException
from livekit import api

app = FastAPI()

def caller(token: str = Header(None)):
    BODY

@app.post("/token")
def token(room: str, user=Depends(caller)):
    identity = "USED"
    grants = api.VideoGrants(room_join=True, room=room)
    return api.AccessToken().with_identity(identity).with_grants(grants).to_jwt()
"""
DECODED = 'jwt.decode(token, SECRET, algorithms=["HS256"])'


@pytest.mark.parametrize(
    ("body", "is_open"),
    [
        (f"return {DECODED}", False),
        (f"if not token:\n        raise HTTPException(401)\n    return {DECODED}", False),
        (f"if not token:\n        return None\n    return {DECODED}", True),
        (f"if token is None or not token.startswith('Bearer '):\n        return\n    return {DECODED}", True),
        (f"if not token:\n        return {{'id': 'guest'}}\n    return {DECODED}", True),
        (f"if not token:\n        return User(id='guest')\n    return {DECODED}", True),
        (f"if not token:\n        return JSONResponse(status_code=403)\n    return {DECODED}", False),
        (f"if token:\n        return {DECODED}\n    return {{'id': 'guest'}}", True),
        (f"if token:\n        return {DECODED}\n    raise HTTPException(401)", False),
        (f"try:\n        return {DECODED}\n    except jwt.PyJWTError:\n        return {{'id': 'guest'}}", True),
        (f"try:\n        return {DECODED}\n    except jwt.PyJWTError:\n        raise HTTPException(401)", False),
    ],
)
def test_what_takes_strangers_for_nobody_or_for_guests_refuses_none(body: str, *, is_open: bool) -> None:
    assert bool(found_in({"main.py": CALLER.replace("BODY", body)}, "LK601")) is is_open


@pytest.mark.parametrize(
    ("used", "is_open"),
    [
        ('"me"', True),
        ('user["sub"]', False),
        ('user.get("sub")', False),
        ('user["sub"] if user else "guest"', True),
    ],
)
def test_nobody_gets_further_whose_name_is_taken_from_none(used: str, *, is_open: bool) -> None:
    text = CALLER.replace("BODY", f"if not token:\n        return None\n    return {DECODED}").replace('"USED"', used)

    assert bool(found_in({"main.py": text}, "LK601")) is is_open


FLASK = """import jwt
from flask import Flask, request
from livekit import api

app = Flask(__name__)

def caller():
    token = request.headers.get("Authorization")
    if not token:
        return None
    return jwt.decode(token, SECRET, algorithms=["HS256"])

@app.post("/token")
def token():
    user = caller()
    USE
    grants = api.VideoGrants(room_join=True, room=request.json["room"])
    return api.AccessToken().with_identity("me").with_grants(grants).to_jwt()
"""


@pytest.mark.parametrize(
    ("use", "is_open"),
    [
        ("pass", True),
        ("if not user:\n        return {}, 401", False),
        ("name = user['name']", False),
        ("name = (user or GUEST)['name']", True),
    ],
)
def test_so_it_is_with_what_a_helper_gives(use: str, *, is_open: bool) -> None:
    assert bool(found_in({"main.py": FLASK.replace("USE", use)}, "LK601")) is is_open
