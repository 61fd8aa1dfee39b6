"""What a run loads, and what it reads from its command line without click."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lk_audit.cli import plain
from lk_audit.cli.scan import scan_command

ROOT = Path(__file__).parent.parent
FLAGS = (
    *("--staged", "--color", "--no-color", "--force-exclude", "--no-force-exclude", "--isolated", "--strict"),
    *("--no-strict", "--cache", "--no-cache", "--no-baseline", "--honor-foreign-comments", "--history", "--fix"),
    *("--diff", "--unsafe", "--no-honor-foreign-comments"),
)
VALUED = (
    *("--select", "--extend-select", "--ignore", "--exclude", "--format", "--output", "-o", "--min-severity"),
    *("--max-ttl", "--size-limit", "--fail-on", "--baseline", "--config", "--jobs", "--rules", "--stdin-filename"),
)
VALUES = ("a.py", "src", "json", "sarif", "yaml", "3", "high", "1h", "all,LK101", "", "-", "--strict", "a=b", "--")


def click_reads(arguments: list[str]) -> object:
    """The parameters that click finds, or None where it finds a mistake."""
    try:
        return scan_command.make_context("scan", arguments).params
    except (click.ClickException, click.exceptions.Exit):
        return None


TOKENS = st.one_of(
    st.sampled_from(FLAGS),
    st.sampled_from(VALUED),
    st.sampled_from(VALUES),
    st.builds("{}={}".format, st.sampled_from((*VALUED, *FLAGS)), st.sampled_from(VALUES)),
    st.sampled_from(("--help", "-h", "-ojson", "--fail", "--strict=1", "--nothing")),
)


@given(st.lists(TOKENS, max_size=6))
def test_a_command_line_is_read_without_click_as_click_reads_it(arguments: list[str]) -> None:
    at_once = plain.scan_options(["scan", *arguments])

    assert at_once is None or at_once == click_reads(arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--force-exclude", "--", "a.py", "-b.py"],
        ["--staged"],
        ["src", "--format", "sarif", "-o", "a.sarif", "--fail-on=never", "--no-cache"],
        ["--select", "LK101", "--select=LK102", "--max-ttl", "2h", "a.py", "--isolated"],
    ],
    ids=" ".join,
)
def test_ordinary_command_lines_need_no_click(arguments: list[str]) -> None:
    assert plain.scan_options(["scan", *arguments]) == click_reads(arguments) is not None


@pytest.mark.parametrize(
    "arguments",
    [
        ["rules"],
        ["scan", "--help"],
        ["scan", "--nothing"],
        ["scan", "--format", "yaml"],
        ["scan", "--select"],
        ["scan", "--history"],
        ["scan", "-"],
        ["scan", "--fix"],
    ],
    ids=" ".join,
)
def test_unusual_command_lines_are_left_to_click(arguments: list[str]) -> None:
    assert plain.scan_options(arguments) is None


def test_shells_that_ask_for_completions_ask_click(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_LK_AUDIT_COMPLETE", "bash_complete")
    assert plain.scan_options(["scan"]) is None
