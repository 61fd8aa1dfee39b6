"""Real git repositories for tests, made by the git that is installed."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.samples import SECRET

OTHER = "h8Kd2nWq5ZsT" + "9vLx3CfY7bRj4GmP6aUe1QiXoBtNwEzD"
"""A second made-up secret."""
KEY = "APIexample23456"
LEAK = f"LIVEKIT_API_KEY={KEY}\nLIVEKIT_API_SECRET={SECRET}\n"
CLEAN = f"LIVEKIT_API_KEY={KEY}\nLIVEKIT_API_SECRET=\n"
AUTHOR = "Ada Secretive"
_IDENTITY = {
    "GIT_AUTHOR_NAME": AUTHOR,
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Carl",
    "GIT_COMMITTER_EMAIL": "carl@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


@dataclass
class Repo:
    """A repository; every commit is a day later than the one before, from 2025-03-01 on."""

    root: Path
    commits: int = 0

    def git(self, *arguments: str, **environment: str) -> str:
        day = f"2025-03-{self.commits + 1:02}T12:00:00+02:00"
        return subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *arguments],
            cwd=self.root,
            env={**os.environ, **_IDENTITY, "GIT_AUTHOR_DATE": day, "GIT_COMMITTER_DATE": day, **environment},
            check=True,
            capture_output=True,
            encoding="utf-8",
        ).stdout.strip()

    def put(self, path: str, text: str | bytes) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())

    def add(self, path: str, text: str | bytes) -> None:
        self.put(path, text)
        self.git("add", "--force", "--", path)

    def commit(self, path: str | None = None, text: str | bytes = "", *, message: str = "change") -> str:
        """Commit what is staged, and a file with that content; the id of the commit."""
        if path is not None:
            self.add(path, text)
        self.git("commit", "--quiet", "--allow-empty", "--no-verify", "-m", message)
        self.commits += 1
        return self.git("rev-parse", "HEAD")

    def remove(self, path: str) -> str:
        self.git("rm", "--quiet", "--cached", path)
        (self.root / path).unlink(missing_ok=True)
        return self.commit()


def new(root: Path, *options: str) -> Repo:
    root.mkdir(parents=True, exist_ok=True)
    repo = Repo(root)
    repo.git("init", "--quiet", "--initial-branch=main", *options)
    return repo
