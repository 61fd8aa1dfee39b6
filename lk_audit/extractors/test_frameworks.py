"""Files of tests, told by the test framework that they are written for: wherever they are and whatever they are called.

Sources: how each framework's own documentation writes a test.
"""

from __future__ import annotations

import re

from lk_audit.patterns import regex


def is_test(data: bytes, family: str) -> bool:
    """Whether a file of code holds tests. `family` is its language, as `languages.Traits` has it."""
    patterns = _PATTERNS.get(family)
    if patterns is None or not all(pattern.search(data) for pattern in patterns):
        return False
    other = _OTHERWISE.get(family)
    return other is None or other.search(data) is None


def _line(pattern: bytes) -> re.Pattern[bytes]:
    """A pattern for what begins a line, which may be indented a little."""
    return regex(rb"(?m)^[ \t]{0,8}(?:" + pattern + rb")")


_JUNIT = _line(rb"import (?:static )?(?:org\.junit|org\.testng|io\.kotest|kotlin\.test|org\.scalatest)\b")
_PATTERNS: dict[str, tuple[re.Pattern[bytes], ...]] = {
    "javascript": (
        _line(
            rb"(?:import\b|(?:const|let|var)\b|\} from)[^;\n]{0,200}[\"']"
            rb"(?:vitest|node:test|bun:test|@jest/globals|@playwright/test|mocha|chai|ava|supertest)[\"']"
            rb"|describe(?:\.\w{1,20})?\(\s{0,9}[\"'`]|Deno\.test\(|(?:jest|vi)\.(?:mock|stubEnv)\("
        ),
    ),
    "python": (
        # pytest runs functions that import nothing of it and only assert.
        _line(rb"(?:import|from) (?:pytest|unittest|django\.test|rest_framework\.test)\b|assert\b"),
        _line(rb"(?:async )?def test_|@pytest\.fixture\b|class \w{1,80}\([^)\n]{0,200}TestCase\b"),
    ),
    "go": (_line(rb"func Test\w{0,120}\(\w{1,20} \*testing\.[TM]\)"),),
    "jvm": (_JUNIT,),
    "csharp": (
        _line(rb"(?:global )?using (?:static )?(?:Xunit|NUnit\.Framework|Microsoft\.VisualStudio\.TestTools)\b"),
    ),
    "php": (
        _line(rb"use PHPUnit\\|(?:final |abstract )?class \w{1,80} extends (?:\w{1,40}\\){0,4}TestCase\b|beforeEach\("),
    ),
    "ruby": (
        _line(
            rb"RSpec\.describe\b|require [\"'](?:minitest/autorun|rspec|(?:rails|spec|test)_helper)[\"']"
            rb"|class \w{1,80} < (?:Minitest::Test|ActiveSupport::TestCase|ActionDispatch::IntegrationTest)\b"
        ),
    ),
    "elixir": (_line(rb"use (?:ExUnit\.Case|\w{1,40}\.(?:Conn|Data|Channel)Case)\b"),),
    # Unit tests stand in the file that they test, mostly in a module (`inline_tests`): which files hold nothing else?
    "rust": (regex(rb"(?m)^#\[(?:\w{1,20}::){0,2}test(?:\([^\]\n]{0,80}\))?\]"),),
    "swift": (_line(rb"(?:@testable )?import (?:XCTest|Testing)\b"),),
    "dart": (_line(rb"import [\"']package:(?:flutter_)?test/"),),
}
_OTHERWISE = {
    # A server may try itself out: `@app.get("/test")` of `async def test_token()`, with an `assert` in it.
    "python": regex(
        rb"(?m)^[ \t]{0,8}@\w{1,40}\.(?:get|post|put|delete|route|api_route|websocket)\("
        rb"|\b(?:FastAPI|Flask|Quart|Sanic|Starlette)\("
    ),
    # What is given to others; tests give nothing.
    "rust": regex(rb"(?m)^pub\b"),
}
"""What tells of a file that it does more than test."""
