"""This project as a git repository of its own, for tests of those who install it from one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
_LEFT_OUT = shutil.ignore_patterns(
    ".git", ".*_cache", ".hypothesis", ".venv", "__pycache__", "*.egg-info", "dist", "build", "node_modules", "fixtures"
)
_AUTHOR = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")


def environment(**more: str) -> dict[str, str]:
    """The process's own environment without the user's git configuration, and without an outer git's or test run's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "GITHUB_", "PYTEST_"))}
    return {**kept, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, **more}


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *_AUTHOR, *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def commit(folder: Path, message: str = "Something") -> str:
    """Commit everything, in a new repository if there is none; its commit."""
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(folder, "rev-parse", "HEAD")


def snapshot(folder: Path) -> Path:
    """This project as it lies here, committed in a repository in `folder`; made once, by whichever process is first."""
    target = folder / "lk-audit"
    if not target.exists():
        own = folder / f"lk-audit-{os.getpid()}"
        shutil.copytree(ROOT, own, ignore=_LEFT_OUT, symlinks=True)
        commit(own)
        try:
            own.rename(target)
        except OSError:
            shutil.rmtree(own)  # another process was first
    return target


@cache
def registry_problem() -> str | None:
    """Why packages cannot be installed here, if they cannot: it takes the build backend from the registry to know."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir", "--retries=0"]
    command += ["--timeout=15", "--disable-pip-version-check", "poetry-core"]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode == 0:
        return None
    return f"the package registry cannot be reached: {done.stderr.strip().splitlines()[-1:]}"
