"""`lk-audit explain`: the whole page of a rule, in a terminal."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from lk_audit.cli.pages import rule_text
from lk_audit.findings import AnyRule
from lk_audit.reporters import Presentation
from lk_audit.rule_api import Fixable
from lk_audit.rule_loader import load_rules
from tests.samples import make_rule

RULES = load_rules(packs=False).rules


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_page_of_a_rule_is_complete(rule: AnyRule) -> None:
    page = rule_text(rule, Presentation(width=80))
    told = squeezed(page)

    assert f"{rule.id} {rule.name}  {rule.severity.label}" in page
    assert ("off by default" in told) is not rule.on_by_default
    assert squeezed(rule.explanation) in told
    assert squeezed(rule.fix) in told
    assert f"https://cwe.mitre.org/data/definitions/{rule.cwe}.html" in told
    assert all(address in told for address in rule.references)
    assert ("scan --fix" in told) is (rule.fixable is not None)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_example_stands_in_the_page_line_by_line(rule: AnyRule) -> None:
    page = rule_text(rule, Presentation(width=80))
    found, clean = page.split("\nFound\n")[1].split("\nNot found\n")

    for part, examples in ((found, rule.bad), (clean, rule.good)):
        shown = part.splitlines()
        for example in examples:
            for line in example.splitlines():
                wanted = f"  {line[4:]}" if line.startswith("--- ") else f"    {line}".rstrip()
                assert wanted in shown
    assert found.count("<- finding") == sum(example.count("<- finding") for example in rule.bad)


@pytest.mark.parametrize(
    ("fixable", "said"),
    [
        (Fixable.SAFE, "lk-audit scan --fix can do it;"),
        (Fixable.UNSAFE, "lk-audit scan --fix --unsafe-fixes can do it, and takes something away"),
    ],
)
def test_the_page_says_what_a_program_can_do(fixable: Fixable, said: str) -> None:
    assert said in squeezed(rule_text(replace(make_rule(), fixable=fixable), Presentation()))


def test_prose_keeps_to_the_width_of_the_terminal() -> None:
    prose = rule_text(RULES[0], Presentation(width=60)).split("\nFound\n")[0].splitlines()[1:]

    assert max(map(len, prose)) <= 60
