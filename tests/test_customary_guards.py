"""How applications customarily ask who is there, in the ways of single libraries."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

SUPABASE = """import { AccessToken } from 'livekit-server-sdk';
export async function POST(request: Request) {
  const supabase = await createClient();
  const { data, error } = await supabase.auth.getUser();
  TEST
  const { room, identity } = await request.json();
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
  at.addGrant({ roomJoin: true, room });
  return Response.json({ token: await at.toJwt() });
}
"""


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("if (error || !data?.user) redirect('/login');", False),
        ("if (!data?.user) return new Response(null, { status: 400 });", False),
        ("if (data?.user == null) redirect('/login');", False),
        ("if (error) redirect('/login');", False),
        ("if (data?.user?.banned) redirect('/banned');", True),
        ("const name = data?.user?.name ?? 'guest';", True),
    ],
)
def test_what_was_looked_for_may_be_asked_for_with_care(test: str, *, expected: bool) -> None:
    assert bool(found_in({"app/api/token/route.ts": SUPABASE.replace("TEST", test)}, "LK601")) is expected


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("LoginRequiredMixin", False),
        ("OrganizationLoginRequiredMixin", False),
        ("UserPassesTestMixin", False),
        ("Base", True),
    ],
)
def test_a_view_of_django_may_inherit_its_guard(base: str, *, expected: bool) -> None:
    view = f"""from django.views import View
from common.mixins import {base}
from livekit import api

class Token({base}, View):
    def get(self, request):
        grants = api.VideoGrants(room_join=True, room=request.GET["room"])
        return api.AccessToken().with_identity(request.GET["me"]).with_grants(grants).to_jwt()
"""
    assert bool(found_in({"views.py": view}, "LK601")) is expected


def test_a_hook_of_fastify_may_refuse_by_catching() -> None:
    text = """import Fastify from 'fastify';
import { AccessToken } from 'livekit-server-sdk';
const app = Fastify();
app.addHook('preHandler', async (request, reply) => {
  try { await request.jwtVerify(); } catch (error) { reply.code(401).send(); }
});
app.post('/token', async (request, reply) => {
  const { room, identity } = request.body as Join;
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
  at.addGrant({ roomJoin: true, room });
  return { token: await at.toJwt() };
});
"""
    assert not found_in({"server.ts": text}, "LK601")
    assert found_in({"server.ts": text.replace("jwtVerify()", "validateQuery()")}, "LK601")


ROUTE = """import {{ AccessToken }} from 'livekit-server-sdk';
{imports}
export async function POST(request: Request) {{
  const {{ room, identity, initData }} = await request.json();
  {check}
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {{ identity, ttl: '10m' }});
  at.addGrant({{ roomJoin: true, room }});
  return Response.json({{ token: await at.toJwt() }});
}}
"""
TELEGRAM = "import { isValid, validate } from '@telegram-apps/init-data-node';"


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        ("await stackServerApp.getUser({ or: 'redirect' });", False),
        ("await stackServerApp.getUser({ or: 'return-null' });", True),
        ("await stackServerApp.getUser();", True),
        ("const { user } = await withAuth({ ensureSignedIn: true });", False),
        ("const { user } = await withAuth();", True),
        ("await account.get();", False),
        ("await settings.account.get('name');", True),
        ("await authenticate.admin(request);", False),
        ("await authenticate.public.appProxy(request);", False),
        ("await jwtService.verifyAsync(request.headers.get('x-token'));", False),
        ("if (!(await jwt.verify(bearer))) return new Response(null, { status: 401 });", False),
        ("await jwt.verify(bearer);", True),
        (
            "const user = await getCurrentUserOrNull(request); if (!user) return new Response(null, { status: 401 });",
            False,
        ),
        ("const user = await getCurrentUserOrNull(request);", True),
        ("if (people.some((one) => one.identity === identity)) return new Response(null, { status: 403 });", True),
        ("if (!people.some((one) => one.secret === initData)) return new Response(null, { status: 403 });", False),
        ("validate(initData, process.env.BOT_TOKEN);", False),
        ("if (!isValid(initData, process.env.BOT_TOKEN)) return new Response(null, { status: 401 });", False),
    ],
)
def test_some_checks_are_known_by_what_they_are_called_on_or_told(check: str, *, expected: bool) -> None:
    text = ROUTE.format(imports=TELEGRAM, check=check)

    assert bool(found_in({"app/api/token/route.ts": text}, "LK601")) is expected


SERVER = """import express from 'express';
import {{ expressjwt }} from 'express-jwt';
import {{ clerkMiddleware, requireAuth }} from '@clerk/express';
import {{ AccessToken }} from 'livekit-server-sdk';
const app = express();
app.use({guard});
app.post('/token', async (req, res) => {{
  const {{ room, identity }} = req.body;
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {{ identity, ttl: '10m' }});
  at.addGrant({{ roomJoin: true, room }});
  res.json({{ token: await at.toJwt() }});
}});
"""


@pytest.mark.parametrize(
    ("guard", "expected"),
    [
        ("expressjwt({ secret, algorithms: ['HS256'] })", False),
        ("expressjwt({ secret, algorithms: ['HS256'], credentialsRequired: false })", True),
        ("koaJwt({ secret, passthrough: true })", True),
        ("requireAuth()", False),
        ("clerkMiddleware()", True),
    ],
)
def test_middleware_that_lets_strangers_pass_guards_nothing(guard: str, *, expected: bool) -> None:
    assert bool(found_in({"server.ts": SERVER.format(guard=guard)}, "LK601")) is expected


@pytest.mark.parametrize(
    ("setting", "expected"),
    [("", True), (", auth_required=True", False), (", auth_required=False", True), (", authorizer=pool", False)],
)
def test_a_framework_may_ask_who_is_there_itself(setting: str, *, expected: bool) -> None:
    text = f"""from robyn import Robyn
