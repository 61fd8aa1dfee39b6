"""How programs that mint are started: a made-up environment, a clock that stands still."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

from conformance.catalogue import FOLDER, Spelling

Results: TypeAlias = list[list[dict[str, Any]]]
"""For each spelling, for each of its runs: the payload of the token, or what was raised."""

DOES_NOT_COMPILE: list[dict[str, Any]] = [{"error": "does not compile"}]

_CREDENTIALS = {
    "LIVEKIT_API_KEY": "APImadeupkey",
    "LIVEKIT_API_SECRET": "made-up-secret-that-signs-nothing-but-conformance-tokens",
}
_PASSED_ON = ("PATH", "HOME", "CARGO_HOME", "GEM_HOME", "GEM_PATH", "GOFLAGS", "GOPATH", "GOPROXY", "JAVA_HOME")
_SECONDS = 1800


@dataclass(frozen=True, slots=True)
class Minter:
    """What mints one list of spellings.

    `missing` says in a few words what is not installed, None where nothing is; `mint` runs every spelling once with
    the clock stopped at each of the given times, in seconds; `versions` names the packages that sign.
    """

    missing: Callable[[], str | None]
    mint: Callable[[Sequence[Spelling], Sequence[int]], list[Results]]
    versions: Callable[[], dict[str, str]]


def environment() -> dict[str, str]:
    """What programs are told: made-up credentials, and where the toolchains keep their things."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**passed_on, **_CREDENTIALS, "PYTHONWARNINGS": "ignore", "TZ": "UTC", "LC_ALL": "C.UTF-8"}


def run(command: Sequence[str], job: object = None, cwd: Path = FOLDER.parent, **more: str) -> str:
    """The standard output of one of our own programs.

    Raises:
        RuntimeError: it failed; the message is what it said.
    """
    finished = attempt(command, job, cwd, **more)
    if finished.returncode:
        raise RuntimeError(finished.stderr or finished.stdout)
    return finished.stdout


def attempt(
    command: Sequence[str], job: object = None, cwd: Path = FOLDER.parent, **more: str
) -> subprocess.CompletedProcess[str]:
    """The same, however it ends. `job` goes in as JSON; `more` is further environment."""
    return subprocess.run(  # noqa: S603 - our own programs, with no outside input
        command,
        input=json.dumps(job),
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**environment(), **more},
        check=False,
        timeout=_SECONDS,
    )


def stopped(now: int, command: Sequence[str]) -> list[str]:
    """The command as libfaketime starts it, with the clock stopped at `now`, in seconds."""
    written = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S")
    return ["faketime", "-m", "--exclude-monotonic", "-f", written, *command]


def missing_commands(*names: str) -> str | None:
    """Which of these commands are not installed."""
    absent = [name for name in names if shutil.which(name) is None]
    return f"no {' and no '.join(absent)} on the PATH" if absent else None


@contextmanager
def written(listed: Sequence[Spelling]) -> Iterator[tuple[Path, list[Path]]]:
    """A passing folder, and the spellings in it: a folder each, named by their number."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        files = [root / f"s{number}" / spelling.path for number, spelling in enumerate(listed)]
        for file, spelling in zip(files, listed, strict=True):
            file.parent.mkdir()
            file.write_text(spelling.code, encoding="utf-8")
        yield root, files
