"""A tree and the folder of a cache beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lk_audit.scanning import pipeline
from tests.cache.trees import planted


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    root.mkdir()
    return planted(root)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def no_analysis(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever scans from now on must have the report from a cache."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the scan analysed files")

    monkeypatch.setattr(pipeline, "scan_sources", refuse)
