"""The command line: the only place that prints and exits. One module a command, imported when it is asked for."""

from __future__ import annotations

import os
import sys

from lk_audit.cli.exits import INTERRUPTED, TERMINATED


def main() -> None:
    """Run the command line; every way out is an exit code and at most one line on standard error."""
    try:
        code = _run()
    except KeyboardInterrupt:  # before the program could see to it
        sys.stderr.write("lk-audit: interrupted\n")
        code = INTERRUPTED
    if code in {INTERRUPTED, TERMINATED} or not _is_watched():
        _leave(code)
    sys.exit(code)


def _is_watched() -> bool:
    """Whether a debugger, a profiler or a measurement of coverage waits for the end of the run."""
    return sys.gettrace() is not None or sys.getprofile() is not None or "coverage" in sys.modules


def _leave(code: int) -> None:
    """End at once.

    To take down every object of a scan takes as long as to import half of the scanner, and the system does it anyway;
    mypy ends the same way (mypy/util.py, `hard_exit`). What is taken down after work was broken off, threads of an
    executor above all, may complain besides.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):  # there is none, or nobody reads it
            continue
    os._exit(code)


def _run() -> int:
    from lk_audit.cli import glance  # noqa: PLC0415 - the one import of most runs

    arguments = sys.argv[1:]
    report = glance.report(arguments)
    if report is not None and glance.told(report):
        return 0
    _anticipate(arguments)
    from lk_audit.cli.program import run  # noqa: PLC0415 - brings click and the scanner along

    return run(arguments)


_ELSEWHERE = frozenset({"--staged", "--history", "--stdin-filename", "--help", "-"})
"""What makes a scan one of other files than those of the working folder, or none."""


def _anticipate(arguments: list[str]) -> None:
    """Have git list the working folder while the scanner is still being imported, if it is going to be scanned."""
    if arguments[:1] != ["scan"] or _ELSEWHERE & set(arguments):
        return
    if any(os.path.exists(item) for item in arguments[1:] if item != "."):  # noqa: PTH110 - nothing else is imported yet
        return
    from pathlib import Path  # noqa: PLC0415 - for scans of whole folders only

    from lk_audit.listing import list_ahead  # noqa: PLC0415 - for scans of whole folders only

    list_ahead(Path.cwd().resolve())
