"""Middleware that leaves some paths out: what answers there, answers everybody."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

EXEMPT = """const express = require('express');
const { AccessToken } = require('livekit-server-sdk');
const app = express();
const OPEN = ['/health', '/api/livekit'];
const isOpen = (path) => OPEN.some((start) => path.startsWith(start));
const isOpenToAll = (req) => isOpen(req.path);
const isHealth = (path) => path === '/health';
const isLocal = (path) => isLocal(path) || path === '/local';
app.use(express.json());
app.use((req, res, next) => {
  if (TEST) return next();
  if (req.headers['x-api-key'] !== process.env.API_KEY) return res.sendStatus(401);
  next();
});
app.post('/api/livekit', async (req, res) => {
  const { room, identity } = req.body;
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
  at.addGrant({ roomJoin: true, room });
  res.json({ token: await at.toJwt() });
});
"""


@pytest.mark.parametrize(
    ("test", "passes"),
    [
        ("OPEN.includes(req.path)", True),
        ("new Set(OPEN).has(req.path)", True),
        ("OPEN.some((start) => req.path.startsWith(start))", True),
        ("req.path === '/health' || req.path === '/api/livekit'", True),
        ("req.path.startsWith('/api/')", True),
        ("isOpen(req.path)", True),
        ("isOpenToAll(req)", True),
        ("isHealth(req.path)", False),
        ("isLocal(req.path)", False),
        ("req.path === '/health'", False),
        ("req.path !== '/api/livekit'", False),
        ("['/api'].includes(req.path)", False),
        ("req.path.startsWith('/api/admin')", False),
        ("OPEN.includes(req.path) && req.headers.origin === 'https://app.example'", False),
    ],
)
def test_middleware_may_leave_paths_out(test: str, *, passes: bool) -> None:
    assert bool(found_in({"server.js": EXEMPT.replace("TEST", test)}, "LK601")) is passes


@pytest.mark.parametrize(
    ("test", "passes"),
    [
        ('request.url.path in {"/health", "/token"}', True),
        ('request.url.path.startswith("/tok")', True),
        ("any(request.url.path.startswith(start) for start in OPEN)", True),
        ("is_open(request.url.path)", True),
        ('request.url.path in {"/health"}', False),
        ('request.url.path not in {"/token"}', False),
    ],
)
def test_so_may_that_of_python(test: str, *, passes: bool) -> None:
    text = f"""from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from livekit import api

app = FastAPI()
OPEN = ("/health", "/token")

def is_open(path: str) -> bool:
    return any(path == start for start in OPEN)

@app.middleware("http")
async def before(request: Request, call_next):
    if {test}:
        return await call_next(request)
    if request.headers.get("x-api-key") != KEY:
        return JSONResponse({{}}, status_code=401)
    return await call_next(request)

@app.get("/token")
def token(room: str, identity: str):
    grants = api.VideoGrants(room_join=True, room=room)
    return api.AccessToken().with_identity(identity).with_grants(grants).to_jwt()
"""
    assert bool(found_in({"main.py": text}, "LK601")) is passes


@pytest.mark.parametrize(("path", "passes"), [("/token", True), ("/health", False)])
def test_so_may_a_class_of_starlette(path: str, *, passes: bool) -> None:
    text = f"""from fastapi import FastAPI
from fastapi.responses import JSONResponse
from livekit import api
from starlette.middleware.base import BaseHTTPMiddleware

OPEN = ["{path}"]

class KeyMiddleware(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        if request.url.path in OPEN:
            return await call_next(request)
        if request.headers.get("x-api-key") != KEY:
            return JSONResponse({{}}, status_code=401)
        return await call_next(request)

app = FastAPI()
app.add_middleware(KeyMiddleware)

@app.get("/token")
def token(room: str, identity: str):
    grants = api.VideoGrants(room_join=True, room=room)
    return api.AccessToken().with_identity(identity).with_grants(grants).to_jwt()
"""
    assert bool(found_in({"main.py": text}, "LK601")) is passes


NITRO = """import { AccessToken } from 'livekit-server-sdk';
export default defineEventHandler(async (event) => {
  const { room, identity } = await readBody(event);
  const { livekitKey, livekitSecret } = useRuntimeConfig();
  const at = new AccessToken(livekitKey, livekitSecret, { identity, ttl: '10m' });
  at.addGrant({ roomJoin: true, room });
  return { token: await at.toJwt() };
});
"""
CHECK = """import jwt from 'jsonwebtoken';
const OPEN = ['PATH'];
function isOpen(path: string) {
  return OPEN.some((start) => path.startsWith(start));
}
export default defineEventHandler((event) => {
  const path = getRequestURL(event).pathname;
  if (isOpen(path)) return;
  jwt.verify(getHeader(event, 'authorization'), process.env.JWT_SECRET);
});
"""


@pytest.mark.parametrize(
    ("file", "path", "passes"),
    [
        ("server/api/token.post.ts", "/api/token", True),
        ("server/api/token.post.ts", "/api/health", False),
        ("server/routes/token.get.ts", "/token", True),
    ],
)
def test_so_may_that_of_nitro(file: str, path: str, *, passes: bool) -> None:
    files = {file: NITRO, "server/middleware/auth.ts": CHECK.replace("PATH", path)}

    assert bool(found_in(files, "LK601")) is passes
