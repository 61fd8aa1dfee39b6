"""What views of Django REST framework and Django Ninja ask of the callers of one of their methods."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

MINT = """grants = api.VideoGrants(room_join=True, room=request.data["room"])
        token = api.AccessToken().with_identity(request.data["me"]).with_grants(grants).to_jwt()
        return Response({"token": token})"""
HEAD = """from livekit import api
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

"""


def is_open(body: str, mark: str = "") -> bool:
    view = f"{HEAD}class Calls(ViewSet):\n{body}{mark}    def create(self, request):\n        {MINT}\n"
    return bool(found_in({"calls/views.py": view}, "LK601"))


CLASS = "    permission_classes = [IsAuthenticated]\n\n"


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ("", False),
        ("    @action(detail=True, methods=['post'])\n", False),
        ("    @action(detail=True, permission_classes=[IsAuthenticated])\n", False),
        ("    @action(detail=True, permission_classes=[AllowAny])\n", True),
        ("    @action(detail=True, permission_classes=[])\n", True),
    ],
)
def test_what_an_action_asks_for_takes_the_place_of_what_its_class_does(mark: str, *, expected: bool) -> None:
    assert is_open(CLASS, mark) is expected


def test_what_an_action_asks_for_takes_the_place_of_the_settings_too() -> None:
    settings = 'REST_FRAMEWORK = {"DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"]}\n'
    view = f"{HEAD}class Calls(ViewSet):\n    @action(detail=False@@)\n    def join(self, request):\n        {MINT}\n"
    files = {"project/settings.py": settings, "calls/views.py": view}

    assert not found_in({**files, "calls/views.py": view.replace("@@", "")}, "LK601")
    assert found_in({**files, "calls/views.py": view.replace("@@", ", permission_classes=[AllowAny]")}, "LK601")


CHOICE = """        if TEST:
            chosen = [FIRST]
        else:
            chosen = [SECOND]
        return [permission() for permission in chosen]
"""
EARLY = """        if TEST:
            return [FIRST()]
        return [SECOND()]
"""


@pytest.mark.parametrize("form", [CHOICE, EARLY], ids=["choice", "early"])
@pytest.mark.parametrize(
    ("test", "first", "second", "expected"),
    [
        ("self.action == 'list'", "AllowAny", "IsAuthenticated", False),
        ("self.action == 'create'", "AllowAny", "IsAuthenticated", True),
        ("self.action in ('create', 'list')", "AllowAny", "IsAuthenticated", True),
        ("self.action in {'create'}", "IsAuthenticated", "AllowAny", False),
        ("self.request.user.is_staff", "AllowAny", "IsAuthenticated", True),
    ],
)
def test_permissions_may_be_chosen_by_the_action(
    form: str, test: str, first: str, second: str, *, expected: bool
) -> None:
    body = form.replace("TEST", test).replace("FIRST", first).replace("SECOND", second)

    assert is_open(f"    def get_permissions(self):\n{body}\n") is expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [("", True), ("auth=django_auth", False), ("auth=JWTAuth()", False), ("title='Calls'", True)],
)
def test_an_api_of_ninja_may_ask_who_is_there(settings: str, *, expected: bool) -> None:
    text = f"""from livekit import api as lk
from ninja import NinjaAPI
from ninja.security import django_auth
from ninja_jwt.authentication import JWTAuth

api = NinjaAPI({settings})

@api.post("/join")
def join(request, room: str, me: str):
    grants = lk.VideoGrants(room_join=True, room=room)
    return lk.AccessToken().with_identity(me).with_grants(grants).to_jwt()
"""
    assert bool(found_in({"calls/api.py": text}, "LK601")) is expected
