"""What holds for every input: laws of a scan, tried on the rules' own examples."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from lk_audit.findings import Report
from lk_audit.pipeline import scan_sources
from lk_audit.reporters import REPORTERS, Presentation, render
from lk_audit.rule_api import Options
from lk_audit.rule_loader import load_builtin_rules
from lk_audit.source import Source
from lk_audit.testing import read_example

RULES = load_builtin_rules()
EXAMPLES = [example for rule in RULES for example in rule.bad]
OPTIONS = Options(now=1_767_225_600.0)
"""The start of 2026."""
LINE = {".py": "#\n", ".env": "#\n", ".yaml": "#\n", ".yml": "#\n", ".ts": "//\n", ".tsx": "//\n", ".js": "//\n"}

examples = st.sampled_from(EXAMPLES)
few = settings(max_examples=40, deadline=None)


def scan(sources: list[Source]) -> Report:
    return scan_sources(sources, RULES, OPTIONS)


def found(report: Report) -> list[tuple[str, str, int]]:
    return [(item.rule_id, item.place.path, item.place.line) for item in report.findings]


@few
@given(examples, st.randoms(use_true_random=False))
def test_the_order_of_files_changes_nothing(example: str, chance: random.Random) -> None:
    sources = read_example(example)
    shuffled = chance.sample(sources, len(sources))

    assert scan(shuffled) == scan(sources)


@few
@given(examples)
def test_windows_line_ends_change_nothing(example: str) -> None:
    sources = read_example(example)
    windows = [Source(source.path, source.data.replace(b"\n", b"\r\n")) for source in sources]

    assert found(scan(windows)) == found(scan(sources))


@few
@given(examples)
def test_a_comment_line_above_moves_findings_by_one_line_and_keeps_their_identity(example: str) -> None:
    sources = read_example(example)
    suffixes = {source.path: source.path[source.path.rfind(".") :] for source in sources}
    if not all(suffix in LINE for suffix in suffixes.values()) or "use client" in example:
        return
    moved = [Source(source.path, LINE[suffixes[source.path]].encode() + source.data) for source in sources]

    before, after = scan(sources), scan(moved)

    assert found(after) == [(rule, path, line + 1) for rule, path, line in found(before)]
    assert [item.fingerprint for item in after.findings] == [item.fingerprint for item in before.findings]


@few
@given(examples, st.floats(0, 1))
def test_a_file_cut_anywhere_never_crashes_a_scan(example: str, share: float) -> None:
    cut = [Source(source.path, source.data[: int(len(source.data) * share)]) for source in read_example(example)]

    assert not scan(cut).crashes


@few
@given(examples)
def test_every_place_lies_in_its_file(example: str) -> None:
    sources = {source.path: source for source in read_example(example)}

    for item in scan(list(sources.values())).findings:
        places = [item.place, *(lead.place for lead in (*item.trace, *item.related))]
        assert all(0 <= place.start <= place.end <= len(sources[place.path].data) for place in places)


CARRIERS = {
    ".env": "LIVEKIT_API_SECRET={}\n",
    "app.py": 'from livekit import api\ntoken = api.AccessToken("APIexample23456", "{}").to_jwt()\n',
    "split.py": 'from livekit import api\nclient = api.LiveKitAPI(api_secret="{}")\n',
    "server.ts": "const secret = process.env.LIVEKIT_API_SECRET ?? '{}';\n",
    "livekit.yaml": "keys:\n  APIexample23456: {}\n",
    "notes.md": "Run `lk --api-key APIexample23456 --api-secret {} room list` with LiveKit.\n",
}


@pytest.mark.parametrize("carrier", CARRIERS)
def test_no_report_shows_a_secret_in_full(carrier: str) -> None:
    chance = random.Random(carrier)
    for _ in range(20):
        secret = "".join(chance.choices(string.ascii_letters + string.digits, k=chance.choice((43, 44))))
        report = scan([Source.from_text(carrier, CARRIERS[carrier].format(secret))])

        assert report.findings
        for name in REPORTERS:
            assert secret not in render(name, report, Presentation())


@pytest.mark.parametrize("name", ["json", "sarif"])
def test_the_same_report_is_rendered_the_same_byte_for_byte(name: str) -> None:
    sources = [source for example in EXAMPLES[:20] for source in read_example(example)]
    sources = [replace_path(source, f"{number}/{source.path}") for number, source in enumerate(sources)]

    first = render(name, scan(sources), Presentation())
    second = render(name, replace(scan(sources[::-1]), elapsed=1.0), Presentation())

    assert first == second


def replace_path(source: Source, path: str) -> Source:
    return Source(path, source.data)
