"""`lk-audit cache`: where what scans found out is kept, and how to be rid of it."""

from __future__ import annotations

from pathlib import Path

import click

from lk_audit.cache.place import FOLDER_VARIABLE, cache_folder
from lk_audit.cache.store import Store
from lk_audit.cli.exits import CLEAN
from lk_audit.cli.groups import Group
from lk_audit.cli.options import cache_folder_option
from lk_audit.cli.saying import say_line
from lk_audit.errors import UsageError
from lk_audit.reporters.screen import printable


@click.group("cache", cls=Group)
def cache_command() -> None:
    """Show or empty the cache: what scans of folders found out, kept so that the next one is faster."""


@cache_command.command("dir")
@cache_folder_option
def dir_command(cache_dir: Path | None) -> int:
    """Print the folder of the cache, whether it is there yet or not."""
    say_line(printable(str(_folder(cache_dir))))
    return CLEAN


@cache_command.command("clean")
@cache_folder_option
def clean_command(cache_dir: Path | None) -> int:
    """Remove everything that the cache holds; other files in its folder stay."""
    store = Store(_folder(cache_dir))
    size = store.size()
    count, left = store.clean()
    if left:
        raise UsageError(f"cannot remove all of {store.folder}: {_megabytes(left)} are left; see who may write there")
    entries = "1 entry" if count == 1 else f"{count} entries"
    say_line(printable(f"removed {entries} ({_megabytes(size)}) from {store.folder}"))
    return CLEAN


def _folder(asked: Path | None) -> Path:
    folder = cache_folder(asked)
    if folder is None:
        raise UsageError(f"there is no folder for caches here: no home folder is known; set {FOLDER_VARIABLE}")
    return folder


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"
