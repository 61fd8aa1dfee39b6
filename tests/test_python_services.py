"""What answers in Python without an address: sockets, remote calls, pages of components, tools of models."""

from __future__ import annotations

import pytest

from lk_audit.facts import TokenMint
from lk_audit.livekit.requests import GRADIO_EVENTS, GRADIO_PARTS, SOCKET_CLASSES, SOCKET_METHODS, TOOL_SERVER_GUARDS
from tests.languages.minting import facts_of, found_in

MINT = """grants = api.VideoGrants(room_join=True, room=room)
        token = api.AccessToken().with_identity(identity).with_grants(grants).to_jwt()
"""
HEAD = "import grpc, os, jwt\nfrom livekit import api\n"


def found(text: str, **others: str) -> bool:
    files = {f"{name}.py": content for name, content in others.items()}
    return bool(found_in({"server.py": HEAD + text, **files}, "LK601"))


def socket(base: str, method: str, before: str = "", check: str = "pass") -> str:
    return f"""
class Rooms({base}):
{before}
    async def {method}(self, content):
        {check}
        identity, room = content["me"], content["room"]
        {MINT}        await self.send(token)
"""


@pytest.mark.parametrize("base", SOCKET_CLASSES)
@pytest.mark.parametrize("method", sorted(SOCKET_METHODS))
def test_a_socket_answers_what_the_client_sends(base: str, method: str) -> None:
    assert found(socket(f"web.{base}", method))


def test_of_other_classes_such_methods_say_nothing() -> None:
    assert not found(socket("QueueConsumer", "receive"))


CONNECT = """
    async def connect(self):
        if not self.scope["user"].is_authenticated:
            {answer}
        await self.accept()
"""


@pytest.mark.parametrize(
    ("before", "check", "expected"),
    [
        (CONNECT.format(answer="await self.close()"), "pass", False),
        (CONNECT.format(answer="raise DenyConnection()"), "pass", False),
        (CONNECT.format(answer="self.guest = True"), "pass", True),
        ("", 'if not self.scope["user"].is_authenticated: return', False),
        ("", 'if not self.scope["user"].nickname: self.guest = True', True),
    ],
)
def test_a_socket_may_be_closed_to_strangers(before: str, check: str, *, expected: bool) -> None:
    assert found(socket("JsonWebsocketConsumer", "receive_json", before, check)) is expected


CALL = f"""import tokens_pb2_grpc
class Tokens(tokens_pb2_grpc.TokensServicer):
    def GetToken(self, request, context):
        CHECK
        identity, room = request.me, request.room
        {MINT}        return Reply(token=token)
"""
VERIFIED = """try:
            jwt.decode(dict(context.invocation_metadata())["token"], os.environ["KEY"], algorithms=["HS256"])
        except jwt.PyJWTError:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "who are you?")"""
INTERCEPTOR = """import grpc
from server import Tokens

class Interceptor(grpc.ServerInterceptor):
    def intercept_service(self, continuation, details):
        BODY
        return continuation(details)

server = grpc.server(executor, interceptors=(Interceptor(),))
"""


@pytest.mark.parametrize(("check", "expected"), [("pass", True), (VERIFIED, False)])
def test_a_service_of_grpc_answers_calls(check: str, *, expected: bool) -> None:
    assert found(CALL.replace("CHECK", check)) is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("if dict(details.invocation_metadata)['key'] != KEY: return deny(grpc.StatusCode.UNAUTHENTICATED)", False),
        ("print(details.method)", True),
    ],
)
def test_an_interceptor_may_ask_who_calls(body: str, *, expected: bool) -> None:
    assert found(CALL.replace("CHECK", "pass"), main=INTERCEPTOR.replace("BODY", body)) is expected


PAGE = f"""import gradio as gr
if True:
    def token_for(identity, room):
        {MINT}        return token
demo = gr.Blocks()
GIVEN
demo.launch(LAUNCH)
"""


@pytest.mark.parametrize(
    "given",
    [f"gr.{name}(fn=token_for)" for name in sorted(GRADIO_PARTS)]
    + [f"button.{name}(token_for, [me, room], out)" for name in sorted(GRADIO_EVENTS)],
)
def test_a_page_of_gradio_answers_visitors(given: str) -> None:
    page = PAGE.replace("GIVEN", given)

    assert found(page.replace("LAUNCH", "share=True"))
    assert not found(page.replace("LAUNCH", "auth=('ana', os.environ['PASSWORD'])"))
    assert found(page.replace("LAUNCH", "auth=None"))


TOOL = f"""from mcp.server.fastmcp import FastMCP
mcp = FastMCP("rooms"GUARD)
if True:
    @mcp.tool()
    def token_for(identity: str, room: str) -> str:
        {MINT}        return token
"""
HTTP = "mcp.run(transport='streamable-http')\n"


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (HTTP, True),
        ("mcp.run(transport='sse')\n", True),
        ("app = mcp.streamable_http_app()\n", True),
        ("mcp.run()\n", False),
        ("mcp.run(transport='stdio')\n", False),
    ],
)
def test_a_tool_is_for_anybody_where_it_is_offered_over_http(run: str, *, expected: bool) -> None:
    tool = TOOL.replace("GUARD", "")

    assert found(tool + run) is expected
    assert found(tool, main=f"from server import mcp\n{run}") is expected


