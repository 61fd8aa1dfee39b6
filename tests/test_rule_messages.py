"""What each rule says of its bad examples: how bad it is, how sure it is of it, in which words, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from lk_audit.findings import AnyRule
from lk_audit.rule_loader import load_builtin_rules
from lk_audit.testing import run_example

MESSAGES = Path(__file__).with_name("rule_messages.txt").read_text("utf-8").splitlines()
ADVICE = Path(__file__).with_name("rule_advice.txt").read_text("utf-8").splitlines()


@pytest.mark.parametrize("rule", load_builtin_rules(), ids=lambda rule: rule.name)
def test_a_rule_says_what_is_wrong(rule: AnyRule) -> None:
    findings = [finding for text in rule.bad for finding in run_example(text, [rule]).findings]

    said = {f"{item.rule_id} {item.severity.name.lower()} {item.confidence.value}: {item.message}" for item in findings}
    assert sorted(said) == [line for line in MESSAGES if line.startswith(f"{rule.id} ")]


@pytest.mark.parametrize("rule", load_builtin_rules(), ids=lambda rule: rule.name)
def test_a_rule_says_what_is_to_be_done(rule: AnyRule) -> None:
    findings = [finding for text in rule.bad for finding in run_example(text, [rule]).findings]

    said = {f"{item.rule_id}: {item.fix}" for item in findings}
    assert sorted(said) == [line for line in ADVICE if line.startswith(f"{rule.id}:")]
