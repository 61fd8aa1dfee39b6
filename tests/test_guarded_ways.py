"""Which checks stand on the way to a token, and which only look as if they did."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

MINT = """
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
  at.addGrant({ roomJoin: true, room: req.body.room });
  res.json({ token: await at.toJwt() });
"""
ROUTER = "const router = require('express').Router();\nconst { AccessToken } = require('livekit-server-sdk');\n"
CHECKED = """(req, res, next) => {
  try {
    req.user = jwt.verify(req.headers.authorization.split(' ')[1], process.env.JWT_SECRET);
    next();
  } catch {
    res.status(401).json({ message: 'Invalid token' });
  }
};
"""


def express(body: str, guards: str = "", before: str = "") -> str:
    route = f"router.post('/token', {guards}async (req, res) => {{\n{body}{MINT}}});\n"
    return f"{ROUTER}{before}{route}module.exports = router;\n"


def is_open(text: str, path: str = "server/routes/livekit.js") -> bool:
    return bool(found_in({path: text}, "LK601"))


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        ("req.user.name", False),
        ("req.user ? req.user.name : req.body.name", True),
        ("(req.user && req.user.name) || req.body.name", True),
        ("req.body.name || (req.user ? req.user.name : 'guest')", True),
    ],
    ids=["of the user", "of the user if there is one", "the same with and", "only without a name"],
)
def test_a_user_who_need_not_be_there_is_no_check(identity: str, *, expected: bool) -> None:
    assert is_open(express(f"  const identity = {identity};")) is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "  const { data: { user } } = await supabase.auth.getUser();\n  if (!user) return res.sendStatus(401);",
            False,
        ),
        ("  const { data: { user } } = await supabase.auth.getUser();\n  if (user) await visit(user.id);", True),
        ("  const { data } = await supabase.auth.getUser();\n  const seen = data?.user ? 'yes' : 'no';", True),
        ("  const session = await getServerSession();\n  const seen = session?.user?.id;", True),
        ("  const session = await getServerSession();\n  const seen = session.user.id;", False),
        ("  const user = await getUser();\n  if (user) note(user.id); else return res.sendStatus(403);", False),
        ("  const user = await getUser();\n  const who = user || { id: 'guest' };", True),
        ("  const user = await getUser();\n  MINTED\n  greet(user.id);", True),
        ("  const user = await getUser();\n  greet(user.id);\n  MINTED", False),
    ],
)
def test_a_look_who_is_there_counts_where_code_relies_on_it(body: str, *, expected: bool) -> None:
    guest = f"if (req.body.guest) {{\n  const identity = req.body.name;{MINT}  return;\n  }}"
    rest = "" if "MINTED" in body else "\n  const identity = req.body.name;"
    text = express(f"{body.replace('MINTED', guest)}{rest}")

    assert is_open(text if rest else text.replace(MINT + "});", "});")) is expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("{ user: req.body.name }", True),
        ("{ token: req.cookies.token }", False),
        ("{ where: { user: req.user.id } }", False),
    ],
    ids=["by what is claimed", "by a token", "by who is known"],
)
def test_that_there_is_somebody_by_a_name_tells_nothing_of_the_caller(wanted: str, *, expected: bool) -> None:
    body = f"  const member = await members.findOne({wanted});\n  if (!member) return res.sendStatus(403);\n"

    assert is_open(express(f"{body}  const identity = req.body.name;")) is expected


def test_a_name_that_a_check_may_replace_is_no_check() -> None:
    body = "  let identity = req.body.name;\n"
    body += "  if (req.body.auth) {\n    identity = (await verifyToken(req.body.auth)).id;\n  }\n"
    refused = "  if (!identity) return res.status(400).json({});"

    assert is_open(express(f"{body}{refused}"))


def test_each_way_of_a_handler_to_a_token_needs_its_own_check() -> None:
    made = MINT.replace("req.body.room", "room").replace("res.json", "return (")
    mint = f"async function mint(identity, room) {{\n{made}"
    closed = "  const { id } = jwt.verify(req.body.auth, process.env.SECRET);\n"
    text = (
        "import jwt from 'jsonwebtoken';\nimport { AccessToken } from 'livekit-server-sdk';\n"
        f"{mint}}}\nasync function signedIn(req) {{\n{closed}  return mint(id, req.body.room);\n}}\n"
        "export async function POST(req) {\n  if (req.body.auth) {\n    return signedIn(req);\n  }\nREST}\n"
    )
    other = "  return mint(req.body.name, req.body.room);\n"

    assert is_open(text.replace("REST", other), "app/api/token/route.js")
    assert not is_open(text.replace("REST", "  return new Response('', { status: 400 });\n"), "app/api/token/route.js")


def test_a_check_in_one_branch_says_nothing_of_the_other() -> None:
    branches = "  let identity;\n  if (req.body.key) {\n    jwt.verify(req.body.key, KEY);\n  } else {\n"
    text = ROUTER + "const jwt = require('jsonwebtoken');\n"
    text += f"router.post('/token', async (req, res) => {{\n{branches}identity = req.body.name;{MINT}  }}\n}});\n"

    assert is_open(text)


PYTHON = """from fastapi import FastAPI, HTTPException
from livekit import api