@pytest.mark.parametrize("guard", sorted(TOOL_SERVER_GUARDS))
def test_a_server_of_tools_may_ask_who_calls(guard: str) -> None:
    assert not found(TOOL.replace("GUARD", f", {guard}=checks") + HTTP)


CHALICE = f"""from chalice import Chalice
app = Chalice(app_name="rooms")
if True:
    @app.route("/token", methods=["POST"])
    def token():
        identity, room = READ["me"], "lobby"
        {MINT}        return token
"""


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        ("app.current_request.json_body", True),
        ("app.current_request.query_params", True),
        ("app.lambda_context", False),
    ],
)
def test_the_request_may_be_kept_by_the_application(read: str, *, expected: bool) -> None:
    assert found(CHALICE.replace("READ", read)) is expected


VIEW = f"""import tornado.web
from starlette.authentication import requires
from starlette.endpoints import HTTPEndpoint
class Token(BASE):
    HOOK
    MARK
    def post(self, request):
        identity, room = request.json()["me"], "lobby"
        {MINT}        return token
"""
COOKIE = """def prepare(self):
        if not self.get_secure_cookie("session"): raise tornado.web.HTTPError(401)"""


@pytest.mark.parametrize(
    ("base", "hook", "mark", "expected"),
    [
        ("HTTPEndpoint", "", "", True),
        ("HTTPEndpoint", "", '@requires("authenticated")', False),
        ("tornado.web.RequestHandler", "", "", True),
        ("tornado.web.RequestHandler", COOKIE, "", False),
        ("tornado.web.RequestHandler", COOKIE.replace("prepare", "write_error"), "", True),
        ("tornado.web.RequestHandler", "def prepare(self): self.started = now()", "", True),
    ],
)
def test_a_class_may_ask_who_is_there_before_each_method(base: str, hook: str, mark: str, *, expected: bool) -> None:
    text = VIEW.replace("BASE", base).replace("HOOK", hook).replace("MARK", mark)

    assert found(text) is expected


SERVICE = f"""class TokenService:
    def issue(self, identity, room):
        {MINT}        return token

def get_tokens() -> TokenService:
    return TokenService()
"""
ROUTE = """from typing import Annotated
from fastapi import Depends, FastAPI
IMPORTED
app = FastAPI()

@app.post("/token")
def token(me: str, tokens: TYPE):
    return tokens.issue(me, "lobby")
"""
ALIAS = "Tokens = Annotated[TokenService, Depends(get_tokens)]\n"
DEPENDENCIES = f"""from typing import Annotated
from fastapi import Depends
from server import TokenService, get_tokens
{ALIAS}"""


@pytest.mark.parametrize(
    ("imported", "alias"),
    [
        ("from server import TokenService, get_tokens", "Annotated[TokenService, Depends(get_tokens)]"),
        (f"from server import TokenService, get_tokens\n{ALIAS}", "Tokens"),
        ("from dependencies import Tokens", "Tokens"),
    ],
)
def test_a_service_may_be_asked_for_by_another_name(imported: str, alias: str) -> None:
    route = ROUTE.replace("IMPORTED", imported).replace("TYPE", alias)

    assert found(SERVICE, routes=route, dependencies=DEPENDENCIES)


HELPERS = """from uuid import uuid4

from livekit.api import AccessToken, VideoGrants


class Rooms:
    def __init__(self):
        self._rooms = {}

    def token(self, identity, room):
        return AccessToken().with_identity(identity).with_grants(VideoGrants(room_join=True, room=room)).to_jwt()

    def create(self, data):
        code, person = uuid4().hex, Person(id=uuid4().hex, name=data.name)
        self._rooms[code] = Room(code, {person.id: person})
        return self.token(person.id, code)

    def find(self, code):
        return self._rooms.get(code.upper())

    def again(self, code, person_id):
        person = self.find(code).person(person_id)
        return self.token(person.id, code)


class Room:
    def __init__(self, code, people):
        self.code, self.people = code, people

    def person(self, person_id):
        return self.people.get(person_id)


rooms = Rooms()
"""
HELPED = """from fastapi import APIRouter

from .service import rooms

router = APIRouter(prefix="/api/rooms")


@router.post("")
async def create(request: Create) -> dict:
    return {"token": rooms.create(request.person)}


@router.post("/again")
async def again(request: Again) -> dict:
    return {"token": rooms.again(request.code, request.person_id)}
"""


def test_what_a_helper_makes_of_a_request_is_asked_of_its_callers_only() -> None:
    facts = facts_of({"app/service.py": HELPERS, "app/routes.py": HELPED})
    (mint,) = (item for item in facts if isinstance(item, TokenMint))

    asked = {e.name: {item.target for item in mint.inputs if item.is_of(e)} for e in mint.endpoints}

    assert asked == {"POST /": set(), "POST /again": {"identity", "room"}}
