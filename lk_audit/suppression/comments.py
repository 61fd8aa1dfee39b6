"""Comments that accept a finding: `lk-audit: ignore[rule, ...] until=YYYY-MM-DD reason`.

They stand on the finding's line or, alone, on the line above, where several may stand. They mark findings and never
drop one; one that does nothing (nothing to accept, no such rule, over) is reported.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from lk_audit.findings import SUPPRESSION, AnyRule, Finding, Note, Suppression
from lk_audit.patterns import regex
from lk_audit.source import Place, Source
from lk_audit.suggestions import did_you_mean
from lk_audit.suppression.comment_syntax import MARK, closes_block, marked_comment, opens_block

_MARK = MARK.encode()
_BODY = regex(
    r"ignore\[(?P<names>[A-Za-z0-9-]+(?:[ \t]*,[ \t]*[A-Za-z0-9-]+)*)\]"
    r"(?:[ \t]+until=(?P<until>\S*))?(?P<reason>[ \t].*)?"
)
# A comment that begins with another word is about lk-audit, and accepts nothing.
_WORDS = r"(?:ignore|disable|allow|accept|suppress|skip|off)(?![\w-])"
_MEANT = regex(_WORDS, re.IGNORECASE)
_NEARLY = regex(rf"\blk[-_]?audit\b\s{{0,3}}:?\s{{0,3}}{_WORDS}", re.IGNORECASE)
"""How a suppression looks whose first word is written in another way."""
_FORM = "write `lk-audit: ignore[rule-name] reason` or `lk-audit: ignore[rule-name] until=YYYY-MM-DD reason`"
_LONGEST_LINE = 10_000


class Acceptance(Struct, frozen=True):
    """A suppression with what it covers: a file, and spans of its bytes, both ends included.

    `is_seen` tells that the file is one of the scan: only then can it be said that nothing is there to accept.
    """

    suppression: Suppression
    path: str
    spans: tuple[tuple[int, int], ...]
    is_seen: bool = True


class _Comment(Struct, frozen=True):
    """A suppression: its own line and the last that it covers, and all their bytes in the file, both ends included.

    Lines are those of the source, which may be a view of the file.
    """

    suppression: Suppression
    lines: tuple[int, int]
    span: tuple[int, int]


def apply_suppressions(  # noqa: PLR0913 - keywords, all but two
    findings: Sequence[Finding],
    sources: Iterable[Source],
    *,
    known: Mapping[str, str],
    active: Iterable[AnyRule],
    today: date,
    stated: Iterable[Acceptance],
) -> tuple[list[Finding], list[Note]]:
    """The findings with the accepted ones marked, and notes on suppressions that do not do what they say.

    Args:
        findings: of all the sources.
        sources: the files, for their comments.
        known: rule ids by every rule id and name there is, of active rules or not.
        active: the rules of this scan; only their suppressions can be unused.
        today: when a suppression with `until` is over.
        stated: suppressions that stand in no comment of these files.
    """
    accepting = list(stated)
    notes: list[Note] = []
    for source in sources:
        if _MARK in source.data:
            found = _comments(source)
            accepting += [
                Acceptance(item.suppression, source.path, (item.span,)) for item in found if isinstance(item, _Comment)
            ]
            notes += [item for item in found if isinstance(item, Note)]
    live = [item for item in accepting if not _is_over(item.suppression, today)]
    marked = [_marked(finding, live, known) for finding in findings]
    notes += _nearly(marked, {(note.path, note.line) for note in notes})
    notes += _expired(accepting, today)
    notes += _unknown(accepting, known)
    notes += _unused(live, findings, known, {rule.id for rule in active})
    return marked, sorted(notes, key=lambda note: (note.path, note.line, note.message))


def rule_names(rules: Iterable[AnyRule]) -> dict[str, str]:
    """Rule ids by id and by name."""
    return {name: rule.id for rule in rules for name in (rule.id, rule.name)}


def _comments(source: Source) -> list[_Comment | Note]:
    found = [item for number in _marked_lines(source) for item in _comments_of_line(source, number)]
    alone = {item.lines[0] for item in found if isinstance(item, _Comment) and item.lines[0] < item.lines[1]}
    return [_stacked(item, source, alone) if isinstance(item, _Comment) else item for item in found]


def _marked_lines(source: Source) -> Iterator[int]:
    starts = source.line_starts
    position = source.data.find(_MARK)
    while position != -1:
        number = source.line_number(position)
        yield number
        position = source.data.find(_MARK, starts[number]) if number < len(starts) else -1


def _comments_of_line(source: Source, number: int) -> Iterator[_Comment | Note]:
    comment = marked_comment(_line(source, number), in_block=opens_block(_line(source, number - 1)))
    if comment is None or not _MEANT.match(comment.body):
        return
    line = _lines_span(source, number, number).line
    body = _BODY.fullmatch(comment.body)
    until = _date(body["until"]) if body and body["until"] else None
    if body is None or (body["until"] is not None and until is None):
        yield Note(SUPPRESSION, source.path, line, f"this suppression cannot be read; {_FORM}")
        return
    names = tuple(name.strip() for name in body["names"].split(","))
    suppression = Suppression(source.path, line, names, (body["reason"] or "").strip(), until)
    yield _Comment(suppression, (number, number + comment.is_alone), _span(source, number, number + comment.is_alone))


def _line(source: Source, number: int) -> str:
    return source.line_text(number)[:_LONGEST_LINE]


def _stacked(comment: _Comment, source: Source, alone: set[int]) -> _Comment:
    """A suppression above the line that it is meant for: others, and the end of its comment, may stand between."""
    here, target = comment.lines
    if here == target:
        return comment
    while target in alone or closes_block(_line(source, target)):
        target += 1
    return replace(comment, lines=(here, target), span=_span(source, here, target))


def _span(source: Source, first: int, last: int) -> tuple[int, int]:
    covered = _lines_span(source, first, last)
    return covered.start, covered.end


def _lines_span(source: Source, first: int, last: int) -> Place:
    """Where lines `first` to `last` (from 1) are in the file, without the line break at their end."""
    starts = source.line_starts
    end = starts[last] - 1 if last < len(starts) else len(source.data)
    return source.place(starts[first - 1], end)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _is_over(suppression: Suppression, today: date) -> bool:
    return suppression.until is not None and suppression.until < today


def _ids(suppression: Suppression, known: Mapping[str, str]) -> set[str]:
    return {known[name] for name in suppression.names if name in known}


def _covers(item: Acceptance, finding: Finding, known: Mapping[str, str]) -> bool:
    start = finding.place.start
    is_here = item.path == finding.place.path and any(first <= start <= last for first, last in item.spans)
    return is_here and finding.rule_id in _ids(item.suppression, known)


def _marked(finding: Finding, accepting: Sequence[Acceptance], known: Mapping[str, str]) -> Finding:
    found = next((item.suppression for item in accepting if _covers(item, finding, known)), None)
    return replace(finding, suppressed=found) if found else finding


def _nearly(findings: Iterable[Finding], noted: Collection[tuple[str, int]]) -> Iterator[Note]:
    """Comments at open findings that were meant to accept them."""
    places: set[tuple[str, int]] = set()
    for finding in findings:
        path, line = finding.place.path, finding.place.line
        shown = (item for item in finding.frame if line - 1 <= item.number <= line) if finding.is_open else ()
        places |= {(path, item.number) for item in shown if MARK not in item.text and _NEARLY.search(item.text)}
    for path, line in sorted(places.difference(noted)):
        yield Note(SUPPRESSION, path, line, f"this suppression cannot be read; {_FORM}")


def _expired(accepting: Iterable[Acceptance], today: date) -> Iterator[Note]:
    for item in accepting:
        if _is_over(item.suppression, today):
            yield _note(item, f"this suppression ended on {item.suppression.until}")


def _unknown(accepting: Iterable[Acceptance], known: Mapping[str, str]) -> Iterator[Note]:
    for item in accepting:
        for name in item.suppression.names:
            if name not in known:
                yield _note(item, f"this suppression names no rule: {name}{did_you_mean(name, known)}")


def _unused(
    accepting: Iterable[Acceptance], findings: Sequence[Finding], known: Mapping[str, str], active: set[str]
) -> Iterator[Note]:
    for item in accepting:
        for name in item.suppression.names if item.is_seen else ():
            one = replace(item, suppression=replace(item.suppression, names=(name,)))
            is_used = any(_covers(one, finding, known) for finding in findings)
            if known.get(name) in active and not is_used:
                yield _note(item, f"this suppression is not needed: no finding of {name}{_where(item)}")


def _where(item: Acceptance) -> str:
    """What a suppression is for, where its own place does not say it."""
    return f" at {item.suppression.key} in {item.path}" if item.suppression.key else ""


def _note(item: Acceptance, message: str) -> Note:
    return Note(SUPPRESSION, item.suppression.path, item.suppression.line, message)
