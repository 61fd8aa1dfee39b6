"""What is installed is what is in the checkout."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.samples import SECRET

ROOT = Path(__file__).parent.parent
LIST_RULES = "import json, lk_audit.rule_loader as r; print(json.dumps([x.id for x in r.load_builtin_rules()]))"


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python that has the wheel, built from the sdist, and nothing of the checkout; dependencies are shared."""
    folder = tmp_path_factory.mktemp("packaging")
    run(sys.executable, "-m", "build", "--outdir", folder / "dist", ROOT, cwd=folder)
    venv.create(folder / "env", with_pip=True)
    python = folder / "env" / "bin" / "python"
    wheel = next((folder / "dist").glob("*.whl"))
    run(python, "-m", "pip", "install", "--quiet", wheel, cwd=folder)
    return python


def test_the_wheel_carries_the_same_rules_as_the_checkout(installed: Path, tmp_path: Path) -> None:
    from_wheel = json.loads(run(installed, "-c", LIST_RULES, cwd=tmp_path))
    from_checkout = json.loads(run(sys.executable, "-c", LIST_RULES, cwd=ROOT))

    assert from_wheel == from_checkout
    assert len(from_wheel) == len(list((ROOT / "rules").glob("*.py")))


def test_the_installed_command_finds_a_leak(installed: Path, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"LIVEKIT_API_SECRET={SECRET}\n")

    done = subprocess.run(
        [installed.parent / "lk-audit", "scan", "."], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1, done.stdout + done.stderr
    assert "LK101" in done.stdout
    assert SECRET not in done.stdout


def test_the_installed_command_writes_a_page(installed: Path, tmp_path: Path) -> None:
    run(installed.parent / "lk-audit", "scan", ".", "--output", "report.html", cwd=tmp_path)

    page = (tmp_path / "report.html").read_text()
    assert "prefers-color-scheme" in page
    assert '"use strict"' in page
