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


class Language(Enum):
    """What spellings are written in: the suffix of their files."""

    PYTHON = ".py"
    JAVASCRIPT = ".mjs"
    GO = ".go"
    RUST = ".rs"
    JAVA = ".java"
    KOTLIN = ".kt"
    RUBY = ".rb"
    PHP = ".php"


class Library(Enum):
    """What signs: the name of the list of spellings and of the vectors made from it."""

    PYTHON = "livekit-api"
    NODE = "livekit-server-sdk"
    NODE_V1 = "livekit-server-sdk-v1"
    GO = "livekit-protocol"
    RUST = "livekit-api-rust"
    RUST_0_6 = "livekit-api-rust-0.6"
    KOTLIN = "livekit-server-kotlin"
    JAVA = "livekit-server-java"
    RUBY = "livekit-server-sdk-ruby"
    PHP = "livekit-server-sdk-php"
    RAW_PYTHON = "raw-python"
    RAW_NODE = "raw-javascript"
    RAW_GO = "raw-go"
    RAW_RUST = "raw-rust"
    RAW_JAVA = "raw-java"
    RAW_RUBY = "raw-ruby"
    RAW_PHP = "raw-php"

    @property
    def language(self) -> Language:
        return _LANGUAGES[self]

    @property
    def is_sdk(self) -> bool:
        return not self.value.startswith("raw-")


_LANGUAGES = {
    **dict.fromkeys((Library.PYTHON, Library.RAW_PYTHON), Language.PYTHON),
    **dict.fromkeys((Library.NODE, Library.NODE_V1, Library.RAW_NODE), Language.JAVASCRIPT),
    **dict.fromkeys((Library.GO, Library.RAW_GO), Language.GO),
    **dict.fromkeys((Library.RUST, Library.RUST_0_6, Library.RAW_RUST), Language.RUST),
    **dict.fromkeys((Library.JAVA, Library.RAW_JAVA), Language.JAVA),
    Library.KOTLIN: Language.KOTLIN,
    **dict.fromkeys((Library.RUBY, Library.RAW_RUBY), Language.RUBY),
    **dict.fromkeys((Library.PHP, Library.RAW_PHP), Language.PHP),
}


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
        """A fitting file name. Java wants that of its public class."""
        if self.library.language is Language.JAVA:
            return "TokenServer.java"
        return f"token_server{self._suffix}"

    @property
    def _suffix(self) -> str:
        language = self.library.language
        if language is Language.JAVASCRIPT and re.search(r"\brequire\(", self.code):
            return ".cjs"
        return language.value


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
