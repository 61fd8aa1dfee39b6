"""Whole small projects: the leaky ones are found out line by line, the clean ones stay silent."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from lk_audit.extractors.gates import GATES
from lk_audit.extractors.secret_names import USUAL
from lk_audit.rule_api import Options
from lk_audit.rule_loader import load_builtin_rules
from lk_audit.scanning import extraction, worth
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.source import Source
from tests.looks import look_at_all
from tests.samples import extract_facts

PROJECTS = Path(__file__).parent / "fixtures" / "projects"
EXPECTED = "expected.txt"


def sources_of(project: Path) -> list[Source]:
    """The project's files, under their paths in the project: as if it were a repository of its own."""
    files = sorted(path for path in project.rglob("*") if path.is_file() and path.name != EXPECTED)
    return [Source.from_bytes(path.relative_to(project).as_posix(), path.read_bytes()) for path in files]


def found_in(project: Path) -> list[str]:
    report = scan_sources(sources_of(project), load_builtin_rules(), Options(now=time.time()))
    assert not report.crashes
    return sorted(f"{item.place.path}:{item.place.line} {item.rule_id}" for item in report.findings)


@pytest.mark.parametrize("project", sorted(PROJECTS.iterdir()), ids=lambda path: path.name)
def test_a_project_has_exactly_the_expected_findings(project: Path) -> None:
    expected = (project / EXPECTED).read_text().splitlines()

    assert found_in(project) == expected


@pytest.mark.parametrize("project", sorted(PROJECTS.glob("*_clean")), ids=lambda path: path.name)
def test_a_clean_project_expects_nothing(project: Path) -> None:
    assert (project / EXPECTED).read_text() == ""


def test_nearly_every_rule_is_found_in_some_project() -> None:
    expected = "\n".join(path.read_text() for path in PROJECTS.rglob(EXPECTED))

    missing = {rule.id for rule in load_builtin_rules() if f" {rule.id}" not in expected}

    # A token without a lifetime is LK302's whole story; its own examples tell it.
    assert missing <= {"LK302"}


@pytest.mark.parametrize("project", sorted(PROJECTS.iterdir()), ids=lambda path: path.name)
def test_files_that_are_not_parsed_hold_no_facts(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = sources_of(project)
    gated = extract_facts(sources)[0]

    monkeypatch.setattr(worth, "opened", lambda _source, _names: frozenset(GATES))

    assert set(map(repr, extract_facts(sources)[0])) == set(map(repr, gated))


@pytest.mark.parametrize("project", sorted(PROJECTS.iterdir()), ids=lambda path: path.name)
def test_files_that_are_told_to_hold_nothing_hold_no_facts(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = sources_of(project)
    all_facts = extract_facts(sources)[0]

    monkeypatch.setattr(extraction, "telling", lambda some: [item for item in some if worth.may_tell(item, USUAL)])

    assert extract_facts(sources)[0] == all_facts


@pytest.mark.parametrize("project", sorted(PROJECTS.iterdir()), ids=lambda path: path.name)
def test_files_that_are_not_parsed_for_questions_change_no_fact(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = sources_of(project)
    told = extract_facts(sources)[0]

    look_at_all(monkeypatch)

    assert list(map(repr, extract_facts(sources)[0])) == list(map(repr, told))
