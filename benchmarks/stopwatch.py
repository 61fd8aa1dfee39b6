"""Runs one command and prints what it cost, as JSON.

python -I -S stopwatch.py TIMEOUT CORES COMPLAINTS COMMAND...

A process of its own, and a small one: the peak that the kernel keeps for a new process begins with that of the one that
started it (Linux, fs/exec.c `setmax_mm_hiwater_rss`). Imports little for that reason.
"""

import json
import os
import signal
import sys
import time

_INTERVAL = 0.2
"""Seconds between two looks at the memory of all processes together, at least."""
_SHARE = 20
"""So many times longer than a look takes is the pause after it: it must not slow down what it looks at."""
_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes in what getrusage counts memory in."""


class Watch:
    """A running command: its memory is looked at now and then, and it is ended when its time is over."""

    def __init__(self, pid: int, timeout: float) -> None:
        self.pid = pid
        self.deadline = time.perf_counter() + timeout
        self.is_over = False
        self.together = 0

    def look(self, _number: int, _frame: object) -> None:
        started = time.perf_counter()
        self.together = max(self.together, sum(_proportional(pid) for pid in _family(self.pid)))
        now = time.perf_counter()
        if now > self.deadline:
            self.is_over = True
            _end(self.pid)
        else:
            # One look at a time: the next is due only after this one.
            signal.setitimer(signal.ITIMER_REAL, max(_INTERVAL, (now - started) * _SHARE))


def _end(pid: int) -> None:
    try:  # noqa: SIM105 - contextlib would make this process larger
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # it came to its end in this very moment


def _family(pid: int) -> "list[int]":
    """A process and all that come from it."""
    found = [pid]
    for each in found:
        try:
            for thread in os.listdir(f"/proc/{each}/task"):  # noqa: PTH208 - no pathlib here
                with open(f"/proc/{each}/task/{thread}/children", "rb") as file:  # noqa: PTH123 - nor here
                    found.extend(map(int, file.read().split()))
        except OSError:
            continue
    return found


def _proportional(pid: int) -> int:
    """The memory of a process in bytes, where pages that several share count in parts."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:  # noqa: PTH123 - as above
            return next((int(line.split()[1]) * 1024 for line in file if line.startswith(b"Pss:")), 0)
    except OSError:
        return 0


def main(timeout: float, cores: int, complaints: str, command: "list[str]") -> None:
    """Run the command; `cores` of 0 are all there are, standard error goes to the file `complaints`."""
    if cores:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, complaints, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
    ]
    started = time.perf_counter()
    watch = Watch(os.posix_spawnp(command[0], command, os.environ, file_actions=actions, setpgroup=0), timeout)
    signal.signal(signal.SIGALRM, watch.look)
    signal.setitimer(signal.ITIMER_REAL, _INTERVAL)
    _, status, usage = os.wait4(watch.pid, 0)
    seconds = time.perf_counter() - started
    signal.setitimer(signal.ITIMER_REAL, 0)
    result = {
        "seconds": seconds,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak": usage.ru_maxrss * _UNIT,
        "together": watch.together,
        "code": os.waitstatus_to_exitcode(status),
        "is_over": watch.is_over,
    }
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])
