"""Laws of a report: what it never shows, and that it is the same every time."""

from __future__ import annotations

import random
import string

import pytest
from msgspec.structs import replace

from lk_audit.findings import Report
from lk_audit.reporters import REPORTERS, Presentation, render
from lk_audit.rule_api import Options
from lk_audit.rule_loader import load_builtin_rules
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.source import Source
from lk_audit.testing import read_example

RULES = load_builtin_rules()
EXAMPLES = [example for rule in RULES for example in rule.bad]
OPTIONS = Options(now=1_767_225_600.0)
"""The start of 2026."""


def scan(sources: list[Source]) -> Report:
    return scan_sources(sources, RULES, OPTIONS)


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
