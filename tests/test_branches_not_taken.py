"""Rights behind tests that fail for everybody who makes tokens, and such as somebody may pass."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

TYPESCRIPT = """import { AccessToken } from 'livekit-server-sdk';
export async function issue(options: { room: string; identity: string; hidden?: boolean }) {
  const { room, identity } = options;
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
  const grants: Record<string, unknown> = { roomJoin: true, room };
  if (options.hidden) grants.hidden = true;
  at.addGrant(grants);
  return at.toJwt();
}
"""
ROUTE = """import { issue } from './issue';
export async function POST(request: Request) {
  const { user } = await auth();
  return Response.json({ token: await issue({ room: 'lobby', identity: user.id GIVEN }) });
}
"""
PYTHON = """from datetime import timedelta
from livekit import api

def issue(room, identity, is_agent=False):
    at = api.AccessToken().with_identity(identity).with_ttl(timedelta(minutes=10))
    at = at.with_grants(api.VideoGrants(room_join=True, room=room))
    if is_agent:
        at.with_grants(api.VideoGrants(room_join=True, room=room, agent=True))
    return at.to_jwt()
"""
VIEW = """from fastapi import Depends, FastAPI
from issuing import issue
app = FastAPI()
@app.get("/token")
def token(user=Depends(current_user)):
    return issue("lobby", user.id GIVEN)
"""


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("", []),
        (", hidden: false", []),
        (", hidden: true", ["app/issue.ts:6"]),
        (", hidden: user.isGhost", ["app/issue.ts:6"]),
    ],
)
def test_nobody_gets_what_no_caller_asks_for(given: str, expected: list[str]) -> None:
    files = {"app/issue.ts": TYPESCRIPT, "app/route.ts": ROUTE.replace("GIVEN", given)}
    assert found_in(files, "LK406") == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("", []),
        (", is_agent=False", []),
        (", is_agent=True", ["issuing.py:8"]),
        (", is_agent=user.is_agent", ["issuing.py:8"]),
    ],
)
def test_so_it_is_in_python(given: str, expected: list[str]) -> None:
    assert found_in({"issuing.py": PYTHON, "app.py": VIEW.replace("GIVEN", given)}, "LK406") == expected


@pytest.mark.parametrize("files", [{"app/issue.ts": TYPESCRIPT}, {"issuing.py": PYTHON}], ids=["ts", "py"])
def test_whom_nobody_calls_may_be_told_anything(files: dict[str, str]) -> None:
    assert len(found_in(files, "LK406")) == 1


GO = """package tokens

func guest(room string, admin bool) *auth.VideoGrant {
	g := &auth.VideoGrant{RoomJoin: true, Room: room}
	if admin {
		g.RoomAdmin = true
	}
	return g
}

func Participant(identity, room string) (string, error) {
	at := auth.NewAccessToken(os.Getenv("LIVEKIT_API_KEY"), os.Getenv("LIVEKIT_API_SECRET"))
	return at.SetIdentity(identity).SetVideoGrant(guest(room, GIVEN)).SetValidFor(10 * time.Minute).ToJWT()
}
"""


@pytest.mark.parametrize(("given", "expected"), [("false", []), ("true", ["tokens.go:6"])])
def test_so_it_is_with_a_parameter_of_go(given: str, expected: list[str]) -> None:
    code = GO.replace("package tokens\n", 'package tokens\n\nimport "github.com/livekit/protocol/auth"\n')
    lines = [f"tokens.go:{int(line.rpartition(':')[2]) + 2}" for line in expected]
    assert found_in({"tokens.go": code.replace("GIVEN", given)}, "LK401") == lines
