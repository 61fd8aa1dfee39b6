"""The findings of the page: each with its code, its trace and what to do, and the filters that choose among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from lk_audit.facts import Lead
from lk_audit.findings import Finding, Line
from lk_audit.reporters.markup import EMPTY, Html, joined, prose, tag, text
from lk_audit.reporters.text import position, span_in
from lk_audit.reporters.wording import counted, sentence, shown_path
from lk_audit.rule_api import Confidence, Severity
from lk_audit.source import Place

Problem: TypeAlias = tuple[Finding, ...]
"""One problem with all its places, the most telling first."""


def badge(severity: Severity) -> Html:
    """A severity in its colour."""
    return tag("span", text(severity.label), class_=f"badge {severity.label}")


# --- filters ----------------------------------------------------------------------------------------------------------


def filters(shown: Sequence[Problem]) -> Html:
    """The filters, hidden until the script shows them: without JavaScript they would do nothing."""
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


def problem(group: Problem, is_open: bool) -> Html:
    """A problem as a part of the page that folds: its line, and the code and words below it."""
    finding = group[0]
    more = f" and {counted(len(group) - 1, 'more place')}" if len(group) > 1 else ""
    severity = finding.severity.label
    return tag(
        "details",
        tag(
            "summary",
            badge(finding.severity),
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
