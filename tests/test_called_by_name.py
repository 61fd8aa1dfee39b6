"""What clients call by a name instead of an address: resolvers, events of sockets, actions; open, and guarded."""

from __future__ import annotations

import pytest

from lk_audit.extractors.handlers.registering import may_register
from lk_audit.livekit.requests import RESOLVER_OWNERS
from tests.languages.minting import found_in

JS_HEAD = "import { AccessToken } from 'livekit-server-sdk';\n"
JS_MINT = """
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
  at.addGrant({ roomJoin: true, room });
  const token = await at.toJwt();
"""
PY_HEAD = "from livekit import api\n"
PY_MINT = """
        grants = api.VideoGrants(room_join=True, room=room)
        token = api.AccessToken().with_identity(identity).with_grants(grants).to_jwt()
"""
THROWS = "\n  if (!context.user) throw new GraphQLError('Unauthenticated');\n"
REFUSES = """
        if not info.context.user.is_authenticated:
            raise PermissionDenied('Not authenticated')
"""
OPEN = {
    "a resolver of Apollo": (
        "server.js",
        """\
export const resolvers = {
  Mutation: { token: async (_parent, { room, identity }, context) => {@GUARD@@MINT@return token; } },
};
""",
    ),
    "a resolver with a name": (
        "server.js",
        """\
async function token(parent, args, context) { const { room, identity } = args;@GUARD@@MINT@return token; }
const resolvers = { Query: { token } };
""",
    ),
    "a field of graphql-js": (
        "schema.js",
        """\
const token = {
  type: GraphQLString,
  resolve: async (_, { room, identity }, context) => {@GUARD@@MINT@return token; },
};
const Mutation = new GraphQLObjectType({ name: 'Mutation', fields: { token } });
""",
    ),
    "a resolver of graphene": (
        "schema.py",
        """\
import graphene
class CreateToken(graphene.Mutation):
    def mutate(self, info, room, identity):@GUARD@@MINT@        return CreateToken(token=token)
""",
    ),
    "a resolver of Ariadne": (
        "schema.py",
        """\
from ariadne import MutationType
mutation = MutationType()
if True:
    @mutation.field('token')
    def token_for(_, info, room, identity):@GUARD@@MINT@        return token
""",
    ),
    "a resolver of Strawberry": (
        "schema.py",
        """\
import strawberry
@strawberry.type
class Mutation:
    @strawberry.mutation@DECORATED@
    def token(self, info: strawberry.Info, room: str, identity: str) -> str:@GUARD@@MINT@        return token
""",
    ),
    "an event of python-socketio": (
        "server.py",
        """\
import socketio
sio = socketio.AsyncServer()
@CONNECT@if True:
    @sio.event
    async def join(sid, data):
        room, identity = data['room'], data['me']@MINT@        return token
""",
    ),
    "an event with a name": (
        "server.py",
        """\
import socketio
sio = socketio.AsyncServer()
@CONNECT@if True:
    @sio.on('join')
    async def on_join(sid, data):
        room, identity = data['room'], data['me']@MINT@        return token
""",
    ),
    "an event of Flask-SocketIO": (
        "server.py",
        """\
from flask_socketio import SocketIO, emit
socketio = SocketIO()
@CONNECT@if True:
    @socketio.on('join')
    def join(data):
        room, identity = data['room'], data['me']@MINT@        emit('token', token)
""",
    ),
    "an event of a namespace": (
        "server.py",
        """\
import socketio
class Calls(socketio.AsyncNamespace):
@CONNECTS@    async def on_join(self, sid, data):
        room, identity = data['room'], data['me']@MINT@        return token
""",
    ),
    "a message of a gateway": (
        "calls.gateway.ts",
        """\
import { SubscribeMessage, MessageBody } from '@nestjs/websockets';
@DECORATED@
export class Calls {
  @SubscribeMessage('token')
  async token(@MessageBody() body: Join) {
  const { room, identity } = body;@MINT@  return token;
  }
}
""",
    ),
    "an action inside a component": (
        "app/page.tsx",
        """\
import { auth } from '@clerk/nextjs/server';
export default function Page() {
  async function join(form: FormData) {
  'use server';
@GUARD@  const room = form.get('room'); const identity = form.get('name');@MINT@  return token;
  }
  return <form action={join} />;
}
""",
    ),
}
GUARDS = {
    "a resolver of Apollo": ("@GUARD@", THROWS),
    "a resolver with a name": ("@GUARD@", THROWS),
    "a field of graphql-js": ("@GUARD@", THROWS),
    "a resolver of graphene": ("@GUARD@", REFUSES),
    "a resolver of Ariadne": ("@GUARD@", REFUSES),
    "a resolver of Strawberry": ("@DECORATED@", "(permission_classes=[IsAuthenticated])"),
    "an event of python-socketio": (
        "@CONNECT@",
        """\
@sio.event
async def connect(sid, environ, auth):
    if auth['key'] != KEY:
        return False
""",
    ),
    "an event with a name": (
        "@CONNECT@",
        """\
@sio.on('connect')
async def welcome(sid, environ, auth):
    if auth['key'] != KEY:
        raise socketio.exceptions.ConnectionRefusedError('authentication failed')
""",
    ),
    "an event of Flask-SocketIO": (
        "@CONNECT@",
        """\
@socketio.on('connect')
def welcome(auth):
    if not current_user.is_authenticated:
        return False
""",
    ),
    "an event of a namespace": (
        "@CONNECTS@",
        """\
    async def on_connect(self, sid, environ, auth):
        if auth['key'] != KEY:
            return False
""",
    ),
    "a message of a gateway": ("@DECORATED@", "@UseGuards(WsJwtGuard)"),
    "an action inside a component": (
        "@GUARD@",
        """\
  const { userId } = await auth();
  if (!userId) throw new Error('Unauthorized');
""",
    ),
}
PLACES = ("@GUARD@", "@DECORATED@", "@CONNECT@", "@CONNECTS@")


