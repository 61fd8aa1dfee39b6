"""Hostile trees in which whatever is asked of one file, or of one secret, leads to all others."""

from __future__ import annotations

import subprocess
from pathlib import Path

import jwt

from tests.hostile.model import Hostile
from tests.samples import SECRET


def tokens_and_secrets(tree: Path, size: int) -> None:
    """As many tokens as secrets that may have signed them."""
    claims = {"exp": 4_102_444_800, "video": {"roomJoin": True}}
    tokens = (
        jwt.encode({**claims, "sub": str(number)}, "none of the secrets beside it, whatever the scan tries", "HS256")
        for number in range(size)
    )
    (tree / "tokens.txt").write_text("".join(f"token {token}\n" for token in tokens))
    (tree / "secrets.env").write_text(
        "".join(f"LIVEKIT_API_SECRET_{number}={_secret(number)}\n" for number in range(size))
    )


def environment_files(tree: Path, size: int) -> None:
    """Environment files full of secrets, and as many recipes of images that may take each along."""
    subprocess.run(["git", "init", "--quiet", tree], check=True)
    for number in range(size):
        folder = tree / f"part{number}"
        folder.mkdir()
        (folder / "Dockerfile").write_text("FROM node\nCOPY . .\n")
        secrets = (f"LIVEKIT_API_SECRET_{index}={_secret(100 * number + index)}\n" for index in range(100))
        (folder / ".env").write_text("".join(secrets))


def alike_applications(tree: Path, size: int) -> None:
    """Applications whose functions have the same names: who calls which is a question to all of them."""
    for number in range(size):
        folder = tree / f"part{number}"
        folder.mkdir()
        (folder / "token.ts").write_text(_TOKEN)
        (folder / "server.ts").write_text(_SERVER)


def routers_that_mount_each_other(tree: Path, size: int) -> None:
    """As many ways to each handler as there are rows of routers."""
    others = {number: [other for other in range(size) if other != number] for number in range(size)}
    lines = [
        *(_TOKEN, "import express from 'express';\n"),
        *(f"const r{number} = express.Router();\n" for number in others),
        *(f"r{number}.use('/p{other}', r{other});\n" for number, given in others.items() for other in given),
        *(f"r{number}.get('/', async (req, res) => res.json(await makeToken(req.query.room)));\n" for number in others),
    ]
    (tree / "server.ts").write_text("".join(lines))


_TOKEN = """\
import { AccessToken } from 'livekit-server-sdk';
export async function makeToken(room: string, identity: string) {
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity });
  at.addGrant({ roomJoin: true, room });
  return at.toJwt();
}
"""
_SERVER = """\
import express from 'express';
import { makeToken } from './token';
const app = express();
app.get('/token', async (req, res) => res.json(await makeToken(req.query.room, req.query.identity)));
"""


def _secret(number: int) -> str:
    return f"{number:06}{SECRET[6:]}"


RELATED = (
    Hostile("tokens and secrets", tokens_and_secrets, 2_500, 5_000, ("tokens.txt",)),
    Hostile("environment files of images", environment_files, 40, 500),
    Hostile("applications that are alike", alike_applications, 300, 1_000),
    Hostile("routers that mount each other", routers_that_mount_each_other, 40, 100, ("server.ts", "LK601")),
)
