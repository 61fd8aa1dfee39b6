"""What is at a path that somebody names: nothing, where that cannot be told.

A name may be too long, and a folder around it closed; there pathlib raises (bugs.python.org/issue35306).
"""

from __future__ import annotations

import os
from pathlib import Path


def is_there(path: Path) -> bool:
    return os.path.exists(path)  # noqa: PTH110 - as above


def is_file(path: Path) -> bool:
    return os.path.isfile(path)  # noqa: PTH113 - as above


def is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - as above
