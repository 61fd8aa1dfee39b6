"""Further forms in which code says what answers requests, with and without somebody who looks at callers."""

from __future__ import annotations

import pytest

from lk_audit.extractors.handlers.registering import may_register
from lk_audit.livekit.requests import ROUTE_ADDERS
from tests.languages.minting import found_in

MINT = """
    grants = api.VideoGrants(room_join=True, room=room)
    return api.AccessToken().with_identity(identity).with_grants(grants).to_jwt()
"""
ASYNC = (
    f"async def token(request):\n    body = await request.json()\n    identity, room = body['me'], body['room']{MINT}"
)
TYPED = f"async def token(identity: str, room: str):{MINT}"
FLASK = f"def token():\n    identity, room = request.args['me'], request.args['room']{MINT}"
PYTHON = {
    "FastAPI": (TYPED, "router = APIRouter()\nrouter.add_api_route('/token', token, methods=['GET']{guard})"),
    "FastAPI by name": (TYPED, "router = APIRouter()\nrouter.add_api_route('/token', endpoint=token{guard})"),
    "Litestar": (f"@get('/token'{{guard}})\n{TYPED}", ""),
    "Modal": (f"@modal.fastapi_endpoint(method='POST')\n{TYPED}", ""),
    "Flask": (FLASK, "app = Flask(__name__)\napp.add_url_rule('/token', view_func={open}token{close})"),
    "Flask by place": (FLASK, "app = Flask(__name__)\napp.add_url_rule('/token', 'token', {open}token{close})"),
    "Flask, decorated later": (FLASK, "bp = Blueprint('calls', __name__)\nbp.post('/token')({open}token{close})"),
    "aiohttp": (ASYNC, "app = web.Application()\napp.router.add_post('/token', {open}token{close})"),
    "Starlette": (ASYNC, "app = Starlette(routes=[Route('/token', {open}token{close}, methods=['POST'])])"),
}
HEAD = """from aiohttp import web
from fastapi import APIRouter, Depends
from flask import Blueprint, Flask, request
from litestar import get
from starlette.applications import Starlette
from starlette.routing import Route
from security import current_user, require_api_key
from livekit import api
import modal
"""


def python(form: str, guard: str, opened: str) -> str:
    handler, registration = PYTHON[form]
    text = f"{HEAD}{handler}\n{registration}\n".replace("{guard}", guard)
    return text.replace("{open}", opened).replace("{close}", ")" if opened else "")


@pytest.mark.parametrize("form", PYTHON)
def test_what_is_registered_in_any_form_answers_requests(form: str) -> None:
    assert found_in({"server.py": python(form, "", "")}, "LK601")


@pytest.mark.parametrize(
    ("form", "guard", "opened"),
    [
        ("FastAPI", ", dependencies=[Depends(current_user)]", ""),
        ("Litestar", ", guards=[current_user]", ""),
        *((form, "", "require_api_key(") for form, parts in PYTHON.items() if "{open}" in parts[1]),
    ],
)
def test_what_stands_in_front_of_it_counts(form: str, guard: str, opened: str) -> None:
    assert not found_in({"server.py": python(form, guard, opened)}, "LK601")


def test_modal_may_ask_for_a_token_itself() -> None:
    text = python("Modal", "", "").replace("method='POST'", "method='POST', requires_proxy_auth=True")

    assert not found_in({"server.py": text}, "LK601")


@pytest.mark.parametrize("name", sorted(ROUTE_ADDERS))
def test_every_method_that_adds_a_route_may_register(name: str) -> None:
    assert may_register(f"app.{name}('/token', create)".encode(), "python", looks_like_handler=False)


def test_a_handler_may_be_added_by_another_file() -> None:
    routes = "from fastapi import APIRouter\nfrom calls import token\nrouter = APIRouter()\n"
    made = f"from livekit import api\n{TYPED}"

    assert found_in({"calls.py": made, "routes.py": f"{routes}router.add_api_route('/token', token)\n"}, "LK601")
    assert not found_in({"calls.py": made, "routes.py": routes}, "LK601")


