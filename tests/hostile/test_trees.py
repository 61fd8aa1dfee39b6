"""No tree, however hostile, ends a scan, hides its neighbours, or goes unmentioned."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hostile.model import GOOD, IS_FULL, Hostile
from tests.hostile.running import report, run
from tests.hostile.trees import TREES

_PATIENCE = 15 if IS_FULL else 1
pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits, pipes and links as POSIX has them")


def removed(tree: Path) -> None:
    """Remove a tree that is too deep for Python, and so for pytest, which would stumble over it in a later run."""
    subprocess.run(["rm", "-rf", tree], check=True)


@pytest.mark.parametrize("hostile", TREES, ids=lambda hostile: hostile.name)
def test_a_hostile_tree_is_scanned_in_bounds(
    hostile: Hostile, tmp_path: Path, request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    tree = hostile.built(tmp_path)
    request.addfinalizer(lambda: removed(tree))
    written = tmp_path / "report.json"

    outcome = run(
        *("scan", "--jobs", "1", "--format", "text", "--format", "json", "--output", "-", "--output", str(written)),
        folder=tree,
        seconds=hostile.seconds * _PATIENCE,
        outputs=tmp_path,
    )
    record_property("took", f"{outcome.seconds:.1f} s, {outcome.megabytes:.0f} MB")

    assert outcome.code == 1, outcome.said[-3000:]
    assert "Traceback" not in outcome.err
    assert not set("\x1b\x07\r\u202e\u2066\ufeff\x9b") & set(outcome.out)
    assert GOOD in {item["location"]["path"] for item in report(written)["findings"]}
    assert report(written)["errors"] == []
    assert not [said for said in hostile.says if said not in outcome.out], outcome.out[-3000:]
    assert IS_FULL or outcome.megabytes < hostile.megabytes
