"""Each way to a token needs its own check: what is checked on another way, or for others, counts for nothing."""

from __future__ import annotations

import pytest

from tests.guarded import MINT, ROUTER, express, is_open
from tests.languages.minting import found_in

CHECKED = """(req, res, next) => {
  try {
    req.user = jwt.verify(req.headers.authorization.split(' ')[1], process.env.JWT_SECRET);
    next();
  } catch {
    res.status(401).json({ message: 'Invalid token' });
  }
};
"""


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
