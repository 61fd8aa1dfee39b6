"""What goes through the standard streams."""

from __future__ import annotations

import os
import sys

from lk_audit.errors import UsageError


def say(text: str) -> None:
    """Print text on standard output as it is, at once: line breaks and colours are in it.

    Raises:
        UsageError: standard output takes no more.
        BrokenPipeError: nobody reads it any more.
    """
    try:
        _print(text, to_errors=False)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise unwritten(error) from None


def say_quoted(text: str) -> None:
    """Print text that quotes files: as it is, but for a terminal without what would steer that."""
    if sys.stdout.isatty():
        from lk_audit.reporters.screen import printable  # noqa: PLC0415 - needed to fix only

        text = printable(text.replace("\r\n", "\n"))
    say(text)


def say_line(text: str) -> None:
    """The same of a line."""
    say(f"{text}\n")


def say_aside(text: str) -> None:
    """Print text on standard error, so that a report or a diff stays what it is; the exit code speaks for itself."""
    try:
        _print(text, to_errors=True)
    except OSError:  # nobody hears it
        return


def complain(message: str) -> None:
    """Print a line about something that is wrong; it may quote a configuration or a name of what is scanned."""
    from lk_audit.reporters.screen import printable  # noqa: PLC0415 - most runs have nothing to complain about

    say_aside(f"lk-audit: {printable(message)}\n")


def standard_input(most: int) -> bytes:
    """What somebody gives on standard input, up to so many bytes.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return sys.stdin.buffer.read(most)
    except OSError as error:
        raise UsageError(f"cannot read standard input: {error.strerror or type(error).__name__}") from None


def unwritten(error: OSError) -> UsageError:
    """What to say when standard output takes no more; what it still holds goes nowhere."""
    silence()
    return UsageError(f"cannot write standard output: {error.strerror or type(error).__name__}")


def silence() -> None:
    """Send what standard output still holds nowhere; else the interpreter would try again at its exit, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _print(text: str, *, to_errors: bool) -> None:
    if sys.platform == "win32":
        import click  # noqa: PLC0415 - consoles of Windows need its help with colours and Unicode, others do without

        click.echo(text, nl=False, err=to_errors, color=True)
        return
    stream = sys.stderr if to_errors else sys.stdout
    stream.write(text)
    stream.flush()
