"""How packages of Python find what answers requests, and how that reads them: by marks, types and names of methods."""

from __future__ import annotations

import pytest

from lk_audit.livekit.requests import (
    FALCON_METHODS,
    OWN_READERS,
    PACKAGE_DECORATORS,
    REQUEST_TYPES,
)
from tests.languages.minting import found_in

MINT = """
        grants = api.VideoGrants(room_join=True, room=room)
        token = api.AccessToken().with_identity(identity).with_grants(grants).to_jwt()
"""
FUNCTION = (
    "if True:\n    MARK\n    def token_for(REQUEST):\n        identity, room = ASKED" + MINT + "        return token\n"
)
METHOD = "    def NAME(self, *rest):\n        identity, room = ASKED" + MINT + "        ANSWER\n"


def function(head: str, mark: str, request: str, asked: str) -> dict[str, str]:
    text = FUNCTION.replace("MARK", mark).replace("REQUEST", request).replace("ASKED", asked)
    return {"views.py": f"from livekit import api\n{head}\n{text}"}


def method(head: str, owner: str, name: str, asked: str, answer: str = "return token") -> dict[str, str]:
    text = METHOD.replace("NAME", name).replace("ASKED", asked).replace("ANSWER", answer)
    return {"views.py": f"from livekit import api\n{head}\n{owner}\n{text}"}


MARKS = {
    "blacksheep.": ("from blacksheep import MARK", "@MARK('/token')", "me: str, room: str", "me, room"),
    "blacksheep.server.controllers.": (
        *("from blacksheep.server.controllers import MARK", "@MARK('/token')", "me: str, room: str", "me, room"),
    ),
    "cherrypy.": ("import cherrypy", "@cherrypy.MARK", "self, me, room", "me, room"),
    "bottle.": ("from bottle import request, MARK", "@MARK('/token')", "", "request.query.me, request.query.room"),
    "firebase_functions.https_fn.": (
        *("from firebase_functions import https_fn", "@https_fn.MARK()", "req", "req.data['me'], req.data['room']"),
    ),
    "litestar.": ("from litestar import MARK", "@MARK('/token')", "me: str, room: str", "me, room"),
    "pyramid.view.": (
        *("from pyramid.view import MARK", "@MARK(route_name='token')", "request"),
        "request.params['me'], request.params['room']",
    ),
}


@pytest.mark.parametrize(
    ("package", "name"),
    [(package, name) for package, names in PACKAGE_DECORATORS.items() if package in MARKS for name in sorted(names)],
)
def test_every_mark_of_a_package_makes_a_handler(package: str, name: str) -> None:
    head, mark, request, asked = (part.replace("MARK", name) for part in MARKS[package])

    assert found_in(function(head, mark, request, asked), "LK601")


def test_a_mark_of_that_name_from_elsewhere_says_nothing() -> None:
    head = "from registry import on_call"

    assert not found_in(function(head, "@on_call()", "req", "req.data['me'], req.data['room']"), "LK601")


@pytest.mark.parametrize("name", sorted(REQUEST_TYPES))
def test_a_function_of_a_request_answers_it_where_a_platform_finds_it(name: str) -> None:
    package, _, kind = name.rpartition(".")
    head = f"from {package} import {kind}\n" + "def main(req: " + kind + "):\n"
    body = "        identity, room = req.params.get('me'), req.params.get('room')" + MINT + "        return token\n"

    assert found_in({"function.py": f"from livekit import api\n{head}{body}"}, "LK601")


def test_a_caller_of_a_firebase_function_may_be_known() -> None:
    head = "from firebase_functions import https_fn"

    assert not found_in(function(head, "@https_fn.on_call()", "req", "req.auth.uid, req.auth.uid"), "LK601")


@pytest.mark.parametrize("name", sorted(FALCON_METHODS))
def test_resources_of_falcon_answer_by_the_names_of_their_methods(name: str) -> None:
    text = method("import falcon", "class Tokens:", name, "rest[0].media['me'], rest[0].media['room']")
    text["views.py"] = text["views.py"].replace("*rest", "req, resp").replace("rest[0]", "req")

    assert found_in(text, "LK601")


@pytest.mark.parametrize("reader", sorted(OWN_READERS))
def test_handlers_of_tornado_read_their_own_request(reader: str) -> None:
    head, owner = "import tornado.web", "class Token(tornado.web.RequestHandler):"
    asked = f"self.{reader}('me'), self.{reader}('room')"

    assert found_in(method(head, owner, "get", asked, "self.write(token)"), "LK601")
    assert not found_in(
        method(
            f"{head}\nfrom tornado.web import authenticated",
            f"{owner}\n    @authenticated",
            "get",
            asked,
            "self.write(token)",
        ),
        "LK601",
    )


@pytest.mark.parametrize(
    ("head", "base", "asked"),
    [
        ("from django.views import View", "View", "self.request.GET['me'], self.kwargs['room']"),
        ("from rest_framework.views import APIView", "APIView", "self.request.data['me'], self.request.data['room']"),
        ("import tornado.web", "tornado.web.RequestHandler", "self.request.body, 'lobby'"),
    ],
)
def test_views_that_are_classes_hold_their_request(head: str, base: str, asked: str) -> None:
    assert found_in(method(head, f"class Token({base}):", "get", asked), "LK601")


@pytest.mark.parametrize("asked", ["self.request.user.id, 'lobby'", "self.request.session['me'], 'lobby'"])
def test_what_the_server_knows_of_the_caller_is_not_the_request(asked: str) -> None:
    assert not found_in(method("from django.views import View", "class Token(View):", "get", asked), "LK601")


@pytest.mark.parametrize("package", ["flask_restful", "flask_restx"])
def test_a_parser_of_arguments_gives_what_is_sent(package: str) -> None:
    head = f"from {package} import Resource, reqparse\nparser = reqparse.RequestParser()\n"
    asked = "parser.parse_args()['me'], parser.parse_args()['room']"

    assert found_in(method(head, "class Token(Resource):", "post", asked), "LK601")
    guarded = "class Token(Resource):\n    method_decorators = [login_required]"
    assert not found_in(method(f"{head}from flask_login import login_required", guarded, "post", asked), "LK601")


def test_a_parser_of_the_command_line_does_not() -> None:
    head = "import argparse\nfrom flask_restful import Resource\nparser = argparse.ArgumentParser()\n"
    asked = "parser.parse_args().me, parser.parse_args().room"

    assert not found_in(method(head, "class Token(Resource):", "post", asked), "LK601")
