"""A project with one finding."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.baseline.world import TOKEN
from tests.configured import write


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository with a token that lives too long, as the working folder."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    write(tmp_path, "src/token.js", TOKEN.format(ttl="48h"))
    monkeypatch.chdir(tmp_path)
    return tmp_path
