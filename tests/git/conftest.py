"""A repository of its own for every test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.git.repo import Repo, new


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return new(tmp_path / "repo")
