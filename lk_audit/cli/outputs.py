"""Where reports go: pairs of a format and a file, checked before the scan and written after it."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

from msgspec import Struct

from lk_audit.cli.saying import say
from lk_audit.errors import UsageError
from lk_audit.presence import is_folder

STANDARD_OUTPUT = "-"
_DEFAULT = "text"
_BY_SUFFIX = {
    ".sarif": "sarif",
    ".html": "html",
    ".htm": "html",
    ".md": "markdown",
    ".xml": "junit",
    ".json": "json",
    ".txt": "text",
}

_MADE_FOR = {
    ".sarif": ("sarif", "sarif-full"),
    ".html": ("html",),
    ".htm": ("html",),
    ".xml": ("junit",),
    ".md": ("markdown", "text"),
}
"""Names that say what is inside. Formats and outputs pair up by their order, so a mismatch is a slip of the order."""


class Output(Struct, frozen=True):
    """One report: its format, and the file it goes to or "-"."""

    style: str
    target: str

    @property
    def is_for_eyes(self) -> bool:
        """Whether it is what a person at the terminal reads."""
        return self.style == _DEFAULT and self.target == STANDARD_OUTPUT


def paired(styles: Sequence[str], targets: Sequence[str]) -> list[Output]:
    """The n-th format with the n-th target; without a format the target's name decides, without a target it is "-".

    Raises:
        UsageError: two reports would go to one place, or a name tells no format or another one.
    """
    pairs = zip_longest(styles, targets) if styles or targets else [(_DEFAULT, STANDARD_OUTPUT)]
    outputs = [Output(style or _style_of(target), target or STANDARD_OUTPUT) for style, target in pairs]
    _expect_distinct(outputs)
    _expect_fitting_names(outputs)
    return outputs


def _style_of(target: str) -> str:
    if target == STANDARD_OUTPUT:
        return _DEFAULT
    style = _BY_SUFFIX.get(Path(target).suffix.lower())
    if style is None:
        raise UsageError(
            f"the name of {target} tells no format; say which with --format, or end it in {', '.join(_BY_SUFFIX)}"
        )
    return style


def _expect_distinct(outputs: Sequence[Output]) -> None:
    seen: dict[str, Output] = {}
    for output in outputs:
        is_file = output.target != STANDARD_OUTPUT
        earlier = seen.setdefault(os.path.realpath(output.target) if is_file else STANDARD_OUTPUT, output)
        if earlier is not output:
            place = output.target if is_file else "standard output"
            advice = "give each its own file" if is_file else "give all but one an --output FILE"
            raise UsageError(f"two reports would go to {place} ({earlier.style} and {output.style}); {advice}")


def _expect_fitting_names(outputs: Sequence[Output]) -> None:
    for output in outputs:
        expected = _MADE_FOR.get(Path(output.target).suffix.lower())
        if expected is not None and output.style not in expected:
            raise UsageError(
                f"{output.target} would hold a {output.style} report; the n-th --format goes to the n-th --output,"
                " and outputs without a format come last"
            )


def check(outputs: Sequence[Output]) -> None:
    """Find out before the scan what cannot be written after it.

    Raises:
        UsageError: a folder does not exist, or a file is a folder.
    """
    for output in outputs:
        path = Path(output.target)
        if output.target == STANDARD_OUTPUT:
            continue
        if is_folder(path):
            raise _unwritable(output.target, OSError(errno.EISDIR, os.strerror(errno.EISDIR)))
        if not is_folder(path.parent):
            raise _unwritable(output.target, OSError(errno.ENOENT, os.strerror(errno.ENOENT)))


def write(output: Output, text: str) -> None:
    """Write a report.

    Raises:
        UsageError: it cannot be written.
        BrokenPipeError: nobody reads standard output any more.
    """
    if output.target == STANDARD_OUTPUT:
        say(text)
        return
    from lk_audit.files.replacing import put  # noqa: PLC0415 - most reports go to standard output

    try:
        put(Path(output.target), text.encode("utf-8", "replace"))
    except OSError as error:
        raise _unwritable(output.target, error) from None


def _unwritable(target: str, error: OSError) -> UsageError:
    return UsageError(f"cannot write {target}: {error.strerror or type(error).__name__}")