def files(form: str, mark: str = "", guard: str = "") -> dict[str, str]:
    path, text = OPEN[form]
    head, mint = (PY_HEAD, PY_MINT) if path.endswith(".py") else (JS_HEAD, JS_MINT)
    text = text.replace(mark, guard) if mark else text
    for place in PLACES:
        text = text.replace(place, "")
    return {path: f"{head}{text.replace('@MINT@', mint)}"}


@pytest.mark.parametrize("form", OPEN)
def test_a_token_for_whoever_calls_is_found(form: str) -> None:
    assert found_in(files(form), "LK601")


@pytest.mark.parametrize("form", OPEN)
def test_a_check_of_who_calls_counts(form: str) -> None:
    assert not found_in(files(form, *GUARDS[form]), "LK601")


@pytest.mark.parametrize(
    ("taken", "asked", "is_guarded"),
    [
        ("_parent, { room, identity }, context", "context.userId", True),
        ("_, { room, identity }, { userId }", "userId", True),
        ("_parent, { room, identity, userId }, context", "userId", False),
        ("context, { room, identity }", "context.userId", False),
    ],
)
def test_the_id_in_the_context_of_a_resolver_is_put_there_by_the_server(
    taken: str, asked: str, *, is_guarded: bool
) -> None:
    guard = f"if (!{asked}) throw new Error('Not authenticated');"
    resolver = f"async ({taken}) => {{ {guard}{JS_MINT}return token; }}"
    text = f"{JS_HEAD}const resolvers = {{ Query: {{ token: {resolver} }} }};\n"

    assert bool(found_in({"server.js": text}, "LK601")) is not is_guarded


def test_what_resolves_a_field_of_an_object_is_given_the_object_by_the_server() -> None:
    resolver = f"async (call, _args, context) => {{ const {{ room, identity }} = call;{JS_MINT}return token; }}"
    text = f"{JS_HEAD}const resolvers = {{ Query: {{ token: {resolver} }} }};\n"

    assert not found_in({"server.js": text}, "LK601")


def test_the_id_of_a_socket_is_given_by_the_server() -> None:
    text = (
        "import socketio\nfrom livekit import api\nsio = socketio.AsyncServer()\nif True:\n    @sio.event\n"
        f"    async def join(sid, data):\n        room, identity = 'lobby', sid{PY_MINT}        return token\n"
    )

    assert not found_in({"server.py": text}, "LK601")


@pytest.mark.parametrize("owner", sorted(RESOLVER_OWNERS))
def test_a_file_that_names_resolvers_may_register_those_of_others(owner: str) -> None:
    assert may_register(f"export default {{ {owner}: {{ token }} }};".encode(), "javascript", looks_like_handler=False)


def test_a_resolver_from_another_file_is_found() -> None:
    resolver = f"{JS_HEAD}export const token = async (_, {{ room, identity }}) => {{{JS_MINT}return token; }};\n"
    table = "import { token } from './token.js';\nexport const resolvers = { Mutation: { token } };\n"

    assert found_in({"token.js": resolver, "resolvers.js": table}, "LK601")