def create_app(tokens):
    app = FastAPI()

    MARK
    def mine(key: str):
        if not tokens.check_session(key):
            raise HTTPException(401)

    @app.get("/token")
    def token(identity: str, room: str):
        CALL
        grants = api.VideoGrants(room_join=True, room=room)
        return api.AccessToken().with_identity(identity).with_grants(grants).to_jwt()

    return app
"""


@pytest.mark.parametrize(
    ("mark", "call", "expected"),
    [("@app.get('/mine')", "pass", True), ("", "pass", True), ("", "mine(identity)", False)],
    ids=["another handler", "a helper that nobody calls", "a helper"],
)
def test_a_function_beside_a_handler_checks_nothing_for_it(mark: str, call: str, *, expected: bool) -> None:
    text = PYTHON.replace("MARK", mark).replace("CALL", call)

    assert is_open(text, "server.py") is expected


def test_middleware_may_end_with_its_refusal() -> None:
    guard = f"const jwt = require('jsonwebtoken');\nconst check = {CHECKED}"
    lax = guard.replace("res.status(401).json({ message: 'Invalid token' })", "next()")

    assert not is_open(express("  const identity = req.body.name;", "check, ", guard))
    assert is_open(express("  const identity = req.body.name;", "check, ", lax))


NITRO = (
    "import jwt from 'jsonwebtoken';\nexport default defineEventHandler((event) => {\n"
    "  jwt.verify(getHeader(event, 'authorization'), process.env.JWT_SECRET);\n});\n"
)


@pytest.mark.parametrize(
    ("middleware", "expected"),
    [
        (f"const jwt = require('jsonwebtoken');\nexports.check = {CHECKED}", True),
        (f"import jwt from 'jsonwebtoken';\nconst check = {CHECKED}export default check;\n", True),
        (NITRO, False),
    ],
    ids=["Express", "Express, as default", "Nitro"],
)
def test_only_nitro_runs_a_folder_of_middleware(middleware: str, *, expected: bool) -> None:
    text = express("  const identity = req.body.name;")
    files = {"server/routes/livekit.js": text, "server/middleware/auth.js": middleware}

    assert bool(found_in(files, "LK601")) is expected


HANDLER = """import json, os
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlparse
from livekit import api

class Tokens(BaseHTTPRequestHandler):
    def do_METHOD(self):
READ
        token = api.AccessToken().with_identity(asked["identity"][0])
        token = token.with_grants(api.VideoGrants(room_join=True, room="hall"))
        self.wfile.write(token.to_jwt().encode())
