"""The report as one page that needs nothing else: no network, no second file, and no JavaScript unless to filter.

Whatever comes from the scanned tree is text (`markup`), and none of it stands in the script: filters read the page. The
page forbids itself everything but its own style and script, which it names by their hashes (Content Security Policy
Level 3, w3.org/TR/CSP3).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files

from lk_audit import cwe
from lk_audit.findings import AnyRule, Finding, Report
from lk_audit.reporters import Presentation
from lk_audit.reporters.html_findings import Problem, badge, filters, problem
from lk_audit.reporters.markup import EMPTY, Html, joined, paragraphs, prose, tag, text
from lk_audit.reporters.summary import coverage_parts, defects, hidden, verdict
from lk_audit.reporters.text import position
from lk_audit.reporters.wording import accepted_because, noted, sentence, shown_path, worst_problems

MOST_FINDINGS = 5_000
"""More make a page that browsers are slow with; the rest is counted, the JSON report holds them all."""

_OPEN_AT_FIRST = 12
_BAR = 1_000


def render(report: Report, _presentation: Presentation) -> str:
    """The page. Times are left out, so that the same tree gives the same bytes."""
    problems = worst_problems(report)
    shown = problems[:MOST_FINDINGS]
    body = tag(
        "body",
        _header(report),
        tag("main", *_main(report, shown, len(problems) - len(shown))),
        tag("footer", tag("p", text(f"lk-audit {report.version}. Secrets and tokens are masked in this report."))),
        tag("script", Html(_asset("html.js"))),
    )
    return f"<!doctype html>\n{tag('html', _head(report), body, lang='en')}\n"


def _main(report: Report, shown: Sequence[Problem], left: int) -> Iterator[Html]:
    yield _defects(report)
    if shown:
        yield filters(shown)
        yield tag("div", *(problem(item, number < _OPEN_AT_FIRST) for number, item in enumerate(shown)), id="findings")
        yield tag("p", text("Nothing matches these filters."), id="none", hidden=True)
    if left:
        yield tag("p", text(f"{left} more, less severe: see the JSON report."), class_="more")
    yield _rules(report, {group[0].rule_id for group in shown})
    yield _accepted([finding for finding in report.findings if not finding.is_open][:MOST_FINDINGS])
    yield _unseen(report)


# --- the frame of the page --------------------------------------------------------------------------------------------


@cache
def _asset(name: str) -> str:
    return files("lk_audit.reporters").joinpath(name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"


def _policy() -> str:
    rules = [
        "default-src 'none'",
        f"style-src {_hash(_asset('html.css'))}",
        f"script-src {_hash(_asset('html.js'))}",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return "; ".join(rules)


def _head(report: Report) -> Html:
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy()),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", text(f"lk-audit: {verdict(report)}")),
        tag("style", Html(_asset("html.css"))),
    )


def _header(report: Report) -> Html:
    where = f" in {shown_path(report.prefix.rstrip('/'))}" if report.prefix else ""
    picture = (
        [_bar(report), _legend(report)] if report.counts else [tag("p", text("Nothing to object to."), class_="good")]
    )
    facts = [*hidden(report), *coverage_parts(report)]
    return tag(
        "header",
        tag("p", text(f"lk-audit{where}"), class_="brand"),
        tag("h1", text(sentence(verdict(report)).rstrip("."))),
        *picture,
        tag("ul", *(tag("li", text(fact)) for fact in facts), class_="facts"),
    )


def _bar(report: Report) -> Html:
    """The findings by severity as one bar; what it shows is said in its label and in the legend."""
    total = sum(report.counts.values())
    label = ", ".join(f"{count} {severity.label}" for severity, count in report.counts.items())
    pieces, start = [], 0
    for severity, count in report.counts.items():
        end = start + count
        left, right = start * _BAR // total, end * _BAR // total
        pieces.append(tag("rect", x=left, y=0, width=max(right - left - 4, 2), height=12, rx=3, class_=severity.label))
        start = end
    size = f"0 0 {_BAR - 4} 12"
    return tag("svg", *pieces, class_="bar", viewBox=size, preserveAspectRatio="none", role="img", aria_label=label)


def _legend(report: Report) -> Html:
    items = [
        tag("li", tag("span", class_=f"dot {severity.label}"), tag("b", text(str(count))), text(f" {severity.label}"))
        for severity, count in report.counts.items()
    ]
    return tag("ul", *items, class_="legend")


def _defects(report: Report) -> Html:
    failed = defects(report)
    if not failed:
        return EMPTY
    items = [tag("li", prose(item)) for item in failed]
    return tag("section", tag("h2", text("Defects: this scan is not complete")), tag("ul", *items), class_="alert")


# --- below the findings -----------------------------------------------------------------------------------------------


def _rules(report: Report, found: Iterable[str]) -> Html:
    ids = set(found)
    pages = [_rule(rule) for rule in report.rules if rule.id in ids]
    return tag("section", tag("h2", text("The rules")), *pages, class_="rules") if pages else EMPTY


def _rule(rule: AnyRule) -> Html:
    addresses = [(cwe.title(rule.cwe), cwe.url(rule.cwe)), *((address, address) for address in rule.references)]
    links = [tag("li", _outside(label, address)) for label, address in addresses if address.startswith("https://")]
    return tag(
        "article",
        tag("h3", text(f"{rule.id} {rule.name} "), badge(rule.severity)),
        paragraphs(rule.explanation),
        tag("h4", text("What to do")),
        paragraphs(rule.fix),
        tag("ul", *links, class_="outside"),
        id=f"rule-{rule.id}",
    )


def _outside(label: str, address: str) -> Html:
    return tag("a", text(label), href=address, rel="noopener noreferrer")


def _accepted(findings: Sequence[Finding]) -> Html:
    rows = [
        tag(
            "tr",
            tag("td", text(f"{finding.rule_id} {finding.rule_name}")),
            tag("td", tag("span", text(position(finding.place)), class_="place")),
            tag("td", prose(finding.message)),
            tag("td", text(accepted_because(finding))),
        )
        for finding in findings
    ]
    heads = tag("tr", *(tag("th", text(head), scope="col") for head in ("rule", "place", "finding", "accepted")))
    table = tag("div", tag("table", tag("thead", heads), tag("tbody", *rows)), class_="wide", tabindex=0)
    return _folded(f"Accepted findings ({len(findings)})", table) if findings else EMPTY


def _unseen(report: Report) -> Html:
    skipped = [f"{shown_path(item.path)}: {item.reason}" for item in report.skipped]
    notes = [noted(note) for note in report.notes]
    lists = (
        ("Skipped", skipped),
        ("Notes", notes),
        ("Folders left out", [shown_path(path) for path in report.excluded]),
    )
    return joined(
        _folded(f"{title} ({len(lines)})", tag("ul", *(tag("li", prose(line)) for line in lines[:MOST_FINDINGS])))
        for title, lines in lists
        if lines
    )


def _folded(title: str, content: Html) -> Html:
    return tag("details", tag("summary", tag("h2", text(title))), content, class_="folded")
