"""Sessions of Flask, Quart and Django that strangers have nothing in, and lists of middleware of aiohttp."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

FLASK = """from flask import Flask, redirect, request, session, url_for
from livekit import api

app = Flask(__name__)

@app.route("/token")
def token():
    CHECK
    grants = api.VideoGrants(room_join=True, room=request.args["room"])
    return api.AccessToken().with_identity("me").with_grants(grants).to_jwt()
"""
AWAY = "return redirect(url_for('login'))"


@pytest.mark.parametrize(
    ("check", "is_open"),
    [
        (f"if not session.get('user'): {AWAY}", False),
        (f"if 'user' not in session: {AWAY}", False),
        (f"user = session.get('user')\n    if user is None: {AWAY}", False),
        (f"user = session['user'] if 'user' in session else None\n    if user == 'banned': {AWAY}", True),
        (f"if session.get('user'): {AWAY}", True),
        (f"if not request.cookies.get('user'): {AWAY}", True),
        (f"if 'user' not in request.args: {AWAY}", True),
    ],
)
def test_who_is_in_no_session_is_sent_away(check: str, *, is_open: bool) -> None:
    assert bool(found_in({"app.py": FLASK.replace("CHECK", check)}, "LK601")) is is_open


DJANGO = """from django.shortcuts import redirect
from livekit import api

def token(request):
    CHECK
    grants = api.VideoGrants(room_join=True, room=request.GET["room"])
    return HttpResponse(api.AccessToken().with_identity("me").with_grants(grants).to_jwt())
"""


@pytest.mark.parametrize(
    ("check", "is_open"),
    [
        ("if 'user' not in request.session: return redirect('login')", False),
        ("if not request.session.get('user'): return redirect('login')", False),
        ("if 'user' in request.session: return redirect('home')", True),
        ("if 'room' not in request.GET: return redirect('home')", True),
    ],
)
def test_so_it_is_in_django(check: str, *, is_open: bool) -> None:
    urls = "from django.urls import path\nfrom views import token\nurlpatterns = [path('token/', token)]\n"

    assert bool(found_in({"views.py": DJANGO.replace("CHECK", check), "urls.py": urls}, "LK601")) is is_open


AIOHTTP = """from aiohttp import web
from livekit import api

@web.middleware
async def check(request, handler):
    if request.headers.get("X-Key") != KEY:
        raise web.HTTPUnauthorized()
    return await handler(request)

@web.middleware
async def log(request, handler):
    print(request.path)
    return await handler(request)

async def token(request):
    grants = api.VideoGrants(room_join=True, room=request.query["room"])
    return web.Response(text=api.AccessToken().with_identity("me").with_grants(grants).to_jwt())

MADE
app.router.add_get("/token", token)
"""


@pytest.mark.parametrize(
    ("made", "is_open"),
    [
        ("app = web.Application(middlewares=[log, check])", False),
        ("AROUND = [log, check]\napp = web.Application(middlewares=AROUND)", False),
        ("app = web.Application()\napp.middlewares.append(check)", False),
        ("app = web.Application()\napp.middlewares.append(log)", True),
        ("app = web.Application()\nseen.append(check)", True),
    ],
)
def test_middleware_of_aiohttp_stands_in_a_list(made: str, *, is_open: bool) -> None:
    assert bool(found_in({"app.py": AIOHTTP.replace("MADE", made)}, "LK601")) is is_open


KNOWN = """from flask import Flask, g, request, session
from flask_login import current_user
from livekit import api
app = Flask(__name__)
@app.post("/token")
def token():
    who = WHO
    if not who:
        return "", 401
    grants = api.VideoGrants(room_join=True, room="hall")
    return api.AccessToken(KEY, SECRET).with_identity(request.json["me"]).with_grants(grants).to_jwt()
"""


@pytest.mark.parametrize("framework", ["flask", "quart"])
@pytest.mark.parametrize(
    ("who", "is_known"),
    [
        *(("session['user']", True), ("session.get('user')", True), ("g.user", True), ("g.get('user')", True)),
        *(("current_user", True), ("current_user.id", True), ("request.json.get('who')", False)),
    ],
)
def test_what_the_framework_knows_of_the_caller_tells_who_it_is(framework: str, who: str, *, is_known: bool) -> None:
    text = KNOWN.replace("WHO", who).replace("from flask import", f"from {framework} import")

    assert bool(found_in({"app.py": text}, "LK601")) is not is_known