SDK = "import { AccessToken } from 'livekit-server-sdk';\n"
MADE = """
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '5m' });
  at.addGrant({ roomJoin: true, room });
  const token = await at.toJwt();
"""
PAGE = "src/routes/call/+page.server.ts"
HELPER = f"export async function mint(identity, room) {{{MADE}  return token;\n}}\n"
MUTATION = (
    f"{HELPER}const calls = router({{ token: PROCEDURE.input(schema).mutation(async ({{ input, ctx }}) => {{\n"
    "  CHECK\n  return mint(input.me, input.room);\n}) });\n"
)
OPTIONS = (
    f"{HELPER}const calls = router({{ token: publicProcedure.query(async (opts) => {{\n"
    "  return mint(WHO, opts.input.room);\n}) });\n"
)
BODY = "const { identity, room } = await request.json();"
ANSWER = f"{BODY}{MADE}  return Response.json({{ token }});\n"
ASKED = "const identity = url.searchParams.get('me'), room = url.searchParams.get('room');"
FORMS = {
    "Fastify": ("s.js", "app.route({ method: 'POST', url: '/t', GUARD handler: async (request) => {\n", "} });"),
    "Bun": ("s.ts", "Bun.serve({ async fetch(request) {\n  CHECK\n  ", "} });"),
    "Bun's routes": ("s.ts", "Bun.serve({ routes: { '/t': { POST: async (request) => {\n  CHECK\n  ", "} } } });"),
    "TanStack": (
        "src/routes/api.t.ts",
        "export const Route = createFileRoute('/')({ server: { handlers: { POST: async ({ request }) => {\n  CHECK\n  ",
        "} } } });",
    ),
    "SvelteKit, action": (
        PAGE,
        "export const actions = { join: async ({ request }) => {\n  CHECK\n  ",
        "} } satisfies Actions;",
    ),
}
JAVASCRIPT = {name: (path, f"{before}{ANSWER}{after}") for name, (path, before, after) in FORMS.items()} | {
    "tRPC": ("s.ts", MUTATION.replace("PROCEDURE", "publicProcedure")),
    "tRPC, built": ("s.ts", MUTATION.replace("PROCEDURE", "t.procedure")),
    "SvelteKit, load": (
        PAGE,
        f"export const load = async ({{ url, locals }}) => {{\n  CHECK\n  {ASKED}{MADE}  return {{ token }};\n}};",
    ),
}
CHECKS = {
    "tRPC": "if (!ctx.session?.user) throw new TRPCError({ code: 'UNAUTHORIZED' });",
    "tRPC, built": "if (!ctx.user) throw new TRPCError({ code: 'UNAUTHORIZED' });",
    "SvelteKit, load": "if (!locals.user) redirect(302, '/login');",
}
VERIFIED = "jwt.verify(request.headers.get('authorization'), process.env.JWT_SECRET);"


@pytest.mark.parametrize("form", JAVASCRIPT)
def test_the_same_in_javascript(form: str) -> None:
    path, text = JAVASCRIPT[form]
    jwt = "import jwt from 'jsonwebtoken';\n"
    checked = text.replace("CHECK", CHECKS.get(form, VERIFIED)).replace("GUARD", "preHandler: [app.authenticate],")

    assert found_in({path: SDK + text.replace("CHECK", "").replace("GUARD", "")}, "LK601")
    assert not found_in({path: SDK + jwt + checked}, "LK601")


@pytest.mark.parametrize(
    "procedure",
    ["protectedProcedure", "authedProcedure", "publicProcedure.use(isAuthed)", "t.procedure.use(enforceUser)", "store"],
)
def test_of_other_procedures_nothing_is_said(procedure: str) -> None:
    text = MUTATION.replace("PROCEDURE", procedure).replace("CHECK", "")

    assert not found_in({"s.ts": SDK + text}, "LK601")


@pytest.mark.parametrize(("who", "named"), [("opts.input.me", True), ("opts.ctx.session.user.id", False)])
def test_the_context_of_a_procedure_is_the_servers(who: str, *, named: bool) -> None:
    assert bool(found_in({"s.ts": SDK + OPTIONS.replace("WHO", who)}, "LK601")) is named


def test_procedures_are_behind_the_middleware_of_their_application() -> None:
    middleware = "import { clerkMiddleware } from '@clerk/nextjs/server';\n"
    middleware += "export default clerkMiddleware(async (auth) => {\n  await auth.protect();\n});\n"
    text = MUTATION.replace("PROCEDURE", "publicProcedure").replace("CHECK", "")

    assert not found_in({"src/server/calls.ts": SDK + text, "src/middleware.ts": middleware}, "LK601")


@pytest.mark.parametrize("path", ["src/routes/call/+page.ts", "src/lib/actions.ts"])
def test_other_files_of_svelte_load_nothing_on_a_server(path: str) -> None:
    _, text = JAVASCRIPT["SvelteKit, load"]

    assert not found_in({path: SDK + text.replace("CHECK", "")}, "LK601")


INTERCEPTED = """import { AccessToken } from 'livekit-server-sdk';
export async function answer(page) {
  await page.route(ADDRESS, async (route) => {
    const { room, identity } = route.request().postDataJSON();
    const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
    at.addGrant({ roomJoin: true, room });
    await route.fulfill({ json: { token: await at.toJwt() } });
  });
}
"""


@pytest.mark.parametrize(("address", "is_served"), [("'**/token'", False), ("'/token'", True), ("'*'", True)])
def test_requests_that_a_browser_is_kept_from_sending_reach_nobody(address: str, *, is_served: bool) -> None:
    assert bool(found_in({"harness.ts": INTERCEPTED.replace("ADDRESS", address)}, "LK601")) is is_served
