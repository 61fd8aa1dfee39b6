"""The command line, called as people call it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from click.testing import CliRunner, Result

from lk_audit.cli import program
from lk_audit.cli.commands import commands

if TYPE_CHECKING:
    import pytest


def invoke(*arguments: str | os.PathLike[str], stdin: str | None = None) -> Result:
    """What a command gives back and writes; mistakes are raised."""
    return CliRunner().invoke(commands, [os.fspath(item) for item in arguments], input=stdin, standalone_mode=False)


def failure(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit code and what is said on standard error."""
    code = program.run(arguments)
    return code, capsys.readouterr().err
