"""From the options of a command to the scan that it asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from lk_audit.cli.progress import shown_progress
from lk_audit.configuration.layers import Asked
from lk_audit.findings import Report
from lk_audit.scanning import preparation
from lk_audit.scanning.preparation import Setup

_NO_SETTINGS = frozenset({"rule-folders", "config-file", "isolated", "no-baseline", "jobs", "cache-dir"})
_SEVERAL = ("select", "extend-select", "ignore")


def asked(options: Mapping[str, Any]) -> Asked:
    """What the command line says about the configuration; `options` are what the functions above give."""
    return Asked(options["config_file"], options["isolated"], _stated(options))


def set_up(paths: Sequence[str], options: Mapping[str, Any]) -> Setup:
    """Find and read the configuration of a scan of files.

    Args:
        paths: what to scan; the working folder when empty.
        options: what `scan_options` or `finding_options` give.

    Raises:
        UsageError: a path, the configuration or an option is wrong.
    """
    folders: tuple[Path, ...] = options["rule_folders"]
    return preparation.set_up(
        paths,
        asked(options),
        rule_folders=folders,
        jobs=options["jobs"],
        watching=shown_progress,
        cache_folder=partial(_cache_folder, options),
    )


def _cache_folder(options: Mapping[str, Any]) -> Path | None:
    """Where to keep what a scan finds out: --cache and --no-cache count for more than LK_AUDIT_NO_CACHE."""
    from lk_audit.cache import place as places  # noqa: PLC0415 - for scans of folders

    is_off = places.is_off() if options["cache"] is None else not options["cache"]
    return None if is_off else places.cache_folder(options["cache_dir"])


def names(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


def _stated(options: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that the command line states, by key."""
    stated: dict[str, Any] = {}
    for name, value in options.items():
        key = name.replace("_", "-")
        if key in _NO_SETTINGS or value is None or value == ():
            continue
        stated[key] = list(names(value)) if key in _SEVERAL else list(value) if isinstance(value, tuple) else value
    if options.get("no_baseline"):
        stated["baseline"] = None
    return stated


def defects(report: Report) -> Iterator[str]:
    """Rules that could not be loaded, and what failed on the way."""
    yield from report.rule_errors
    for crash in report.crashes:
        yield f"internal error: {crash.rule_id or 'analysis'} failed on a file with {crash.error} at {crash.raised_at}"
