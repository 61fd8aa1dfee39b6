"""Runs git such that a scanned repository has no say in what is executed.

A repository's own configuration may name programs (hooks, file system monitors, signature checkers, transports); none
of them is needed to list and read objects. Source: git-config(1), git(1) "Environment Variables".
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import IO

from msgspec import Struct

from lk_audit.errors import UsageError
from lk_audit.presence import is_there

_SAFE = (
    *("--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"),
    *("-c", "log.showSignature=false", "-c", "core.alternateRefsCommand="),
)
_NO_BARE = ("-c", "safe.bareRepository=explicit")
_FOREIGN = frozenset(
    {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_EXTERNAL_DIFF"}
    | {"GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS"}
)
"""Variables that a hook hands down and that speak of another repository, or of one file of it."""
_FIXED = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    # A partial clone would fetch what it lacks; the older versions of git know the second variable only.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
    "LANGUAGE": "C",
}
INDEX_VARIABLE = "GIT_INDEX_FILE"
_LONGEST_COMPLAINT = 300


_PATIENCE = 60.0
"""Seconds; for a list of files or a question, where git's own configuration may name a pipe that nobody writes to."""
_PATIENCE_AFTER = 10.0
"""Seconds, once git did not come back from another folder: a tree may hold a thousand such repositories."""
_MOST_HOPELESS = 5
_BEAT = 1.0
"""Seconds between two looks at a process that is read from."""
_GIVEN_UP = f"git does not answer within {_PATIENCE:.0f} s"
_hopeless: set[Path] = set()
"""Folders in which git did not come back once: it is not waited for again."""


def is_hopeless(folder: Path) -> bool:
    """Whether git did not come back in a folder, or in so many others that it is asked no more."""
    return folder in _hopeless or len(_hopeless) >= _MOST_HOPELESS


def _patience(folder: Path) -> float:
    """How long an answer from a folder is waited for, in seconds."""
    if is_hopeless(folder):
        return 0.0
    return min(_PATIENCE, _PATIENCE_AFTER) if _hopeless else _PATIENCE


class GitError(UsageError):
    """git is missing, or refuses; the message is one clear line (exit code 2)."""


