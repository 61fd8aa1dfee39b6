"""Work done without the rights of root, for whom the modes of files say nothing."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import sys
from collections.abc import Callable
from typing import TypeVar

import pytest

T = TypeVar("T")

_VERSION = 0x20080522
"""Of the structures of capset(2)."""
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
cannot_be_ordinary = pytest.mark.skipif(IS_ROOT and sys.platform != "linux", reason="root may do everything here")


def ordinarily(work: Callable[[], T]) -> T:
    """What `work` gives; for root in a process of its own that has given all capabilities up."""
    if not IS_ROOT:
        return work()
    context = multiprocessing.get_context("fork")
    outcome = context.SimpleQueue()

    def do() -> None:
        _give_up()
        outcome.put(work())

    process = context.Process(target=do)
    process.start()
    process.join(60)
    assert process.exitcode == 0
    found: T = outcome.get()
    return found


def _give_up() -> None:
    header, none = (ctypes.c_uint32 * 2)(_VERSION, 0), (ctypes.c_uint32 * 6)()
    if ctypes.CDLL(None, use_errno=True).capset(header, none) != 0:
        raise OSError(ctypes.get_errno(), "the capabilities stay")
