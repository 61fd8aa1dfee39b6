"""Laws of a scan, tried in every language that a rule's example or a fixture project has a file of."""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from fuzzing import invariants
from fuzzing.mutation import spliced
from lk_audit.findings import Report
from lk_audit.machine import processes
from lk_audit.project.files import Files
from lk_audit.reporters import Presentation, render
from lk_audit.scanning import file_analysis
from lk_audit.scanning.pipeline import analysis, scan_sources
from lk_audit.source import Source
from tests.cache.trees import put, scanned, shown
from tests.properties.seeds import (
    FIXTURES,
    LANGUAGES,
    OPTIONS,
    RULES,
    found,
    law,
    projects,
    scan,
    with_comment,
    with_comment_on,
)

SCHEMA = json.loads((FIXTURES.parent / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR: Any = jsonschema_rs.validator_for(SCHEMA)

languages = pytest.mark.parametrize("language", LANGUAGES)
chances = st.randoms(use_true_random=False)


def drawn(data: st.DataObject, language: str) -> list[Source]:
    """A seed with a file of a language."""
    choices = projects(language)
    return choices[data.draw(st.integers(0, len(choices) - 1), "seed")]


def rendered(report: Report) -> list[str]:
    return [render(name, replace(report, elapsed=0.0), Presentation()) for name in ("json", "sarif", "text")]


@languages
@law(6)
@given(st.data(), chances)
def test_the_order_of_files_changes_no_byte_of_a_report(
    language: str, data: st.DataObject, chance: random.Random
) -> None:
    sources = drawn(data, language)
    shuffled = chance.sample(sources, len(sources))

    assert rendered(scan(shuffled)) == rendered(scan(sources))


@pytest.mark.skipif(not processes.can_spread(), reason="processes do not fork here")
@law(4)
@given(st.lists(st.sampled_from(LANGUAGES), min_size=2, max_size=4), st.data(), st.integers(2, 5))
def test_the_number_of_processes_changes_no_byte_of_a_report(chosen: list[str], data: st.DataObject, jobs: int) -> None:
    sources = [
        Source(f"{number}/{source.path}", source.data)
        for number, language in enumerate(chosen)
        for source in drawn(data, language)
    ]

    alone, together = (
        scan_sources(sources, RULES, OPTIONS, extract=analysis(Files(sources), jobs=count)) for count in (1, jobs)
    )

    assert rendered(together) == rendered(alone)


@languages
@law(3)
@given(st.data())
def test_what_is_kept_of_parsed_files_changes_no_byte_of_a_report(language: str, data: st.DataObject) -> None:
    sources = drawn(data, language)
    usual = rendered(scan(sources))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(file_analysis, "_MOST_KEPT", 0)
        forgetful = rendered(scan([Source(item.path, item.data) for item in sources]))

    assert forgetful == usual
    assert rendered(scan(sources)) == usual


@languages
@law(2)
@given(st.data(), st.floats(0, 1))
def test_whatever_a_cache_holds_changes_no_byte_of_a_report(language: str, data: st.DataObject, share: float) -> None:
    sources = drawn(data, language)
    with tempfile.TemporaryDirectory() as folder:
        root, cache = Path(folder, "tree"), Path(folder, "cache")
        for item in sources:
            put(root, item.path, item.text[: int(len(item.text) * share)])
        scanned(root, cache)
        for item in sources:
            put(root, item.path, item.text)
        fresh, stale, warm = (shown(scanned(root, kept)) for kept in (None, cache, cache))

    assert stale == fresh
    assert warm == fresh


@languages
@law(6)
@given(st.data())
def test_windows_line_ends_change_nothing(language: str, data: st.DataObject) -> None:
    sources = drawn(data, language)
    windows = [Source(item.path, item.data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")) for item in sources]

    assert found(scan(windows)) == found(scan(sources))


@languages
@law(6)
@given(st.data())
def test_a_comment_line_above_moves_findings_by_one_line_and_keeps_their_identity(
    language: str, data: st.DataObject
) -> None:
    sources = drawn(data, language)
    longer = {item.path: with_comment(item, "a remark") for item in sources}
    before, after = scan(sources), scan([longer[item.path] or item for item in sources])

    moved = [(rule, path, line + (longer[path] is not None)) for rule, path, line in found(before)]

    assert found(after) == moved
    assert [item.fingerprint for item in after.findings] == [item.fingerprint for item in before.findings]


@languages
@law(10)
@given(st.data(), st.floats(0, 1))
def test_a_file_cut_anywhere_never_crashes_a_scan(language: str, data: st.DataObject, share: float) -> None:
    cut = [Source.from_bytes(item.path, item.data[: int(len(item.data) * share)]) for item in drawn(data, language)]

    invariants.check_scan(cut, RULES)


@languages
@law(10)
@given(st.data(), chances)
def test_every_place_lies_inside_its_file_however_its_tokens_are_mixed(
    language: str, data: st.DataObject, chance: random.Random
) -> None:
    sources = drawn(data, language)
    mutate = spliced([item.data for item in sources])
    mixed = [Source.from_bytes(item.path, mutate(item.data, chance).replace(b"\0", b" ")) for item in sources]

    report = invariants.check_scan(mixed, RULES)
    for source in mixed:
        invariants.check_syntax(source)

    invariants.check_sarif(render("sarif", report, Presentation()), VALIDATOR)


@languages
@law(8)
@given(st.data())
def test_a_suppression_marks_findings_and_neither_adds_nor_drops_one(language: str, data: st.DataObject) -> None:
    sources = drawn(data, language)
    before = scan(sources)
    if not before.findings:
        return
    chosen = data.draw(st.sampled_from(before.findings), "finding")
    marked, unmarked = (
        _commented(sources, chosen.place.path, chosen.place.line, f"{word}: ignore[{chosen.rule_name}] accepted")
        for word in ("lk-audit", "lk_audit")
    )

    after = scan(marked)

    assert found(after) == found(scan(unmarked))
    assert all(item.rule_id == chosen.rule_id for item in after.findings if item.suppressed)
    assert all(item.place.line == chosen.place.line for item in after.findings if item.suppressed)


def _commented(sources: list[Source], path: str, line: int, text: str) -> list[Source]:
    return [(with_comment_on(item, line, text) if item.path == path else None) or item for item in sources]


@languages
@law(4)
@given(st.data())
def test_sarif_is_valid_whatever_is_found(language: str, data: st.DataObject) -> None:
    report = scan(drawn(data, language))

    for name in ("sarif", "sarif-full"):
        invariants.check_sarif(render(name, report, Presentation()), VALIDATOR)
