"""The programs whose speed is compared: their commands for a folder, and for the files of a commit."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.timing import Contestant
from benchmarks.tools import version_of

OURS = "lk-audit"
FLOOR = "ripgrep"
"""What reads every file for one word, and does nothing else."""
PASS = "python -c pass"  # noqa: S105 - the name of a program
"""What any program in Python needs to begin."""

_ROOT = Path(__file__).parent.parent
_RULES = str(_ROOT / "benchmarks" / "semgrep.yml")
_PYTHON_SUFFIXES = (".py", ".pyi")
_LK_AUDIT = (sys.executable, "-P", "-m", "lk_audit")
"""Without the working folder on the module path: what is scanned must not be imported."""
_IMPORTABLE = {"PYTHONPATH": os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))}
"""Lets lk-audit be imported from any folder."""
_KINGFISHER = ("kingfisher", "scan", "--no-validate", "--no-update-check", "--git-history", "none")
_SEMGREP = ("semgrep", "scan", "--metrics", "off", "--disable-version-check", "--quiet", "--config", _RULES)
_RUFF = ("ruff", "check", "--isolated", "--no-cache", "--exit-zero", "--quiet", "--select", "S105,S106,S107")


@dataclass(frozen=True, slots=True)
class Scanner:
    """A program: its command for a whole folder and for a commit, exit codes for findings, how to ask its version.

    {files} are the files of the commit, {python} those of them in Python, for tools that take no others.
    """

    name: str
    whole: tuple[str, ...]
    commit: tuple[str, ...]
    version: tuple[str, ...]
    codes: frozenset[int] = frozenset({0})


SCANNERS = (
    Scanner(FLOOR, ("rg", "-c", "-i", "livekit", "."), (), ("rg", "--version"), frozenset({0, 1})),
    Scanner(PASS, (), (sys.executable, "-c", "pass"), (sys.executable, "--version")),
    Scanner(
        OURS,
        (*_LK_AUDIT, "scan", "--fail-on", "never", "."),
        (*_LK_AUDIT, "scan", "--force-exclude", "--", "{files}"),
        (*_LK_AUDIT, "--version"),
        frozenset({0, 1}),
    ),
    Scanner(
        "kingfisher", (*_KINGFISHER, "."), (*_KINGFISHER, "{files}"), ("kingfisher", "--version"), frozenset({0, 200})
    ),
    Scanner(
        "gitleaks",
        ("gitleaks", "dir", "--no-banner", "--exit-code", "0", "."),
        ("gitleaks", "git", "--pre-commit", "--staged", "--no-banner", "--exit-code", "0"),
        ("gitleaks", "version"),
    ),
    Scanner(
        "detect-secrets",
        ("detect-secrets", "scan", "--no-verify", "."),
        ("detect-secrets-hook", "--no-verify", "{files}"),
        ("detect-secrets", "--version"),
        frozenset({0, 1}),
    ),
    Scanner(
        "bandit",
        ("bandit", "--quiet", "--recursive", "--exit-zero", "."),
        ("bandit", "--quiet", "--exit-zero", "{python}"),
        ("bandit", "--version"),
    ),
    Scanner("ruff", (), (*_RUFF, "{python}"), ("ruff", "--version")),
    Scanner("semgrep", (*_SEMGREP, "."), (*_SEMGREP, "{files}"), ("semgrep", "--version")),
)


def installed(names: Sequence[str]) -> tuple[list[Scanner], list[str]]:
    """The scanners of these names that can be run, and the names of the others."""
    wanted = [scanner for scanner in SCANNERS if scanner.name in names]
    found = [scanner for scanner in wanted if shutil.which((scanner.whole or scanner.commit)[0])]
    return found, [scanner.name for scanner in wanted if scanner not in found]


def on_folder(scanner: Scanner, folder: Path, more: Sequence[str] = ()) -> Contestant:
    """A scanner on a whole folder; `more` are further options of lk-audit."""
    command = (*scanner.whole[:-1], *more, scanner.whole[-1])
    return Contestant(scanner.name, command, folder, scanner.codes, _environment(scanner))


def on_commit(scanner: Scanner, folder: Path, files: Sequence[str]) -> Contestant:
    """A scanner as a hook that is handed the files of a commit, as its manifest has it."""
    python = [name for name in files if name.endswith(_PYTHON_SUFFIXES)]
    command = list(scanner.commit)
    for mark, names in (("{files}", files), ("{python}", python)):
        if mark in command:
            command[command.index(mark) :] = names
    return Contestant(scanner.name, tuple(command), folder, scanner.codes, _environment(scanner))


def version(scanner: Scanner) -> str:
    """The version that a scanner says it has."""
    asking = ("env", f"PYTHONPATH={_ROOT}", *scanner.version) if scanner.name == OURS else scanner.version
    return version_of(asking, scanner.version[0])


@cache
def cache_options() -> frozenset[str]:
    """Which of the options about a cache this version of lk-audit has."""
    helped = subprocess.run(
        (*_LK_AUDIT, "scan", "--help"), capture_output=True, text=True, check=False, env={**os.environ, **_IMPORTABLE}
    )
    return frozenset(option for option in ("--no-cache", "--cache-dir") if option in helped.stdout)


def without_cache() -> tuple[str, ...]:
    """What makes lk-audit do all work anew."""
    return ("--no-cache",) if "--no-cache" in cache_options() else ()


def _environment(scanner: Scanner) -> dict[str, str]:
    return _IMPORTABLE if scanner.name == OURS else {}