class Git(Struct, frozen=True, dict=True):
    """git in a folder. `index` is the index file to use instead of the repository's own."""

    folder: Path
    index: Path | None = None

    @cached_property
    def _command(self) -> tuple[str, ...]:
        """git, with what it is told whatever its configuration says.

        A folder of a working tree that looks like a bare repository is content like any other: somebody committed an
        index and a configuration there, which would tell what is in the folder. Source: git-config(1),
        `safe.bareRepository`.
        """
        is_in_tree = any(is_there(place / ".git") for place in (self.folder, *self.folder.parents))
        return ("git", *_SAFE, *(_NO_BARE if is_in_tree else ()))

    @cached_property
    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
        return {**kept, **_FIXED, **({INDEX_VARIABLE: str(self.index)} if self.index else {})}

    def run(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """What a command prints.

        Raises:
            GitError: git is missing, or the command fails.
        """
        result = self._completed(arguments, stdin)
        if result.returncode != 0:
            raise GitError(f"git {arguments[0]} fails: {complaint(result.stderr)}")
        return result.stdout

    def attempt(self, *arguments: str, stdin: bytes = b"", code_for_none: int = 0) -> bytes | None:
        """What a command prints; None when it fails or git is missing.

        `code_for_none` is the exit code by which it says that it has found nothing, if that is another than 0.
        """
        try:
            result = self._completed(arguments, stdin)
        except GitError:
            return None
        return result.stdout if result.returncode in {0, code_for_none} else None

    def outcome(self, *arguments: str) -> tuple[bytes | None, str]:
        """What a command prints, None when it fails, and its first complaint.

        Raises:
            GitError: git is missing.
        """
        result = self._completed(arguments, b"")
        return (result.stdout if result.returncode == 0 else None), complaint(result.stderr)

    def start(
        self, *arguments: str, stdin: int | IO[bytes] | None = subprocess.DEVNULL, stderr: int = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        """A command whose output is read while it runs.

        Raises:
            GitError: git is missing.
        """
        try:
            return subprocess.Popen(  # noqa: S603 - arguments are ours or checked, no shell
                [*self._command, *arguments],
                cwd=self.folder,
                env=self._environment,
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=stderr,
                bufsize=1 << 20,
            )
        except OSError as error:
            raise _missing(error) from None

    def ask(self, *arguments: str) -> Asked | None:
        """A command that runs while nobody waits for its answer; None where git is missing, or hung before."""
        ahead = _ahead.pop((self.folder, arguments), None)
        if ahead is not None or is_hopeless(self.folder):
            return ahead
        try:
            return Asked(self.folder, self.start(*arguments, stderr=subprocess.PIPE))
        except GitError:
            return None

    def ask_ahead(self, *arguments: str) -> None:
        """A command for whoever is the first to ask the same."""
        asked = self.ask(*arguments)
        if asked is not None:
            _ahead[self.folder, arguments] = asked

    def _completed(self, arguments: tuple[str, ...], stdin: bytes) -> subprocess.CompletedProcess[bytes]:
        if is_hopeless(self.folder):
            raise GitError(_GIVEN_UP)
        try:
            return subprocess.run(  # noqa: S603 - arguments are ours or checked, no shell
                [*self._command, *arguments],
                cwd=self.folder,
                env=self._environment,
                input=stdin,
                capture_output=True,
                check=False,
                timeout=_patience(self.folder),
            )
        except subprocess.TimeoutExpired:
            _hopeless.add(self.folder)
            raise GitError(_GIVEN_UP) from None
        except OSError as error:
            raise _missing(error) from None


class Asked:
    """A question to git in some folder; it must be waited for or dropped."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self._folder = folder
        self._process = process
        self._is_dropped = False
        self.complaints = b""
        """What it says on standard error, once it has answered."""

    def answer(self) -> bytes | None:
        """What the command prints; None when it fails, takes too long or was dropped."""
        if self._is_dropped:
            return None
        try:
            told, self.complaints = self._process.communicate(timeout=_patience(self._folder))
        except subprocess.TimeoutExpired:
            _hopeless.add(self._folder)
            self.drop()
            return None
        except BaseException:
            self.drop()
            raise
        return told if self._process.returncode == 0 else None

    def __del__(self) -> None:
        if self._process.poll() is None:
            self.drop()

    def drop(self) -> None:
        """End the command: nobody wants to know any more."""
        self._is_dropped = True
        self._process.kill()
        self._process.communicate()


class Watch:
    """Ends a process whose answers are read while it runs, once one does not come; around each reading of it.

    `is_its_turn` tells whether the process has all that it needs for an answer.
    """

    def __init__(
        self, folder: Path, process: subprocess.Popen[bytes], is_its_turn: Callable[[], bool] = lambda: True
    ) -> None:
        self._folder = folder
        self._process = process
        self._is_its_turn = is_its_turn
        self._waiting_since: float | None = None
        self._is_over = Event()
        self._is_hung = False
        Thread(target=self._look, daemon=True).start()

    def __enter__(self) -> None:
        self._waiting_since = monotonic()

    def __exit__(self, *_: object) -> None:
        """Go on.

        Raises:
            GitError: the answer did not come.
        """
        self._waiting_since = None
        if self._is_hung:
            raise GitError(_GIVEN_UP)

    def close(self) -> None:
        """Nothing is read any more."""
        self._is_over.set()

    def _look(self) -> None:
        patience = _patience(self._folder)
        its_turn_since = monotonic()
        while not self._is_over.wait(min(_BEAT, patience)):
            waiting_since = self._waiting_since
            if waiting_since is None or not self._is_its_turn():
                its_turn_since = monotonic()
            elif monotonic() - max(waiting_since, its_turn_since) > patience:
                self._is_hung = True
                _hopeless.add(self._folder)
                self._process.kill()
                return


_ahead: dict[tuple[Path, tuple[str, ...]], Asked] = {}


def _missing(error: OSError) -> GitError:
    return GitError(f"git cannot be run ({error.strerror or type(error).__name__}); --staged and --history need it")


def complaint(stderr: bytes) -> str:
    """The first line in which git says what is wrong."""
    lines = [line.strip() for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    first = lines[0] if lines else "no reason given"
    told = next((line for line in lines if line.startswith(("fatal:", "error:"))), first)
    return told.removeprefix("fatal:").removeprefix("error:").strip()[:_LONGEST_COMPLAINT]
