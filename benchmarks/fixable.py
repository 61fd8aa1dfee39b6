"""How many findings of the rules' own bad examples a program can fix: `python -m benchmarks.fixable` writes the table.

The table is docs/fixable.md; a test compares it with what the examples give today.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from lk_audit.edits import Fix
from lk_audit.findings import AnyRule, Finding, Report
from lk_audit.rule_address import page_name
from lk_audit.rule_api import Options
from lk_audit.rule_loader import load_rules
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.source import Source
from lk_audit.testing import NOW, read_example, without_marks

PAGE = Path("docs", "fixable.md")
_INTRODUCTION = """\
# What `--fix` can do

The findings of each rule in its own bad examples, and how many of them a program can fix. A safe fix (`--fix`) takes
nothing away that a program may need; the others come with `--fix --unsafe-fixes`. Every one of these fixes is made by
the tests: its finding must be gone, and no other may come. This file is generated: `python -m benchmarks.fixable`.

| rule | bad examples | findings | fixable | of these safe |
|---|---|---|---|---|
"""


class Found(Struct, frozen=True):
    """A finding in a bad example of a rule, which need not be that rule's; `name` tells example and finding."""

    name: str
    rule: AnyRule
    sources: tuple[Source, ...]
    finding: Finding

    @property
    def fix(self) -> Fix | None:
        return self.finding.automatic


def sources_of(text: str) -> list[Source]:
    """The files of an example without the marks, as a user would have them."""
    return [Source.from_text(source.path, without_marks(source.text)) for source in read_example(text)]


def report_on(sources: Sequence[Source], rule: AnyRule, rules: Iterable[AnyRule]) -> Report:
    """What the default rules and this one find."""
    active = [item for item in rules if item.on_by_default or item.id == rule.id]
    return scan_sources(sources, active, Options(now=NOW))


def findings_in_examples(rules: Sequence[AnyRule]) -> Iterator[Found]:
    """All findings in all bad examples."""
    for rule in rules:
        for number, text in enumerate(rule.bad, 1):
            sources = sources_of(text)
            for place, finding in enumerate(report_on(sources, rule, rules).open_findings, 1):
                yield Found(f"{rule.name}-{number}-{finding.rule_name}-{place}", rule, tuple(sources), finding)


def page(rules: Sequence[AnyRule], found: Iterable[Found]) -> str:
    """The table: of every rule its own findings in its own examples."""
    own = [item for item in found if item.finding.rule_id == item.rule.id]
    counts = [_counts(rule, [item for item in own if item.rule.id == rule.id]) for rule in rules]
    names = [f"[{rule.id} {rule.name}](rules/{page_name(rule)})" for rule in rules]
    total = tuple(sum(column) for column in zip(*counts, strict=True))
    rows = zip([*names, "all"], [*counts, total], strict=True)
    return _INTRODUCTION + "".join(f"| {name} | {' | '.join(map(str, row))} |\n" for name, row in rows)


def _counts(rule: AnyRule, own: Sequence[Found]) -> tuple[int, ...]:
    fixes = [item.fix for item in own if item.fix is not None]
    return len(rule.bad), len(own), len(fixes), sum(fix.is_safe for fix in fixes)


def main() -> None:
    rules = load_rules(packs=False).rules
    PAGE.write_text(page(rules, findings_in_examples(rules)), encoding="utf-8")
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    main()
