"""All commands, and running one of them."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import FrameType

import click

from lk_audit import __version__
from lk_audit.cli.exits import CLEAN, DEFECT, INTERRUPTED, TERMINATED, USAGE
from lk_audit.cli.groups import Group, wording
from lk_audit.errors import LkAuditError, RuleLoadError

_COMMANDS = {
    "scan": "scan",
    "explain": "rules",
    "rules": "rules",
    "token": "token",
    "baseline": "baseline",
    "config": "config",
    "cache": "cache",
    "init": "init",
    "completion": "completion",
    "detect-secrets-plugin": "detect_secrets",
}
"""The commands, in the order of the help page, each with the module that defines it."""


class _Commands(Group):
    """Commands whose modules are imported on first use: the help of one does not cost the imports of another."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        module = import_module(f"lk_audit.cli.{_COMMANDS[name]}")
        command: click.Command = getattr(module, f"{name.replace('-', '_')}_command")
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="lk-audit", message="%(prog)s %(version)s")
def commands() -> None:
    """Find LiveKit authentication mistakes: leaked secrets, tokens made in clients, grants and lifetimes too wide."""


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
        signal.signal(signal.SIGTERM, _terminate)
    try:
        outcome = commands.main(list(arguments), prog_name="lk-audit", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        return _complain(wording(error), USAGE)
    except (click.Abort, KeyboardInterrupt) as error:
        # click raises its own error, after a line break that follows the terminal's "^C".
        is_terminated = isinstance(error.__cause__, _Terminated)
        return _complain("terminated", TERMINATED) if is_terminated else _complain("interrupted", INTERRUPTED)
    except BrokenPipeError:
        return _silence()
    except LkAuditError as error:
        return _complain(str(error), DEFECT if isinstance(error, RuleLoadError) else USAGE)
    except Exception as error:  # noqa: BLE001 - the last guard: a traceback could quote what is scanned
        return _complain(_defect(error), DEFECT)
    return outcome if isinstance(outcome, int) else CLEAN


def _complain(message: str, code: int) -> int:
    click.echo(f"lk-audit: {' '.join(message.split())}", err=True)
    return code


def _silence() -> int:
    """Whoever read the output has seen enough; keep the interpreter from complaining about it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return CLEAN


def _defect(error: Exception) -> str:
    """A defect without the exception's text, which may hold source."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(last.filename).name}:{last.lineno}"
    return (
        f"internal error: {type(error).__name__} at {place} (lk-audit {__version__}); this is a defect of lk-audit, "
        "please report it with this line and the command you ran"
    )
