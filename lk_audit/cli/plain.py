"""The options of an ordinary `scan`, read without click: importing click takes as long as to scan a few files.

What is the least bit unusual (an option that is not in these tables, a mistake, a value that begins with a dash) is
left to click, which knows all options and what to say about them. Where both can read a command line, they read the
same in it (tests/test_startup.py).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

_DEFAULTS: dict[str, Any] = {
    **dict.fromkeys(("staged", "wants_fix", "wants_diff", "unsafe", "isolated", "no_baseline"), False),
    **dict.fromkeys(("history", "stdin_filename", "color", "force_exclude", "honor_foreign_comments")),
    **dict.fromkeys(("min_severity", "max_ttl", "size_limit", "fail_on", "baseline", "strict")),
    **dict.fromkeys(("config_file", "jobs", "cache", "cache_dir")),
    **dict.fromkeys(("select", "extend_select", "ignore", "extend_exclude", "format", "output", "rule_folders"), ()),
}
_FLAGS = {
    "--staged": ("staged", True),
    "--color": ("color", True),
    "--no-color": ("color", False),
    "--force-exclude": ("force_exclude", True),
    "--no-force-exclude": ("force_exclude", False),
    "--honor-foreign-comments": ("honor_foreign_comments", True),
    "--no-honor-foreign-comments": ("honor_foreign_comments", False),
    "--isolated": ("isolated", True),
    "--cache": ("cache", True),
    "--no-cache": ("cache", False),
    "--strict": ("strict", True),
    "--no-strict": ("strict", False),
    "--no-baseline": ("no_baseline", True),
}
_TEXTS = {
    "--min-severity": "min_severity",
    "--max-ttl": "max_ttl",
    "--size-limit": "size_limit",
    "--fail-on": "fail_on",
    "--baseline": "baseline",
}
_LISTS = {
    "--select": "select",
    "--extend-select": "extend_select",
    "--ignore": "ignore",
    "--exclude": "extend_exclude",
    "--format": "format",
    "--output": "output",
    "-o": "output",
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
    return {**options, "paths": tuple(paths)}


def _is_format(name: str) -> bool:
    from lk_audit.reporters import REPORTERS  # noqa: PLC0415 - few runs name a format

    return name in REPORTERS


def _take(argument: str, rest: Iterator[str], options: dict[str, Any]) -> bool:
    """Note an option with a value, which may stand behind an equals sign or come next; False where click must."""
    name, equals, value = argument.partition("=")
    key = _TEXTS.get(name) or _LISTS.get(name)
    value = value if equals else next(rest, "")
    if key is None or (equals and not name.startswith("--")) or not value or value.startswith("-"):
        return False
    options[key] = value if name in _TEXTS else (*options[key], value)
    return True
