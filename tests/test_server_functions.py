"""Server functions of TanStack Start: what middleware is told before them, and what it leaves in their context."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

FUNCTION = """import { createServerFn } from '@tanstack/react-start';
import { AccessToken } from 'livekit-server-sdk';
import { audited, signedIn } from '@/guards';
export const joinRoom = createServerFn({ method: 'POST' })
  .middleware([MIDDLEWARE])
  .inputValidator((input) => schema.parse(input))
  .handler(async ({ data, context }) => {
    const { userId } = context;
    const stream = await db.streams.find(data.room);
    const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity: NAME, ttl: 9 });
    at.addGrant({ roomJoin: true, room: data.room, roomAdmin: RIGHT });
    return at.toJwt();
  });
"""
MIDDLEWARE = """import { createMiddleware } from '@tanstack/react-start';
import { getRequest } from '@tanstack/react-start/server';
export const audited = createMiddleware({ type: 'function' }).server(async ({ next }) => {
  console.log(getRequest().headers.get('authorization'));
  return next();
});
const known = createMiddleware({ type: 'function' }).server(async ({ next }) => {
  const token = getRequest().headers.get('authorization')?.replace('Bearer ', '') ?? '';
  const { data, error } = await supabase.auth.getClaims(token);
  if (error || !data?.claims) throw new Error('Unauthorized');
  return next({ context: { userId: data.claims.sub } });
});
export const signedIn = createMiddleware({ type: 'function' })BEFORE.server(async ({ next, context }) => {
  await touch(context.userId);
  return next();
});
"""


def found(rule: str, middleware: str, *, before: str = "", name: str = "userId", right: str = "false") -> list[str]:
    function = FUNCTION.replace("MIDDLEWARE", middleware).replace("NAME", name).replace("RIGHT", right)
    files = {"src/join.ts": function, "src/guards.ts": MIDDLEWARE.replace("BEFORE", before)}
    return found_in(files, rule)


@pytest.mark.parametrize("middleware", ["signedIn", "audited, signedIn"])
def test_middleware_that_others_go_before_refuses_whom_they_refuse(middleware: str) -> None:
    assert found("LK601", middleware, before=".middleware([known])") == []


@pytest.mark.parametrize("middleware", ["audited", "signedIn", ""])
def test_middleware_that_refuses_nobody_is_no_authentication(middleware: str) -> None:
    assert found("LK601", middleware) == ["src/join.ts:10"]


def test_what_middleware_leaves_in_the_context_is_not_the_callers_choice() -> None:
    assert found("LK602", "signedIn", right="stream.hostId === userId") == []
    assert found("LK602", "signedIn", right="data.role === 'host'") == ["src/join.ts:11"]
