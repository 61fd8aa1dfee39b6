"""The report as Markdown: for a job's summary on GitHub (`$GITHUB_STEP_SUMMARY`), a comment, a wiki.

GitHub refuses a summary of more than 1 MiB: "$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of
1024k". What does not fit is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from lk_audit import cwe
from lk_audit.facts import Lead
from lk_audit.findings import AnyRule, Finding, Report
from lk_audit.patterns import regex
from lk_audit.reporters import Presentation
from lk_audit.reporters.screen import PLAIN, printable
from lk_audit.reporters.summary import coverage, defects, outcome, reasons, verdict
from lk_audit.reporters.text import code_frame
from lk_audit.reporters.wording import one_line, repository_path, sentence, worst_problems
from lk_audit.rule_pages import anchor
from lk_audit.source import Place

T = TypeVar("T")

MAX_BYTES = 1_048_576
_TABLE_BYTES = 400_000
_RULE_BYTES = 100_000
_SPARE = 20_000
"""For the headings and for what a workflow adds by itself."""

_WIDTH = 110
_MOST_PLACES = 50
_SIGNS = {"critical": "🟣", "high": "🔴", "medium": "🟡", "low": "🔵", "note": "⚪"}
_PUNCTUATION = regex(r"[!-/:-@\[-`{-~]")
_CODE = regex(r"`([^`]+)`")
_TICKS = regex(r"`+")
_SAFE = frozenset(".,;'()/-%+=? ")


def render(report: Report, _presentation: Presentation) -> str:
    """Counts, a table of the open findings, their rules, and each finding in full; most severe first."""
    problems = worst_problems(report)
    blocks = [f"## lk-audit: {verdict(report)}", *_overview(report)]
    if problems:
        rows = _fitting(problems, lambda item: _row(item, report), _TABLE_BYTES, "| | | | *{}* |")
        blocks.append("\n".join(["| severity | rule | place | finding |", "|---|---|---|---|", *rows]))
        room = MAX_BYTES - _SPARE - _size(blocks) - _RULE_BYTES
        blocks += ["### Details", *_fitting(problems, lambda item: _details(item, report), room, "*{}*")]
        found = {group[0].rule_id for group in problems}
        rules = [rule for rule in report.rules if rule.id in found]
        blocks += ["### Rules", *_fitting(rules, _rule, _RULE_BYTES, "*{}*")]
    return "\n\n".join(blocks) + "\n"


def _fitting(items: Sequence[T], write: Callable[[T], str], limit: int, rest: str) -> Iterator[str]:
    """What is written of the items, as far as `limit` bytes reach, and how many are left."""
    used = 0
    for number, item in enumerate(items):
        text = write(item)
        used += _size([text])
        if used > limit:
            yield rest.format(f"{len(items) - number} more")
            return
        yield text


def _size(blocks: Iterable[str]) -> int:
    return sum(len(block.encode()) + 2 for block in blocks)


# --- the top ----------------------------------------------------------------------------------------------------------


def _overview(report: Report) -> Iterator[str]:
    counts = [f"{_SIGNS[severity.label]} **{count} {severity.label}**" for severity, count in report.counts.items()]
    if counts:
        yield " · ".join(counts)
    yield f"{_prose(outcome(report).partition('; ')[2])}. {_prose(coverage(report))}."
    unseen = [item for item in report.skipped if not item.expected]
    if unseen:
        yield f"⚠️ **Not everything was analysed:** {_prose(reasons(unseen))}."
    for text in defects(report):
        yield f"⚠️ **Defect:** {_prose(text)}"


def _row(group: Sequence[Finding], report: Report) -> str:
    finding, *others = group
    more = f" and {len(others)} more" if others else ""
    severity = finding.severity.label
    rule = f"[{finding.rule_id}&nbsp;{_prose(finding.rule_name)}](#{_anchor(finding, report)})"
    place = f"{_place(finding.place, report)}{more}"
    return f"| {_SIGNS[severity]}&nbsp;{severity} | {rule} | {place} | {_prose(finding.message)} |"


def _anchor(finding: Finding, report: Report) -> str:
    return next(anchor(rule) for rule in report.rules if rule.id == finding.rule_id)


def _place(place: Place, report: Report) -> str:
    """Where it is, and in which part of the file where files are made of parts."""
    part = f" ({_prose(place.part)})" if place.part else ""
    return f"{_code(f'{repository_path(report, place.path)}:{place.line}')}{part}"


# --- below it ---------------------------------------------------------------------------------------------------------


def _details(group: Sequence[Finding], report: Report) -> str:
    finding, *others = group
    head = f"{_SIGNS[finding.severity.label]} <b>{finding.rule_id} {_prose(finding.rule_name)}</b>"
    parts = [
        f"<details><summary>{head} {_place(finding.place, report)}</summary>",
        f"{_prose(sentence(one_line(finding.message)))}",
        *([_prose(sentence(finding.history))] if finding.origin else []),
        *_frame(finding),
        *_elsewhere(others, report),
        *_leads(finding, report),
        f"**Why:** {_prose(finding.why)}",
        f"**Fix:** {_prose(finding.fix)}",
        "</details>",
    ]
    return "\n\n".join(parts)


def _frame(finding: Finding) -> Iterator[str]:
    text = printable("\n".join(code_frame(finding, PLAIN, _WIDTH)))
    if text:
        fence = "`" * max(3, 1 + max((len(run) for run in _TICKS.findall(text)), default=0))
        yield f"{fence}text\n{text}\n{fence}"


def _elsewhere(others: Sequence[Finding], report: Report) -> Iterator[str]:
    if others:
        places = ", ".join(_place(other.place, report) for other in others[:_MOST_PLACES])
        rest = len(others) - _MOST_PLACES
        yield f"Also at {places}{f' and {rest} more' if rest > 0 else ''}."


def _leads(finding: Finding, report: Report) -> Iterator[str]:
    steps = [f"{number}. {_lead(lead, report)}" for number, lead in enumerate(finding.trace, 1)]
    related = [f"- see {_lead(lead, report)}" for lead in finding.related]
    yield from ("\n".join(lines) for lines in (steps, related) if lines)


def _lead(lead: Lead, report: Report) -> str:
    return f"{_place(lead.place, report)} {_prose(lead.note)}"


def _rule(rule: AnyRule) -> str:
    """A rule's text. It is written by the rule's author, as Markdown."""
    parts = [
        f"#### {rule.id} {rule.name}",
        f"**{rule.severity.label.capitalize()}** · [{cwe.title(rule.cwe)}]({cwe.url(rule.cwe)})",
        printable(rule.explanation),
        f"**What to do:** {printable(rule.fix)}",
    ]
    return "\n\n".join(parts)


# --- escaping ---------------------------------------------------------------------------------------------------------


def _prose(text: str) -> str:
    """Text on one line in which Markdown and HTML see no markup, but for code between backticks."""
    pieces = _CODE.split(one_line(text))
    return "".join(_code(piece) if number % 2 else _escaped(piece) for number, piece in enumerate(pieces))


def _code(text: str) -> str:
    return f"<code>{_escaped(text)}</code>"


def _escaped(text: str) -> str:
    """Every character that could mean something, as a reference: it is read as text, and ends no cell of a table."""
    return _PUNCTUATION.sub(lambda match: match[0] if match[0] in _SAFE else f"&#{ord(match[0])};", text)
