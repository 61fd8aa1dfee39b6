"""Trees that are scanned with a cache and without one."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from lk_audit.api import Report, render, scan
from lk_audit.files import sources
from lk_audit.scanning import reading
from tests.samples import SECRET

if TYPE_CHECKING:
    import pytest

FILES = {
    "README.md": "# A project\n\nIt has calls.\n",
    ".env": f"LIVEKIT_API_KEY=APIexample23456\nLIVEKIT_API_SECRET={SECRET}\n",
    ".gitignore": "*.secret\n/ignored/\n",
    "src/settings.py": "from datetime import timedelta\n\nLIFE = timedelta(hours=9)\n",
    "src/tokens.py": """from livekit import api

from settings import LIFE


def mint(user: str, room: str) -> str:
    token = api.AccessToken().with_identity(user).with_ttl(LIFE)
    return token.with_grants(api.VideoGrants(room_join=True, room=room)).to_jwt()
""",
    "src/broken.py": "from livekit import api\n\ndef broken(:\n",
    "src/accepted.py": f'SECRET = "x"  # lk-audit: ignore[LK101] no need\nLIVEKIT_API_SECRET = "{SECRET}Z"\n',
    "docs/guide.txt": "Nothing of interest.\n",
    "docs/livekit.sarif": '{"runs": []}\n',
    "picture.py": "\0\0binary",
    "data.bin": "\0\0binary",
    "vendor/code.py": "import livekit\n",
}


def planted(root: Path, *, in_git: bool = True) -> Path:
    """The files above below a folder, as a repository with one commit."""
    for path, text in FILES.items():
        put(root, path, text)
    if in_git:
        for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "all"]):
            git(root, *command)
    return root


def put(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


def git(root: Path, *command: str) -> None:
    identity = ("-c", "user.name=tests", "-c", "user.email=tests@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *command], cwd=root, check=True, capture_output=True)


def scanned(root: Path, cache: Path | None = None, **options: Any) -> Report:  # noqa: ANN401 - those of scan
    return scan(root, cache=cache, select="all", **options)


def shown(report: Report) -> str:
    """All that a report can say, but how long it took."""
    timeless = replace(report, elapsed=0.0)
    return "\n".join(render(timeless, style) for style in ("json", "sarif", "text"))


def read_by(monkeypatch: pytest.MonkeyPatch, scan_again: Callable[[], object]) -> list[str]:
    """The files that a scan reads."""
    names: list[str] = []

    def watched(module: ModuleType, name: str) -> None:
        read = getattr(module, name)

        def noted(file: str, *arguments: object) -> object:
            names.append(file)
            return read(file, *arguments)

        monkeypatch.setattr(module, name, noted)

    watched(reading, "read_itself")
    watched(sources, "read_regular")
    scan_again()
    return sorted({name.partition("/tree/")[2] for name in names})


OWN_RULE = '''
from lk_audit.facts import CredentialLiteral
from lk_audit.rule_api import Problem, Severity, rule


@rule(CredentialLiteral, id="XX900", severity=Severity.LOW, cwe=798, fix="No.", bad=["--- a\\nx"], good=["--- a\\nx"])
def own_rule(literal, options):
    """Something."""
    yield Problem(literal.place, "something of ours")
'''
