"""Configuration files: which one is in force, and what is written in it."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from lk_audit.configuration.table import EXTEND
from lk_audit.configuration.values import type_name
from lk_audit.errors import UsageError
from lk_audit.patterns import regex
from lk_audit.presence import is_file, is_there
from lk_audit.source import NotText, decode

OWN_NAMES = (".lk-audit.toml", "lk-audit.toml")
PYPROJECT = "pyproject.toml"
TABLE = ("tool", "lk-audit")
_WORD = b"lk-audit"
_LARGEST = 1_000_000
_LONGEST_CHAIN = 10
_POSITION = regex(r" \(at (?:line (\d+), column \d+|end of document)\)$")


class File(Struct, frozen=True):
    """One configuration file as written. `table` are the keys that lead to its settings in the file."""

    path: Path
    text: str
    stated: dict[str, Any]
    table: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The path as people know it: relative to the working folder where it lies in it."""
        return shown_path(self.path)

    def line(self, *keys: str) -> int | None:
        """The line (from 1) where a key stands, if that can be told."""
        from lk_audit.configuration.toml_lines import line_of  # noqa: PLC0415 - most configurations hold no mistake

        return line_of(self.text, (*self.table, *keys))

    def error(self, message: str, *keys: str) -> UsageError:
        """The error about a key: one line with file, line and key."""
        line = self.line(*keys)
        place = f"{self.name}:{line}" if line else self.name
        return UsageError(f"{place}: {'.'.join(_quoted(key) for key in keys or self.table)}: {message}")


def shown_path(path: Path) -> str:
    """A path relative to the working folder where it lies in it, with forward slashes."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def _quoted(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else f'"{key[:80]}"'


# --- which one --------------------------------------------------------------------------------------------------------


def find(folder: Path) -> File | None:
    """The closest configuration: in a folder or in those around it, up to the root of its git repository.

    Raises:
        UsageError: a file cannot be read, or a folder holds two configurations.
    """
    for place in (folder, *folder.parents):
        found = list(_configurations(place))
        if len(found) > 1:
            first, second = (item.name for item in found[:2])
            raise UsageError(f"{first} and {second} both configure lk-audit; keep one of them")
        if found:
            return found[0]
        if is_there(place / ".git"):
            return None
    return None


def _configurations(folder: Path) -> Iterator[File]:
    for name in (*OWN_NAMES, PYPROJECT):
        path = folder / name
        if is_file(path):
            file = _pyproject(path, is_named=False) if name == PYPROJECT else read(path)
            if file is not None:
                yield file


def named(path: Path) -> File:
    """The configuration in a file that somebody named.

    Raises:
        UsageError: there is no such file, it cannot be read, or it is a pyproject.toml without `[tool.lk-audit]`.
    """
    if not is_there(path):
        raise UsageError(f"no such configuration file: {shown_path(path)}")
    return read(path)


def read(path: Path) -> File:
    """A configuration file; a pyproject.toml holds it in the table `[tool.lk-audit]`.

    Raises:
        UsageError: it cannot be read, or holds no configuration.
    """
    if path.name != PYPROJECT:
        return _own(path, _bytes(path))
    file = _pyproject(path, is_named=True)
    if file is None:
        raise UsageError(f"{shown_path(path)} holds no table [tool.lk-audit]")
    return file


def _own(path: Path, raw: bytes) -> File:
    text = _text(path, raw)
    document = _parsed(path, text)
    file = File(path, text, document)
    if "tool" in document:
        raise file.error("the settings stand at the top here; [tool.lk-audit] is for pyproject.toml", "tool")
    return file


def _pyproject(path: Path, *, is_named: bool) -> File | None:
    """The configuration in a pyproject.toml; None where it holds none.

    One that does not mention lk-audit is not parsed: its mistakes are none of ours.
    """
    raw = _bytes(path)
    if _WORD not in raw and not is_named:
        return None
    text = _text(path, raw)
    inner: Any = _parsed(path, text)
    for key in TABLE:
        inner = inner.get(key) if isinstance(inner, dict) else None
    if inner is None:
        return None
    file = File(path, text, inner if isinstance(inner, dict) else {}, TABLE)
    if not isinstance(inner, dict):
        raise file.error(f"must be a table, not {type_name(inner)}")
    return file


def _bytes(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UsageError(f"cannot read {shown_path(path)}: it is no regular file")
        with path.open("rb") as stream:
            raw = stream.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(f"cannot read {shown_path(path)}: {error.strerror or type(error).__name__}") from None
    if len(raw) > _LARGEST:
        raise UsageError(f"cannot read {shown_path(path)}: it is larger than {_LARGEST // 1_000_000} MB")
    return raw


def _text(path: Path, raw: bytes) -> str:
    try:
        return decode(raw).replace("\r\n", "\n")
    except NotText:
        raise UsageError(f"cannot read {shown_path(path)}: it is no text") from None


def _parsed(path: Path, text: str) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 - most projects configure nothing

    try:
        return tomllib.loads(text)
    except RecursionError:
        raise UsageError(f"{shown_path(path)}: not TOML that can be read: nested too deeply") from None
    except ValueError as error:
        found = _POSITION.search(str(error))
        line = (found[1] or str(len(text.splitlines()) or 1)) if found else "1"
        reason = _POSITION.sub("", str(error))
        raise UsageError(f"{shown_path(path)}:{line}: not valid TOML: {reason}") from None


# --- what it builds on ------------------------------------------------------------------------------------------------


def chain(file: File) -> list[File]:
    """A file after those that it extends, the most basic first.

    Raises:
        UsageError: one cannot be read, or they extend each other in a circle.
    """
    files = [file]
    seen = {os.path.realpath(file.path)}
    while (target := files[-1].stated.get(EXTEND)) is not None:
        last = files[-1]
        if not isinstance(target, str) or not target or "\0" in target:
            raise last.error(f"must be the path of a file, not {type_name(target)}", EXTEND)
        path = last.path.parent / target
        if os.path.realpath(path) in seen:
            raise last.error(f"{target} extends this file in turn: a circle", EXTEND)
        if len(files) == _LONGEST_CHAIN:
            raise last.error(f"more than {_LONGEST_CHAIN} files extend each other", EXTEND)
        if not is_there(path):
            raise last.error(f"no such file: {target}", EXTEND)
        seen.add(os.path.realpath(path))
        files.append(read(Path(os.path.normpath(path))))
    return files[::-1]
