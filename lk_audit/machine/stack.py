"""Room on the interpreter's stack."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")

_SLOTS = 1 << 16
"""What a frame asks for, in values: CPython then takes a mebibyte from the system, of which the frames that follow have
half. Only what is written to counts as memory."""


def spacious(function: Callable[P, T]) -> Callable[P, T]:
    """A function that takes room on the stack for all that is called from it, however deep.

    CPython has room for about a hundred frames, and takes some more from the system where they are full. It gives
    that back at once: a loop whose calls cross such a border takes a hundred times as long.

    Source: github.com/python/cpython (Python/pystate.c, `push_chunk` and `_PyThreadState_PopFrame`).
    """
    written = cast("FunctionType", function)
    code = written.__code__
    written.__code__ = code.replace(co_stacksize=max(code.co_stacksize, _SLOTS))
    return function
