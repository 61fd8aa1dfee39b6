"""The lists of spellings and the recorded vectors, as objects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, TypeAlias

FOLDER = Path(__file__).parent

Outcome: TypeAlias = dict[str, Any]
"""What one run of a spelling gave, as recorded; the README tells its keys."""


class Library(Enum):
    """What signs: the name of the list of spellings and of the vectors made from it."""

    PYTHON = "livekit-api"
    NODE = "livekit-server-sdk"
    NODE_V1 = "livekit-server-sdk-v1"
    RAW_PYTHON = "raw-python"
    RAW_NODE = "raw-javascript"

    @property
    def is_python(self) -> bool:
        return self in {Library.PYTHON, Library.RAW_PYTHON}

    @property
    def is_sdk(self) -> bool:
        return self in {Library.PYTHON, Library.NODE, Library.NODE_V1}


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write a token, as a complete file.

    `open` tells that the environment or a caller may decide otherwise; the vector then holds the fallback.
    """

    library: Library
    section: str
    id: str
    code: str
    open: bool = False

    @property
    def path(self) -> str:
        """A fitting file name."""
        return f"token_server{self._suffix}"

    @property
    def _suffix(self) -> str:
        if self.library.is_python:
            return ".py"
        return ".cjs" if re.search(r"\brequire\(", self.code) else ".mjs"


def spellings(library: Library) -> tuple[Spelling, ...]:
    """The list of a library, in order.

    Raises:
        ValueError: two spellings have the same name.
    """
    text = (FOLDER / "spellings" / f"{library.value}.md").read_text(encoding="utf-8")
    found = tuple(_parse(library, text))
    names = [spelling.id for spelling in found]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f"{library.value}: more than one spelling is called {', '.join(repeated)}")
    return found


_BLOCK = re.compile(
    r"^## (?P<section>[^\n]+)$|^### (?P<id>[^\n]+)\n\n```(?P<info>[^\n]+)\n(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def _parse(library: Library, text: str) -> Iterator[Spelling]:
    section = ""
    for match in _BLOCK.finditer(text):
        if match["section"]:
            section = match["section"]
        else:
            yield Spelling(library, section, match["id"], match["code"], open=" open" in match["info"])


def vectors_file(library: Library) -> Path:
    return FOLDER / "vectors" / f"{library.value}.json"


def vectors(library: Library) -> dict[str, list[Outcome]]:
    """The recorded outcomes by the name of the spelling."""
    recorded: dict[str, list[Outcome]] = json.loads(vectors_file(library).read_text(encoding="utf-8"))["spellings"]
    return recorded
