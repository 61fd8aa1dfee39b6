"""Text that several reporters need: what may stand in any report, and in which order findings are told."""

from __future__ import annotations

from collections.abc import Iterable

from lk_audit.findings import Finding, Note, Report
from lk_audit.patterns import regex
from lk_audit.reporters import readable_path
from lk_audit.reporters.screen import printable

_SURROGATES = regex(r"[\ud800-\udfff]")
_NON_ASCII = regex(r"[^\x00-\x7f]+")


def one_line(text: str) -> str:
    """A message on one line."""
    return printable(" ".join(text.split()))


def json_text(document: object) -> str:
    """A document as JSON in ASCII. Lone surrogates, at which many readers stop, become U+FFFD."""
    import json  # noqa: PLC0415 - formats that are JSON only

    text = _SURROGATES.sub("\ufffd", json.dumps(document, indent=2, ensure_ascii=False))
    return _NON_ASCII.sub(lambda match: json.dumps(match.group())[1:-1], text) + "\n"


def repository_path(report: Report, path: str) -> str:
    """A path as seen from the root of the repository, which is where GitHub and GitLab start."""
    return printable(readable_path(report.prefix + path)).replace("\n", "\ufffd").replace("\t", "\ufffd")


def shown_path(path: str) -> str:
    """A path on one line, relative to the folder of the scan."""
    return printable(readable_path(path)).replace("\n", "\ufffd").replace("\t", "\ufffd")


def most_severe_first(findings: Iterable[Finding]) -> list[Finding]:
    """The findings by severity; equally severe ones keep their order."""
    return sorted(findings, key=lambda finding: -finding.severity.score)


def worst_problems(report: Report) -> list[tuple[Finding, ...]]:
    """The open problems by severity, each with all its places; equally severe ones keep their order."""
    return sorted(report.open_problems, key=lambda group: -group[0].severity.score)


def sentence(text: str) -> str:
    """A sentence of a phrase: a capital first, unless it begins with a name from code, and a full stop last."""
    phrase = text.strip()
    first, _, _ = phrase.partition(" ")
    is_name = first.lower() != first or "_" in first or "(" in first
    begin = phrase[:1] if is_name else phrase[:1].upper()
    return f"{begin}{phrase[1:]}{'' if phrase.endswith(('.', '!', '?')) else '.'}"


def bounded(text: str, limit: int) -> str:
    """A text of at most `limit` characters."""
    return text if len(text) <= limit else text[: limit - 2].rstrip() + "…."


def counted(count: int, word: str, several: str = "") -> str:
    """A number of things: "1 file", "2 files"; `several` is for a word that takes more than an "s"."""
    return f"{count} {word if count == 1 else several or word + 's'}"


def noted(note: Note) -> str:
    """A note with its place, if it has one."""
    return f"{shown_path(note.path)}:{note.line}: {note.message}" if note.path else note.message


def accepted_because(finding: Finding) -> str:
    """Why a finding is not open; empty when it is."""
    accepted = finding.suppressed
    if accepted is not None and accepted.in_configuration and not accepted.key:
        return one_line(accepted.reason)
    if accepted is not None:
        where = f"{shown_path(accepted.path)}:{accepted.line}" if accepted.key else f"a comment on line {accepted.line}"
        until = f" until {accepted.until.isoformat()}" if accepted.until else ""
        reason = f": {one_line(accepted.reason)}" if accepted.reason else ""
        return f"accepted by {where}{until}{reason}"
    return "in the baseline" if finding.baselined else ""
