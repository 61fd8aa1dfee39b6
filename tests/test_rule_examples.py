"""Every example of every rule."""

from __future__ import annotations

import pytest

from lk_audit.findings import AnyRule
from lk_audit.rule_loader import load_rules
from lk_audit.testing import run_example

RULES = load_rules(packs=False).rules
DEFAULT = [rule for rule in RULES if rule.on_by_default]


def examples(kind: str) -> list[pytest.param]:  # type: ignore[valid-type]  # pytest exports no type for it
    return [
        pytest.param(rule, text, id=f"{rule.name}-{number}")
        for rule in RULES
        for number, text in enumerate(getattr(rule, kind), 1)
    ]


@pytest.mark.parametrize(("rule", "text"), examples("bad"))
def test_a_bad_example_is_found_on_exactly_the_marked_lines(rule: AnyRule, text: str) -> None:
    outcome = run_example(text, [rule])

    assert outcome.marked
    assert (outcome.missed, outcome.surplus, outcome.crashes) == ([], [], ())


@pytest.mark.parametrize(("rule", "text"), examples("good"))
def test_a_good_example_is_clean_under_every_rule(rule: AnyRule, text: str) -> None:
    rules = list({other.id: other for other in (*DEFAULT, rule)}.values())
    outcome = run_example(text, rules)

    assert not outcome.marked
    assert [(finding.rule_name, finding.place.path, finding.place.line) for finding in outcome.findings] == []
    assert outcome.crashes == ()
