"""Services that an application, a context or a container keeps, whose users ask for them by a name only."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

SERVICE = """import { AccessToken } from 'livekit-server-sdk';
export class TokenService {
  mint(identity, room) {
    const at = new AccessToken(process.env.KEY, process.env.SECRET, { identity, ttl: '5m' });
    at.addGrant({ roomJoin: true, room });
    return at.toJwt();
  }
}
"""
PYTHON_SERVICE = """import os
from datetime import timedelta
from livekit import api
class TokenService:
    def mint(self, identity, room):
        token = api.AccessToken(os.environ["KEY"], os.environ["SECRET"]).with_identity(identity)
        grants = api.VideoGrants(room_join=True, room=room)
        return token.with_ttl(timedelta(minutes=5)).with_grants(grants).to_jwt()
"""
EXPRESS = "import express from 'express';\nimport { TokenService } from './tokens';\nconst app = express();\n"
BODY = "req.body.identity, req.body.room"
KEPT = {
    "express, in locals": f"""{EXPRESS}app.locals.tokens = new TokenService();
app.post('/token', (req, res) => res.json(req.app.locals.tokens.mint({BODY})));
""",
    "express, as a setting": f"""{EXPRESS}app.set('tokens', new TokenService());
app.post('/token', (req, res) => res.json(req.app.get('tokens').mint({BODY})));
""",
    "fastify": """import Fastify from 'fastify';
import { TokenService } from './tokens';
const app = Fastify();
app.decorate('tokens', new TokenService());
app.post('/token', (req) => app.tokens.mint(req.body.identity, req.body.room));
""",
    "hono": """import { Hono } from 'hono';
import { TokenService } from './tokens';
const app = new Hono();
app.use('*', (c, next) => { c.set('tokens', new TokenService()); return next(); });
app.post('/token', async (c) => {
  const asked = await c.req.json();
  return c.json(c.get('tokens').mint(asked.identity, asked.room));
});
""",
    "the context of tRPC": """import { initTRPC } from '@trpc/server';
import { TokenService } from './tokens';
export const context = () => ({ tokens: new TokenService() });
const t = initTRPC.context().create();
export const router = t.router({
  join: t.procedure.input(schema).mutation(({ ctx, input }) => ctx.tokens.mint(input.identity, input.room)),
});
""",
    "the context of GraphQL": """import { ApolloServer } from '@apollo/server';
import { TokenService } from './tokens';
const tokens = new TokenService();
const resolvers = { Mutation: { join: (_, args, context) => context.tokens.mint(args.identity, args.room) } };
const server = new ApolloServer({ typeDefs, resolvers });
startStandaloneServer(server, { context: async () => ({ tokens }) });
""",
    "a container, by the name of the class": f"""import express from 'express';
import {{ container }} from './container';
express().post('/token', (req, res) => res.json(container.cradle.tokenService.mint({BODY})));
""",
}
KEPT_IN_PYTHON = {
    "FastAPI": """from fastapi import FastAPI, Request
from tokens import TokenService
app = FastAPI()
app.state.tokens = TokenService()
@app.post("/token")
def join(request: Request, identity: str, room: str):
    return request.app.state.tokens.mint(identity, room)
""",
    "Flask": """from flask import Flask, current_app, request
from tokens import TokenService
app = Flask(__name__)
app.extensions["tokens"] = TokenService()
@app.post("/token")
def join():
    return current_app.extensions["tokens"].mint(request.json["identity"], request.json["room"])
""",
    "aiohttp": """from aiohttp import web
from tokens import TokenService
async def join(request):
    body = await request.json()
    return web.Response(text=request.app["tokens"].mint(body["identity"], body["room"]))
app = web.Application()
app["tokens"] = TokenService()
app.router.add_post("/token", join)
""",
}
NEW = "new TokenService()"
JOIN = f"(req, res) => res.json(tokens.mint({BODY}))"
GIVEN = {
    "a function that makes the handler": {
        "src/join.js": f"export const makeJoin = (tokens) => {JOIN};",
        "src/app.js": f"import {{ makeJoin }} from './join';\n{EXPRESS}app.post('/', makeJoin({NEW}));",
    },
    "one that is wrapped": {
        "src/join.js": f"export function makeJoin(tokens) {{ const join = {JOIN}; return join; }}",
        "src/app.js": f"import {{ makeJoin }} from './join';\n{EXPRESS}app.post('/', wrap(makeJoin({NEW})));",
    },
    "one that gives a route of a folder": {
        "src/join.js": "export const makePost = (tokens) => async (request) => {\n"
        "  const asked = await request.json();\n  return Response.json(tokens.mint(asked.identity, asked.room));\n};",
        "src/app/api/token/route.js": "import { TokenService } from '../../../tokens';\n"
        "import { makePost } from '../../../join';\nexport const POST = makePost(new TokenService());",
    },
    "a record of what routes need": {
        "src/routes.js": f"import {{ Router }} from 'express';\nexport function routes(deps) {{\n"
        f"  const router = Router();\n  router.post('/', {JOIN.replace('tokens', 'deps.tokens')});\n"
        "  return router;\n}",
        "src/app.js": f"import {{ routes }} from './routes';\n{EXPRESS}app.use(routes({{ tokens: {NEW} }}));",
    },
}


@pytest.mark.parametrize("way", KEPT)
def test_who_asks_for_a_service_of_javascript_by_its_name_calls_it(way: str) -> None:
    assert found_in({"src/tokens.js": SERVICE, "src/app.js": KEPT[way]}, "LK601")


@pytest.mark.parametrize("way", KEPT_IN_PYTHON)
def test_who_asks_for_a_service_of_python_by_its_name_calls_it(way: str) -> None:
    assert found_in({"tokens.py": PYTHON_SERVICE, "main.py": KEPT_IN_PYTHON[way]}, "LK601")


@pytest.mark.parametrize("way", GIVEN)
def test_what_handlers_are_given_they_call(way: str) -> None:
    assert found_in({"src/tokens.js": SERVICE, **GIVEN[way]}, "LK601")


@pytest.mark.parametrize(
    "line",
    [
        f"app.post('/', (req, res) => res.json(req.app.locals.stamps.mint({BODY})));",
        f"import {{ stamps as tokens }} from 'stamps';\napp.post('/', (req, res) => res.json(tokens.mint({BODY})));",
        f"const tokens = new Stamps();\napp.post('/', (req, res) => res.json(tokens.mint({BODY})));",
        f"class Stamps {{ mint() {{}} }}\nconst tokens = new Stamps();\napp.post('/', (req) => tokens.mint({BODY}));",
    ],
)
def test_what_is_kept_under_another_name_or_known_to_be_something_else_is_no_such_service(line: str) -> None:
    kept = (
        f"import {{ TokenService }} from './tokens';\nexport const start = (app) => {{ app.locals.tokens = {NEW}; }};"
    )
    files = {"src/tokens.js": SERVICE, "src/start.js": kept, "src/app.js": f"{EXPRESS}{line}"}

    assert not found_in(files, "LK601")
