"""Work that comes to no good end."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn


def failing(error: BaseException) -> Callable[..., NoReturn]:
    def fail(*_: object) -> NoReturn:
        raise error

    return fail


def forever() -> None:
    while True:
        pass
