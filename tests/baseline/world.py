"""A project under a baseline, and the commands that are run in it."""

from __future__ import annotations

from pathlib import Path

from tests.commandline import invoke

NAME = "lk-audit-baseline.txt"
TOKEN = """\
import {{ AccessToken }} from 'livekit-server-sdk';
export function token() {{
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {{
    identity: 'a', ttl: '{ttl}',
  }});
  at.addGrant({{ roomJoin: true, room: 'a' }});
  return at.toJwt();
}}
"""


def said(*arguments: str) -> str:
    result = invoke(*arguments)
    assert result.exception is None
    assert result.return_value == 0
    return result.output


def entries(project: Path, name: str = NAME) -> list[str]:
    return [line for line in (project / name).read_text("utf-8").splitlines() if not line.startswith("#")]


def scanned(*arguments: str) -> tuple[int, str]:
    """The exit code of a scan with the baseline, and the line that sums it up."""
    result = invoke("scan", "--baseline", NAME, *arguments)
    return result.return_value, result.output.splitlines()[-2]
