"""The report for a terminal: each finding with its code, the way its value took, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lk_audit.edits import Fix
from lk_audit.facts import Lead
from lk_audit.findings import Crash, Finding, Line, Medium, Report
from lk_audit.reporters import Presentation, readable_path
from lk_audit.reporters.screen import Painter, folded, printable, underlined
from lk_audit.reporters.summary import coverage, outcome, reasons
from lk_audit.reporters.wording import noted, shown_path
from lk_audit.rule_address import address
from lk_audit.rule_api import Confidence
from lk_audit.source import Place

_LONGEST_LIST = 20
_FIXABLE = "[*]"
_MOST_PLACES = 10
_WHEN_ON_DISK = {
    Medium.DISK: "",
    Medium.GIT: "on disk, that is without --staged, lk-audit scan ",
    Medium.EDITOR: "once the file is saved, lk-audit scan ",
}
"""What must be done before fixes can be made, which change files on disk."""


def render(report: Report, presentation: Presentation) -> str:
    """The findings that are open, then what the scan did and did not see."""
    paint = Painter(color=presentation.color, links=presentation.links)
    pages = {rule.id: address(rule) for rule in report.rules}
    blocks = [
        "\n".join(_problem(group, paint, presentation.width, pages.get(group[0].rule_id, "")))
        for group in report.open_problems
    ]
    blocks.append("\n".join(_closing(report, paint)))
    return "\n\n".join(blocks) + "\n"


# --- a finding --------------------------------------------------------------------------------------------------------


def _problem(group: Sequence[Finding], paint: Painter, width: int, page: str) -> Iterator[str]:
    finding, *others = group
    margin = " " * _gutter(finding)
    severity = finding.severity.label
    name = paint("strong", f"{finding.rule_id}[{finding.rule_name}]")
    name = paint.linked(name, page) if page else name
    mark = f" {paint('good', _FIXABLE)}" if any(item.automatic for item in group) else ""
    yield f"{paint(severity, severity)} {name}{mark}: {paint('strong', printable(finding.message))}"
    yield f"{margin}{paint('gutter', '-->')} {position(finding.place)}"
    yield from code_frame(finding, paint, width)
    yield from _elsewhere(others, paint, margin)
    yield from _history(finding, paint, margin)
    yield from _explanation(finding, paint, margin, width)


def _elsewhere(others: Sequence[Finding], paint: Painter, margin: str) -> Iterator[str]:
    """The further places of the same problem."""
    for other in others[:_MOST_PLACES]:
        yield f"{margin} {paint('gutter', '=')} also {paint('faint', position(other.place))}"
    if len(others) > _MOST_PLACES:
        yield f"{margin} {paint('gutter', '=')} also at {len(others) - _MOST_PLACES} further places"


def _history(finding: Finding, paint: Painter, margin: str) -> Iterator[str]:
    """Which commit brought it in, and where the history holds it too."""
    for text in finding.history.split("; ") if finding.origin else ():
        yield f"{margin} {paint('gutter', '=')} {text}"


def _gutter(finding: Finding) -> int:
    """The columns that line numbers take."""
    return max([len(str(line.number)) for line in finding.frame], default=1)


def code_frame(finding: Finding, paint: Painter, width: int) -> Iterator[str]:
    """The lines of a finding with their numbers, its span marked below them."""
    if not finding.frame:
        return
    gutter = _gutter(finding)
    bar = paint("gutter", "|")
    yield f"{' ' * gutter} {bar}"
    for line in finding.frame:
        begin, end = span_in(finding.place, line)
        text, column, length = underlined(_shown(line), begin, end, max(width, 40) - gutter - 3)
        yield f"{paint('gutter', str(line.number).rjust(gutter))} {bar} {text}".rstrip()
        if end > begin or line.number == finding.place.line:
            marks = paint(finding.severity.label, "^" * length)
            yield f"{' ' * gutter} {bar} {' ' * column}{marks}"
    if finding.place.end_line > finding.frame[-1].number:
        yield paint("gutter", "...")
    yield f"{' ' * gutter} {bar}"


def _shown(line: Line) -> str:
    return f"…{line.text[1:]}" if line.column > 1 else line.text


def span_in(place: Place, line: Line) -> tuple[int, int]:
    """The characters of a shown line that belong to a span (from 0); empty on the lines around it."""
    text = line.text
    if not place.line <= line.number <= place.end_line:
        return 0, 0
    indent = len(text) - len(text.lstrip())
    begin = place.column - line.column if line.number == place.line else indent
    end = place.end_column - line.column if line.number == place.end_line else len(text.rstrip())
    begin = max(0, min(begin, len(text)))
    return begin, max(begin, min(end, len(text)))


def _explanation(finding: Finding, paint: Painter, margin: str, width: int) -> Iterator[str]:
    for number, lead in enumerate(finding.trace, 1):
        yield _lead(f"{number}.", lead, paint, margin)
    for lead in finding.related:
        yield _lead("see", lead, paint, margin)
    if finding.confidence is not Confidence.HIGH:
        yield f"{margin} {paint('gutter', '=')} {paint('strong', 'confidence:')} {finding.confidence.value}"
    for label, text, style in (("why:", finding.why, "strong"), ("fix:", finding.fix, "good")):
        yield from _paragraph(label, text, paint, (margin, style), width)
    if finding.automatic is not None:
        text = f"fix available: {_begun(finding.automatic.title)} ({_options(finding.automatic)})"
        yield from _paragraph(_FIXABLE, text, paint, (margin, "good"), width)


def _options(fix: Fix) -> str:
    return "--fix" if fix.is_safe else "--fix --unsafe-fixes"


def _begun(title: str) -> str:
    return title[:1].lower() + title[1:]


def _lead(label: str, lead: Lead, paint: Painter, margin: str) -> str:
    note = printable(lead.note)
    return f"{margin} {paint('gutter', '=')} {label} {paint('faint', position(lead.place))} {note}"


def _paragraph(label: str, text: str, paint: Painter, look: tuple[str, str], width: int) -> Iterator[str]:
    margin, style = look
    indent = " " * (len(margin) + len(label) + 4)
    lines = folded(text, width, indent, indent)
    for number, line in enumerate(lines):
        head = f"{margin} {paint('gutter', '=')} {paint(style, label)} "
        yield head + line[len(indent) :] if number == 0 else line


def position(place: Place) -> str:
    """`path:line:column`, which terminals and editors open, and the part of the file where there are parts."""
    part = f" ({printable(place.part)})" if place.part else ""
    return f"{shown_path(place.path)}:{place.line}:{place.column}{part}"


# --- the end ----------------------------------------------------------------------------------------------------------


def _closing(report: Report, paint: Painter) -> Iterator[str]:
    others = {rule.id for rule in report.rules if not rule.is_builtin}
    ours = [crash for crash in report.crashes if crash.rule_id not in others]
    yield from _section("internal errors, please report them:", _crashes(ours), paint)
    theirs = [crash for crash in report.crashes if crash.rule_id in others]
    yield from _section("rules that failed, and are not lk-audit's:", _crashes(theirs), paint)
    yield from _section("rules that could not be loaded:", report.rule_errors, paint)
    yield from _section("notes:", _notes(report), paint)
    unnamed = report.skipped[_LONGEST_LIST:]
    yield from _section("skipped:", _skipped(report), paint, f" ({reasons(unnamed)})")
    yield from _fixable(report, paint)
    yield outcome(report, paint)
    configured = f"configured by {shown_path(report.configuration[-1])}; " if report.configuration else ""
    yield paint("faint", f"{coverage(report)}; {configured}{report.elapsed:.2f} s")


def _section(title: str, lines: Sequence[str], paint: Painter, rest: str = "") -> Iterator[str]:
    if not lines:
        return
    yield paint("strong", title)
    for line in lines[:_LONGEST_LIST]:
        yield f"  {printable(line)}"
    if len(lines) > _LONGEST_LIST:
        yield f"  and {len(lines) - _LONGEST_LIST} more{rest}, listed by --format json"
    yield ""


def _crashes(crashes: Iterable[Crash]) -> list[str]:
    return [
        f"{crash.rule_id or 'analysis'} on {readable_path(crash.path or '?')}: {crash.error} at {crash.raised_at}"
        for crash in crashes
    ]


def _notes(report: Report) -> list[str]:
    return [noted(note) for note in report.notes]


def _skipped(report: Report) -> list[str]:
    return [f"{readable_path(item.path)}: {item.reason}" for item in report.skipped]


def _fixable(report: Report, paint: Painter) -> Iterator[str]:
    """How many findings the program can fix, and how."""
    fixes = [finding.automatic for finding in report.open_findings if finding.automatic is not None]
    safe = sum(fix.is_safe for fix in fixes)
    parts = [
        *([f"{safe} fixable with --fix"] if safe else []),
        *([f"{len(fixes) - safe} {'more ' if safe else 'fixable '}with --unsafe-fixes"] if len(fixes) > safe else []),
    ]
    if parts:
        how = f"{_WHEN_ON_DISK[report.medium]}--diff{'' if safe else ' --unsafe-fixes'} shows them"
        yield f"{paint('good', _FIXABLE)} {', '.join(parts)}; {how}"
