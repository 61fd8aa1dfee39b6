"""Guards that are given to controllers and routers, and services that routes are made with."""

from __future__ import annotations

import pytest

from tests.guarded import is_open
from tests.languages.minting import found_in

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
HALF_LENIENT = LENIENT.replace("return user", "if (error) throw error;\n    return user")
ENDING_STRICT = LENIENT.replace(
    "return user || null;", "if (user) return user;\n    throw new UnauthorizedException();"
)
OWN = (
    "class Passing implements CanActivate {\n  canActivate(context) {\n    return this.tokens.check(context);\n  }\n}\n"
)


@pytest.mark.parametrize(
    ("guard", "name", "expected"),
    [
        ("", "AuthGuard('jwt')", False),
        (LENIENT, "Passing", True),
        (HALF_LENIENT, "Passing", True),
        (STRICT, "Passing", False),
        (ENDING_STRICT, "Passing", False),
        (OWN, "Passing", False),
        ("import { ThrottlerGuard } from '@nestjs/throttler';", "ThrottlerGuard", True),
        ("import { SessionGuard } from './unknown';", "SessionGuard", False),
        ("import { SessionGuard } from './unknown';", "ThrottlerGuard, SessionGuard", False),
    ],
    ids=[
        "Passport",
        "takes anybody",
        "passes errors on",
        "refuses",
        "refuses at its end",
        "own",
        "counts requests",
        "unknown",
        "two",
    ],
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
