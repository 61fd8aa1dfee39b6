"""What every report promises, whatever the scanned tree holds: it can be written and read, and shows no secret."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace

from lk_audit.facts import Lead
from lk_audit.findings import Crash, Note, Report, Skipped, Suppression
from lk_audit.reporters import REPORTERS, Presentation, render
from lk_audit.rule_api import Problem
from tests.samples import SECRET, Word, credential_rule, make_rule, report_on

NASTY = "]]> <script>alert(1)</script>\n\r\n::error::x ##[error]y |`'\"\\ %0A \x1b[31m\x00 \u202e 😀 \udce9 \ufffe -->"
PATH = f"src/{NASTY.replace('/', '')}.py"


def nasty(word: Word) -> Iterator[Problem]:
    lead = Lead(word.place, NASTY)
    yield Problem(word.place, NASTY, trace=(lead,), related=(lead,), fix=NASTY)


def hostile() -> Report:
    """A report with hostile text wherever text of a scanned tree can stand."""
    report = report_on((PATH, f"{NASTY} BAD {NASTY}\nBAD\nBAD\n"), rules=[make_rule(find=nasty)], prefix="<b>/")
    first, second, third = report.findings
    return replace(
        report,
        findings=(
            first,
            replace(second, suppressed=Suppression(PATH, 2, ("bad-word",), NASTY)),
            replace(third, baselined=True),
        ),
        skipped=(Skipped(PATH, NASTY),),
        excluded=(PATH,),
        notes=(Note("syntax", PATH, 1, NASTY),),
        crashes=(Crash("LK901", PATH, "KeyError", "x.py:1"),),
        rule_errors=(NASTY,),
    )


class _Page(HTMLParser):
    """Fails on a page in which hostile text became an element."""

    scripts = 0

    def handle_starttag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"


def read_html(text: str) -> None:
    page = _Page()
    page.feed(text)
    assert page.scripts == 1


def read_log(text: str) -> None:
    assert sum(line.lstrip().startswith("::") for line in text.splitlines()) == 1
    assert all(line.startswith("::warning") or "##[" not in line for line in text.splitlines())


def read_xml(text: str) -> None:
    assert ET.fromstring(text.encode()).tag == "testsuites"  # noqa: S314 - our own output


READERS: dict[str, Callable[[str], object]] = {
    "json": json.loads,
    "sarif": json.loads,
    "sarif-full": json.loads,
    "gitlab": json.loads,
    "gitlab-sast": json.loads,
    "junit": read_xml,
    "html": read_html,
    "github": read_log,
    "markdown": str,
    "text": str,
}


@pytest.mark.parametrize("style", REPORTERS)
def test_any_content_can_be_written_and_read_again(style: str) -> None:
    output = render(style, hostile(), Presentation(exit_code=3))

    output.encode("utf-8")
    READERS[style](output)


@pytest.mark.parametrize("style", REPORTERS)
def test_nothing_in_a_report_drives_a_terminal_or_turns_text_around(style: str) -> None:
    assert not set("\x1b\x00\r\u202e") & set(render(style, hostile()))


@pytest.mark.parametrize("style", REPORTERS)
def test_the_same_report_gives_the_same_bytes(style: str) -> None:
    assert render(style, hostile()) == render(style, hostile())


@pytest.mark.parametrize("style", REPORTERS)
def test_no_report_shows_a_secret_in_code_messages_notes_or_reasons(style: str) -> None:
    def quoting(word: Word) -> Iterator[Problem]:
        lead = Lead(word.place, f"from {SECRET}")
        yield Problem(word.place, f"not {SECRET}", trace=(lead,), related=(lead,), fix=f"never {SECRET}")

    text = f"SECRET={SECRET}\nBAD {SECRET}\n"
    report = report_on((".env", text), rules=[make_rule(find=quoting), credential_rule()])
    output = render(style, report)

    assert len(report.findings) == 2
    assert SECRET not in output
    assert SECRET[8:24] not in output


@pytest.mark.parametrize("style", REPORTERS)
def test_a_report_of_nothing_can_be_written(style: str) -> None:
    assert render(style, Report()).endswith("\n")
