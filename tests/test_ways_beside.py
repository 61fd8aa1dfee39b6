"""Checks that stand beside the way to a token, and handlers that run beside an application."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

SDK = "import { AccessToken } from 'livekit-server-sdk';\n"
MINT = """
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
  at.addGrant({ roomJoin: true, room });
"""


def is_open(text: str, path: str, **others: str) -> bool:
    files = {name.replace("__", "/").replace("_dot_", "."): other for name, other in others.items()}
    return bool(found_in({path: SDK + text, **files}, "LK601"))


VIEWER = f"""
serve(async (req) => {{
  const {{ data: {{ user }} }} = await supabase.auth.getUser();
  const {{ room, action }} = await req.json();
  BEFORE
  if (action === 'host') {{
    if (!user) throw new Error('Unauthorized');
    return new Response(await hostToken(user.id, room));
  }}
  const identity = `viewer-${{crypto.randomUUID()}}`;
{MINT}  return new Response(JSON.stringify({{ token: await at.toJwt(), AFTER }}));
}});
"""


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "room", True),
        ("", "signedIn: !!user", True),
        ("", "name: user?.email", True),
        ("console.log('asked by', { user });", "room", True),
        ("if (!user) return new Response('', { status: 401 });", "room", False),
        ("", "name: user.email", False),
        ("console.log('asked by', user.email);", "room", False),
    ],
    ids=["host only", "tells", "may be there", "logged", "refused", "needed", "needed for a log"],
)
def test_what_another_branch_asks_of_a_caller_says_nothing_here(before: str, after: str, *, expected: bool) -> None:
    text = VIEWER.replace("BEFORE", before).replace("AFTER", after)

    assert is_open(text, "supabase/functions/livekit-token/index.ts") is expected


EITHER = f"""
serve(async (req) => {{
  const {{ room, kind, name, invite }} = await req.json();
  let identity = '';
  if (kind === 'host') {{
    const {{ data: {{ user }} }} = await supabase.auth.getUser();
    if (!user) return new Response('', {{ status: 401 }});
    identity = user.id;
  }} OTHERWISE
{MINT}  return new Response(JSON.stringify({{ token: await at.toJwt() }}));
}});
"""
INVITED = (
    "const found = await db.invites.findFirst({ token: invite }); if (!found) throw new Error('no'); identity = name;"
)
NO_WAY = "return new Response('', { status: 403 });"
TRIED = f"try {{ identity = (await verifyIdToken(invite)).uid; }} catch (error) {{ {NO_WAY} }}"


@pytest.mark.parametrize(
    ("otherwise", "expected"),
    [
        ("", True),
        ("else { identity = name; }", True),
        (f"else {{ {INVITED} }}", False),
        ("else { return new Response('', { status: 403 }); }", False),
        (f"else if (invite) {{ {INVITED} }} else {{ return new Response('', {{ status: 400 }}); }}", False),
        (f"else if (invite) {{ {INVITED} }}", True),
        (f"else {{ if (invite) {{ {INVITED} }} identity = name; }}", True),
        (f"else {{ {TRIED} }}", False),
        (f"else if (invite) {{ {INVITED} }} else {{ if (name) {{ {TRIED} }} else {{ {NO_WAY} }} }}", False),
        (f"else {{ if (name) {{ {TRIED} }} identity = name; }}", True),
    ],
    ids=[
        *("nothing", "unchecked", "invited", "no other way", "three ways", "a way through", "a check on the side"),
        *("what fails is answered", "ways in each other", "what fails on the side is answered"),
    ],
)
def test_one_check_or_another_is_passed_on_every_way(otherwise: str, *, expected: bool) -> None:
    assert is_open(EITHER.replace("OTHERWISE", otherwise), "supabase/functions/token/index.ts") is expected


GUARDED = """import { clerkMiddleware } from '@clerk/nextjs/server';
export default clerkMiddleware(async (auth) => {
  await auth.protect();
});
"""
ACTION = f"""import {{ action }} from './_generated/server';
export const token = action({{
  args: {{}},
  handler: async (ctx, args) => {{
    const {{ identity, room }} = args;
    CHECK
{MINT}    return await at.toJwt();
  }},
}});
"""


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("convex/livekit.ts", ACTION.replace("CHECK", "")),
        ("supabase/functions/token/index.ts", VIEWER.replace("BEFORE", "").replace("AFTER", "room")),
    ],
    ids=["Convex", "Deno"],
)
def test_what_runs_on_a_platform_of_its_own_is_not_behind_the_middleware_of_pages(path: str, text: str) -> None:
    assert is_open(text, path, middleware_dot_ts=GUARDED)


def test_routes_of_pages_are_behind_their_middleware() -> None:
    text = f"export async function POST(req) {{\n  const {{ identity, room }} = await req.json();\n{MINT}"
    text += "  return Response.json({ token: await at.toJwt() });\n}\n"

    assert not is_open(text, "app/api/token/route.ts", middleware_dot_ts=GUARDED)
    assert is_open(text, "app/api/token/route.ts")


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        ("const user = await ctx.runQuery(api.users.viewer);\n    if (!user) throw new Error('Unauthorized');", False),
        ("if (!(await ctx.auth.getUserIdentity())) throw new Error('Unauthorized');", False),
        ("const me = await ctx.auth.getUserIdentity();\n    if (!me) throw new Error('Unauthorized');", False),
        ("const known = await ctx.runQuery(api.users.byName, { name: args.identity });", True),
        ("const me = await ctx.auth.getUserIdentity();", True),
        ("console.log('asked by', await ctx.auth.getUserIdentity());", True),
    ],
    ids=["who asks", "signed in", "must be there", "looked up by what is claimed", "never asked", "noted only"],
)
def test_the_backend_says_who_calls_a_function_of_convex(check: str, *, expected: bool) -> None:
    assert is_open(ACTION.replace("CHECK", check), "convex/livekit.ts") is expected


DECIDED = """import { action } from './_generated/server';
const grantFor = (room, role) => role === 'host' ? { roomJoin: true, room, roomAdmin: true } : { roomJoin: true, room };
export const token = action({
  args: {},
  handler: async (ctx, args) => {
    const join = await ctx.runMutation(internal.rooms.join, { room: args.room });
    const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { ttl: '5m' });
    at.addGrant(grantFor(join.room, WHOSE.role));
    return await at.toJwt();
  },
});
"""


@pytest.mark.parametrize(("whose", "expected"), [("join", False), ("args", True)])
def test_what_a_function_of_convex_looks_up_is_not_chosen_by_its_caller(whose: str, *, expected: bool) -> None:
    found = found_in({"convex/livekit.ts": SDK + DECIDED.replace("WHOSE", whose)}, "LK602")

    assert bool(found) is expected


WEBHOOK = """http.route({ path: '/livekit/webhook', method: 'POST', handler: httpAction(async (ctx, request) => {
  const body = await request.text();
  const event = READ;
  if (event.event === 'room_finished') await ctx.runMutation(internal.rooms.close, { room: event.room.name });
  return new Response('ok');
}) });
"""


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        ("await ctx.runAction(internal.livekit.verified, { body, key: request.headers.get('Authorization') })", False),
        ("JSON.parse(body)", True),
    ],
)
def test_an_event_that_another_function_hands_over_is_its_own(read: str, *, expected: bool) -> None:
    assert bool(found_in({"convex/http.ts": WEBHOOK.replace("READ", read)}, "LK604")) is expected


TRIED = f"""export async function POST(req) {{
  try {{
    const {{ identity, room, token }} = await req.json();
    BEFORE
{MINT}    AFTER
    return Response.json({{ token: await at.toJwt() }});
  }} catch (error) {{
    return Response.json({{ error: 'unauthorized' }}, {{ status: 401 }});
  }}
}}
"""


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", True),
        (
            "const rooms = new RoomServiceClient(URL, process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET);",
            "",
            True,
        ),
        ("missing.push('LIVEKIT_API_SECRET');", "", True),
        ("", "await remember(token);", True),
        ("await remember(token);", "", False),
    ],
    ids=["nothing", "its own secret", "a word", "afterwards", "before"],
)
def test_what_fails_before_a_token_is_made_may_be_a_check(before: str, after: str, *, expected: bool) -> None:
    text = TRIED.replace("BEFORE", before).replace("AFTER", after)

    assert is_open(text, "app/api/token/route.ts") is expected


HOST = """import { onCall, HttpsError } from 'firebase-functions/v2/https';
export const token = onCall(async (request) => {
  const { role, room, show } = request.data;
  const identity = request.auth.uid;
  BEFORE
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
  at.addGrant({ roomJoin: true, room, canPublish: role === 'host', canPublishData: true });
  return at.toJwt();
});
"""
OWNS = "if (!(await owns(identity, show))) throw new HttpsError('permission-denied', 'not yours');"


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("", True),
        (f"if (role === 'host') {{ {OWNS} }}", False),
        (f"if (role === 'guest') {{ {OWNS} }}", True),
        (f"if (role === 'host') {{ {OWNS.replace('throw new HttpsError', 'note')} }}", True),
        ("if (role === 'host') { if (!request.auth.uid) throw new HttpsError('unauthenticated', 'sign in'); }", True),
        ("if (role === 'host') { const it = await get(show); if (it.owner !== identity) throw forbidden(); }", False),
    ],
    ids=["nothing", "whose show it is", "of guests", "only noted", "that they are somebody", "compared"],
)
def test_a_role_that_only_its_owner_may_choose_is_not_the_callers_choice(before: str, *, expected: bool) -> None:
    text = SDK + HOST.replace("BEFORE", before)

    assert bool(found_in({"functions/src/token.ts": text}, "LK602")) is expected


SHARED = """export async function mint(input) {
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { ttl: input.ttl });
  at.addGrant(input.grant);
  return at.toJwt();
}
"""
ROUTES = """import { Router } from 'express';
import { mint } from './mint';
const router = Router();
router.post('/mine', requireAuth, async (req, res) => {
  res.json({ token: await mint({ grant: { roomJoin: true, room: 'a', canPublish: req.body.canPublish } TTL }) });
});
router.post('/other', requireAuth, async (req, res) => {
  res.json({ token: await mint({ ttl: '5m', grant: { roomJoin: true, room: 'a', canPublish: true } }) });
});
export default router;
"""


@pytest.mark.parametrize("lifetime", ["", ", ttl: req.body.ttl"], ids=["a right", "and the lifetime"])
def test_one_of_several_callers_of_a_helper_may_let_the_request_decide(lifetime: str) -> None:
    files = {"src/mint.ts": SDK + SHARED, "src/routes.ts": ROUTES.replace(" TTL", lifetime)}
    swapped = ROUTES.replace(" TTL", lifetime).split("router.post")
    backwards = "router.post".join((swapped[0], swapped[2].replace("export default router;\n", ""), swapped[1]))

    assert found_in(files, "LK602")
    assert found_in({**files, "src/routes.ts": f"{backwards}export default router;\n"}, "LK602")


ELSEWHERE = """export async function mint(identity, room, role) {
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '5m' });
  at.addGrant({ roomJoin: true, room, canPublish: role === 'teacher' });
  return at.toJwt();
}
"""
ASKED = """import { mint } from './mint';
import { auth } from '@/auth';
export async function GET(req) {
  const session = await auth();
  if (!session?.user) return Response.json({}, { status: 401 });
  const { searchParams } = new URL(req.url);
  const role = searchParams.get('role');
  if (CHOICE) {
    const own = await prisma.classroom.findFirst({ where: { teacherId: session.user.id } });
    if (!own) return Response.json({}, { status: 403 });
  }
  return Response.json({ token: await mint(session.user.id, 'a', role) });
}
"""


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("role === 'teacher'", False),
        ("'teacher' === role && session.user.role === 'TEACHER'", False),
        ("role === 'student'", True),
        ("session.user.role === 'teacher'", True),
    ],
)
def test_a_choice_may_be_examined_before_the_helper_that_follows_it(choice: str, *, expected: bool) -> None:
    files = {"src/mint.js": SDK + ELSEWHERE, "src/app/api/token/route.js": ASKED.replace("CHOICE", choice)}
    files["src/app/api/token/route.js"] = files["src/app/api/token/route.js"].replace("./mint", "../../../mint")

    assert bool(found_in(files, "LK602")) is expected


SEATS = f"""export async function POST(req) {{
  const {{ identity, room, key }} = await req.json();
  const {{ count, error }} = await db.from('people').select('*', {{ count: 'exact' }}).eq('room', room);
  if (TEST) return Response.json({{ error: 'full' }}, {{ status: 403 }});
{MINT}  return Response.json({{ token: await at.toJwt() }});
}}
"""


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("count !== null && count >= 8", True),
        ("count > limits.maxParticipants", True),
        ("rooms.usedSeats >= rooms.seats", True),
        ("key !== process.env.KEY || count >= 8", False),
        ("(await sessionsOf(req.cookies.token)).length < 1", False),
    ],
)
def test_whether_there_is_room_left_says_nothing_of_who_asks(test: str, *, expected: bool) -> None:
    assert is_open(SEATS.replace("TEST", test), "app/api/token/route.ts") is expected
