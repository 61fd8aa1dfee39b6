"""What a parser is given does not stay in memory."""

from __future__ import annotations

import gc
import tracemalloc

import pytest

from lk_audit import frontends
from lk_audit.source import Source


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.go", "package a\n" + "// a comment of some length, as code has many\n" * 4_000),
        ("a.py", "# a comment of some length, as code has many\n" * 4_000),
        ("a.ts", "// a comment of some length, as code has many\n" * 4_000),
        ("a.rb", "# a comment of some length, as code has many\nx = ENV.fetch('A')\n" * 3_000),
    ],
)
def test_a_text_that_was_parsed_can_be_forgotten(path: str, text: str) -> None:
    def parse() -> None:
        frontends.parse(Source(path, text.encode()))

    parse()
    gc.collect()
    tracemalloc.start()
    try:
        for _ in range(4):
            parse()
        gc.collect()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert kept < len(text)
