"""From text to syntax: one module per format, chosen by file name."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from lk_audit.frontends._parsing import TooHardError

if TYPE_CHECKING:
    from lk_audit.source import Source
    from lk_audit.syntax import Parsed

_BY_SUFFIX: dict[str, str] = {
    **dict.fromkeys((".py", ".pyi"), "python"),
    **dict.fromkeys((".js", ".jsx", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx"), "javascript"),
    **dict.fromkeys((".vue", ".svelte", ".astro", ".html", ".htm", ".xhtml"), "page"),
    ".go": "go",
    **dict.fromkeys((".php", ".phtml", ".inc"), "php"),
    **dict.fromkeys((".rb", ".rake", ".ru", ".jbuilder"), "ruby"),
    ".dart": "dart",
    ".swift": "swift",
    ".ipynb": "notebook",
    **dict.fromkeys((".cs", ".csx"), "csharp"),
    ".rs": "rust",
    **dict.fromkeys((".ex", ".exs"), "elixir"),
    ".java": "java",
    **dict.fromkeys((".kt", ".kts"), "kotlin"),
    **dict.fromkeys((".env",), "dotenv"),
    **dict.fromkeys((".yml", ".yaml"), "yaml"),
    **dict.fromkeys((".json", ".jsonc", ".json5", ".webmanifest", ".code-workspace", ".map"), "json"),
}
CODE = frozenset(
    {"python", "javascript", "go", "java", "kotlin", "php", "ruby", "dart", "swift", "csharp", "rust", "elixir"}
)
"""The frontends of programming languages; the others read data and text."""
MIXED = frozenset({"page", "notebook"})
"""The frontends of files that hold code among other things."""
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
_DOTENV_NAMES = frozenset(
    {"env.example", "env.sample", "env.template", "env.local", ".envrc", ".flaskenv", ".dev.vars"}
)
_DOTENV_STARTS = (".env.", ".env-", ".env_", ".dev.vars.")
_LOCK_FILES = frozenset(
    {
        "package-lock.json",
        "npm-shrinkwrap.json",
        "pnpm-lock.yaml",
        "yarn.lock",
        "bun.lock",
        "poetry.lock",
        "uv.lock",
        "pdm.lock",
        "pipfile.lock",
        "cargo.lock",
        "composer.lock",
        "gemfile.lock",
        "podfile.lock",
        "pubspec.lock",
        "package.resolved",
        "go.sum",
        "go.work.sum",
        "deno.lock",
        "flake.lock",
        "packages.lock.json",
        "gradle.lockfile",
    }
)


def frontend_for(path: str) -> str | None:
    """The name of the frontend module for a file, by its name alone; None for lock files, which nobody writes."""
    name = path.rpartition("/")[2].lower()
    if name in _LOCK_FILES:
        return None
    if _is_dotenv(name):
        return "dotenv"
    if name.endswith(".gradle.kts"):
        # A build script is a list of settings, like those of Gradle's other language.
        return "text"
    dot = name.rfind(".")
    return _BY_SUFFIX.get(name[dot:], "text") if dot >= 0 else "text"


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


def parse(source: Source) -> tuple[Parsed, ...]:
    """The parsed forms of a file, which must be a view if it has one; its text where that is too hard."""
    try:
        return parsed(source)
    except TooHardError:
        return (_as_text(source),)


def parsed(source: Source) -> tuple[Parsed, ...]:
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
    found: Parsed | tuple[Parsed, ...] = import_module(f"{__name__}.{name}").parse(source)
    return found if isinstance(found, tuple) else (found,)


def _as_text(source: Source) -> Parsed:
    """A file that is too hard to parse: its text, and an error that is all of it."""
    from msgspec.structs import replace  # noqa: PLC0415 - hardly a scan meets such a file

    from lk_audit.frontends import text  # noqa: PLC0415 - as above

    return replace(text.parse(source), errors=((0, len(source.data)),))


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


_LARGE = 100_000
_LONG_LINES = 300
"""Bytes in the average line of a file that no person wrote; in hand-written code it is about 40."""


def is_minified(data: bytes) -> bool:
    """Whether a file is a bundle made of other sources: it is read as text, for credentials and tokens.

    Its syntax would cost seconds for each megabyte and say nothing that the sources do not.
    """
    return len(data) > _LARGE and len(data) > _LONG_LINES * (data.count(b"\n") + 1)


def _is_dotenv(name: str) -> bool:
    """Whether a file name is that of an environment file: `.env.local`, `prod.env`, `app.env.example` ..."""
    if name in _DOTENV_NAMES or name.endswith(".env") or name.startswith(_DOTENV_STARTS):
        return True
    *_, last = ("." + name).rsplit(".", 1)
    return ".env." in name and last not in {"ts", "js", "py", "go", "json", "yaml", "yml", "d"}