"""


KEYED = """if self.headers.get("X-Key") != os.environ["KEY"]:
            self.send_response(401)
            return
        asked = parse_qs(urlparse(self.path).query)"""


@pytest.mark.parametrize(
    ("method", "read", "expected"),
    [
        ("GET", "asked = parse_qs(urlparse(self.path).query)", True),
        ("POST", 'asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))', True),
        ("GET", 'asked = {"identity": [self.server.server_name]}', False),
        ("GET", KEYED, False),
    ],
    ids=["query", "body", "nothing of the request", "a key"],
)
def test_the_server_of_pythons_library_keeps_the_request_in_its_handler(
    method: str, read: str, *, expected: bool
) -> None:
    text = HANDLER.replace("METHOD", method).replace("READ", f"        {read}")

    assert bool(found_in({"tokens.py": text}, "LK601")) is expected


def test_one_caller_that_records_says_nothing_of_the_others() -> None:
    text = (
        "import { AccessToken, EgressClient } from 'livekit-server-sdk';\nimport express from 'express';\n"
        "const app = express();\nconst egress = new EgressClient(process.env.LIVEKIT_URL);\n"
        "async function mint(asked) {\n  const at = new AccessToken(process.env.LIVEKIT_API_KEY, "
        "process.env.LIVEKIT_API_SECRET, { identity: asked.name, ttl: '10m' });\n"
        "  at.addGrant({ roomJoin: true, room: asked.room });\n  return at.toJwt();\n}\n"
        "app.post('/record', async (req, res) => {\n"
        "  const token = await mint({ name: 'egress-recorder', room: req.body.room });\n"
        "  const started = await egress.startWebEgress(`https://example.com/?token=${token}`);\n"
        "  res.json({ id: started.egressId });\n});\n"
        "app.post('/token', async (req, res) => {\n  res.json({ token: await mint(req.body) });\n});\n"
    )

    assert found_in({"server.js": text}, "LK601") == ["server.js:6"]


@pytest.mark.parametrize(
    ("refused", "expected"),
    [
        ("req.body.name === process.env.AGENT_NAME", True),
        ("!(req.body.key === process.env.KEY)", False),
        ("req.body.key !== process.env.KEY", False),
        ("!req.body.key || req.body.key !== process.env.KEY", False),
        ("!(req.body.name !== process.env.AGENT_NAME)", True),
        ("isBanned(req.cookies.session)", True),
        ("bannedNames.some((name) => name === req.body.name)", True),
        ("!keys.some((key) => key === req.body.key)", False),
        ("!isValidSession(req.cookies.session)", False),
    ],
    ids=[
        "a reserved name",
        "no match",
        "other key",
        "no or other key",
        "not other",
        "banned",
        "on a list",
        "no key",
        "no session",
    ],
)
def test_refusing_some_is_not_knowing_the_others(refused: str, *, expected: bool) -> None:
    body = f"  if ({refused}) return res.status(403).json({{}});\n  const identity = req.body.name;"

    assert is_open(express(body)) is expected


@pytest.mark.parametrize(
    ("constant", "refused", "expected"),
    [
        ("LOBBY = 'lobby'", "req.body.room !== LOBBY", True),
        ("VERSION = 3", "req.body.version !== VERSION", True),
        ("PASSWORD = 'open sesame'", "req.body.password !== PASSWORD", False),
        ("DOOR = 'open sesame'", "req.body.accessCode !== DOOR", False),
        ("LOBBY = process.env.LOBBY || 'lobby'", "req.body.room !== LOBBY", False),
    ],
)
def test_which_of_public_things_is_asked_for_says_nothing_of_who_asks(
    constant: str, refused: str, *, expected: bool
) -> None:
    body = f"  if ({refused}) return res.status(403).json({{}});\n  const identity = req.body.name;"

    assert is_open(express(body, before=f"const {constant};\n")) is expected


CLERK = """import { clerkMiddleware, createRouteMatcher } from '@clerk/nextjs/server';
const isPage = createRouteMatcher(['/sign-in(.*)']);
const isApi = createRouteMatcher(['/api/PUBLIC(.*)']);
export default clerkMiddleware(async (auth, req) => {
  TEST
});
"""


@pytest.mark.parametrize(
    ("test", "public", "expected"),
    [
        ("if (isPage(req) || isApi(req)) return;\n  await auth.protect();", "token", True),
        ("if (isPage(req) || isApi(req)) return;\n  await auth.protect();", "health", False),
        ("if (isPage(req) && isApi(req)) return;\n  await auth.protect();", "token", False),
        ("if (!(isPage(req) || isApi(req))) await auth.protect();", "token", True),
        ("if (!isPage(req) && !isApi(req)) await auth.protect();", "token", True),
        ("if (!isPage(req) && !isApi(req)) await auth.protect();", "health", False),
    ],
)
def test_middleware_lets_a_path_pass_that_one_of_its_matchers_names(test: str, public: str, *, expected: bool) -> None:
    route = express("  const identity = req.body.name;").replace("router.post('/token', ", "export const POST = (")
    files = {
        "app/api/token/route.js": route.replace("module.exports = router;", ""),
        "middleware.ts": CLERK.replace("PUBLIC", public).replace("TEST", test),
    }

    assert bool(found_in(files, "LK601")) is expected


FOUND = """const found = async (req) => {
  const { token } = req.cookies;
  if (!token) return null;
  const session = await Session.findOne({ token });
  if (!session) return null;
  return session.user;
};
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("const user = await found(req);", True),
        ("const user = await found(req);\n  const shown = user ? user.name : 'guest';", True),
        ("const user = await found(req);\n  if (!user) return res.sendStatus(401);", False),
        ("const user = await found(req);\n  greet(user.name);", False),
        ("const user = await found(req);\n  if (req.cookies.token && !user) return res.sendStatus(401);", True),
        (
            "const n = req.cookies.token.length > 0, user = await found(req);\n  if (n && !user) return refuse(401);",
            True,
        ),
        ("if (req.body.role === 'host' && !(await found(req))) return res.sendStatus(403);", True),
        ("if (!req.body.password && !(await found(req))) return res.sendStatus(401);", False),
    ],
)
def test_a_helper_that_gives_strangers_nothing_leaves_it_to_others_to_refuse_them(body: str, *, expected: bool) -> None:
    assert is_open(express(f"  {body}\n  const identity = req.body.name;", before=FOUND)) is expected


