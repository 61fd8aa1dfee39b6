"""From text to syntax: one module per format, chosen by file name."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from lk_audit.frontends.file_names import CODE, MIXED, frontend_for
from lk_audit.frontends.parsing import TooHardError
from lk_audit.generated import is_minified

if TYPE_CHECKING:
    from lk_audit.source import Source
    from lk_audit.syntax import Parsed

__all__ = ["CODE", "MIXED", "frontend_for", "has_no_view", "has_view", "parse", "parsed", "read_as_text", "view"]

GRAMMARS: dict[str, str] = {
    "dart": "tree_sitter_dart",
    "java": "tree_sitter_java",
    "kotlin": "tree_sitter_kotlin",
    "php": "tree_sitter_php",
    "ruby": "tree_sitter_ruby",
    "swift": "tree_sitter_swift",
    "csharp": "tree_sitter_c_sharp",
    "rust": "tree_sitter_rust",
    "elixir": "tree_sitter_elixir",
}
"""The frontends whose grammar some platform may lack, with the module that it comes in."""
_failed: dict[int, tuple[Source, Exception]] = {}
"""Sources whose view could not be made, which is a defect; parsing them says so."""


def has_no_view(source: Source) -> bool:
    """Whether the view of a file could not be made."""
    return id(source) in _failed


def has_view(path: str) -> bool:
    """Whether what is read of a file is another text than the file's own."""
    return frontend_for(path) == "notebook"


def view(source: Source) -> Source:
    """What of a file is read: the file itself, or for a notebook the text that its JSON holds.

    Nodes are offsets into this text; its places are those of the file.
    """
    if source.file is not source or not has_view(source.path):
        return source
    from lk_audit.frontends import notebook  # noqa: PLC0415 - few scans meet a notebook

    try:
        return notebook.view(source)
    except Exception as error:  # noqa: BLE001 - views are made for all files at once: one must not hide the others
        _failed[id(source)] = (source, error)
        return source


def parse(source: Source, words: tuple[bytes, ...] = ()) -> tuple[Parsed, ...]:
    """The parsed forms of a file, which must be a view if it has one; its text where that is too hard.

    `words` are further ones that make parts of a very long line of text matter.
    """
    try:
        return parsed(source, words)
    except TooHardError:
        return (_as_text(source, words),)


_READ_TEXT = frozenset({"text", "page", "yaml"})
"""The frontends that read text, of whose very long lines only parts matter."""


def parsed(source: Source, words: tuple[bytes, ...] = ()) -> tuple[Parsed, ...]:
    """The parsed forms of a file, which must be a view if it has one; none for one that is not read.

    Raises:
        TooHardError: it takes far too long, or too much memory.
    """
    name = frontend_for(source.path)
    if name is None:
        return ()
    if has_no_view(source):
        raise _failed[id(source)][1]
    if read_as_text(source):
        name = "text"
    # Frontends are imported on first use: each brings its parser along, and few scans need all of them.
    frontend = import_module(f"{__name__}.{name}")
    further = (words,) if name in _READ_TEXT else ()
    found: Parsed | tuple[Parsed, ...] = frontend.parse(source, *further)
    return found if isinstance(found, tuple) else (found,)


def _as_text(source: Source, words: tuple[bytes, ...]) -> Parsed:
    """A file that is too hard to parse: its text, and an error that is all of it."""
    from msgspec.structs import replace  # noqa: PLC0415 - hardly a scan meets such a file

    from lk_audit.frontends import text  # noqa: PLC0415 - as above

    return replace(text.parse(source, words), errors=((0, len(source.data)),))


def read_as_text(source: Source) -> str | None:
    """Why a file of code is read for credentials and tokens only, or None when it is parsed."""
    name = frontend_for(source.path)
    if name == "javascript" and is_minified(source.data):
        return "minified code; read as text, for credentials and tokens only"
    grammar = GRAMMARS.get(name or "")
    if grammar is not None and not _is_installed(grammar):
        package = grammar.replace("_", "-")
        return f"read as text, for credentials and tokens only; `pip install {package}` lets its code be analysed"
    return None


@cache
def _is_installed(module: str) -> bool:
    return find_spec(module) is not None
