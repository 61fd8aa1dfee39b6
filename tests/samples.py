"""A small world for tests of what surrounds the analysis: one kind of fact, rules over it, sources that hold it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from lk_audit.edits import edited
from lk_audit.facts import Carrier, CredentialLiteral, Fact, Lead, Strength
from lk_audit.findings import Report
from lk_audit.hints import NOTHING, Hints
from lk_audit.project.files import Files
from lk_audit.rule_api import Confidence, Options, Problem, Rule, Severity, rule
from lk_audit.rule_loader import load_rules
from lk_audit.scanning import extraction
from lk_audit.scanning.extracted import Extracted, ParseNote
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.secret import Secret
from lk_audit.source import Source

EXAMPLE = "--- a.py\nBAD  # <- finding\n"
SECRET = "q7Zp2mVx9LkR" + "4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa"


class Word(Fact, frozen=True, kw_only=True):
    """The word BAD in a text; `origin` is where ORIGIN stands, if it does."""

    origin: Lead | None = None


def extract(sources: Sequence[Source]) -> Extracted:
    """Every BAD is a `Word`, every SECRET=... a credential, every BROKEN a line that cannot be parsed."""
    facts: list[Fact] = [fact for source in sources for fact in (*_words(source), *_credentials(source))]
    notes = [
        ParseNote(source.path, source.line_number(match.start()), "syntax error")
        for source in sources
        for match in re.finditer(rb"BROKEN", source.data)
    ]
    return Extracted(facts, notes)


def _words(source: Source) -> Iterator[Word]:
    origin = source.data.find(b"ORIGIN")
    lead = Lead(source.place(origin, origin + 6), "where it comes from") if origin >= 0 else None
    for match in re.finditer(rb"BAD(?: BAD)*", source.data):
        yield Word(place=source.place(*match.span()), origin=lead)


def _credentials(source: Source) -> Iterator[CredentialLiteral]:
    for match in re.finditer(rb"SECRET=(\S+)", source.data):
        yield CredentialLiteral(
            place=source.place(*match.span(1)),
            secret=Secret(match[1].decode()),
            strength=Strength.STRONG,
            carrier=Carrier.ENV_FILE,
        )


def extract_facts(
    sources: Sequence[Source], files: Files | None = None, hints: Hints = NOTHING
) -> tuple[list[Fact], list[ParseNote]]:
    """The facts that the analysis finds in some files, and its notes on them; a defect fails the test."""
    found = extraction.extract(sources, files, None, hints, 1)
    assert not found.crashes, found.crashes
    return found.facts, found.notes


def make_rule(  # noqa: PLR0913 - keywords, all optional
    name: str = "bad-word",
    *,
    id: str = "LK901",  # noqa: A002 - like the decorator's own
    severity: Severity = Severity.MEDIUM,
    confidence: Confidence = Confidence.HIGH,
    on_by_default: bool = True,
    find: Callable[[Word], Iterator[Problem]] | None = None,
) -> Rule[Any]:
    """A rule that finds every `Word`, or what `find` makes of it."""

    def check(word: Word) -> Iterator[Problem]:
        """A bad word is written down.

        It should not be.
        """
        if find is not None:
            yield from find(word)
            return
        leads = (word.origin,) if word.origin else ()
        yield Problem(word.place, "a bad word", confidence=confidence, trace=leads, related=leads)

    check.__name__ = name.replace("-", "_")
    made = rule(Word, id=id, severity=severity, cwe=798, fix="Leave it out.", bad=[EXAMPLE], good=["--- a.py\nfine\n"])
    return replace(made(check), on_by_default=on_by_default)


def credential_rule() -> Rule[Any]:
    """A rule that finds every credential and quotes it in its message."""

    def written_secret(literal: CredentialLiteral) -> Iterator[Problem]:
        """A secret is written down."""
        yield Problem(literal.place, f"secret {literal.secret.reveal()} is written down", subject="it")

    return rule(
        CredentialLiteral, id="LK902", severity=Severity.CRITICAL, cwe=798, fix="No.", bad=[EXAMPLE], good=[EXAMPLE]
    )(written_secret)


def report_on(*files: tuple[str, str], rules: Sequence[Rule[Any]] | None = None, **options: Any) -> Report:  # noqa: ANN401
    """The report on texts, by path, with the rules of this module."""
    sources = [Source.from_text(path, text) for path, text in files]
    known = {name: options.pop(name) for name in ("prefix", "known_rules") if name in options}
    return scan_sources(sources, rules or [make_rule()], Options(**options), extract=extract, **known)


def fixed(path: str, text: str, *others: tuple[str, str], unsafe: bool = False, max_ttl: float = 3600.0) -> str:
    """A file after all fixes of all rules, one by one until none is left, beside other files that stay as they are."""
    rules = load_rules(packs=False).rules
    beside = [Source.from_text(*other) for other in others]
    sources = [Source.from_text(path, text), *beside]
    for _ in range(10):
        report = scan_sources(sources, rules, Options(max_ttl=max_ttl))
        fixes = [item.automatic for item in report.open_findings if item.automatic]
        usable = [fix for fix in fixes if (unsafe or fix.is_safe) and {edit.place.path for edit in fix.edits} == {path}]
        if not usable:
            break
        sources = [Source(path, edited(sources[0].data, usable[0].edits)), *beside]
    return sources[0].text
