"""An editor's unsaved text is scanned as if it were saved."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lk_audit.cli import program as cli
from lk_audit.config import Config
from lk_audit.rule_loader import load_builtin_rules
from lk_audit.scanning.buffers import scan_buffer
from tests.samples import SECRET

ROOT = Path(__file__).parent.parent
LEAKY = ROOT / "tests" / "fixtures" / "projects" / "express_config_leaky"
MINT = "src/services/LiveKitService.ts"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository in which the lifetime of a token is decided in another file than the one that makes it."""
    folder = tmp_path / "project"
    shutil.copytree(LEAKY, folder, ignore=shutil.ignore_patterns("expected.txt"))
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    return folder


def run(folder: Path, text: str | bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "lk_audit", "scan", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        input=text.encode() if isinstance(text, str) else text,
        capture_output=True,
        check=False,
    )


def report(folder: Path, text: str | bytes, name: str, *more: str) -> dict[str, Any]:
    done = run(folder, text, "--format", "json", "--stdin-filename", name, *more)
    assert done.returncode in {0, 1}, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def places(document: dict[str, Any]) -> list[str]:
    return [f"{item['location']['path']}:{item['location']['line']} {item['rule_id']}" for item in document["findings"]]


def test_a_buffer_with_the_saved_text_gives_what_a_scan_of_the_file_gives(project: Path) -> None:
    saved = json.loads(run(project, "", "--format", "json", MINT).stdout)
    buffer = report(project, (project / MINT).read_text(), MINT, "-")

    assert places(buffer) == [f"{MINT}:8 LK301"]
    assert buffer["findings"] == saved["findings"]
    assert buffer["summary"]["files_scanned"] == saved["summary"]["files_scanned"] == 1


def test_the_buffer_counts_and_not_what_is_on_disk(project: Path) -> None:
    text = (project / MINT).read_text().replace("ttl: config.livekit.ttl,", "ttl: '10m',")

    assert places(report(project, text, MINT)) == []
    assert (project / MINT).read_text() != text


def test_fixes_of_a_buffer_are_told_to_be_made_once_it_is_saved(project: Path) -> None:
    done = run(project, "LIVEKIT_URL=ws://live.acme.io\n", "--stdin-filename", ".env")

    assert b"; once the file is saved, lk-audit scan --diff --unsafe-fixes shows them\n" in done.stdout


def test_the_rest_of_the_project_is_read_from_disk(project: Path) -> None:
    (project / "src/config/index.ts").write_text("export const config = { livekit: { ttl: 600 } };\n")

    assert places(report(project, (project / MINT).read_text(), MINT)) == []


def test_a_file_that_is_not_saved_yet_can_be_scanned(project: Path) -> None:
    found = report(project, f"LIVEKIT_API_SECRET={SECRET}\n", "src/.env.production")

    assert places(found) == ["src/.env.production:1 LK101"]
    assert not (project / "src/.env.production").exists()


def test_the_name_may_be_absolute_and_lie_outside_the_working_folder(project: Path) -> None:
    elsewhere = project.parent / "elsewhere"
    elsewhere.mkdir()

    found = report(elsewhere, (project / MINT).read_text(), str(project / MINT))

    assert places(found) == [f"{MINT}:8 LK301"]


def test_utf_16_from_standard_input_is_text(project: Path) -> None:
    found = report(project, f"LIVEKIT_API_SECRET={SECRET}\n".encode("utf-16"), "settings.ini")

    assert places(found) == ["settings.ini:1 LK101"]


def test_binary_content_is_counted_and_named(project: Path) -> None:
    found = report(project, b"\0\1\2", "settings.json")

    assert found["skipped"] == [
        {"path": "settings.json", "reason": "binary content under the name of a text file", "expected": False}
    ]


def test_what_is_too_large_is_named() -> None:
    report = scan_buffer("a.py", b"x" * 11, rules=load_builtin_rules(), config=Config(size_limit=10), folder=ROOT)

    assert [(item.path, item.reason) for item in report.skipped] == [("a.py", "too large")]
    assert report.rules
    assert not report.is_complete


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["scan", "-"], "- is standard input: say which file it would be with --stdin-filename NAME"),
        (["scan", "--stdin-filename", "a.py", "b.py"], "--stdin-filename scans standard input only"),
        (["scan", "--stdin-filename", "src"], "not the name of a file: 'src'"),
        (["scan", "--stdin-filename", ""], "not the name of a file: ''"),
        (["scan", "--stdin-filename", "nowhere/a.py"], "no such folder: nowhere"),
    ],
)
def test_wrong_usage_is_one_clear_line(
    arguments: list[str],
    message: str,
    project: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(project)
    with (project / "package.json").open() as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        code = cli.run(arguments)

    assert code == 2
    assert capsys.readouterr().err.startswith(f"lk-audit: {message}")
