"""Inputs as text: several files in one, each after a line `--- path`, as in the rules' examples; and their seeds."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from lk_audit import frontends
from lk_audit.rule_loader import load_builtin_rules
from lk_audit.source import NotText, Source

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "tests" / "fixtures" / "projects"
_HEADER = re.compile(rb"^--- ([A-Za-z0-9_.@/-]{1,80})\r?\n", re.MULTILINE)
_MOST_FILES = 8
LONGEST = 12_000
"""Bytes of one seed; fuzzing long ones is slow, and teaches nothing that short ones do not."""


def read_input(data: bytes, default: str) -> list[Source]:
    """The files of an input, by path; what stands before the first header is a file called `default`."""
    parts = _HEADER.split(data, maxsplit=_MOST_FILES)
    files = {default: parts[0]} if parts[0] or len(parts) == 1 else {}
    for name, content in zip(parts[1::2], parts[2::2], strict=True):
        files[name.decode().strip("/") or default] = content
    return list(_sources(files.items()))


def _sources(files: Iterable[tuple[str, bytes]]) -> Iterator[Source]:
    for path, content in files:
        try:
            yield Source.from_bytes(path, content)
        except NotText:
            continue


def write_input(files: Iterable[tuple[str, bytes]]) -> bytes:
    """The other way round."""
    return b"".join(b"--- " + path.encode() + b"\n" + content.rstrip(b"\n") + b"\n" for path, content in files)


# --- seeds ------------------------------------------------------------------------------------------------------------


def example_texts() -> list[bytes]:
    """The rules' examples."""
    return [text.strip("\n").encode() + b"\n" for rule in load_builtin_rules() for text in (*rule.bad, *rule.good)]


def fixture_projects() -> list[list[tuple[str, bytes]]]:
    """The files of each fixture project, as (path, content)."""
    return [_files(folder) for folder in sorted(FIXTURES.iterdir()) if folder.is_dir()]


def _files(folder: Path) -> list[tuple[str, bytes]]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(path.relative_to(folder).as_posix(), path.read_bytes()) for path in files]


def project_seeds() -> list[bytes]:
    """Whole projects: the rules' examples, and the fixtures that are small."""
    projects = [write_input(files[:_MOST_FILES]) for files in fixture_projects()]
    return [seed for seed in (*example_texts(), *projects) if len(seed) <= LONGEST]


def file_seeds() -> dict[str, list[bytes]]:
    """Single files by the name of their frontend, each with its header."""
    found: dict[str, dict[bytes, None]] = defaultdict(dict)
    files = [(source.path, source.data) for text in example_texts() for source in read_input(text, "a.txt")]
    for path, content in (*files, *(item for files in fixture_projects() for item in files)):
        name = frontends.frontend_for(path)
        if name is not None and len(content) <= LONGEST and re.fullmatch(r"[A-Za-z0-9_.@/-]{1,80}", path):
            found[name][write_input([(path, content)])] = None
    return {name: list(seeds) for name, seeds in found.items()}


def write_seeds(folder: Path, seeds: Sequence[bytes]) -> None:
    """Write seeds into a folder, numbered."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (folder / f"seed-{number:04}").write_bytes(seed)
