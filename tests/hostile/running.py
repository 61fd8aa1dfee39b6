"""The command line as a process of its own, under limits on its time and its memory."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
_ADDRESS_SPACE = 6_000_000
"""Kilobytes; a leak beyond all measure ends in an error instead of in the death of its neighbours."""
_PAUSE = 0.01


@dataclass(frozen=True)
class Outcome:
    """What a process did. `seconds` are of the wall clock, `megabytes` those of the largest process at its peak."""

    code: int
    out: str
    err: str
    seconds: float
    megabytes: float

    @property
    def said(self) -> str:
        return self.out + self.err


def environment(**more: str) -> dict[str, str]:
    """The variables of a process that runs this checkout, wherever it works."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200", **more}


def command(*arguments: str) -> list[str]:
    """The command line of this checkout, in an address space of bounded size."""
    limited = f'ulimit -v {_ADDRESS_SPACE}; exec "$0" "$@"'
    return ["/bin/sh", "-c", limited, sys.executable, "-m", "lk_audit", *arguments]


def run(*arguments: str, folder: Path, seconds: float = 60.0, outputs: Path, **variables: str) -> Outcome:
    """Run the command line in a folder; its whole group of processes ends when it takes longer than `seconds`.

    `outputs` is a folder outside the scanned tree for what it prints.
    """
    begun = time.monotonic()
    with (outputs / "out").open("wb") as out, (outputs / "err").open("wb") as err:
        process = subprocess.Popen(
            command(*arguments),
            cwd=folder,
            env=environment(**variables),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        status, used = _awaited(process, begun + seconds)
    took = time.monotonic() - begun
    said, complained = ((outputs / name).read_bytes().decode("utf-8", "replace") for name in ("out", "err"))
    if status is None:
        pytest.fail(f"{arguments} took longer than {seconds} s: {complained[-500:]}")
    return Outcome(os.waitstatus_to_exitcode(status), said, complained, took, used / 1000)


def _awaited(process: subprocess.Popen[bytes], deadline: float) -> tuple[int | None, float]:
    """The exit status, None when time was up, and the peak of the largest process in kilobytes.

    What the system tells at the end counts from the fork on, and so has this process as its least; where there is no
    other source it must do.
    """
    peak = 0
    while True:
        peak = max(peak, *map(_peak, _family(process.pid)))
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return status, peak or used.ru_maxrss
        if time.monotonic() > deadline:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return None, 0.0
        time.sleep(_PAUSE)


def _family(pid: int) -> list[int]:
    """A running process and those that it has begun; Linux only (proc_pid_task(5)), elsewhere the process alone."""
    try:
        begun = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid, *(other for child in begun for other in _family(int(child)))]


_PEAK = re.compile(r"VmHWM:\s+(\d+) kB")


def _peak(pid: int) -> int:
    """The peak of a running process so far, 0 where that cannot be told; Linux only (proc_pid_status(5))."""
    try:
        found = _PEAK.search(Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) if found else 0


def report(path: Path) -> dict[str, Any]:
    """A report that was written as JSON."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document
