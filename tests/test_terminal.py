"""What depends on the terminal: links, and progress."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from lk_audit.cli.looks import presentation, wants_links
from lk_audit.cli.progress import shown_progress
from lk_audit.cli.saying import say_quoted
from lk_audit.config import Config
from lk_audit.progress import watched
from lk_audit.scanning.pipeline import scan_paths
from tests.samples import make_rule

ROOT = Path(__file__).parent.parent
NAMES = (
    *("FORCE_HYPERLINK", "NO_COLOR", "FORCE_COLOR", "CI", "TERM_PROGRAM", "TERM", "COLORTERM", "DOMTERM", "WT_SESSION"),
    *("KONSOLE_VERSION", "VTE_VERSION"),
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


# --- links ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets the environment and whether standard output is a terminal."""

    def prepare(*, tty: bool, **values: str) -> None:
        for name in NAMES:
            monkeypatch.delenv(name, raising=False)
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "stdout", Terminal() if tty else io.StringIO())

    return prepare


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, False),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM_PROGRAM": "vscode"}, True),
        ({"TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"WT_SESSION": "x"}, True),
        ({"VTE_VERSION": "6003"}, True),
        ({"VTE_VERSION": "4601"}, False),
        ({"VTE_VERSION": "new"}, False),
        ({"TERM_PROGRAM": "vscode", "CI": "true"}, False),
        ({"TERM_PROGRAM": "vscode", "TERM": "dumb"}, False),
        ({"TERM_PROGRAM": "vscode", "NO_COLOR": "1"}, False),
        ({"TERM_PROGRAM": "vscode", "FORCE_HYPERLINK": "0"}, False),
        ({"FORCE_HYPERLINK": "1"}, True),
    ],
)
def test_links_are_for_terminals_that_are_known_to_open_them(
    environment: Callable[..., None], values: dict[str, str], expected: bool
) -> None:
    environment(tty=True, **values)

    assert wants_links(None) is expected


@pytest.mark.parametrize(("term", "colored"), [("xterm-256color", True), ("", True), ("dumb", False)])
def test_a_dumb_terminal_gets_no_colours(environment: Callable[..., None], term: str, *, colored: bool) -> None:
    environment(tty=True, TERM=term)

    assert presentation(color=None).color is colored


def test_links_never_reach_a_file_or_pipe_unless_forced(environment: Callable[..., None]) -> None:
    environment(tty=False, TERM_PROGRAM="vscode")
    assert not wants_links(None)

    environment(tty=False, FORCE_HYPERLINK="1")
    assert wants_links(None)


def test_who_wants_no_colours_gets_no_links(environment: Callable[..., None]) -> None:
    environment(tty=True, TERM_PROGRAM="vscode")

    assert not wants_links(False)


# --- progress ---------------------------------------------------------------------------------------------------------


def drawn(times: list[float], stream: io.StringIO) -> str:
    """What is drawn when progress is told at these times, of as many files; the first is when the work begins."""
    clock = iter(times)
    with shown_progress(stream, lambda: next(clock)) as progress:
        if progress is not None:
            for done in range(1, len(times)):
                progress("reading", done, len(times) - 1)
    return stream.getvalue()


def test_quick_work_shows_no_progress() -> None:
    assert drawn([0.0, 0.2, 0.9], Terminal()) == ""


def test_long_work_shows_a_bar_that_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    output = drawn([0.0, 0.5, 1.1, 2.0, 3.0], Terminal())

    assert "reading    [############............] 2 of 4 files" in output
    assert "reading    [########################] 4 of 4 files" in output
    assert output.endswith("\r\x1b[2K")


def test_the_bar_is_drawn_ten_times_a_second_at_most() -> None:
    assert drawn([0.0, *(1.0 + number / 1_000 for number in range(200))], Terminal()).count("files") == 2


def test_progress_is_for_terminals_only(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn([0.0, 5.0, 9.0], io.StringIO()) == ""

    monkeypatch.setenv("TERM", "dumb")
    assert drawn([0.0, 5.0, 9.0], Terminal()) == ""


def test_an_interrupted_bar_goes_away_too() -> None:
    stream = Terminal()
    clock = iter([0.0, 5.0])

    with suppress(KeyboardInterrupt), shown_progress(stream, lambda: next(clock)) as progress:
        assert progress is not None
        progress("reading", 1, 2)
        raise KeyboardInterrupt

    assert stream.getvalue().endswith("\r\x1b[2K")


def test_a_terminal_that_is_gone_does_not_end_the_work() -> None:
    class Gone(Terminal):
        def write(self, _text: str, /) -> int:
            raise OSError(5, "Input/output error")

    assert drawn([0.0, 5.0], Gone()) == ""


def test_watched_items_are_counted_as_they_are_taken() -> None:
    heard: list[tuple[str, int, int]] = []

    assert list(watched("ab", "reading", lambda *news: heard.append(news))) == ["a", "b"]
    assert heard == [("reading", 0, 2), ("reading", 1, 2), ("reading", 2, 2)]
    assert list(watched("ab", "reading", None)) == ["a", "b"]


def test_a_scan_tells_how_far_it_has_come(tmp_path: Path) -> None:
    heard: list[tuple[str, int, int]] = []
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("from livekit import api\n\ntoken = api.AccessToken().to_jwt()\n")
    scan_paths(["."], rules=[make_rule()], config=Config(), folder=tmp_path, progress=lambda *news: heard.append(news))

    assert ("reading", 2, 2) in heard
    assert heard[-1] == ("analysing", 2, 2)


@pytest.fixture
def screen() -> Iterator[tuple[int, int]]:
    """A real terminal: the end a program writes to, and the end it is seen at."""
    seen, written = pty.openpty()
    yield written, seen
    os.close(seen)


def test_a_short_scan_leaves_standard_error_of_a_terminal_empty(screen: tuple[int, int], tmp_path: Path) -> None:
    written, seen = screen
    (tmp_path / "a.py").write_text("x = 1\n")
    command = [sys.executable, "-m", "lk_audit", "scan", "a.py"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    subprocess.run(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=written, check=True)
    os.write(written, b"end")
    os.close(written)

    assert os.read(seen, 1_000) == b"end"


@pytest.mark.parametrize(("is_terminal", "shown"), [(True, "a\ufffd[2J\nb\n"), (False, "a\x1b[2J\r\nb\n")])
def test_a_patch_steers_no_terminal_and_is_whole_elsewhere(
    monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool, shown: str
) -> None:
    screen = Terminal() if is_terminal else io.StringIO()
    monkeypatch.setattr(sys, "stdout", screen)

    say_quoted("a\x1b[2J\r\nb\n")

    assert screen.getvalue() == shown
