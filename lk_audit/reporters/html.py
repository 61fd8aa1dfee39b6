"""The report as one page that needs nothing else: no network, no second file, and no JavaScript unless to filter.

Whatever comes from the scanned tree is text (`markup`), and none of it stands in the script: filters read the page. The
page forbids itself everything but its own style and script, which it names by their hashes (Content Security Policy
Level 3, w3.org/TR/CSP3).
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TypeAlias

from lk_audit import cwe
from lk_audit.facts import Lead
from lk_audit.findings import AnyRule, Finding, Line, Report
from lk_audit.reporters import Presentation
from lk_audit.reporters.markup import EMPTY, Html, joined, paragraphs, prose, tag, text
from lk_audit.reporters.summary import counted, coverage_parts, defects, hidden, verdict
from lk_audit.reporters.text import position, span_in
from lk_audit.reporters.wording import accepted_because, noted, sentence, shown_path, worst_problems
from lk_audit.rule_api import Confidence, Severity
from lk_audit.source import Place

Problem: TypeAlias = tuple[Finding, ...]
"""One problem with all its places, the most telling first."""

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
        yield _filters(shown)
        yield tag("div", *(_problem(item, number < _OPEN_AT_FIRST) for number, item in enumerate(shown)), id="findings")
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


# --- filters ----------------------------------------------------------------------------------------------------------


def _filters(shown: Sequence[Problem]) -> Html:
    """Hidden until the script shows them: without JavaScript they would do nothing."""
    search = tag("input", type="search", id="search", placeholder="Search (press /)", aria_label="Search the findings")
    rules = Counter(f"{group[0].rule_id} {group[0].rule_name}" for group in shown)
    paths = Counter(path for group in shown for path in _paths(group))
    buttons = [tag("button", text(label), type="button", id=name) for name, label in _BUTTONS]
    return tag(
        "form",
        tag("div", search, _select("rule", "All rules", rules), _select("path", "All files", paths), class_="row"),
        tag("div", _severity_boxes(shown), tag("span", *buttons, class_="buttons"), class_="row"),
        tag("p", id="status", role="status", aria_live="polite"),
        id="filters",
        aria_label="Filters",
        hidden=True,
    )


_BUTTONS = (("open", "Open all"), ("close", "Close all"), ("reset", "Reset"))


def _select(name: str, everything: str, counts: Counter[str]) -> Html:
    options = [tag("option", text(f"{value} ({count})"), value=value) for value, count in sorted(counts.items())]
    return tag("select", tag("option", text(everything), value=""), *options, id=name, aria_label=everything)


def _severity_boxes(shown: Sequence[Problem]) -> Html:
    present = [severity for severity in Severity if any(group[0].severity is severity for group in shown)]
    boxes = [
        tag(
            "label",
            tag("input", type="checkbox", name="severity", value=severity.label, checked=True),
            tag("span", text(severity.label), class_=f"chip {severity.label}"),
        )
        for severity in present
    ]
    return tag("fieldset", tag("legend", text("Severity"), class_="unseen"), *boxes)


# --- a finding --------------------------------------------------------------------------------------------------------


def _paths(group: Problem) -> list[str]:
    """The files of a problem."""
    return sorted({shown_path(finding.place.path) for finding in group})


def _problem(group: Problem, is_open: bool) -> Html:
    finding = group[0]
    more = f" and {counted(len(group) - 1, 'more place')}" if len(group) > 1 else ""
    severity = finding.severity.label
    return tag(
        "details",
        tag(
            "summary",
            _badge(finding.severity),
            tag("span", text(f"{finding.rule_id} {finding.rule_name}"), class_="rule"),
            tag("strong", prose(sentence(finding.message)), class_="message"),
            tag("span", text(f"{position(finding.place)}{more}"), class_="place"),
        ),
        tag("div", *_body(group), class_="body"),
        class_=f"finding {severity}",
        id=f"f-{finding.fingerprint}",
        data_severity=severity,
        data_rule=f"{finding.rule_id} {finding.rule_name}",
        data_path="\n".join(_paths(group)),
        open=is_open,
    )


def _body(group: Problem) -> Iterator[Html]:
    finding, *others = group
    yield _frame(finding)
    yield _leads("Also here", [Lead(other.place, "") for other in others], "ul")
    yield _leads("How it comes about", finding.trace, "ol")
    yield _leads("See also", finding.related, "ul")
    words = [("Why", finding.why), ("Fix", finding.fix)]
    if finding.origin:
        words.insert(0, ("History", finding.history))
    if finding.confidence is not Confidence.HIGH:
        words.append(("Confidence", finding.confidence.value))
    yield tag("dl", *(tag("div", tag("dt", text(label)), tag("dd", prose(value))) for label, value in words))
    about = tag("a", text(f"About {finding.rule_id}"), href=f"#rule-{finding.rule_id}")
    link = tag("a", text("Link to this finding"), href=f"#f-{finding.fingerprint}")
    yield tag("p", about, link, class_="links")


def _frame(finding: Finding) -> Html:
    if not finding.frame:
        return EMPTY
    rows = joined(_row(finding.place, line) for line in finding.frame)
    label = f"Code of {position(finding.place)}"
    return tag("div", tag("pre", rows), class_="code", tabindex=0, role="region", aria_label=label)


def _row(place: Place, line: Line) -> Html:
    begin, end = span_in(place, line)
    before, marked, after = line.text[:begin], line.text[begin:end], line.text[end:]
    mark = tag("mark", text(marked)) if marked else EMPTY
    cut = text("…") if line.column > 1 else EMPTY
    content = tag("code", cut, text(before), mark, text(after))
    is_hit = place.line <= line.number <= place.end_line
    return tag("span", tag("i", text(str(line.number))), content, class_="line hit" if is_hit else "line")


def _leads(title: str, leads: Sequence[Lead], kind: str) -> Html:
    if not leads:
        return EMPTY
    items = [
        tag("li", tag("span", text(position(lead.place)), class_="place"), text(" "), prose(lead.note))
        for lead in leads
    ]
    return tag("section", tag("h3", text(title)), tag(kind, *items), class_="trace")


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
        tag("h3", text(f"{rule.id} {rule.name} "), _badge(rule.severity)),
        paragraphs(rule.explanation),
        tag("h4", text("What to do")),
        paragraphs(rule.fix),
        tag("ul", *links, class_="outside"),
        id=f"rule-{rule.id}",
    )


def _badge(severity: Severity) -> Html:
    return tag("span", text(severity.label), class_=f"badge {severity.label}")


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