from livekit import api
app = Robyn(__file__)

@app.post("/token"{setting})
def token(request):
    grants = api.VideoGrants(room_join=True, room=request.json()["room"])
    return api.AccessToken().with_identity(request.json()["me"]).with_grants(grants).to_jwt()
"""
    assert bool(found_in({"app.py": text}, "LK601")) is expected


@pytest.mark.parametrize("user", ["user=Depends({dependency})", "user: Annotated[User, Depends({dependency})]"])
@pytest.mark.parametrize(
    ("dependency", "test", "expected"),
    [
        ("get_current_user", "pass", False),
        ("get_current_user_optional", "pass", True),
        ("get_current_user_optional", "if user is None: raise HTTPException(401)", False),
        ("get_current_user_optional", "if room is None: raise HTTPException(401)", True),
        ("get_settings", "if user is None: raise HTTPException(401)", True),
    ],
)
def test_a_dependency_that_admits_strangers_must_be_asked(
    user: str, dependency: str, test: str, *, expected: bool
) -> None:
    user = user.format(dependency=dependency)
    text = f"""from fastapi import Depends, FastAPI, HTTPException
from security import {dependency}
from livekit import api
app = FastAPI()

@app.get("/token")
def token(room: str, name: str, {user}):
    {test}
    return api.AccessToken().with_identity(name).with_grants(api.VideoGrants(room_join=True, room=room)).to_jwt()
