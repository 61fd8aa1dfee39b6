"""`lk-audit scan`, as click knows it."""

from __future__ import annotations

from typing import Any

import click

from lk_audit.cli import scanning
from lk_audit.cli.configured import scan_options
from lk_audit.cli.options import color_option, fix_options


class _Scan(click.Command):
    """A command whose `--history` takes its value after an equals sign only: what follows it else is a path."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        valued = ["--history=" if item == "--history" else item for item in args[:end]]
        return super().parse_args(context, [*valued, *args[end:]])


@click.command("scan", cls=_Scan)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--staged", is_flag=True, help="Scan what the next commit will hold: git's index, not the files on disk.")
@click.option(
    "--history",
    is_flag=False,
    flag_value="",
    metavar="[=RANGE]",
    help="Scan every version of every file for secrets and tokens: all commits, or those of RANGE (A..B).",
)
@scan_options
@click.option(
    "--stdin-filename",
    metavar="NAME",
    help="Scan standard input as if it were the file NAME; the rest of its project is read from disk.",
)
@fix_options
@color_option
def scan_command(**options: Any) -> int:  # noqa: ANN401 - as click gives them
    """Scan files and folders (by default the current one) and report what is wrong.

    Exit codes: 0 clean, 1 findings at or above --fail-on, 2 wrong usage (or an incomplete scan under --strict),
    3 internal error. With --diff: 1 when there is something to fix.
    """
    return scanning.scan(**options)
