"""The options of an ordinary `scan`, read without click: importing click takes as long as to scan a few files.

What is the least bit unusual (an option that is not in these tables, a mistake, a value that begins with a dash) is
left to click, which knows all options and what to say about them. Where both can read a command line, they read the
same in it (tests/test_startup.py).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from stat import S_ISDIR
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_MARKS = ("staged", "isolated", "no-baseline")
_SWITCHES = ("color", "force-exclude", "honor-foreign-comments", "cache", "strict")
"""Options that can be given (`--cache`) and taken back (`--no-cache`)."""
_TEXTS = ("min-severity", "max-ttl", "size-limit", "fail-on", "baseline", "cache-dir")
_LISTS = ("select", "extend-select", "ignore", "exclude", "format", "output")
"""Options that may be given several times."""
_ALIASES = {"-o": "output"}
_PARAMETERS = {"exclude": "extend_exclude"}
"""Parameters that are not called after their option."""
_OF_CLICK: dict[str, Any] = {
    **dict.fromkeys(("wants_fix", "wants_diff", "unsafe"), False),
    **dict.fromkeys(("history", "stdin_filename", "config_file", "jobs")),
    "rule_folders": (),
}
"""Parameters of the options that are left to click."""


def _parameter(option: str) -> str:
    return _PARAMETERS.get(option, option.replace("-", "_"))


_FLAGS = {f"--{option}": (_parameter(option), True) for option in (*_MARKS, *_SWITCHES)} | {
    f"--no-{option}": (_parameter(option), False) for option in _SWITCHES
}
_VALUED = {f"--{option}": option for option in (*_TEXTS, *_LISTS)} | _ALIASES
_DEFAULTS: dict[str, Any] = {
    **_OF_CLICK,
    **dict.fromkeys(map(_parameter, _MARKS), False),
    **dict.fromkeys(map(_parameter, (*_SWITCHES, *_TEXTS))),
    **dict.fromkeys(map(_parameter, _LISTS), ()),
}


def scan_options(arguments: Sequence[str]) -> dict[str, Any] | None:
    """The parameters of the command `scan`; None where click has to read the command line."""
    if arguments[:1] != ["scan"] or "_LK_AUDIT_COMPLETE" in os.environ:  # that is how shells ask click for completions
        return None
    options = dict(_DEFAULTS)
    paths: list[str] = []
    rest = iter(arguments[1:])
    for argument in rest:
        if argument == "--":
            paths += rest
        elif not argument.startswith("-"):
            paths.append(argument)
        elif argument in _FLAGS:
            name, value = _FLAGS[argument]
            options[name] = value
        elif not _take(argument, rest, options):
            return None
    if "" in paths or "-" in paths or not all(map(_is_format, options["format"])):
        return None
    if options["cache_dir"] is not None:
        options["cache_dir"] = _folder(options["cache_dir"])
        if options["cache_dir"] is None:
            return None
    return {**options, "paths": tuple(paths)}


def _folder(name: str) -> Path | None:
    """A folder that may not be there yet; None where click has something to say about it."""
    from pathlib import Path  # noqa: PLC0415 - few runs name a folder

    folder = Path(name)
    try:
        is_usable = S_ISDIR(folder.stat().st_mode) and os.access(folder, os.R_OK)
    except OSError:
        return folder
    return folder if is_usable else None


def _is_format(name: str) -> bool:
    from lk_audit.reporters import REPORTERS  # noqa: PLC0415 - few runs name a format

    return name in REPORTERS


def _take(argument: str, rest: Iterator[str], options: dict[str, Any]) -> bool:
    """Note an option with a value, which may stand behind an equals sign or come next; False where click must."""
    name, equals, value = argument.partition("=")
    option = _VALUED.get(name)
    value = value if equals else next(rest, "")
    if option is None or (equals and not name.startswith("--")) or not value or value.startswith("-"):
        return False
    key = _parameter(option)
    options[key] = value if option in _TEXTS else (*options[key], value)
    return True
