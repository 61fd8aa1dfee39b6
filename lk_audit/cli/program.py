"""Running a command, whatever happens in it."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from lk_audit import __version__
from lk_audit.cli.exits import CLEAN, DEFECT, FINDINGS, INTERRUPTED, TERMINATED, USAGE
from lk_audit.errors import LkAuditError, RuleLoadError
from lk_audit.machine.collector import patient


class _Terminated(KeyboardInterrupt):
    """Somebody else than the user ends the run: a scan stops as after Ctrl-C, and leaves nothing behind either."""


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    raise _Terminated


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a replaced stream may have no encoding
    with contextlib.suppress(ValueError):  # not the main thread
        _await_the_end()
    try:
        outcome = _outcome(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt as error:
        is_terminated = isinstance(error, _Terminated)
        return _complain("terminated", TERMINATED) if is_terminated else _complain("interrupted", INTERRUPTED)
    except BrokenPipeError:
        from lk_audit.cli.saying import silence  # noqa: PLC0415 - most readers stay until the end

        silence()  # whoever read the output has seen enough
        return FINDINGS
    except LkAuditError as error:
        return _complain(str(error), DEFECT if isinstance(error, RuleLoadError) else USAGE)
    except MemoryError:
        return _complain("there is less memory than the scan takes", USAGE)
    except Exception as error:  # noqa: BLE001 - the last guard: a traceback could quote what is scanned
        return _complain(_defect(error), DEFECT)
    return outcome if isinstance(outcome, int) else CLEAN


def _await_the_end() -> None:
    """End as after Ctrl-C when somebody asks for it, or the terminal is gone, for which `nohup` has signals ignored."""
    signal.signal(signal.SIGTERM, _terminate)
    hung_up = getattr(signal, "SIGHUP", None)  # Windows has none
    if hung_up is not None and signal.getsignal(hung_up) == signal.SIG_DFL:
        signal.signal(hung_up, _terminate)


def _outcome(arguments: Sequence[str]) -> object:
    """What a command returns. Ordinary scans do without click, which takes longer to import than to scan a file."""
    from lk_audit.cli import plain  # noqa: PLC0415 - each of both is imported where it is used

    options = plain.scan_options(arguments)
    if options is None:
        from lk_audit.cli.commands import dispatch  # noqa: PLC0415 - brings click along

        return dispatch(arguments)
    try:
        with patient():  # all that is imported stays
            _load_records()
            from lk_audit.cli.scanning import scan  # noqa: PLC0415 - brings the scanner along

            return scan(**options)
    except KeyboardInterrupt:
        sys.stderr.write("\n")  # ends the line in which the terminal shows "^C", as click does
        raise


def _load_records() -> None:
    """Import msgspec without typing_extensions, which it prefers to `typing` where somebody has installed it.

    They have the same to offer (msgspec/_utils.py asks for three names that `typing` has had since Python 3.11), and
    typing_extensions takes a third of the time: it brings `inspect`, the tokenizer and the disassembler along. An entry
    of None says that a module is not there (Python documentation, "The import system", the module cache).
    """
    if "typing_extensions" in sys.modules:
        return
    sys.modules["typing_extensions"] = None  # type: ignore[assignment]  # as documented
    try:
        import msgspec  # noqa: F401, PLC0415 - imported for all that comes after
    finally:
        del sys.modules["typing_extensions"]


def _complain(message: str, code: int) -> int:
    from lk_audit.cli.saying import complain  # noqa: PLC0415 - most runs have nothing to complain about

    complain(message)
    return code


def _defect(error: Exception) -> str:
    """A defect without the exception's text, which may hold source."""
    import traceback  # noqa: PLC0415 - for defects only

    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(last.filename)}:{last.lineno}"  # noqa: PTH119 - pathlib for one name
    return (
        f"internal error: {type(error).__name__} at {place} (lk-audit {__version__}); this is a defect of lk-audit, "
        "please report it with this line and the command you ran"
    )
