"""Where a comment of any syntax begins and ends on its line."""

from __future__ import annotations

import pytest

from lk_audit.suppression.comment_syntax import closes_block, marked_comment, opens_block

SAID = "lk-audit: ignore"
BLOCKS = {
    "Handlebars": ("{{!--", "--}}"),
    "Handlebars, short": ("{{!", "}}"),
    "JSP": ("<%--", "--%>"),
    "ERB": ("<%#", "%>"),
    "HTML": ("<!--", "-->"),
    "FreeMarker": ("<#--", "-->"),
    "PowerShell": ("<#", "#>"),
    "Jinja": ("{#", "#}"),
    "Jinja, trimmed": ("{#-", "#}"),
    "C": ("/*", "*/"),
    "JSDoc": ("/**", "*/"),
    "Pascal": ("(*", "*)"),
    "Razor": ("@*", "*@"),
}
TO_LINE_END = ("//", "///", "#", "##", ";", ";;", "--", "%", "rem", "@REM", "::")
ALONE = {"*": "*/", "!": "", "..": "", "[//]: # (": ")", "[//]: (": ")", '[comment]: # "': '"'}


@pytest.mark.parametrize(("opener", "closer"), BLOCKS.values(), ids=BLOCKS)
def test_a_block_ends_where_its_syntax_says(opener: str, closer: str) -> None:
    behind = marked_comment(f"code {opener} {SAID} {closer} more", in_block=False)
    alone = marked_comment(f"  {opener} {SAID} {closer}", in_block=False)
    open_ended = marked_comment(f"code {opener} {SAID}", in_block=False)

    assert behind is not None
    assert alone is not None
    assert open_ended is not None
    assert (behind.body, behind.before.strip(), behind.is_alone) == ("ignore", "code", False)
    assert (alone.body, alone.is_alone) == ("ignore", True)
    assert open_ended.body == "ignore"


@pytest.mark.parametrize(("opener", "closer"), BLOCKS.values(), ids=BLOCKS)
def test_lines_that_only_open_or_close_a_block_are_told(opener: str, closer: str) -> None:
    assert opens_block(f"  {opener}")
    assert closes_block(f"  {closer}")
    assert not opens_block("code")
    assert not closes_block("code")


@pytest.mark.parametrize("opener", TO_LINE_END)
def test_other_comments_end_with_their_line(opener: str) -> None:
    behind = marked_comment(f"code {opener} {SAID} -- */ more", in_block=False)
    alone = marked_comment(f"{opener} {SAID}", in_block=False)

    assert behind is not None
    assert alone is not None
    assert (behind.body, behind.before.strip(), behind.is_alone) == ("ignore -- */ more", "code", False)
    assert (alone.body, alone.is_alone) == ("ignore", True)


@pytest.mark.parametrize(("opener", "closer"), ALONE.items())
def test_some_begin_a_comment_only_where_nothing_stands_before_them(opener: str, closer: str) -> None:
    alone = marked_comment(f" {opener} {SAID}{closer}", in_block=False)

    assert alone is not None
    assert (alone.body, alone.is_alone) == ("ignore", True)
    assert marked_comment(f"code {opener} {SAID}{closer}", in_block=False) is None


def test_a_line_inside_a_block_needs_no_opener() -> None:
    assert marked_comment(f"  {SAID}", in_block=True) is not None
    assert marked_comment(f"  {SAID}", in_block=False) is None
    assert marked_comment(f"code {SAID}", in_block=True) is None
