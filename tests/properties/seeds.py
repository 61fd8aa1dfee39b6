"""What laws are tried on: the rules' examples and the fixture projects, by language; and how long they are tried."""

from __future__ import annotations

import os
from collections import defaultdict
from functools import cache
from pathlib import Path

from hypothesis import settings

from lk_audit import frontends
from lk_audit.findings import Report
from lk_audit.rule_api import Options
from lk_audit.rule_loader import load_builtin_rules
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.source import Source
from lk_audit.testing import read_example, without_marks

FIXTURES = Path(__file__).parents[1] / "fixtures" / "projects"
RULES = load_builtin_rules()
OPTIONS = Options(now=1_767_225_600.0)
"""The start of 2026."""
_IS_LONG = os.environ.get("LK_AUDIT_PROPERTIES") == "long"
"""`LK_AUDIT_PROPERTIES=long pytest tests/properties` tries every law on thousands of inputs."""

_COMMENTS = {
    **dict.fromkeys(("python", "ruby", "yaml", "dotenv", "text"), ("# {}", "")),
    **dict.fromkeys(("javascript", "go", "java", "kotlin", "dart", "swift", "csharp", "rust"), ("// {}", "")),
    "php": ("// {}", "<?php\n"),
    "page": ("<!-- {} -->", ""),
}
"""How a line of comment is written by frontend, and what must stay before it."""
_NO_COMMENT = (".astro", ".properties", ".md", ".gradle", ".tf", ".ini", ".txt", ".xml", ".plist", ".pbxproj")
"""Files of these frontends with other comments, or whose first line means something."""


def law(examples: int) -> settings:
    """How often a law is tried; always in the same way in CI, where nobody looks for something new."""
    return settings(max_examples=100 * examples if _IS_LONG else examples, deadline=None, derandomize=not _IS_LONG)


def scan(sources: list[Source]) -> Report:
    return scan_sources(sources, RULES, OPTIONS)


def found(report: Report) -> list[tuple[str, str, int]]:
    """What is found and where, without what depends on the text around it."""
    return [(item.rule_id, item.place.path, item.place.line) for item in report.findings]


@cache
def _projects() -> tuple[tuple[Source, ...], ...]:
    examples = [read_example(without_marks(text)) for rule in RULES for text in (*rule.bad, *rule.good)]
    folders = [folder for folder in sorted(FIXTURES.iterdir()) if folder.is_dir()]
    return tuple(tuple(sources) for sources in (*examples, *map(_read, folders)))


def _read(folder: Path) -> list[Source]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [Source.from_bytes(path.relative_to(folder).as_posix(), path.read_bytes()) for path in files]


@cache
def _by_language() -> dict[str, list[tuple[Source, ...]]]:
    found: dict[str, list[tuple[Source, ...]]] = defaultdict(list)
    for sources in _projects():
        for name in {frontends.frontend_for(source.path) for source in sources}:
            found[name or ""].append(sources)
    return found


LANGUAGES = sorted(name for name in _by_language() if name)
"""The frontends that a seed has a file for."""


def projects(language: str) -> list[list[Source]]:
    """The seeds with a file of a language, each read anew: sources keep what was computed from them."""
    return [[Source(item.path, item.data) for item in sources] for sources in _by_language()[language]]


def with_comment(source: Source, text: str) -> Source | None:
    """A file with one more line, a comment, at its top; None where that means something."""
    name = frontends.frontend_for(source.path)
    written, start = _COMMENTS.get(name or "", ("", ""))
    if not written or source.path.endswith(_NO_COMMENT) or not source.data.startswith(start.encode()):
        return None
    if b"use client" in source.data[:200] or b"use server" in source.data[:200] or source.data.startswith(b"#!"):
        return None
    rest = source.data[len(start) :]
    return Source(source.path, start.encode() + written.format(text).encode() + b"\n" + rest)


def with_comment_on(source: Source, line: int, text: str) -> Source | None:
    """A file with a comment at the end of a line; None where it has no comments."""
    written, _ = _COMMENTS.get(frontends.frontend_for(source.path) or "", ("", ""))
    if not written or source.path.endswith(_NO_COMMENT):
        return None
    lines = source.data.splitlines(keepends=True)
    body = lines[line - 1].rstrip(b"\r\n")
    lines[line - 1] = body + b"  " + written.format(text).encode() + lines[line - 1][len(body) :]
    return Source(source.path, b"".join(lines))
