"""A canary run: random secrets in every carrier, and none of them in full in anything that lk-audit lets out."""

from __future__ import annotations

import base64
import json
import os
import random
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lk_audit.reporters import REPORTERS
from tests.carriers.matrix import carriers, filled

ROOT = Path(__file__).parent.parent
ALPHABET = string.ascii_letters + string.digits
SHORTEST_LEAK = 16
"""So many characters in a row of a secret are too much to show."""
ALWAYS = ("--fail-on", "never")
TREACHEROUS_RULE = '''
"""A rule that fails with a secret in its exception."""

from lk_audit.facts import CredentialLiteral
from lk_audit.rule_api import Severity, rule


@rule(CredentialLiteral, id="XX001", severity=Severity.LOW, cwe=1, fix="f", bad=["b"], good=["g"])
def treacherous(literal):
    """A rule that fails."""
    raise ValueError(literal.secret.reveal())
    yield
'''
SPY = """
import json, subprocess, sys
log = open(sys.argv.pop(1), "a", encoding="utf-8")
start = subprocess.Popen.__init__
def watched(self, args, *rest, **options):
    log.write(json.dumps([str(args), str(options.get("env"))]) + "\\n")
    log.flush()
    return start(self, args, *rest, **options)
subprocess.Popen.__init__ = watched
from lk_audit.cli import main
main()
"""


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A repository with every carrier, each with a secret of its own; and the secrets."""
    root = tmp_path_factory.mktemp("canary")
    generator = random.Random(20_240_229)
    secrets = []
    for number, carrier in enumerate(carriers()):
        secret = "".join(generator.choices(ALPHABET, k=43))
        content, _ = filled(carrier, secret=secret)
        path = root / str(number) / carrier.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        secrets.append(secret)
    for command in (["init", "-q"], ["add", "-A", "-f"], ["commit", "-qm", "all"]):
        git(root, *command)
    return root, secrets


def git(root: Path, *command: str) -> None:
    identity = ("-c", "user.name=canary", "-c", "user.email=canary@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *command], cwd=root, check=True, capture_output=True)


def ran(root: Path, log: Path, *arguments: str, stdin: str = "") -> str:
    """Everything a command prints, on either stream."""
    done = subprocess.run(
        [sys.executable, "-c", SPY, str(log), *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    assert done.returncode in {0, 1, 3}, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def leaks(text: str, secrets: list[str]) -> list[str]:
    """The secrets that a text shows, as they are or encoded, whole or a good part of them."""
    return [secret[:4] for secret in secrets if any(form in text for form in _forms(secret))]


def _forms(secret: str) -> Iterator[str]:
    for start in range(0, len(secret) - SHORTEST_LEAK + 1, 3):
        yield secret[start : start + SHORTEST_LEAK]
    yield base64.b64encode(secret.encode()).decode()[: 2 * SHORTEST_LEAK]
    yield secret.encode().hex()


def test_there_are_two_hundred_canaries_and_they_are_found(planted: tuple[Path, list[str]], tmp_path: Path) -> None:
    root, secrets = planted
    report: dict[str, Any] = json.loads(ran(root, tmp_path / "log", "scan", "--format", "json", *ALWAYS))
    leaked = {item["location"]["path"] for item in report["findings"] if item["rule_id"] == "LK101"}

    assert len(set(secrets)) >= 200
    assert len(leaked) >= 200


@pytest.mark.parametrize("style", sorted(REPORTERS))
def test_no_report_shows_a_secret(style: str, planted: tuple[Path, list[str]], tmp_path: Path) -> None:
    root, secrets = planted
    log = tmp_path / "processes.log"
    target = tmp_path / "report"
    arguments = ["--select", "all", "--format", style, "--output", str(target), *ALWAYS]

    printed = ran(root, log, "scan", *arguments)
    written = target.read_text(encoding="utf-8")

    assert len(written) > 10_000
    assert leaks(printed + written, secrets) == []
    assert leaks(log.read_text(encoding="utf-8") if log.exists() else "", secrets) == []


COMMANDS: dict[str, list[str]] = {
    "the whole history": ["scan", "--history", *ALWAYS],
    "fixes that are shown": ["scan", "--diff", "--unsafe-fixes"],
    "a baseline": ["baseline", "create", "baseline.txt"],
    "colours": ["scan", "--color", *ALWAYS],
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_no_command_shows_a_secret(command: list[str], planted: tuple[Path, list[str]], tmp_path: Path) -> None:
    root, secrets = planted
    log = tmp_path / "processes.log"

    printed = ran(root, log, *command)
    made = root / "baseline.txt"
    if made.exists():
        printed += made.read_text(encoding="utf-8")
        made.unlink()

    assert printed
    assert leaks(printed, secrets) == []
    assert leaks(log.read_text(encoding="utf-8") if log.exists() else "", secrets) == []


def test_a_rule_that_fails_with_a_secret_in_its_words_is_reported_without_them(
    planted: tuple[Path, list[str]], tmp_path: Path
) -> None:
    root, secrets = planted
    (tmp_path / "treacherous.py").write_text(TREACHEROUS_RULE, encoding="utf-8")

    printed = ran(root, tmp_path / "log", "scan", "--rules", str(tmp_path), "--select", "XX001")

    assert "XX001" in printed
    assert "ValueError" in printed
    assert leaks(printed, secrets) == []


def test_a_secret_on_standard_input_is_not_echoed(planted: tuple[Path, list[str]], tmp_path: Path) -> None:
    root, secrets = planted
    text = f'LIVEKIT_API_SECRET = "{secrets[0]}"\n'

    printed = ran(root, tmp_path / "log", "scan", "--stdin-filename", "settings.py", "-", stdin=text)

    assert "LK101" in printed
    assert leaks(printed, secrets) == []


def test_a_cache_holds_no_secret(planted: tuple[Path, list[str]], tmp_path: Path) -> None:
    root, secrets = planted
    cache = tmp_path / "cache"
    for _ in range(2):
        ran(root, tmp_path / "log", "scan", "--cache", "--cache-dir", str(cache), "--select", "all", *ALWAYS)

    kept = {path.name.partition("-")[0]: path.read_bytes().decode("latin-1") for path in cache.iterdir()}
    assert {"files", "report"} <= set(kept)
    assert len(kept["report"]) > 100_000
    assert {name: leaks(text, secrets) for name, text in kept.items() if leaks(text, secrets)} == {}


def test_a_scan_leaves_nothing_behind_in_what_it_scans(planted: tuple[Path, list[str]], tmp_path: Path) -> None:
    root, _ = planted
    before = {path for path in root.rglob("*") if ".git" not in path.parts}

    ran(root, tmp_path / "log", "scan", *ALWAYS)

    assert {path for path in root.rglob("*") if ".git" not in path.parts} == before
