"""Text for whoever runs lk-audit, on standard output and standard error."""

from __future__ import annotations

import sys


def say(text: str, *, to_errors: bool = False) -> None:
    """Print text as it is, at once: line breaks and colours are in it."""
    if sys.platform == "win32":
        import click  # noqa: PLC0415 - consoles of Windows need its help with colours and Unicode, others do without

        click.echo(text, nl=False, err=to_errors, color=True)
        return
    stream = sys.stderr if to_errors else sys.stdout
    stream.write(text)
    stream.flush()


def complain(message: str) -> None:
    """Print a line about something that is wrong."""
    say(f"lk-audit: {message}\n", to_errors=True)
