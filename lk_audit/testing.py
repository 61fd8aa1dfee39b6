"""Runs the examples that rules carry: tiny projects whose marked lines must be found. Rule packs test with it too.

An example is text. `--- path` starts a file; a comment `<- finding` marks a line on which the rule must find something.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import ModuleType

from msgspec import Struct

from lk_audit.findings import AnyRule, Finding
from lk_audit.patterns import regex
from lk_audit.rule_api import Options
from lk_audit.rule_loader import load_builtin_rules, load_folder
from lk_audit.scanning.extracted import Extract
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.source import Source

MARK = "<- finding"
NOW = 1_767_225_600.0
"""The time at which examples are judged: the beginning of 2026."""

_HEADER = "--- "
_MARK_COMMENT = regex(r"[ \t]*(?:#|//|/\*|\{/\*|<!--|--|;)[ \t]*<- finding[ \t]*(?:\*/\}?|-->)?[ \t]*$", re.MULTILINE)


class Outcome(Struct, frozen=True):
    """The lines, as (path, line), that an example marks and that were found on it; `crashes` tells of defects."""

    marked: frozenset[tuple[str, int]]
    found: frozenset[tuple[str, int]]
    findings: tuple[Finding, ...]
    crashes: tuple[str, ...]

    @property
    def missed(self) -> list[tuple[str, int]]:
        return sorted(self.marked - self.found)

    @property
    def surplus(self) -> list[tuple[str, int]]:
        return sorted(self.found - self.marked)


def read_example(text: str) -> list[Source]:
    """The files of an example, marks included.

    Raises:
        ValueError: text stands before the first header, a file occurs twice, or there is no file at all.
    """
    files: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for line in text.splitlines():
        if line.startswith(_HEADER):
            path = line.removeprefix(_HEADER).strip()
            if path in files:
                raise ValueError(f"the example holds {path} twice")
            lines = files[path] = []
        elif lines is not None:
            lines.append(line)
        elif line.strip():
            raise ValueError("the example does not start with a header: --- path")
    if not files:
        raise ValueError("the example holds no file; start one with: --- path")
    return [Source.from_text(path, "\n".join(lines).strip("\n") + "\n") for path, lines in files.items()]


def marked_lines(sources: Iterable[Source]) -> frozenset[tuple[str, int]]:
    """The marked lines, as (path, line)."""
    return frozenset(
        (source.path, number)
        for source in sources
        for number, line in enumerate(source.text.splitlines(), 1)
        if MARK in line
    )


def without_marks(text: str) -> str:
    """Text without the comments that mark lines; for formats that have no comments, and for readers."""
    return _MARK_COMMENT.sub("", text)


def run_example(
    text: str, rules: Sequence[AnyRule], options: Options | None = None, *, extract: Extract | None = None
) -> Outcome:
    """What `rules` find in an example. A finding counts where it starts; suppressed ones do not count.

    Raises:
        ValueError: the text is not an example.
    """
    sources = read_example(text)
    bare = [Source.from_text(source.path, without_marks(source.text)) for source in sources]
    report = scan_sources(bare, rules, options or Options(now=NOW), extract=extract)
    findings = report.open_findings
    return Outcome(
        marked=marked_lines(sources),
        found=frozenset((finding.place.path, finding.place.line) for finding in findings),
        findings=findings,
        crashes=tuple(f"{crash.error} at {crash.raised_at} on {crash.path}" for crash in report.crashes),
    )


# --- rule packs -------------------------------------------------------------------------------------------------------


def rules_of(package: ModuleType) -> list[AnyRule]:
    """The rules of a rule pack, given its package.

    Raises:
        RuleLoadError: a rule file is broken, or there is none.
    """
    return [rule for folder in package.__path__ for rule in load_folder(Path(folder), package.__name__)]


def mistakes_in_examples(rules: Sequence[AnyRule]) -> list[str]:
    """What is wrong with the examples of rules, a line each; nothing when they hold.

    In a `bad` example its rule must find every marked line and no other; in a `good` one neither it nor any built-in
    rule that is on by default may find anything.
    """
    usual = [rule for rule in load_builtin_rules() if rule.on_by_default]
    return [
        f"{rule.id} {rule.name}, {kind} example {number}: {mistake}"
        for rule in rules
        for kind, examples, judges in (("bad", rule.bad, [rule]), ("good", rule.good, [*usual, rule]))
        for number, text in enumerate(examples, 1)
        for mistake in _mistakes(text, judges, is_bad=kind == "bad")
    ]


def _mistakes(text: str, judges: Sequence[AnyRule], *, is_bad: bool) -> Iterator[str]:
    try:
        outcome = run_example(text, judges)
    except ValueError as error:
        yield str(error)
        return
    if is_bad and not outcome.marked:
        yield f"no line is marked with a comment {MARK}"
    if not is_bad and outcome.marked:
        yield f"a line is marked with {MARK}"
    yield from (f"nothing is found on {path}:{line}" for path, line in outcome.missed)
    surplus = [item for item in outcome.findings if (item.place.path, item.place.line) in set(outcome.surplus)]
    yield from (f"{item.rule_id} finds {item.place.path}:{item.place.line}: {item.message}" for item in surplus)
    yield from outcome.crashes
