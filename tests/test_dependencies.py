"""What a handler of FastAPI depends on: services and settings that are passed to it, and guards."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

APP = """import jwt
from dataclasses import dataclass
from typing import Annotated
from fastapi import Depends, FastAPI, HTTPException
from livekit import api

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
        ("who: CallerService = Depends()", False),
        ("who: Annotated[CallerService, Depends()]", False),
        ("who=Depends(caller)", False),
        ("who: Annotated[CallerService, Depends(caller)]", False),
    ],
)
def test_a_service_that_is_passed_checks_nobody(depends: str, *, is_open: bool) -> None:
    assert bool(found_in({"main.py": APP.replace("ON", depends)}, "LK601")) is is_open
