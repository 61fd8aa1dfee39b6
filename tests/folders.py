"""Folders to find files in, with git and without."""

from __future__ import annotations

import subprocess
from pathlib import Path

from lk_audit.files.discovery import Discovery, discover


def write(root: Path, *names: str, text: str = "livekit") -> None:
    for name in names:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "protocol.file.allow=always")
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


def found(root: Path, *paths: str, limit: int = 1_000) -> list[str]:
    return [file.path for file in look(root, *paths, limit=limit).files]


def look(root: Path, *paths: str, limit: int = 1_000) -> Discovery:
    return discover(paths or ["."], limit=limit, folder=root)
