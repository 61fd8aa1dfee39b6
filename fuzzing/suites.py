"""Test suites of others: where they are, which of their files count, and as what each is read."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import TypeAlias

Pieces: TypeAlias = "Callable[[str, bytes], Iterator[tuple[str, bytes]]]"
"""What files a file of a suite holds, as (path, content)."""


def _whole(path: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    yield path, data


def _renamed(suffix: str) -> Pieces:
    def pieces(path: str, data: bytes) -> Iterator[tuple[str, bytes]]:
        yield path + suffix, data

    return pieces


def _split(separator: bytes, suffix: str) -> Pieces:
    """Each piece between separators, and the whole: code, and what was expected of it, which is no code."""

    def pieces(path: str, data: bytes) -> Iterator[tuple[str, bytes]]:
        yield path + suffix, data
        for number, piece in enumerate(re.split(separator, data)):
            yield f"{path}.{number}{suffix}", piece

    return pieces


def _java(path: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    yield (path if path.endswith(".java") else f"{path}.java"), data


def _php(path: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    if path.endswith(".php"):
        yield path, data
    else:
        yield from _split(rb"(?m)^-----\r?\n", ".php")(path, data)


def _dart(path: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    if path.endswith(".dart"):
        yield path, data
    else:
        yield from _split(rb"(?m)^(?:>>>|<<<).*\r?\n", ".dart")(path, data)


def _csharp(path: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    yield (path if path.endswith(".cs") else f"{path}.cs"), data


@dataclass(frozen=True)
class Suite:
    """One suite: a repository of GitHub, or a folder of an installation, and the files in it that count."""

    repository: str
    patterns: tuple[str, ...]
    pieces: Pieces = _whole


_CORPUS = rb"(?m)^(?:=+|-{3,})\r?\n"
"""What stands between the parts of a tree-sitter corpus."""

SUITES: dict[str, Suite] = {
    "CPython Lib/test": Suite("python/cpython", ("Lib/test/*.py", "test/*.py")),
    "test262": Suite("tc39/test262", ("test/*.js",)),
    "TypeScript": Suite("microsoft/TypeScript", ("tests/cases/*.ts", "tests/cases/*.tsx")),
    "TypeScript conformance (copy in Prettier)": Suite(
        "prettier/prettier", ("tests/format/typescript/*.ts", "tests/format/typescript/*.tsx")
    ),
    "Prettier: JavaScript, JSX, Flow": Suite(
        "prettier/prettier",
        ("tests/format/js/*.js", "tests/format/jsx/*.js*", "tests/format/flow*.js", "tests/format/misc/*.[jt]s*"),
    ),
    "Prettier: pages": Suite(
        "prettier/prettier", ("tests/format/*.vue", "tests/format/*.html", "tests/format/*.component.html")
    ),
    "Prettier: YAML, JSON, Markdown": Suite(
        "prettier/prettier", ("tests/format/*.y*ml", "tests/format/*.json*", "tests/format/*.md")
    ),
    "Babel parser": Suite(
        "babel/babel",
        tuple(f"packages/babel-parser/test/fixtures/*.{suffix}" for suffix in ("js", "ts", "tsx", "mjs", "cjs", "jsx")),
    ),
    "typescript-eslint": Suite("typescript-eslint/typescript-eslint", ("packages/*.ts", "packages/*.tsx")),
    "tree-sitter-typescript": Suite("tree-sitter/tree-sitter-typescript", ("*/corpus/*.txt",), _split(_CORPUS, ".ts")),
    "Svelte": Suite("sveltejs/svelte", ("packages/svelte/tests/*.svelte", "packages/svelte/tests/*.html")),
    "Go test": Suite("golang/go", ("test/*.go",)),
    "Go tools": Suite("golang/tools", ("*.go", "*.golden")),
    "google-java-format": Suite("google/google-java-format", ("*.input", "*.java"), _java),
    "tree-sitter-java": Suite("tree-sitter/tree-sitter-java", ("test/corpus/*.txt",), _split(_CORPUS, ".java")),
    "ktlint": Suite("pinterest/ktlint", ("*.kt", "*.kts")),
    "tree-sitter-kotlin": Suite("fwcd/tree-sitter-kotlin", ("test/corpus/*.txt",), _split(_CORPUS, ".kt")),
    "PHP-Parser": Suite("nikic/PHP-Parser", ("test/*.test", "*.php"), _php),
    "Ruby specs": Suite("ruby/spec", ("*.rb",)),
    "Elixir": Suite("elixir-lang/elixir", ("lib/*.ex", "lib/*.exs")),
    "co19": Suite("dart-lang/co19", ("*.dart",)),
    "dart_style": Suite("dart-lang/dart_style", ("*.unit", "*.stmt", "*.dart"), _dart),
    "swift-syntax": Suite("swiftlang/swift-syntax", ("*.swift",)),
    "CSharpier": Suite("belav/csharpier", ("*.test", "*.cs"), _csharp),
    "tree-sitter-c-sharp": Suite("tree-sitter/tree-sitter-c-sharp", ("test/corpus/*.txt",), _split(_CORPUS, ".cs")),
    "rust-analyzer": Suite("rust-lang/rust-analyzer", ("*.rs",)),
    "YAML test suite": Suite("yaml/yaml-test-suite", ("src/*.yaml",)),
    "JSON test suite": Suite("nst/JSONTestSuite", ("*.json",)),
    "TOML tests": Suite("toml-lang/toml-test", ("tests/*.toml",)),
    "dotenv": Suite("motdotla/dotenv", ("tests/*",)),
    "python-dotenv": Suite("theskumar/python-dotenv", ("tests/*.py",)),
    "Notebooks": Suite("jupyter/nbformat", ("*.ipynb",)),
    "Wycheproof": Suite("C2SP/wycheproof", ("testvectors_v1/json_web_*.json",)),
}


# --- where they are ---------------------------------------------------------------------------------------------------


def folder_of(suite: Suite, root: Path, *, may_download: bool) -> Path | None:
    """The checkout of a suite's repository below `root`; None where there is none."""
    folder = root / suite.repository
    if not folder.exists() and may_download:
        folder.parent.mkdir(parents=True, exist_ok=True)
        address = f"https://github.com/{suite.repository}"
        command = ["git", "clone", "--quiet", "--depth=1", address, str(folder)]
        subprocess.run(command, check=True)  # noqa: S603 - a fixed command on names of this module
    return folder if folder.exists() else None


def files_of(suite: Suite, folder: Path) -> Sequence[Path]:
    """The files of a suite that count, in order."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sorted(path for path in found if _counts(path.relative_to(folder), suite.patterns))


def _counts(path: Path, patterns: Sequence[str]) -> bool:
    name = PurePosixPath(path).as_posix()
    return not name.startswith(".git/") and any(fnmatch(name, pattern) for pattern in patterns)
