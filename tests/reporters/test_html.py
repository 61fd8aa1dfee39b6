"""The report as one page for the browser."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest
from msgspec.structs import replace

from lk_audit.findings import Crash, Note, Report, Skipped
from lk_audit.reporters import html, render
from lk_audit.rule_api import Problem, Severity
from tests.samples import Word, credential_rule, make_rule, report_on

VOID = {"meta", "input"}
ELEMENTS = {
    *("html", "head", "title", "style", "script", "body", "header", "main", "footer", "section", "article", "div"),
    *("p", "h1", "h2", "h3", "h4", "ul", "ol", "li", "dl", "dt", "dd", "span", "b", "i", "a", "code", "pre", "mark"),
    *("strong", "details", "summary", "form", "fieldset", "legend", "label", "button", "select", "option", "svg"),
    *("rect", "table", "thead", "tbody", "tr", "th", "td"),
}
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")


@dataclass
class Element:
    name: str
    attributes: dict[str, str | None]
    text: str = ""
    inside: list[Element] = field(default_factory=list)

    def all(self, name: str, **wanted: str) -> list[Element]:
        found = [item for child in self.inside for item in (child, *child.all("*"))]
        return [
            item
            for item in found
            if name in {"*", item.name} and all(item.attributes.get(key) == value for key, value in wanted.items())
        ]

    def with_class(self, name: str) -> list[Element]:
        return [item for item in self.all("*") if name in (item.attributes.get("class") or "").split()]


class Tree(HTMLParser):
    """Reads a page strictly: every element is known and closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.root = Element("", {})
        self._open = [self.root]
        self.feed(page)
        self.close()
        assert self._open == [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ELEMENTS | VOID
        element = Element(tag, dict(attrs))
        self._open[-1].inside.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().name == tag

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data


def page_of(report: Report) -> Element:
    return Tree(render("html", report)).root


def says(message: str, path: str = "a.py", text: str = "BAD") -> Report:
    def saying(word: Word) -> Iterator[Problem]:
        yield Problem(word.place, message, fix=message)

    return report_on((path, text), rules=[make_rule(find=saying)])


def shape(element: Element) -> list[str]:
    return [item.name for item in element.all("*")]


# --- what it shows ----------------------------------------------------------------------------------------------------


def test_a_finding_shows_its_code_its_way_and_what_to_do() -> None:
    (finding,) = page_of(report_on(("src/a.py", "ORIGIN\nx = BAD + 1\n"))).all("details", id=FINDING_ID)
    hit = finding.with_class("hit")

    assert finding.attributes["data-rule"] == "LK901 bad-word"
    assert finding.attributes["data-path"] == "src/a.py"
    assert [item.text for item in finding.with_class("message")] == ["A bad word."]
    assert [item.text for item in hit] == ["2x = BAD + 1"]
    assert [item.text for item in finding.all("mark")] == ["BAD"]
    assert [item.text for item in finding.all("li")] == ["src/a.py:1:1 where it comes from"] * 2
    assert [item.text for item in finding.all("dd")] == ["A bad word is written down.", "Leave it out."]


FINDING_ID = "f-" + report_on(("src/a.py", "ORIGIN\nx = BAD + 1\n")).findings[0].fingerprint


def test_the_head_of_the_page_counts_and_draws_the_severities() -> None:
    rules = [make_rule(severity=Severity.LOW), make_rule("worse-word", id="LK902", severity=Severity.CRITICAL)]
    page = page_of(report_on(("a.py", "BAD\nBAD\nBAD\n"), rules=rules))
    (bar,) = page.all("svg")
    widths = [int(rect.attributes["width"] or 0) for rect in bar.all("rect")]

    assert page.all("h1")[0].text == "6 findings"
    assert bar.attributes["aria-label"] == "3 critical, 3 low"
    assert [rect.attributes["class"] for rect in bar.all("rect")] == ["critical", "low"]
    assert widths[0] == widths[1]
    assert [item.text for item in page.with_class("legend")[0].inside] == ["3 critical", "3 low"]


def test_one_secret_in_several_files_is_one_card_with_all_places() -> None:
    files = [(name, "SECRET=hunter2-hunter2\n") for name in ("a.env", "b.env", "c.env")]
    page = page_of(report_on(*files, rules=[credential_rule()]))
    (finding,) = page.with_class("finding")

    assert page.all("h1")[0].text == "1 finding in 3 places"
    assert finding.attributes["data-path"] == "a.env\nb.env\nc.env"
    assert [item.text for item in finding.all("summary")[0].with_class("place")] == ["a.env:1:8 and 2 more places"]
    assert [item.text.strip() for item in finding.all("li")] == ["b.env:1:8", "c.env:1:8"]
    assert [item.text for item in page.all("option")][-3:] == ["a.env (1)", "b.env (1)", "c.env (1)"]


def test_each_finding_links_to_the_help_of_its_rule_on_the_page() -> None:
    page = page_of(report_on(("a.py", "BAD")))
    targets = {link.attributes["href"] for link in page.all("a") if (link.attributes["href"] or "").startswith("#")}
    ids = {f"#{item.attributes['id']}" for item in page.all("*") if item.attributes.get("id")}

    assert "#rule-LK901" in targets
    assert targets <= ids
    assert "It should not be." in page.all("article", id="rule-LK901")[0].text


def test_ids_are_unique() -> None:
    ids = [
        item.attributes["id"] for item in page_of(report_on(("a.py", "BAD\nBAD\n"))).all("*") if "id" in item.attributes
    ]

    assert len(ids) == len(set(ids))


def test_a_clean_page_says_so() -> None:
    page = page_of(report_on(("a.py", "fine")))

    assert page.all("h1")[0].text == "No findings"
    assert page.all("svg") == page.all("form") == page.all("details") == []


def test_accepted_and_unseen_things_are_listed_below() -> None:
    report = report_on(("a.py", "BAD  # lk-audit: ignore[bad-word] kiosks\nBROKEN\n"))
    report = replace(
        report,
        skipped=(Skipped("big.json", "too large"),),
        excluded=("node_modules",),
        notes=(*report.notes, Note("syntax", "b.py", 3, "another syntax error")),
        crashes=(Crash("LK901", "a.py", "KeyError", "x.py:1"),),
    )
    page = page_of(report)

    assert [item.text for item in page.all("h2")] == [
        "Defects: this scan is not complete",
        "Accepted findings (1)",
        "Skipped (1)",
        "Notes (2)",
        "Folders left out (1)",
    ]
    assert "accepted by a comment on line 1: kiosks" in page.all("table")[0].text
    assert "big.json: too large" in page.text


def test_a_page_holds_no_more_findings_than_a_browser_bears(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "MOST_FINDINGS", 2)
    rules = [make_rule(severity=Severity.LOW), make_rule("worse-word", id="LK902", severity=Severity.HIGH)]
    page = page_of(report_on(("a.py", "BAD\nBAD\n"), rules=rules))

    assert [item.attributes["data-rule"] for item in page.with_class("finding")] == ["LK902 worse-word"] * 2
    assert page.with_class("more")[0].text == "2 more, less severe: see the JSON report."
    assert page.all("h1")[0].text == "4 findings"


def test_the_same_report_gives_the_same_page() -> None:
    report = report_on(("a.py", "BAD"))

    assert render("html", replace(report, elapsed=1.0)) == render("html", replace(report, elapsed=2.0))


# --- what it must not do ----------------------------------------------------------------------------------------------


def test_the_page_forbids_itself_everything_but_its_own_style_and_script() -> None:
    page = page_of(report_on(("a.py", "BAD")))
    (policy,) = [str(item.attributes["content"]) for item in page.all("meta") if "http-equiv" in item.attributes]
    directives = dict(part.split(" ", 1) for part in policy.split("; "))

    assert directives.pop("style-src") == hashed(page.all("style")[0].text)
    assert directives.pop("script-src") == hashed(page.all("script")[0].text)
    assert directives == {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'"}


def hashed(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def test_the_page_asks_for_nothing_and_carries_no_inline_code() -> None:
    page = page_of(report_on(("a.py", "ORIGIN\nBAD")))
    names = {name for item in page.all("*") for name in item.attributes}

    assert not {"src", "srcset", "action", "data", "style", "background", "poster"} & names
    assert not [name for name in names if name.startswith("on")]
    assert not re.search(r"url\(|@import", page.all("style")[0].text)
    assert not re.search(r"fetch\(|XMLHttpRequest|import\(|innerHTML|eval\(", page.all("script")[0].text)


def test_filters_are_hidden_until_a_script_shows_them() -> None:
    page = page_of(report_on(("a.py", "BAD")))

    assert "hidden" in page.all("form")[0].attributes
    assert [item.attributes.get("open", "no") for item in page.with_class("finding")] == [None]


HOSTILE = [
    *("<script>alert(1)</script>", "</script>", "]]>", "<!--", '" onload="x', "' x='", "</style>", "&lt;b&gt;"),
    *("<img src=x onerror=alert(1)>", "</details>", "\u202e\x1b[31m", "😀", "javascript:alert(1)"),
]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_files_is_text(text: str) -> None:
    plain = page_of(says("x", path="b.py", text="BAD y"))
    page = page_of(says(text, path=f"{text}.py", text=f"BAD {text}"))
    shown = re.sub("[\u202e\x1b]", "\ufffd", text)

    assert shape(page) == shape(plain)
    assert page.all("script")[0].text == plain.all("script")[0].text
    assert page.with_class("finding")[0].attributes["data-path"] == f"{shown}.py"
    assert shown in page.all("pre")[0].text
    assert shown[1:] in page.with_class("message")[0].text


def test_code_in_messages_is_code() -> None:
    page = page_of(says("write `<b>` here"))

    assert [item.text for item in page.with_class("message")[0].all("code")] == ["<b>"]


# --- in a browser -----------------------------------------------------------------------------------------------------


def browsed(page: Path, fragment: str = "", *options: str) -> Element:
    """The page after a browser ran its script, and what the browser had to say of it."""
    command = [str(BROWSER), "--headless=new", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", *options]
    command += [f"--user-data-dir={page.parent / 'profile'}", "--dump-dom", f"{page.as_uri()}{fragment}"]
    outcome = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120, check=True)
    assert "CONSOLE" not in outcome.stderr
    return Tree(outcome.stdout).root


@pytest.fixture
def page_file(tmp_path: Path) -> Path:
    rules = [make_rule(severity=Severity.LOW), make_rule("worse-word", id="LK902", severity=Severity.CRITICAL)]
    page = tmp_path / "report.html"
    page.write_text(render("html", report_on(("a.py", "BAD\n"), ("b c.py", "BAD <script>\n"), rules=rules)))
    return page


@pytest.mark.skipif(BROWSER is None, reason="no browser here")
@pytest.mark.parametrize(
    ("fragment", "shown", "status"),
    [
        ("", 4, "All findings"),
        ("#severity=critical", 2, "2 of 4 findings"),
        ("#severity=none", 0, "0 of 4 findings"),
        ("#rule=LK901+bad-word", 2, "2 of 4 findings"),
        ("#path=b+c.py&severity=low", 1, "1 of 4 findings"),
        ("#path=nowhere.py", 4, "All findings"),
        ("#q=%3CSCRIPT%3E+worse", 1, "1 of 4 findings"),
    ],
)
def test_a_browser_filters_by_severity_rule_path_and_words(
    page_file: Path, fragment: str, shown: int, status: str
) -> None:
    page = browsed(page_file, fragment)

    assert "hidden" not in page.all("form")[0].attributes
    assert sum("hidden" not in item.attributes for item in page.with_class("finding")) == shown
    assert page.all("p", id="status")[0].text == status
    assert ("hidden" in page.all("p", id="none")[0].attributes) is (shown > 0)
