"""The garbage collector while a scan builds syntax."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_THRESHOLDS = (50_000, 20, 50)
"""New objects, and rounds of each generation, before the collector looks (Python documentation, `gc.set_threshold`)."""


@contextmanager
def patient() -> Iterator[None]:
    """Let the collector look less often for a while.

    Syntax is very many objects that live until all of them are dropped together; as set by default the collector walks
    over them again and again, which takes a fifth of the time and frees nothing.
    """
    before = gc.get_threshold()
    gc.set_threshold(*_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
