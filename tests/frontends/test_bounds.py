"""Files that hold more than any file may take: as much as fits is read, and the report says so."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lk_audit.frontends import parsing, text
from lk_audit.frontends.text import line_spans
from lk_audit.rule_loader import load_builtin_rules
from lk_audit.scanning.extraction import extract_credentials
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.source import Source
from tests.samples import SECRET

RULES = load_builtin_rules()
LEAK = f"LIVEKIT_API_SECRET={SECRET}\n"
MOST = 20
MANY = {
    "a.env": "A=1\n" * 100 + LEAK,
    "a.yaml": "a: 1\n" * 100 + f"livekit_api_secret: {SECRET}\n",
    "b.yaml": "a: |\n" + "  b=1\n" * 100 + f"livekit_api_secret: {SECRET}\n",
    "a.json": "[" + '{"a": 1},\n' * 100 + f'{{"livekit_api_secret": "{SECRET}"}}]',
    "b.json": "[\n" + '"a=1",\n' * 100 + f'{{"livekit_api_secret": "{SECRET}"}}]',
    "a.html": "<p>a=1</p>\n" * 100 + f"<script>\nconst LIVEKIT_API_SECRET = '{SECRET}'\n</script>\n",
    "a.py": "# livekit secret a=1\n" * 100 + f"LIVEKIT_API_SECRET = '{SECRET}'\n",
    "secret.yaml": "kind: Secret\ndata:\n" + "  a: YT0xCg==\n" * 100 + f"livekit_api_secret: {SECRET}\n",
}


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many values as are read of a file, few enough for a test."""
    monkeypatch.setattr(parsing, "MOST_PAIRS", MOST)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("path", MANY)
def test_a_file_with_more_values_than_any_may_hold_is_read_as_text(path: str) -> None:
    report = scan_sources([Source.from_text(path, MANY[path])], RULES)

    assert [finding.rule_name for finding in report.findings] == ["leaked-api-secret"]
    assert [note.message for note in report.notes] == [
        "would take far too much time or memory to parse; read as text, for credentials and tokens only"
    ]
    assert not report.is_complete


@pytest.mark.usefixtures("few")
def test_the_secrets_of_such_a_file_are_found_in_a_history_too() -> None:
    assert [fact.place.path for fact in extract_credentials(Source.from_text("a.py", MANY["a.py"])).facts] == ["a.py"]


def test_of_very_many_lines_those_near_words_that_matter_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_spans, "MOST_LINES", MOST)

    others = f"a={'1' * 100}\n" * 1_000

    report = scan_sources([Source.from_text("a.sh", others + LEAK + others)], RULES)

    assert [(finding.place.line, finding.frame) for finding in report.findings] == [(1_001, ())]
    assert ["only the first things worth a look" in note.message for note in report.notes] == [True]
    assert not report.is_complete


def test_of_very_many_values_of_a_text_the_first_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "MOST_PAIRS", MOST)

    document = text.parse(Source.from_text("a.sh", "a=1\n" * 1_000))

    assert (len(document.pairs), document.is_cut) == (MOST + 1, True)


@given(st.lists(st.sampled_from([b"a", b"secret", b"\n", b"x" * 300, b"y" * 30_000])).map(b"".join))
def test_what_is_read_of_a_text_are_parts_of_its_lines_in_their_order(data: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(line_spans, "MOST_LINES", 3)
        found = list(line_spans.lines(data, 0, len(data)))

    assert found == sorted(found)
    assert all(first[1] <= second[0] for first, second in pairwise(found))
    assert not any(b"\n" in data[start:end] for start, end in found)


def test_thousands_of_findings_at_the_end_of_a_very_long_line_take_no_longer_than_others() -> None:
    findings = " ".join(f'LIVEKIT_API_SECRET="{number}{SECRET[4:]}";' for number in range(1_000, 2_000))
    source = Source.from_text("a.txt", "é" * 3_000_000 + f" {findings}\n")
    started = time.process_time()

    report = scan_sources([source], RULES)

    assert len(report.findings) > 500
    assert report.findings[0].place.column == 3_000_000 + len(' LIVEKIT_API_SECRET="') + 1
    assert time.process_time() - started < 10
