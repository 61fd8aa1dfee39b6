"""What holds for the rules as a whole."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import PurePosixPath

import pytest

from lk_audit import cwe
from lk_audit.facts import TokenMint
from lk_audit.findings import AnyRule
from lk_audit.rule_loader import builtin_rules_folder, load_rules
from lk_audit.testing import read_example, run_example

RULES = load_rules(packs=False).rules
PYTHON = {".py"}
JAVASCRIPT = {".js", ".jsx", ".mjs", ".ts", ".tsx"}

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


def suffixes(rule: AnyRule) -> set[str]:
    return {PurePosixPath(source.path).suffix for text in rule.bad for source in read_example(text)}


def test_ids_and_names_are_unique() -> None:
    counts = Counter(name for rule in RULES for name in (rule.id, rule.name))

    assert [name for name, count in counts.items() if count > 1] == []


def test_every_file_of_the_rules_folder_is_a_rule_named_like_it() -> None:
    files = {file.stem.replace("_", "-") for file in builtin_rules_folder().glob("*.py") if file.name[0] != "_"}

    assert files == {rule.name for rule in RULES}


@each_rule
def test_a_rule_has_an_id_of_this_project(rule: AnyRule) -> None:
    assert re.fullmatch(r"LK[1-6]\d\d", rule.id)


@each_rule
def test_the_first_paragraph_of_the_explanation_is_one_sentence(rule: AnyRule) -> None:
    assert rule.summary.endswith(".")
    assert rule.summary[0].isupper()
    assert len(rule.summary) <= 140


@each_rule
def test_the_explanation_says_why_it_matters(rule: AnyRule) -> None:
    assert "\n\n" in rule.explanation


@each_rule
def test_the_fix_is_in_whole_sentences(rule: AnyRule) -> None:
    assert rule.fix[0].isupper()
    assert rule.fix.endswith(".")


@each_rule
def test_the_weakness_is_known_by_name(rule: AnyRule) -> None:
    assert rule.cwe in cwe.NAMES


@each_rule
def test_a_rule_about_minting_shows_it_in_python_and_javascript(rule: AnyRule) -> None:
    if rule.fact is TokenMint:
        shown = suffixes(rule)

        assert shown & JAVASCRIPT
        assert shown & PYTHON or rule.name == "client-side-mint"


@each_rule
def test_messages_lead_with_what_is_wrong_in_one_sentence(rule: AnyRule) -> None:
    messages = {finding.message for text in rule.bad for finding in run_example(text, [rule]).findings}

    assert messages
    for message in messages:
        first = message.split()[0]
        assert not message.endswith(".")
        assert "\n" not in message
        assert first == first.lower() or is_name(first), message


def is_name(word: str) -> bool:
    """Whether capitals in a word are the word's own: LiveKit, API, roomAdmin, AccessToken, LIVEKIT_URL ..."""
    return sum(character.isupper() for character in word) > 1 or word[0].islower()
