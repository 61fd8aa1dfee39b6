"""Pages of the command line besides the report: a rule explained, the catalogue, a token inspected."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial

from lk_audit import cwe, token_inspection
from lk_audit.findings import AnyRule
from lk_audit.livekit.tokens import DecodedToken
from lk_audit.reporters import Presentation
from lk_audit.reporters.screen import Painter, folded, printable
from lk_audit.rule_address import address
from lk_audit.rule_api import Fixable, Options, Problem
from lk_audit.rule_pages import rule_table

_INDENT = "    "
_BY_PROGRAM = {
    Fixable.SAFE: "lk-audit scan --fix can do it; --diff shows what it would do.",
    Fixable.UNSAFE: (
        "lk-audit scan --fix --unsafe-fixes can do it, and takes something away or needs more done: see --diff first."
    ),
}


def rule_text(rule: AnyRule, presentation: Presentation) -> str:
    """A rule for the terminal: what, why, what to do, and examples."""
    paint, fold = Painter(color=presentation.color), partial(folded, width=presentation.width)
    usual = "" if rule.on_by_default else ", off by default"
    title = f"{rule.id} {rule.name}"
    lines = [
        f"{paint('strong', title)}  {paint(rule.severity.label, rule.severity.label)}{usual}  {cwe.title(rule.cwe)}",
        "",
    ]
    for paragraph in rule.explanation.split("\n\n"):
        lines += [*fold(paragraph, first="", rest=""), ""]
    lines += [paint("good", "What to do"), *fold(rule.fix, first="  ", rest="  ")]
    lines += [*(fold(_BY_PROGRAM[rule.fixable], first="  ", rest="  ") if rule.fixable else ()), ""]
    for heading, examples in (("Found", rule.bad), ("Not found", rule.good)):
        lines += [paint("strong", heading), *_examples(examples, paint)]
    lines += [
        paint("strong", "Further reading"),
        *(f"  {address}" for address in dict.fromkeys((address(rule), cwe.url(rule.cwe), *rule.references))),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _examples(examples: Sequence[str], paint: Painter) -> Iterator[str]:
    for example in examples:
        for line in example.splitlines():
            is_title = line.startswith("--- ")
            yield paint("faint", f"  {line[4:]}") if is_title else f"{_INDENT}{line}".rstrip()
        yield ""


def catalogue(rules: Sequence[AnyRule], style: str, presentation: Presentation) -> str:
    """All rules as "text", "json" or "markdown"."""
    if style == "markdown":
        return rule_table(rules)
    if style == "json":
        return json.dumps([_entry(rule) for rule in rules], indent=2) + "\n"
    paint = Painter(color=presentation.color)
    widths = (max(len(rule.id) for rule in rules), max(len(rule.name) for rule in rules))
    return "\n".join(line for rule in rules for line in _row(rule, paint, widths, presentation.width)) + "\n"


def _row(rule: AnyRule, paint: Painter, widths: tuple[int, int], columns: int) -> Iterator[str]:
    of_ids, of_names = widths
    indent = " " * (of_ids + 2 + of_names + 2 + len("critical  "))
    summary = rule.summary + ("" if rule.on_by_default else " (off by default)")
    severity = paint(rule.severity.label, rule.severity.label.ljust(8))
    name = paint("strong", rule.name.ljust(of_names))
    row = f"{rule.id.ljust(of_ids)}  {name}  {severity}"
    if columns - len(indent) < _ROOM_FOR_WORDS:
        yield row.rstrip()
        yield from folded(summary, columns, "  ", "  ")
        return
    lines = folded(summary, columns, indent, indent)
    yield f"{row}  {lines[0].strip()}"
    yield from lines[1:]


_ROOM_FOR_WORDS = 30
"""Columns; where there are fewer beside the names, summaries stand below them."""


def _entry(rule: AnyRule) -> dict[str, object]:
    return {
        "id": rule.id,
        "name": rule.name,
        "severity": rule.severity.label,
        "security_severity": rule.severity.score,
        "cwe": rule.cwe,
        "on_by_default": rule.on_by_default,
        "summary": rule.summary,
        "fix": rule.fix,
    }


def token_text(
    token: DecodedToken,
    problems: Sequence[tuple[AnyRule, Problem]],
    options: Options,
    presentation: Presentation,
) -> str:
    """A token for the terminal: what it is, what its holder may do, what is wrong with it."""
    paint = Painter(color=presentation.color)
    rows = [("token", token.secret.masked), *token_inspection.properties(token, options.now)]
    width = max(len(label) for label, _ in rows)
    lines = [f"{paint('strong', label.ljust(width))}  {printable(value)}" for label, value in rows]
    lines += ["", paint("strong", "its holder may")]
    granted = token_inspection.rights(token)
    lines += [f"  {right} {paint('faint', f'({reason})')}" for right, reason in granted] or ["  do nothing"]
    refused = token_inspection.denied(token)
    lines += [paint("faint", f"  not: {', '.join(refused)}")] if refused else []
    lines += ["", *_verdict(problems, paint, presentation.width)]
    return "\n".join(lines) + "\n"


def _verdict(problems: Sequence[tuple[AnyRule, Problem]], paint: Painter, width: int) -> Iterator[str]:
    if not problems:
        yield paint("good", "nothing wrong with it")
    for rule, problem in problems:
        severity = (problem.severity or rule.severity).label
        head = f"{severity} {rule.id}[{rule.name}]:"
        first, *rest = folded(problem.message, width, " " * (len(head) + 1), "  ")
        yield f"{paint(severity, severity)} {paint('strong', head[len(severity) + 1 :])} {first.strip()}"
        yield from rest
    yield ""
    yield paint(
        "faint", "The signature was not checked. A token is checked when it connects; expiry disconnects nobody."
    )
