"""Run Python spellings at a given time; the job comes in on standard input, what the tokens say goes out.

Started by `conformance.generate` in a process of its own with a made-up environment.
"""

from __future__ import annotations

import base64
import inspect
import itertools
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import time_machine

_TOKEN = re.compile(r"[\w-]+\.([\w-]+)\.[\w-]+")
_BROKEN = (ImportError, NameError, SyntaxError)
"""Mistakes of the spelling itself, which no vector records."""

Result = dict[str, Any]


def run(code: str) -> list[Result]:
    """What the tokens of a spelling say, one for each combination of its flags, or the exception raised.

    Raises:
        LookupError: the spelling makes no token.
        ImportError, NameError, SyntaxError: it does not run at all.
    """
    module: dict[str, Any] = {"__name__": "spelling"}
    try:
        exec(code, module)  # noqa: S102 - running the spellings is what this is for
        return [{"payload": payload(token)} for token in tokens(module)]
    except (*_BROKEN, LookupError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever the library raises is the result
        return [{"error": type(error).__name__}]


def tokens(module: Mapping[str, Any]) -> Iterator[str]:
    """The token that a module holds, or else those its last function returns."""
    held = find_token(list(module.values()))
    if held:
        yield held
        return
    functions = [item for item in module.values() if inspect.isfunction(item) and item.__module__ == "spelling"]
    for arguments in calls(functions[-1]):
        token = find_token(functions[-1](**arguments))
        if not token:
            raise LookupError("the last function returns no token")
        yield token


def calls(function: Callable[..., object]) -> Iterator[dict[str, object]]:
    """Arguments for a function: both values of flags, made-up text otherwise, nothing where it has a default."""
    names = [
        name for name, it in inspect.signature(function).parameters.items() if it.default is inspect.Parameter.empty
    ]
    choices = [(False, True) if name.startswith("is_") else (f"{name} of the caller",) for name in names]
    for combination in itertools.product(*choices):
        yield dict(zip(names, combination, strict=True))


def find_token(value: object) -> str | None:
    """The first JWT in a value, a list or a dictionary."""
    if isinstance(value, dict):
        value = list(value.values())
    for item in value if isinstance(value, list) else [value]:
        text = item.decode("latin-1") if isinstance(item, bytes) else item
        if isinstance(text, str) and _TOKEN.fullmatch(text):
            return text
    return None


def payload(token: str) -> object:
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def main() -> None:
    job = json.load(sys.stdin)
    with time_machine.travel(job["now"], tick=False):
        results = [run(code) for code in job["codes"]]
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main()
