"""What `lk-audit init` is told, what it writes, and the repository that it does so in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lk_audit.cli import program as cli
from lk_audit.cli.onboarding import Origin

if TYPE_CHECKING:
    import pytest

ADDRESS = "https://github.com/acme/lk-audit"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
ORIGIN = Origin(ADDRESS, "v0.1.0")
FROM = ("--repository", ADDRESS, "--rev", COMMIT)
ENTRY = f"""\
  - repo: {ADDRESS}
    rev: v0.1.0
    hooks:
      - id: lk-audit
"""
OURS = {"repo": ADDRESS, "rev": "v0.1.0", "hooks": [{"id": "lk-audit"}]}


def files(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes().decode()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(root).parts
    }


def init(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    code = cli.run(["init", *FROM, *arguments])
    said = capsys.readouterr()
    assert code == 0, said.err
    return said.out
