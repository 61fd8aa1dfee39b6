"""The commonest run of all, a commit hook over files that have nothing to do with LiveKit, without what others need.

Importing the command line takes several times as long as looking into ten files. So `scan` without options over plain
files is answered here where no file opens a gate of the prefilter: with what the scan itself would print. Whatever is
the least bit unusual is left to the scan. No rules are loaded where there is nothing for them to judge, so a broken
rule pack shows only when there is.
"""

from __future__ import annotations

import os
import re
import stat
import sys
import time

from lk_audit.files.prefilter import opens_any

# `typing` takes longer to import than this module; type checkers know the constant by its name.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LARGEST = 1_000_000
"""Bytes; larger files are left to the scan, which knows limits."""
_MOST = 5_000
"""Files; more are read by several processes."""
_OPTIONS = frozenset({"--force-exclude", "--no-force-exclude"})
"""Options that change nothing for files outside of folders that are left out."""
_ENVIRONMENT = ("FORCE_COLOR", "FORCE_HYPERLINK")
_SPECIAL = ("lk-audit", "pyproject.toml", "Dockerfile", "dockerfile", "Containerfile", "dockerignore")
"""Parts of names of files that tell something about other files."""
_OWN = (".lk-audit.toml", "lk-audit.toml")
_PROJECT = "pyproject.toml"
_HARMLESS = re.compile(
    rb"""#[ -~]*|(max-ttl) = "[1-9]\d{0,3}[smhd]"|(fail-on) = "(?:critical|high|medium|low|note|never)\""""
)
"""A line of a configuration, such as that of `lk-audit init`, that only says what makes a finding or what fails."""
_LEFT_OUT = frozenset({"vendor", "bower_components", "node_modules", "venv", "virtualenv", "site-packages"})
"""Folders that may be left out, besides all whose names begin with a dot or an underscore."""


def report(arguments: Sequence[str]) -> str | None:
    """The whole report of a scan that can find nothing; None when that cannot be told at a glance."""
    started = time.perf_counter()
    names = _plain_scan(arguments)
    if names is None or any(map(os.environ.get, _ENVIRONMENT)) or sys.stdout is None or sys.stdout.isatty():
        return None
    try:
        working = os.getcwd()  # noqa: PTH109 - pathlib alone would double the time
        configured = _configured(working)
        is_clear = all(_says_nothing(name, working) for name in names)
    except (OSError, ValueError):
        return None
    if not is_clear:
        return None
    files = "1 file" if len(names) == 1 else f"{len(names)} files"
    return (
        "no findings; 0 suppressed\n"
        f"{files} scanned, 0 with something to analyse, 0 skipped; {configured}{time.perf_counter() - started:.2f} s\n"
    )


def told(text: str) -> bool:
    """Whether a report could be printed."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (OSError, ValueError):
        return False
    return True


def _plain_scan(arguments: Sequence[str]) -> list[str] | None:
    """The files of a `scan` without options that matter."""
    if arguments[:1] != ["scan"] or len(arguments) > _MOST:
        return None
    rest = list(arguments[1:])
    while rest and rest[0] in _OPTIONS:
        del rest[0]
    if rest[:1] == ["--"]:
        del rest[0]
    elif any(name.startswith("-") for name in rest):
        return None
    return rest if rest and len(set(map(os.path.normpath, rest))) == len(rest) else None


def _configured(folder: str) -> str:
    """What a report says of the configuration, which may set nothing that matters here.

    Raises:
        ValueError: it sets more, or stands further up.
    """
    files = [file for place in _upwards(folder) for file in _configurations(place)]
    if not files:
        return ""
    place, name = os.path.split(files[0])
    if len(files) > 1 or place != folder or name == _PROJECT or not _is_harmless(_content(files[0])):
        raise ValueError
    return f"configured by {name}; "


def _configurations(folder: str) -> Iterator[str]:
    for name in (*_OWN, _PROJECT):
        path = os.path.join(folder, name)  # noqa: PTH118 - as above
        if os.path.lexists(path) and (name in _OWN or b"lk-audit" in _content(path)):
            yield path


def _is_harmless(configuration: bytes) -> bool:
    """Whether a configuration is valid and changes nothing where there is nothing to find."""
    lines = [_HARMLESS.fullmatch(line) for line in configuration.splitlines() if line]
    stated = [line[0].split()[0] for line in lines if line is not None and line.lastindex]
    return None not in lines and len(set(stated)) == len(stated)


def _upwards(folder: str) -> Iterator[str]:
    """A folder and those around it, up to the root of the repository."""
    above = ""
    while folder != above:
        yield folder
        if os.path.lexists(os.path.join(folder, ".git")):  # noqa: PTH118
            return
        above, folder = folder, os.path.dirname(folder)  # noqa: PTH120


def _says_nothing(name: str, working: str) -> bool:
    """Whether a scan would count a file below the working folder, and make nothing else of it."""
    path = os.path.normpath(name)
    parts = path.split(os.sep)  # noqa: PTH206
    if os.path.isabs(path) or parts[0] == os.pardir or any(map(_may_be_left_out, parts[:-1])):  # noqa: PTH117
        return False
    if path.endswith(".sarif") or any(part in parts[-1] for part in _SPECIAL):
        return False
    folder = os.path.join(working, os.path.dirname(path)).rstrip(os.sep)  # noqa: PTH118, PTH120
    if os.path.realpath(folder) != folder:
        return False
    data = _content(path)
    return b"\0" not in data and not opens_any(path.replace(os.sep, "/"), data)


def _may_be_left_out(folder: str) -> bool:
    return folder[0] in "._" or folder in _LEFT_OUT


def _content(path: str) -> bytes:
    """A regular file of ordinary size.

    Raises:
        OSError: it cannot be read.
        ValueError: it is something else.
    """
    status = os.lstat(path)
    if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
        raise ValueError
    with open(path, "rb", buffering=0) as stream:  # noqa: PTH123 - as above
        return stream.read()
