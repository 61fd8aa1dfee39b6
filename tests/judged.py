"""An ordinary token, and what a rule says when one thing is different about it."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from lk_audit.facts import (
    Audience,
    Endpoint,
    Expiry,
    FileRole,
    Grant,
    Grants,
    GrantScalar,
    Lead,
    Lifetime,
    Signer,
    TokenMint,
    UnknownGrant,
)
from lk_audit.rule_api import Options, Problem
from lk_audit.source import Place
from tests.choices import RULES


def at(line: int) -> Place:
    return Place("tokens.py", line * 10, line * 10 + 5, line, 1, line, 6)


def grants(*unknown: UnknownGrant, complete: bool = True, **values: GrantScalar | tuple[GrantScalar, ...]) -> Grants:
    """Grants on the lines from 10 on; `sip_call` is `sip.call`, a tuple several values."""
    named = {name.replace("_", "."): value for name, value in values.items()}
    found = {
        name: Grant(name, at(10 + line), value if isinstance(value, tuple) else (value,))
        for line, (name, value) in enumerate(named.items())
    }
    return Grants(at(9), found, unknown, complete)


def changed(found: Grants, name: str, **fields: Any) -> Grants:  # noqa: ANN401 - the fields of a grant
    return replace(found, by_name={**found.by_name, name: replace(found.by_name[name], **fields)})


def lives(seconds: float | None, expiry: Expiry = Expiry.EXPLICIT, slip: str | None = None) -> tuple[Lifetime, ...]:
    return (Lifetime(expiry, at(5), seconds, slip),)


JOIN = grants(roomJoin=True, room="hall")
TOKEN = TokenMint(
    place=at(1),
    signer=Signer.SDK,
    sdk="livekit-api",
    language="python",
    lifetimes=lives(600),
    grants=JOIN,
    audience=Audience.PARTICIPANT,
)
OPEN = Endpoint("GET /token", at(2), at(3))
KNOWN = replace(OPEN, authenticated_by=Lead(at(2), "asks who it is"))
TYPED = {"signer": Signer.COMMAND}
ADVICE = {"signer": Signer.COMMAND, "role": FileRole.DOCUMENTATION}
ASKED = {"endpoints": (OPEN,)}


def said(problem: Problem) -> str:
    severity = problem.severity.name.lower() if problem.severity else "as usual"
    return f"{problem.place.line} {severity} {problem.confidence.value}: {problem.message}"


def judged(rule: str, **fields: Any) -> list[str]:  # noqa: ANN401 - the fields of a token
    return [said(item) for item in RULES[rule].check(replace(TOKEN, **fields), Options())]