@pytest.mark.parametrize(
    ("asked", "test", "expected"),
    [
        ("await found(req)", "asked", False),
        ("await found(req)", "asked !== null", False),
        ("await found(req)", "!!asked && req.body.room", False),
        ("await found(req)", "!asked", True),
        ("await found(req)", "asked || req.body.room", True),
        ("await getServerSession()", "asked", False),
        ("await findRoom(req.body.room)", "asked", True),
    ],
)
def test_what_is_only_done_for_known_callers_is_not_done_for_strangers(
    asked: str, test: str, *, expected: bool
) -> None:
    body = f"  const asked = {asked}, identity = req.body.name;\n  if ({test}) {{{MINT}  }}\n"
    text = f"{ROUTER}{FOUND}router.post('/token', async (req, res) => {{\n{body}}});\nmodule.exports = router;\n"

    assert is_open(text) is expected


JOIN = """from datetime import datetime, timezone
from fastapi import FastAPI, HTTPException
from livekit import api
from .database import find_interview, find_session

app = FastAPI()
CLOSED = {"done", "over"}

@app.get("/join")
def join(room: str, name: str, session_token: str):
    interview = find_interview(room)
    if not interview:
        raise HTTPException(404)
    if TEST:
        raise HTTPException(403)
    grants = api.VideoGrants(room_join=True, room=room)
    return api.AccessToken().with_identity(name).with_grants(grants).to_jwt()
"""


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("interview.get('status') in CLOSED", True),
        ("interview['status'] in CLOSED", True),
        ("interview.status in CLOSED", True),
        ("interview.is_over()", True),
        ("datetime.now(timezone.utc) > interview.ends_at", True),
        ("datetime.fromisoformat(interview['expiry']) < datetime.now(timezone.utc)", True),
        ("interview.ends_at < datetime.now(timezone.utc)", True),
        ("find_session(session_token).ends_at < datetime.now(timezone.utc)", False),
        ("not interview.admits(session_token)", False),
        ("not find_session(session_token)", False),
        ("find_session(session_token).get('room') != room", False),
    ],
)
def test_what_is_kept_of_a_room_says_nothing_of_who_wants_in(test: str, *, expected: bool) -> None:
    assert is_open(JOIN.replace("TEST", test), "server.py") is expected


