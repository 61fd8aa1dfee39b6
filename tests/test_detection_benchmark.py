"""The input of the comparison with other tools, and what a scan makes of it."""

from __future__ import annotations

import json
import time

import pytest

from benchmarks.cases import Case, all_cases, carrier_cases, example_cases, project_cases
from benchmarks.detection import score, table
from benchmarks.tools import Hit, Run
from lk_audit.rule_api import Options
from lk_audit.rule_loader import load_builtin_rules
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.scanning.written_down import written_down
from lk_audit.source import Source

CARRIERS = list(carrier_cases())
LEAKY = [case for case in CARRIERS if case.planted]
CLEAN = [case for case in CARRIERS if not case.planted]
UNSEEN = {
    "c-plus-plus",
    "gradle-build-field",
    "gradle-kotlin-build-field",
    "key-file",
    "markdown-table",
    "powershell",
    "rust",
    "terraform-variable",
}
"""Carriers in which a scan does not see the secret yet; one that it does see by now may stay here."""
UNSEEN_SELF_MADE = {
    *UNSEEN,
    "credentials-from-the-dashboard",
    "csv",
    "java-call",
    "kubernetes-configmap",
    "markdown-prose",
    "rust-call",
}
"""The same for pairs that nothing but their surroundings tells from others."""
IMAGINED = {"reference/compose-map"}
"""Carriers in which a scan takes something for a secret yet."""


def found_in(case: Case) -> set[tuple[str, int]]:
    return {
        (fact.place.path, fact.place.line)
        for path, text in case.files.items()
        for fact in written_down(Source.from_text(path, text))[0]
    }


def identify(case: Case) -> str:
    return case.folder.removeprefix("carriers/")


@pytest.mark.parametrize("case", LEAKY, ids=identify)
def test_a_planted_secret_is_found_on_its_line_and_nothing_else_is(case: Case) -> None:
    found = found_in(case)

    unseen = UNSEEN if case.corpus == "carriers" else UNSEEN_SELF_MADE
    assert found == case.planted or (case.folder.rpartition("/")[2] in unseen and not found)


@pytest.mark.parametrize("case", CLEAN, ids=identify)
def test_nothing_is_found_where_a_placeholder_or_a_reference_stands(case: Case) -> None:
    assert not found_in(case) or identify(case) in IMAGINED


def test_the_rules_see_exactly_what_the_examples_and_projects_plant() -> None:
    rules = [rule for rule in load_builtin_rules() if rule.id in {"LK101", "LK102", "LK202", "LK501", "LK502"}]

    for case in (*example_cases(), *project_cases()):
        sources = [Source.from_text(path, text) for path, text in case.files.items()]
        report = scan_sources(sources, rules, Options(now=time.time()))
        assert {(item.place.path, item.place.line) for item in report.findings} == case.planted, case.folder


def test_the_input_is_the_same_every_time_and_no_two_cases_share_a_file() -> None:
    cases = all_cases()
    paths = [f"{case.folder}/{path}" for case in cases for path in case.files]

    assert cases == all_cases()
    assert len(paths) == len(set(paths))


def test_every_carrier_plants_something_and_is_valid_json_where_it_says_so() -> None:
    assert len({case.folder for case in LEAKY if case.corpus == "carriers"}) * 2 == len(CLEAN)
    for case in CARRIERS:
        for path, text in case.files.items():
            if path.endswith((".json", ".ipynb", ".map")) and "/.vscode/" not in f"/{path}":
                json.loads(text)


def test_the_score_counts_planted_lines_and_lines_of_clean_cases() -> None:
    leaky = Case("carriers", "a", {"x": ""}, frozenset({("x", 1), ("x", 2)}))
    clean = Case("carriers", "b", {"x": ""})
    hits = frozenset({Hit("a/x", 1, "one"), Hit("a/x", 1, "two"), Hit("a/x", 9, "one"), Hit("b/x", 3, "one")})

    result = score([leaky, clean], hits)
    text = "\n".join(table([leaky, clean], [Run("tool", "1.0", hits, 0.5)]))

    assert (result.planted, result.found, result.invented, result.clean_cases) == (2, 1, 1, 1)
    assert (
        "| tool | 1.0 | 1 of 2, 1 in 1 | 0 of 0, 0 in 0 | 0 of 0, 0 in 0 | 0 of 0, 0 in 0 | 1 | 0.5 | one 1, two 1 |"
        in text
    )
