"""All commands, as click knows them."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from importlib import import_module

import click

from lk_audit import __version__
from lk_audit.cli.groups import Group, wording
from lk_audit.cli.saying import unwritten
from lk_audit.errors import UsageError

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


_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
"""What click hears when it prints pages of its own, such as those of --help, where there is no room for them."""


def dispatch(arguments: Sequence[str]) -> object:
    """Run a command and return what it returns.

    Raises:
        UsageError: the command line is wrong.
        KeyboardInterrupt: somebody ended the run; click has ended the line that shows "^C".
    """
    try:
        return commands.main(list(arguments), prog_name="lk-audit", standalone_mode=False)
    except click.ClickException as error:
        raise UsageError(wording(error)) from None
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise unwritten(error) from None
    except click.Abort as error:
        raise error.__cause__ if isinstance(error.__cause__, KeyboardInterrupt) else KeyboardInterrupt from None
