"""Functions that answer requests to several addresses: each registration may have something else in front of it."""

from __future__ import annotations

import pytest

from lk_audit.scanning.pipeline import scan_sources
from lk_audit.source import Source
from tests.choices import RULES

EXPRESS = """import { AccessToken } from 'livekit-server-sdk';
import express from 'express';
import jwt from 'jsonwebtoken';
export function signedIn(req, res, next) {
  try { req.user = jwt.verify(req.headers.authorization, process.env.KEY); next(); } catch { res.status(401).end(); }
}
export async function token(req, res) {
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET,
    { identity: req.body.name, ttl: '10m' });
  at.addGrant({ roomJoin: true, room: req.body.room });
  res.send(await at.toJwt());
}
const app = express();
"""
FASTAPI = """import os
from datetime import timedelta
import jwt
from fastapi import Depends, FastAPI, Header, HTTPException
from livekit import api

app = FastAPI()

def signed_in(authorization: str = Header()):
    try:
        return jwt.decode(authorization, os.environ["KEY"], algorithms=["HS256"])
    except jwt.PyJWTError as error:
        raise HTTPException(401) from error

MARKS
def token(room: str, name: str):
    grants = api.VideoGrants(room_join=True, room=room)
    token = api.AccessToken(os.environ["LIVEKIT_API_KEY"], os.environ["LIVEKIT_API_SECRET"])
    return token.with_identity(name).with_ttl(timedelta(minutes=10)).with_grants(grants).to_jwt()

"""


def said(text: str, path: str, **others: str) -> list[str]:
    files = {f"{name}.js": other for name, other in others.items()}
    sources = [Source.from_text(name, content) for name, content in {path: text, **files}.items()]
    report = scan_sources(sources, [RULES["unauthenticated-mint"]])
    return [finding.message.partition(":")[0] for finding in report.findings]


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        ("app.post('/a', signedIn, token);\napp.post('/b', token);", ["POST /b makes tokens for anybody"]),
        ("app.post('/a', token);\napp.post('/b', signedIn, token);", ["POST /a makes tokens for anybody"]),
        ("app.post('/a', token);\napp.get('/b', token);", ["POST /a and GET /b make tokens for anybody"]),
        ("app.post('/a', signedIn, token);\napp.post('/b', signedIn, token);", []),
    ],
    ids=["second open", "first open", "both open", "none open"],
)
def test_each_registration_is_judged_by_what_stands_in_front_of_it(routes: str, expected: list[str]) -> None:
    assert said(EXPRESS + routes, "server.js") == expected

    elsewhere = f"import {{ signedIn, token }} from './server';\nconst app = express();\n{routes}"
    assert said(EXPRESS, "server.js", routes=f"import express from 'express';\n{elsewhere}") == expected


@pytest.mark.parametrize(
    ("marks", "calls", "expected"),
    [
        ("", 'app.add_api_route("/a", token, dependencies=[Depends(signed_in)])', []),
        (
            "",
            'app.add_api_route("/a", token, dependencies=[Depends(signed_in)])\napp.add_api_route("/b", token)',
            ["route /b makes tokens for anybody"],
        ),
        ('@app.get("/a")\n@app.post("/b")', "", ["GET /a and POST /b make tokens for anybody"]),
        (
            '@app.get("/a", dependencies=[Depends(signed_in)])\n@app.post("/b", dependencies=[Depends(signed_in)])',
            "",
            [],
        ),
    ],
    ids=["guarded", "second open", "two decorators", "two guarded decorators"],
)
def test_the_same_holds_in_python(marks: str, calls: str, expected: list[str]) -> None:
    assert said(FASTAPI.replace("MARKS", marks) + calls, "main.py") == expected
