"""What the commonest runs are answered with before the scanner is loaded is what the scanner itself would say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lk_audit.cli import glance, program

PLAIN = "def add(a, b):\n    return a + b\n"
MINT = "from livekit import api\n"
INIT = '# How lk-audit works.\nmax-ttl = "1h"\n\nfail-on = "medium"\n'


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("FORCE_COLOR", "FORCE_HYPERLINK"):
        monkeypatch.delenv(name, raising=False)


def write(files: dict[str, str | bytes]) -> None:
    for name, content in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())


def without_time(text: str) -> str:
    return re.sub(r"\d+\.\d\d s$", "", text.rstrip())


@pytest.mark.parametrize(
    "arguments",
    [
        ["scan", "a.py"],
        ["scan", "--", "a.py", "src/b.ts", "-c.py"],
        ["scan", "--force-exclude", "--", "a.py", "./src/b.ts", "notes.md", ".env"],
        ["scan", "--no-force-exclude", "empty"],
    ],
)
@pytest.mark.parametrize("configuration", [None, "", INIT, "# nothing\n"])
def test_files_without_livekit_are_told_of_as_the_scan_tells_of_them(
    arguments: list[str], configuration: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    write({"a.py": PLAIN, "src/b.ts": "export {}", "-c.py": PLAIN, "notes.md": "# Notes", ".env": "A=1", "empty": ""})
    if configuration is not None:
        write({"lk-audit.toml": configuration})
    at_a_glance = glance.report(arguments)
    assert at_a_glance is not None
    assert program.run(arguments) == 0
    assert without_time(at_a_glance) == without_time(capsys.readouterr().out)


@pytest.mark.parametrize(
    "files",
    [
        {"a.py": MINT},
        {"a.py": "key = 'APIaB2cD3eF4gH5'"},
        {"a.py": b"\0\0"},
        {"a.py": PLAIN, "lk-audit.toml": "max-ttl = '1h'\nselect = ['LK101']\n"},
        {"a.py": PLAIN, "lk-audit.toml": INIT + 'max-ttl = "2h"\n'},
        {"a.py": PLAIN, ".lk-audit.toml": "", "lk-audit.toml": ""},
        {"a.py": PLAIN, "pyproject.toml": "[tool.lk-audit]\nmaxttl = 1\n"},
    ],
    ids=str,
)
def test_whatever_could_matter_is_left_to_the_scan(files: dict[str, str | bytes]) -> None:
    write(files)
    assert glance.report(["scan", "a.py"]) is None


@pytest.mark.parametrize(
    "name",
    [
        *("missing.py", "folder", "link.py", "linked/a.py", "../outside.py", "report.sarif", "node_modules/a.js"),
        *("Dockerfile", "lk-audit.toml", "livekit/a.py", ".venv/a.py"),
    ],
)
def test_unusual_files_are_left_to_the_scan(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "project"
    (here / "folder").mkdir(parents=True)
    monkeypatch.chdir(here)
    write({"folder/a.py": PLAIN, "../outside.py": PLAIN, "report.sarif": "{}", "node_modules/a.js": "x"})
    write({"Dockerfile": "FROM a", "lk-audit.toml": "", "livekit/a.py": PLAIN, ".venv/a.py": PLAIN})
    Path("link.py").symlink_to("folder/a.py")
    Path("linked").symlink_to("folder")
    assert glance.report(["scan", name]) is None


@pytest.mark.parametrize(
    "arguments",
    [[], ["scan"], ["rules"], ["scan", "--staged"], ["scan", "a.py", "--strict"], ["scan", "a.py", "./a.py"], ["-h"]],
    ids=str,
)
def test_other_command_lines_are_left_to_the_program(arguments: list[str]) -> None:
    write({"a.py": PLAIN})
    assert glance.report(arguments) is None


def test_colours_are_left_to_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    write({"a.py": PLAIN})
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert glance.report(["scan", "a.py"]) is None


def test_neither_click_nor_the_scanner_is_loaded_for_files_without_livekit() -> None:
    write({"a.py": PLAIN})
    code = (
        "import sys; from lk_audit import cli\n"
        "cli._is_watched = lambda: True\n"
        "try: cli.main()\nfinally: print(*sys.modules, file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, "scan", "a.py"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(glance.__file__).parents[2])},
    )
    loaded = set(ran.stderr.split())
    assert ran.stdout.startswith("no findings; 0 suppressed\n1 file scanned")
    assert not loaded & {"click", "msgspec", "tree_sitter", "lk_audit.scanning.pipeline", "lk_audit.findings"}
    assert "lk_audit.files.prefilter" in loaded
