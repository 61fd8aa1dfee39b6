"""The formats as a whole."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lk_audit.reporters import REPORTERS

ROOT = Path(__file__).parents[2]
LOADED = "import json, sys, lk_audit.cli.scan; print(json.dumps([m for m in sys.modules if 'reporters.' in m]))"


def test_no_format_is_imported_before_it_is_asked_for() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, check=True)

    assert json.loads(done.stdout) == []


@pytest.mark.parametrize("style", REPORTERS)
def test_every_format_is_documented(style: str) -> None:
    assert f"| `{style}` |" in (ROOT / "docs" / "reports.md").read_text()
