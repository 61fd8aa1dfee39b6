"""The repository that is set up."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checkout import git


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new repository, as the working folder."""
    git(tmp_path, "init", "--quiet", "--initial-branch=trunk")
    monkeypatch.chdir(tmp_path)
    return tmp_path
