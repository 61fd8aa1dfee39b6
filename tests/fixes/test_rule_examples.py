"""Every fix of every bad example: the finding is gone, no other has come, and the rest is as it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import libcst
import pytest

from benchmarks import fixable
from benchmarks.fixable import sources_of
from lk_audit.edits import Fix, chosen, edited, edits_by_path
from lk_audit.findings import AnyRule, Finding, Report
from lk_audit.rule_api import Fixable
from lk_audit.rule_loader import load_rules
from lk_audit.source import Source

RULES = load_rules(packs=False).rules


def report_on(sources: Sequence[Source], rule: AnyRule) -> Report:
    return fixable.report_on(sources, rule, RULES)


ALL = list(fixable.findings_in_examples(RULES))
FOUND = [(item.name, item.rule, list(item.sources), item.finding, item.fix) for item in ALL if item.fix is not None]
FIXABLE = [pytest.param(*rest, id=name) for name, *rest in FOUND]


def applied(sources: Sequence[Source], fix: Fix) -> list[Source]:
    edits = edits_by_path([fix])
    return [Source(source.path, edited(source.data, edits.get(source.path, ()))) for source in sources]


def counts(report: Report) -> Counter[tuple[str, str]]:
    return Counter((finding.rule_id, finding.place.path) for finding in report.open_findings)


def test_the_table_of_what_can_be_fixed_is_current() -> None:
    text = (Path(__file__).parents[2] / fixable.PAGE).read_text(encoding="utf-8")

    assert text == fixable.page(RULES, ALL), "run: python -m benchmarks.fixable"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_says_what_can_be_fixed_in_its_examples(rule: AnyRule) -> None:
    safe = {fix.is_safe for _, _, _, finding, fix in FOUND if finding.rule_id == rule.id}

    assert rule.fixable is (Fixable.SAFE if True in safe else Fixable.UNSAFE if safe else None)


@pytest.mark.parametrize(("rule", "sources", "finding", "fix"), FIXABLE)
def test_a_fix_takes_its_finding_away_and_brings_no_other(
    rule: AnyRule, sources: list[Source], finding: Finding, fix: Fix
) -> None:
    before = report_on(sources, rule)
    after = report_on(applied(sources, fix), rule)

    assert counts(after)[finding.rule_id, finding.place.path] < counts(before)[finding.rule_id, finding.place.path]
    assert counts(after) - counts(before) == Counter()
    assert [note.message for note in after.notes] == [note.message for note in before.notes]
    assert after.crashes == ()


@pytest.mark.parametrize(("rule", "sources", "finding", "fix"), FIXABLE)
def test_a_fix_leaves_every_byte_outside_its_edits(
    rule: AnyRule, sources: list[Source], finding: Finding, fix: Fix
) -> None:
    del rule, finding
    for source, new in zip(sources, applied(sources, fix), strict=True):
        edits = edits_by_path([fix]).get(source.path, [])
        at_old, at_new = 0, 0
        for edit in edits:
            kept = edit.place.start - at_old
            assert new.data[at_new : at_new + kept] == source.data[at_old : edit.place.start]
            at_old, at_new = edit.place.end, at_new + kept + len(edit.text.encode())
        assert new.data[at_new:] == source.data[at_old:]


@pytest.mark.parametrize(("rule", "sources", "finding", "fix"), FIXABLE)
def test_fixed_python_is_python_to_another_parser(
    rule: AnyRule, sources: list[Source], finding: Finding, fix: Fix
) -> None:
    del rule, finding
    for source in applied(sources, fix):
        if source.path.endswith(".py"):
            libcst.parse_module(source.text)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_all_fixes_of_an_example_can_be_made_until_none_is_left(rule: AnyRule) -> None:
    for text in rule.bad:
        sources = sources_of(text)
        for _ in range(6):
            report = report_on(sources, rule)
            fixes = chosen(item.automatic for item in report.open_findings if item.automatic is not None)
            if not fixes:
                break
            edits = edits_by_path(fixes)
            sources = [Source(item.path, edited(item.data, edits.get(item.path, ()))) for item in sources]

        assert [item.rule_name for item in report.open_findings if item.automatic is not None] == []
