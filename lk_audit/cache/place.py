"""Where the cache lies.

As platformdirs has it, which takes 20 ms to import: the XDG Base Directory Specification ("$XDG_CACHE_HOME", absolute
paths only), Apple's File System Programming Guide ("Library/Caches"), and %LOCALAPPDATA% on Windows.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

NAME = "lk-audit"
FOLDER_VARIABLE = "LK_AUDIT_CACHE_DIR"
OFF_VARIABLE = "LK_AUDIT_NO_CACHE"


def cache_folder(asked: Path | None = None, environment: Mapping[str, str] | None = None) -> Path | None:
    """The folder of the cache: the one asked for, the one of the environment, the user's; None where there is none."""
    known = os.environ if environment is None else environment
    if asked is not None:
        return Path.cwd() / asked
    stated = known.get(FOLDER_VARIABLE)
    return Path.cwd() / stated if stated else _of_user(known)


def is_off() -> bool:
    """Whether the environment asks for no cache."""
    return bool(os.environ.get(OFF_VARIABLE))


def _of_user(environment: Mapping[str, str]) -> Path | None:
    if sys.platform == "win32":
        local = environment.get("LOCALAPPDATA")
        return Path(local, NAME, "Cache") if local else None
    home = environment.get("HOME", "")
    if sys.platform == "darwin":
        return Path(home, "Library", "Caches", NAME) if Path(home).is_absolute() else None
    stated = environment.get("XDG_CACHE_HOME", "")
    if Path(stated).is_absolute():
        return Path(stated, NAME)
    return Path(home, ".cache", NAME) if Path(home).is_absolute() else None
