"""The command line: the only place that prints and exits. One module a command, imported when it is asked for."""

from __future__ import annotations

import io
import os
import sys

from lk_audit.cli.exits import INTERRUPTED, TERMINATED, USAGE

# `typing` takes longer to import than this module; type checkers know the constant by its name.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO


def main() -> None:
    """Run the command line; every way out is an exit code and at most one line on standard error."""
    _open_streams()
    hindrance = _hindrance()
    if hindrance is not None:
        sys.stderr.write(f"lk-audit: {hindrance}\n")
        sys.exit(USAGE)
    try:
        code = _run()
    except KeyboardInterrupt:  # before the program could see to it
        sys.stderr.write("lk-audit: interrupted\n")
        code = INTERRUPTED
    if code in {INTERRUPTED, TERMINATED} or not _is_watched():
        _leave(code)
    sys.exit(code)


def _open_streams() -> None:
    """See to it that streams are there, and take and give all that they should.

    The numbers of closed ones go to the files that are opened next, and what is said would be written into those: they
    lead nowhere instead. Others are waited for, even where whoever shares them (a program of Node, say) does not; and
    standard output has a buffer even under `python -u`, which keeps what the system does not take at once.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - stays open
        elif os.name == "posix":
            _have_waited_for(stream)
    if isinstance(getattr(sys.stdout, "buffer", None), io.FileIO):
        encoding, errors = sys.stdout.encoding, sys.stdout.errors
        sys.stdout = open(sys.stdout.fileno(), "w", encoding=encoding, errors=errors, closefd=False)  # noqa: SIM115


def _have_waited_for(stream: TextIO) -> None:
    try:
        os.set_blocking(stream.fileno(), True)
    except OSError:  # the system does not let it be changed, or it is none of the system's: it stays as it is
        return


def _hindrance() -> str | None:
    """What about the process makes it impossible to run."""
    try:
        os.getcwd()  # noqa: PTH109 - nothing is imported yet
    except OSError as error:
        return f"the working folder cannot be read ({error.strerror}); change to another one"
    if sys.flags.optimize > 1:
        return "Python leaves out the texts that explain findings (-OO, PYTHONOPTIMIZE=2); run it with -O at most"
    return None


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

    from lk_audit.files.git_names import list_ahead  # noqa: PLC0415 - for scans of whole folders only

    list_ahead(Path.cwd().resolve())