"""
    assert bool(found_in({"app.py": text}, "LK601")) is expected


POCKETBASE = """import PocketBase from 'pocketbase';
import { AccessToken } from 'livekit-server-sdk';
export async function POST(request: Request) {
  const { room, identity, session } = await request.json();
  const pb = new PocketBase(process.env.POCKETBASE_URL);
  pb.authStore.save(session);
  ASKED
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
  at.addGrant({ roomJoin: true, room });
  return Response.json({ token: await at.toJwt() });
}
"""


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("await pb.collection('users').authRefresh();", False),
        ("const { record } = await pb.collection('members').authWithPassword(identity, session);", False),
        ("await pb.collection('rooms').getOne(room);", True),
    ],
)
def test_pocketbase_refuses_whom_it_does_not_know(asked: str, *, expected: bool) -> None:
    assert bool(found_in({"app/api/token/route.ts": POCKETBASE.replace("ASKED", asked)}, "LK601")) is expected


CAUGHT = """import { AccessToken } from 'livekit-server-sdk';
import { redirect } from 'next/navigation';
import { verifySession } from '@/lib/session';
export async function POST(request: Request) {
  CHECK
  const { room, identity } = await request.json();
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
  at.addGrant({ roomJoin: true, room });
  return Response.json({ token: await at.toJwt() });
}
"""


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        ("try { await verifySession(request); } catch { redirect('/login'); }", False),
        ("try { await verifySession(request); } catch (error) { console.warn(error); }", True),
        ("await verifySession(request).catch(() => null);", True),
        ("await verifySession(request).catch(() => { throw new Error('Unauthorized'); });", False),
        ("if (!(await verifySession(request).catch(() => null))) return new Response(null, { status: 401 });", False),
        ("const me = await verifySession(request).catch(() => null); if (!me) redirect('/login');", False),
        ("const me = await verifySession(request).catch(() => null); console.log(me);", True),
    ],
)
def test_what_a_check_raises_may_be_caught_and_said_in_another_way(check: str, *, expected: bool) -> None:
    assert bool(found_in({"app/api/token/route.ts": CAUGHT.replace("CHECK", check)}, "LK601")) is expected


CONVEX = """import { action } from './_generated/server';
import { auth } from './auth';
import { AccessToken } from 'livekit-server-sdk';
export const token = action({
  args: { room: v.string(), name: v.string() },
  handler: async (ctx, args) => {
    const userId = await auth.getUserId(ctx);
    let identity = args.name;
    TEST
    const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
    at.addGrant({ roomJoin: true, room: args.room });
    return await at.toJwt();
  },
});
"""
CONVEX_AUTH = (
    "import { convexAuth } from '@convex-dev/auth/server';\nexport const { auth } = convexAuth({ providers: [] });\n"
)


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("if (!userId) throw new Error('Not authenticated');", False),
        ("if (!userId) return null;", False),
        ("if (userId) identity = userId;", True),
    ],
)
def test_convex_auth_says_who_is_there(test: str, *, expected: bool) -> None:
    files = {"convex/livekit.ts": CONVEX.replace("TEST", test), "convex/auth.ts": CONVEX_AUTH}

    assert bool(found_in(files, "LK601")) is expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("eq(sessions.id, getCookie(c, 'session') ?? '')", False),
        ("eq(sessions.id, c.req.header('authorization'))", False),
        ("eq(sessions.userId, c.req.query('user'))", True),
        ("eq(sessions.userId, getField(c, 'user'))", True),
    ],
)
def test_a_session_is_found_by_what_only_its_owner_sends(asked: str, *, expected: bool) -> None:
    text = f"""import {{ Hono }} from 'hono';
import {{ getCookie }} from 'hono/cookie';
import {{ eq }} from 'drizzle-orm';
import {{ AccessToken }} from 'livekit-server-sdk';
import {{ getField }} from '@example/fields';
import {{ db, sessions }} from './db';
const app = new Hono();
app.post('/token', async (c) => {{
  const [session] = await db.select().from(sessions).where({asked});
  if (!session) return c.json({{ error: 'unauthorized' }}, 401);
  const {{ room, identity }} = await c.req.json();
  const at = new AccessToken(c.env.LIVEKIT_API_KEY, c.env.LIVEKIT_API_SECRET, {{ identity, ttl: '10m' }});
  at.addGrant({{ roomJoin: true, room }});
  return c.json({{ token: await at.toJwt() }});
}});
"""
    assert bool(found_in({"src/index.ts": text}, "LK601")) is expected


AS_CALLER = "global: { headers: { Authorization: req.headers.get('Authorization')! } }"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (AS_CALLER, False),
        ("auth: { persistSession: false }", True),
        (AS_CALLER.replace("Authorization:", "Tag:"), True),
    ],
    ids=["as caller", "as server", "other"],
)
def test_a_database_may_be_asked_with_the_callers_own_token(options: str, *, expected: bool) -> None:
    text = f"""import {{ createClient }} from 'npm:@supabase/supabase-js@2';
