"""Endpoints whose callers know a secret link: it is looked up, and nothing is found for strangers."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

JAVASCRIPT = """import {{ AccessToken }} from 'livekit-server-sdk';
export async function POST(request, {{ params }}) {{
  const {{ token, projectId, code }} = await params;
  const link = {look_up};
  if ({test}) return Response.json({{ error: 'invalid link' }}, {{ status: 404 }});
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {{ identity: projectId }});
  at.addGrant({{ roomJoin: true, room: link.room }});
  return Response.json({{ jwt: await at.toJwt() }});
}}
"""
PYTHON = """from fastapi import FastAPI, HTTPException
from livekit import api
app = FastAPI()
@app.post("/join/{{token}}")
async def join(token: str, name: str, session=None):
    {look_up}
    if {test}:
        raise HTTPException(status_code=404, detail="invalid link")
    grants = api.VideoGrants(room_join=True, room=link.room)
    return api.AccessToken().with_identity(name).with_grants(grants).to_jwt()
"""

RESULT = """result = await session.execute(select(Link).where(Link.token == token))
    link = result.scalar_one_or_none()"""


@pytest.mark.parametrize(
    ("look_up", "test", "is_open"),
    [
        ("await Link.findOne({ uploadToken: token, isActive: true })", "!link", False),
        ("await prisma.link.findUnique({ where: { token } })", "!link || link.expired", False),
        ("await Link.findOne({ tokenHash: sha256(token) })", "link === null", False),
        ("(await db.from('links').select('*').eq('invite_token', token).single()).data", "!link", False),
        ("await getLinkByToken(token)", "!link", False),
        ("await queryOne('SELECT * FROM links WHERE open AND join_token = $1', [token])", "!link", False),
        ("await db.get('SELECT * FROM links l WHERE l.token = ? LIMIT 1', token)", "!link", False),
        ("(await db.select().from(links).where(eq(links.token, token)).limit(1))[0]", "!link", False),
        ("await db.selectFrom('links').selectAll().where('token', '=', token).executeTakeFirst()", "!link", False),
        ("(await db.select().from(links).where(eq(links.roomId, projectId)).limit(1))[0]", "!link", True),
        ("(await db.update(links).set({ isOpen: true }).where(eq(links.token, token)))[0]", "!link", True),
        ("await queryOne('SELECT token FROM links WHERE project = $1', [projectId])", "!link", True),
        ("await queryOne('UPDATE links SET token = $1', [token])", "!link", True),
        ("await Link.findOne({ projectId })", "!link", True),
        ("await Link.findOne({ roomCode: code })", "!link", True),
        ("await Link.findOne({ token: process.env.LINK_TOKEN })", "!link", True),
        ("await Link.findOne({ pushToken: token })", "!link", True),
        ("await Link.findOne({ token })", "link.isFull", True),
        ("await Link.create({ token })", "!link", True),
    ],
)
def test_who_must_know_a_secret_that_is_looked_up_is_no_stranger(look_up: str, test: str, *, is_open: bool) -> None:
    path = "app/api/join/[token]/route.ts"
    assert bool(found_in({path: JAVASCRIPT.format(look_up=look_up, test=test)}, "LK601")) is is_open


def test_the_first_row_of_what_is_found_by_a_secret_is_missing_for_strangers() -> None:
    rows = "db.select().from(links).where(and(eq(links.token, token), isNull(links.revokedAt))).limit(1)"
    text = JAVASCRIPT.format(look_up=f"await {rows}", test="!link")
    assert found_in({"app/api/join/[token]/route.ts": text.replace("const link =", "const [link] =")}, "LK601") == []


@pytest.mark.parametrize(
    ("look_up", "test", "is_open"),
    [
        ("link = session.query(Link).filter(Link.token == token).first()", "not link", False),
        ("link = Link.objects.filter(token=token).first()", "link is None", False),
        ("link = await session.fetchrow('SELECT room FROM links WHERE token = $1', token)", "not link", False),
        (RESULT, "not link", False),
        ("link = session.query(Link).filter(Link.name == name).first()", "not link", True),
        ("link = session.query(Link).filter(Link.token == token).first()", "link.full", True),
    ],
)
def test_the_same_in_python(look_up: str, test: str, *, is_open: bool) -> None:
    assert bool(found_in({"app.py": PYTHON.format(look_up=look_up, test=test)}, "LK601")) is is_open