NEST = """import { Body, Controller, Injectable, Post, Req, UseGuards } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { AccessToken } from 'livekit-server-sdk';
GUARD
@Controller('rooms')
export class RoomsController {
  @Post('token')
  @UseGuards(NAME)
  async token(@Body() body: { name: string; room: string }) {
    const identity = this.nameOf(body.name);
    const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
    at.addGrant({ roomJoin: true, room: body.room });
    return { token: await at.toJwt() };
  }

  nameOf(name: string, user?: AuthenticatedUser) {
    return name.trim();
  }
}
"""
LENIENT = """@Injectable()
class Passing extends AuthGuard('jwt') {
  handleRequest(error, user) {
    return user || null;
  }
}
"""
STRICT = LENIENT.replace(
    "return user || null;", "if (error || !user) throw new UnauthorizedException();\n    return user;"
)
OWN = (
    "class Passing implements CanActivate {\n  canActivate(context) {\n    return this.tokens.check(context);\n  }\n}\n"
)


@pytest.mark.parametrize(
    ("guard", "name", "expected"),
    [
        ("", "AuthGuard('jwt')", False),
        (LENIENT, "Passing", True),
        (STRICT, "Passing", False),
        (OWN, "Passing", False),
        ("import { ThrottlerGuard } from '@nestjs/throttler';", "ThrottlerGuard", True),
        ("import { SessionGuard } from './unknown';", "SessionGuard", False),
        ("import { SessionGuard } from './unknown';", "ThrottlerGuard, SessionGuard", False),
    ],
    ids=["Passport", "takes anybody", "refuses", "own", "counts requests", "unknown", "two"],
)
def test_a_guard_of_nest_counts_by_what_it_does(guard: str, name: str, *, expected: bool) -> None:
    assert is_open(NEST.replace("GUARD", guard).replace("NAME", name), "src/rooms.controller.ts") is expected


SERVICE = """import { AccessToken } from 'livekit-server-sdk';
export class Tokens {
  async mint(identity, room) {
    const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
    at.addGrant({ roomJoin: true, room });
    return at.toJwt();
  }

  async setCode(code) {
    const { tokens } = await this.client.getToken(code);
    this.client.setCredentials(tokens);
  }
}
"""
FACTORY = """import express from 'express';
export const createRoutes = (service) => {
  const router = express.Router();
  router.get('/mine', (req, res) => {
    if (!req.user) return res.status(401).json({});
    res.json(req.user);
  });
  router.post('/token', async (req, res) => {
    res.json({ token: await service.mint(req.body.identity, req.body.room) });
  });
  return router;
};
"""
SERVER = """import express from 'express';
import { Tokens } from './tokens.js';
import { createRoutes } from './routes.js';
const app = express();
const service = new Tokens();
const routes = createRoutes(service);
BEFORE
app.use('/api', routes);
"""


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("", True),
        ("const others = createRoutes(service);\napp.use('/api', others);", True),
        ("app.use(requireAuth);", False),
    ],
    ids=["alone", "other routes before", "middleware before"],
)
def test_a_service_or_the_routes_of_others_are_no_guard(before: str, *, expected: bool) -> None:
    files = {"tokens.js": SERVICE, "routes.js": FACTORY, "server.js": SERVER.replace("BEFORE", before)}

    assert bool(found_in(files, "LK601")) is expected


@pytest.mark.parametrize(
    ("routes", "made"),
    [
        ("def make(tokens):\n    router = APIRouter()\nROUTE\n    return router\n", "make(Tokens())"),
        (
            "def make(prefix, *, tokens):\n    router = APIRouter()\nROUTE\n    return router\n",
            "make('/', tokens=Tokens())",
        ),
    ],
    ids=["by position", "by name"],
)
def test_what_is_passed_to_a_factory_of_routes_is_known(routes: str, made: str) -> None:
    route = "    @router.get('/token')\n    def token(identity: str, room: str):\n"
    route += "        return tokens.mint(identity, room)"
    service = (
        "from livekit import api\nclass Tokens:\n    def mint(self, identity, room):\n"
        "        grants = api.VideoGrants(room_join=True, room=room)\n"
        "        return api.AccessToken().with_identity(identity).with_grants(grants).to_jwt()\n"
    )
    main = "from fastapi import FastAPI\nfrom routes import make\nfrom tokens import Tokens\napp = FastAPI()\n"
    main += f"app.include_router({made})\n"
    text = f"from fastapi import APIRouter\n{routes.replace('ROUTE', route)}"

    assert found_in({"tokens.py": service, "routes.py": text, "main.py": main}, "LK601") == ["tokens.py:5"]