import {{ AccessToken }} from 'npm:livekit-server-sdk@2';
Deno.serve(async (req) => {{
  const supabase = createClient(Deno.env.get('SUPABASE_URL')!, Deno.env.get('SUPABASE_KEY')!, {{ {options} }});
  const {{ roomId, identity }} = await req.json();
  const {{ data: room, error }} = await supabase.from('rooms').select('id').eq('id', roomId).single();
  if (error || !room) return new Response('forbidden', {{ status: 403 }});
  const at = new AccessToken(Deno.env.get('LIVEKIT_API_KEY')!, Deno.env.get('LIVEKIT_API_SECRET')!, {{ identity }});
  at.addGrant({{ roomJoin: true, room: room.id }});
  return Response.json({{ token: await at.toJwt() }});
}});
"""
    assert bool(found_in({"supabase/functions/token/index.ts": text}, "LK601")) is expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("db.prepare('SELECT user FROM sessions WHERE token = ?').get(sent)", False),
        ("await env.DB.prepare('SELECT user FROM sessions WHERE token = ?').bind(sent).first()", False),
        ("await env.DB.prepare('SELECT name FROM rooms WHERE name = ?').bind(room).first()", True),
        ("db.prepare('SELECT name FROM users WHERE name = ?').get(identity)", True),
    ],
)
def test_a_prepared_query_may_ask_for_a_session_by_its_token(asked: str, *, expected: bool) -> None:
    text = f"""import {{ AccessToken }} from 'livekit-server-sdk';
import {{ db }} from './db';
export const onRequestPost = async ({{ request, env }}) => {{
  const {{ room, identity }} = await request.json();
  const sent = request.headers.get('x-ticket');
  const found = {asked};
  if (!found) return new Response('no', {{ status: 401 }});
  const at = new AccessToken(env.LIVEKIT_API_KEY, env.LIVEKIT_API_SECRET, {{ identity, ttl: '10m' }});
  at.addGrant({{ roomJoin: true, room }});
  return Response.json({{ token: await at.toJwt() }});
}};
"""
    assert bool(found_in({"functions/api/token.ts": text}, "LK601")) is expected


JUDGED = {
    "src/app.module.ts": """import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { KnownGuard } from './known.guard';
@Module({ providers: [{ provide: APP_GUARD, useClass: KnownGuard }] })
export class AppModule {}
""",
    "src/tokens.controller.ts": """import { Body, Controller, Post } from '@nestjs/common';
