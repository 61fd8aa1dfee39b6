"""The tools of the comparison: how each is run on a folder, and how its report is read."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.cases import RULES

_VERSION = re.compile(r"(?:^|\s)v?(\d+\.\d+(?:\.\d+)?)\b")
_GO_MODULE = re.compile(r"^\s*mod\s+\S+\s+v(\S+)", re.MULTILINE)
_TIMEOUT = 1200
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One finding of a tool: a path relative to the scanned folder, a line from 1, and what the tool calls it."""

    path: str
    line: int
    label: str


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: its command for a folder, with {report} for the file it writes to, and how to read what comes out."""

    name: str
    command: tuple[str, ...]
    version: tuple[str, ...]
    read: Callable[[str], Iterator[Hit]]


@dataclass(frozen=True, slots=True)
class Run:
    """What a tool said of a folder, and the seconds that it took."""

    tool: str
    version: str
    hits: frozenset[Hit]
    seconds: float


def available(tools: list[Tool]) -> list[Tool]:
    """Those of the tools that are installed."""
    return [tool for tool in tools if shutil.which(tool.command[0])]


def run(tool: Tool, folder: Path, report: Path) -> Run:
    """Run a tool on a folder.

    Raises:
        RuntimeError: it wrote no report.
    """
    command = [part.replace("{report}", str(report)) for part in tool.command]
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=_TIMEOUT)
    seconds = time.perf_counter() - started
    text = report.read_text(encoding="utf-8") if report.exists() else done.stdout
    if not text.strip() and done.returncode:
        raise RuntimeError(f"{tool.name} failed with {done.returncode}: {done.stderr[-500:]}")
    hits = frozenset(Hit(_relative(hit.path, folder), hit.line, hit.label) for hit in tool.read(text))
    return Run(tool.name, version_of(tool.version, tool.command[0]), hits, seconds)


def _relative(path: str, folder: Path) -> str:
    return Path(path).relative_to(folder).as_posix() if Path(path).is_absolute() else path.removeprefix("./")


def version_of(asking: tuple[str, ...], program: str) -> str:
    """What a tool says, or what Go wrote into it: one that was built by `go install` often does not know."""
    go = ("go", "version", "-m", shutil.which(program) or "")
    for command, pattern in ((asking, _VERSION), (go, _GO_MODULE)):
        if shutil.which(command[0]):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            found = pattern.search(done.stdout + done.stderr)
            if found:
                return found[1]
    return "unknown"


# --- reports ----------------------------------------------------------------------------------------------------------


def _lk_audit(text: str) -> Iterator[Hit]:
    for item in json.loads(text)["findings"]:
        yield Hit(item["location"]["path"], item["location"]["line"], item["rule_name"])


def _gitleaks(text: str) -> Iterator[Hit]:
    for item in json.loads(text):
        yield Hit(item["File"], item["StartLine"], item["RuleID"])


def _kingfisher(text: str) -> Iterator[Hit]:
    for item in json.loads(text)["findings"]:
        yield Hit(item["finding"]["path"], item["finding"]["line"], item["rule"]["name"])


def _detect_secrets(text: str) -> Iterator[Hit]:
    for items in json.loads(text)["results"].values():
        for item in items:
            yield Hit(item["filename"], item["line_number"], item["type"])


def _trufflehog(text: str) -> Iterator[Hit]:
    for line in text.splitlines():
        item: dict[str, Any] = json.loads(line) if line.startswith("{") else {}
        if "DetectorName" in item:
            place = item["SourceMetadata"]["Data"]["Filesystem"]
            yield Hit(place["file"], place.get("line", 0), item["DetectorName"])


def _semgrep(text: str) -> Iterator[Hit]:
    for item in json.loads(text)["results"]:
        yield Hit(item["path"], item["start"]["line"], item["check_id"].rpartition(".")[2])


# --- commands ---------------------------------------------------------------------------------------------------------


def tools(semgrep_rules: list[str]) -> list[Tool]:
    """The tools with their default settings, less what goes over the network and what leaves findings out.

    `semgrep_rules` are rule files and folders; without any, semgrep is left out: it brings none.
    """
    python = sys.executable
    configs = [part for rule in semgrep_rules for part in ("--config", rule)]
    plugin = str(Path(__file__).parent.parent / "lk_audit" / "detect_secrets_plugin.py")
    detect_secrets = (python, "-m", "detect_secrets")  # lk-audit needs it, so it is here
    secrets = (*detect_secrets, "scan", "--all-files", "--no-verify")
    lk_audit = (python, "-m", "lk_audit", "scan", "--format", "json", "--fail-on", "never", "--output", "{report}")
    kingfisher = ("kingfisher", "scan", ".", "--format", "json", "--output", "{report}")
    found = [
        Tool("lk-audit", (*lk_audit, "--select", ",".join(RULES)), (python, "-m", "lk_audit", "--version"), _lk_audit),
        Tool(
            "gitleaks",
            ("gitleaks", "dir", "--no-banner", "--exit-code", "0", "-f", "json", "-r", "{report}", "."),
            ("gitleaks", "version"),
            _gitleaks,
        ),
        Tool(
            "kingfisher",
            # Without --no-dedup a secret that several cases share is reported once.
            (*kingfisher, "--no-validate", "--no-update-check", "--no-dedup", "--git-history", "none"),
            ("kingfisher", "--version"),
            _kingfisher,
        ),
        Tool("detect-secrets", secrets, (*detect_secrets, "--version"), _detect_secrets),
        Tool("detect-secrets + plugin", (*secrets, "-p", plugin), (*detect_secrets, "--version"), _detect_secrets),
        Tool(
            "trufflehog",
            ("trufflehog", "filesystem", ".", "--json", "--no-verification", "--no-update"),
            ("trufflehog", "--version"),
            _trufflehog,
        ),
    ]
    if configs:
        semgrep = ("semgrep", "scan", "--json", "--metrics", "off", "--disable-version-check", "--output", "{report}")
        found.append(Tool("semgrep", (*semgrep, *configs, "."), ("pip", "show", "semgrep"), _semgrep))
    return found
