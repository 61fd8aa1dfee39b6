"""Notebooks: every place is that of the file as it is on disk, in findings, suppressions and reports."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lk_audit.reporters import render
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.source import Source
from lk_audit.syntax import Literal, walk
from tests.frontends.notebooks import (
    IMPORTS,
    LONG,
    RULES,
    SECRET,
    code,
    markdown,
    modules,
    notebook,
    pairs,
    scan,
    source_of,
    stream,
    written,
)

# --- positions --------------------------------------------------------------------------------------------------------

values = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


@settings(max_examples=200, deadline=None)
@given(values, values, values, st.booleans(), st.booleans())
def test_the_place_of_any_text_is_that_of_its_escaped_form(
    before: str, value: str, after: str, lines: bool, is_ascii: bool
) -> None:
    cell = code(f"{before}\n{value}§{after}", lines=lines)
    text = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4}, ensure_ascii=is_ascii, indent=1)
    view = source_of(text)
    start = view.data.find(f"{before}\n{value}§".encode()) + len(f"{before}\n".encode())

    place = view.place(start, start + len(value.encode()))

    # A value of several lines is cut into several strings of the list.
    pieces = written(text, place).replace('",\n    "', "")
    assert pieces == json.dumps(value, ensure_ascii=is_ascii)[1:-1]


@settings(max_examples=100, deadline=None)
@given(st.lists(values, max_size=4), st.booleans(), st.data())
def test_lines_and_columns_of_a_place_lead_to_its_bytes(texts: list[str], is_ascii: bool, data: st.DataObject) -> None:
    cells = [code(text, stream(text)) for text in texts]
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}, ensure_ascii=is_ascii, indent=1)
    view = source_of(text)
    characters = view.data.decode()
    start = data.draw(st.integers(0, len(characters)))
    end = data.draw(st.integers(start, len(characters)))
    place = view.place(len(characters[:start].encode()), len(characters[:end].encode()))

    lines = text.encode().split(b"\n")
    offset = sum(len(line) + 1 for line in lines[: place.line - 1])
    assert offset + len(lines[place.line - 1].decode()[: place.column - 1].encode()) == place.start
    assert 0 <= place.start <= place.end <= len(text.encode())


def test_a_colored_output_is_read_without_its_colors() -> None:
    text = notebook(code("x", {"output_type": "error", "traceback": [f'\x1b[1mapi_secret\x1b[0m=\x1b[31m"{SECRET}"']}))

    (pair,) = [pair for pair in pairs(text) if pair.path == ("api_secret",)]

    assert pair.value == SECRET
    assert written(text, source_of(text).place(pair.start, pair.end)) == SECRET


@pytest.mark.parametrize("escape", ["\\ud800", "\\u0000", "\\/", "\\b", "\\u001b"])
def test_unusual_escapes_are_text_like_any_other(escape: str) -> None:
    text = notebook(code("PLACEHOLDER = f('x')")).replace("PLACEHOLDER", f"a = 'é{escape}é'; b")

    (module,) = modules(text)

    (literal,) = [node for node in walk(module) if isinstance(node, Literal) and node.value == "x"]
    assert written(text, source_of(text).place(literal.start, literal.end)) == "'x'"


def test_what_a_notebook_gives_to_a_helper_elsewhere_is_placed_in_its_cell() -> None:
    mint = LONG.replace("days=3", "days=days")
    helper = f"{IMPORTS}def mint(days):\n    {mint}    return t.to_jwt()\n"
    text = notebook(markdown("«é»"), code("from helper import mint\n"), code("é = 1\nmint(30)\n"))

    report = scan_sources([Source.from_text("a.ipynb", text), Source.from_text("helper.py", helper)], RULES)

    (finding,) = [item for item in report.findings if item.rule_id == "LK301"]
    steps = [lead.place for lead in finding.trace if lead.place.path == "a.ipynb"]
    assert steps
    assert all(place.part == "cell 3, line 2" for place in steps)
    assert "30" in written(text, steps[0])


# --- comments that accept a finding -----------------------------------------------------------------------------------


@pytest.mark.parametrize("lines", [True, False])
def test_a_suppression_covers_its_own_line_of_the_cell(lines: bool) -> None:
    accepted = LONG.rstrip() + "  # lk-audit: ignore[LK301] a \\ demo\n"
    report = scan(notebook(code(IMPORTS), code(accepted + LONG, lines=lines)))

    assert [bool(item.suppressed) for item in report.findings] == [True, False]
    assert report.findings[0].suppressed is not None
    assert report.findings[0].suppressed.reason == "a \\ demo"
    assert report.notes == ()


@pytest.mark.parametrize("lines", [True, False])
def test_a_suppression_alone_on_a_line_covers_the_next_line_of_the_cell(lines: bool) -> None:
    accepted = "# lk-audit: ignore[LK301] a demo\n" + LONG
    report = scan(notebook(code(IMPORTS), code(accepted + LONG, lines=lines)))

    assert [bool(item.suppressed) for item in report.findings] == [True, False]


def test_a_suppression_that_does_nothing_is_noted_at_its_line_of_the_file() -> None:
    text = notebook(code(IMPORTS), code("x = 1\ny = 2  # lk-audit: ignore[LK301]\n"))

    (note,) = scan(text).notes

    assert "lk-audit: ignore" in text.splitlines()[note.line - 1]


# --- reports ----------------------------------------------------------------------------------------------------------


def test_every_report_names_the_cell_and_its_line() -> None:
    report = scan(notebook(code(IMPORTS), code("x = 1\n" + LONG)))
    text, as_json, sarif = (render(form, report) for form in ("text", "json", "sarif"))

    assert "(cell 2, line 2)" in text
    assert json.loads(as_json)["findings"][0]["location"]["part"] == "cell 2, line 2"
    (result,) = json.loads(sarif)["runs"][0]["results"]
    assert result["locations"][0]["logicalLocations"] == [{"name": "cell 2, line 2"}]
    assert "(a.ipynb, cell 2, line 2)" in result["message"]["text"]


def test_no_secret_of_a_notebook_is_shown() -> None:
    plain = "Vb3nM8kQ1zXc7LpW5rTy9uHg2FdSa4EjK6oIqZxBvNm"
    odd = "Wm4Kx8Rt2Zq6Yv0Bn5Lc9Hd3Jf7Gs1PaTo7"
    text = notebook(
        code(f"%env LIVEKIT_API_SECRET={plain}\n"), code(f"import os\nos.environ['LIVEKIT_API_SECRET'] = '{odd}'")
    )
    report = scan(text.replace(odd, f"\\u0057{odd[1:]}"))
    assert [item.rule_id for item in report.findings] == ["LK101", "LK101"]

    for form in ("text", "json", "sarif"):
        shown = render(form, report)
        assert plain[6:] not in shown
        assert "Zq6Yv0Bn5" not in shown
