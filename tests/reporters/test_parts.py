"""Every report names the part of a file that is made of parts: the cell of a notebook."""

from __future__ import annotations

import json

import pytest

from lk_audit.findings import Report
from lk_audit.reporters import REPORTERS, render
from lk_audit.rule_api import Options
from lk_audit.rule_loader import load_rules
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.source import Source
from tests.samples import SECRET

CELLS = ["import os\n", f"x = 1\nLIVEKIT_API_SECRET = '{SECRET}'\n"]
RULES = load_rules(packs=False).rules


@pytest.fixture(scope="module")
def report() -> Report:
    cells = [
        {"cell_type": "code", "metadata": {}, "source": text.splitlines(keepends=True), "outputs": []} for text in CELLS
    ]
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)
    found = scan_sources([Source.from_text("a.ipynb", text)], RULES, Options(now=1.0))
    assert [finding.place.part for finding in found.open_findings] == ["cell 2, line 2"]
    return found


def told(name: str, report: Report) -> str:
    """What a report says of its findings; SARIF and HTML also carry the pages of rules, or a script."""
    written = render(name, report)
    if name.startswith("sarif"):
        return json.dumps(json.loads(written)["runs"][0]["results"])
    return written.partition("<main")[2].partition("<script")[0] if name == "html" else written


@pytest.mark.parametrize("name", sorted(REPORTERS))
def test_the_cell_is_named(name: str, report: Report) -> None:
    assert "cell 2, line 2" in told(name, report)
    assert SECRET not in told(name, report)


@pytest.mark.parametrize("name", sorted(REPORTERS))
def test_a_file_without_parts_has_none_to_name(name: str) -> None:
    report = scan_sources([Source.from_text("a.py", CELLS[1])], RULES, Options(now=1.0))

    assert "a.py" in told(name, report)
    assert "cell" not in told(name, report)
    assert " ()" not in told(name, report)