import { AccessToken } from 'livekit-server-sdk';
@Controller('tokens')
export class TokensController {
  @Post()
  async create(@Body() body: { room: string; name: string }) {
    const at = new AccessToken(process.env.KEY, process.env.SECRET, { identity: body.name, ttl: '5m' });
    at.addGrant({ roomJoin: true, room: body.room });
    return at.toJwt();
  }
}
""",
}
GUARD = """import { CanActivate, ExecutionContext, Inject, Optional, UnauthorizedException } from '@nestjs/common';
export class KnownGuard implements CanActivate {
  constructor(@Optional() @Inject(JUDGE) private readonly judge?: Judge) {}
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (!this.judge) return true;
    const req = context.switchToHttp().getRequest();
    try {
      req.known = await CALL;
      return true;
    } catch (error) {
      THEN
    }
  }
}
"""
REFUSE = "throw new UnauthorizedException('unknown');"


@pytest.mark.parametrize(
    ("call", "then", "is_open"),
    [
        ("this.judge.validate(req)", REFUSE, False),
        ("this.judge.verifyRequest(req)", REFUSE, False),
        ("this.judge.validate(req)", "return true;", True),
        ("this.judge.validate(req.body)", REFUSE, True),
        ("this.judge.describe(req)", REFUSE, True),
    ],
)
def test_who_judges_the_whole_request_makes_sure_where_his_error_is_a_refusal(
    call: str, then: str, *, is_open: bool
) -> None:
    files = {**JUDGED, "src/known.guard.ts": GUARD.replace("CALL", call).replace("THEN", then)}
    assert bool(found_in(files, "LK601")) is is_open


ASKING = """import { UnauthorizedException } from '@nestjs/common';
export class KnownGuard implements CanActivate {
  constructor(private readonly people: People) {}
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const asking = context.switchToHttp().getRequest();
    const person = await ASKED;
    if (!person) throw new ERROR;
    return true;
  }
}
"""


@pytest.mark.parametrize(
    ("asked", "error", "is_open"),
    [
        ("this.people.behind(asking)", "UnauthorizedException()", False),
        ("this.people.behind(standardHeaders(asking))", "Failure(HttpStatus.UNAUTHORIZED)", False),
        ("this.people.behind(asking)", "NotFoundException()", True),
        ("this.people.findOne({ name: asking.query.name })", "UnauthorizedException()", True),
        ("this.people.tokenOf(asking)", "UnauthorizedException()", True),
        ("asking.query.person", "UnauthorizedException()", True),
    ],
)
def test_who_finds_nobody_behind_a_request_makes_sure_where_that_is_answered_with_401(
    asked: str, error: str, *, is_open: bool
) -> None:
    files = {**JUDGED, "src/known.guard.ts": ASKING.replace("ASKED", asked).replace("ERROR", error)}
    assert bool(found_in(files, "LK601")) is is_open


SERVED = """import { UnauthorizedException } from '@nestjs/common';
import { KeyService } from './key.service';
export class KnownGuard implements CanActivate {
  constructor(private readonly keys: KeyService) {}
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest();
    const client = await this.keys.resolve(request.headers['x-client']);
    if (!client) throw new UnauthorizedException('unknown');
    request.client = client;
    return true;
  }
}
"""
SERVICE = """export class KeyService {
  constructor(private readonly rows: Repository<Key>) {}
  async resolve(sent) {
    const [prefix, rest] = sent.split('.');
    const row = await this.rows.findOne({ where: { prefix } });
    if (!row) return null;
    TEST
    return row.client;
  }
}
function isSame(left, right) {
  return left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right));
}
"""


@pytest.mark.parametrize(
    ("test", "is_open"),
    [
        ("if (!timingSafeEqual(row.digest, digestOf(rest))) return null;", False),
        ("if (!constantTimeEquals(row.digest, digestOf(rest))) return null;", False),
        ("if (!isSame(row.digest, digestOf(rest))) return null;", False),
        ("if (row.revokedAt) return null;", True),
    ],
)
@pytest.mark.parametrize("is_of_controller", [False, True])
def test_a_guard_is_judged_by_the_service_that_it_is_made_with(
    test: str, *, is_open: bool, is_of_controller: bool
) -> None:
    files = {**JUDGED, "src/known.guard.ts": SERVED, "src/key.service.ts": SERVICE.replace("TEST", test)}
    if is_of_controller:
        del files["src/app.module.ts"]
        marked = "import { KnownGuard } from './known.guard';\n@UseGuards(KnownGuard)\n@Controller"
        files["src/tokens.controller.ts"] = JUDGED["src/tokens.controller.ts"].replace("@Controller", marked)
    assert bool(found_in(files, "LK601")) is is_open
