"""The command line: the only place that prints and exits. One module a command, imported when it is asked for."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; every way out is an exit code and at most one line on standard error."""
    from lk_audit.cli import glance  # noqa: PLC0415 - the one import of most runs

    arguments = sys.argv[1:]
    report = glance.report(arguments)
    if report is not None and glance.told(report):
        sys.exit(0)
    from lk_audit.cli.program import run  # noqa: PLC0415 - brings click and the scanner along

    sys.exit(run(arguments))
