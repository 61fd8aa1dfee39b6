"""Notebooks: their cells are one program, and every place is that of the file as it is on disk."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lk_audit import frontends
from lk_audit.findings import Report
from lk_audit.reporters import render
from lk_audit.rule_api import Options
from lk_audit.rule_loader import load_builtin_rules
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.source import Place, Source
from lk_audit.syntax import Call, Document, Literal, Module, Name, Pair, walk

SECRET = "q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa"
RULES = load_builtin_rules()
IMPORTS = "from livekit import api\nfrom datetime import timedelta\n"
LONG = "t = api.AccessToken().with_ttl(timedelta(days=3)).with_grants(api.VideoGrants(room_join=True, room='r'))\n"


def code(source: str, *outputs: dict[str, Any], lines: bool = True, **more: object) -> dict[str, Any]:
    written = source.splitlines(keepends=True) if lines else source
    return {"cell_type": "code", "metadata": {}, "source": written, "outputs": list(outputs), **more}


def markdown(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def stream(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text.splitlines(keepends=True)}


def notebook(*cells: dict[str, Any], language: str = "python", **more: Any) -> str:  # noqa: ANN401 - JSON
    metadata = {"kernelspec": {"language": language, "name": language}, **more}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def source_of(text: str, path: str = "a.ipynb") -> Source:
    return frontends.view(Source.from_text(path, text))


def modules(text: str) -> list[Module]:
    return [part for part in frontends.parse(source_of(text)) if isinstance(part, Module)]


def pairs(text: str) -> list[Pair]:
    found = [part for part in frontends.parse(source_of(text)) if isinstance(part, Document)]
    return [pair for document in found for pair in document.pairs]


def called(module: Module) -> list[str]:
    return [node.callee.id for node in walk(module) if isinstance(node, Call) and isinstance(node.callee, Name)]


def scan(text: str, path: str = "a.ipynb") -> Report:
    report = scan_sources([Source.from_text(path, text)], RULES, Options(now=1_767_225_600.0))
    assert not report.crashes
    return report


def found(text: str) -> list[tuple[str, str]]:
    return [(item.rule_id, item.place.part) for item in scan(text).findings if item.is_open]


def written(text: str, place: Place) -> str:
    return text.encode()[place.start : place.end].decode()


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


# --- what is read as what ---------------------------------------------------------------------------------------------


def test_the_code_cells_are_one_program_in_their_order() -> None:
    (module,) = modules(notebook(code("a = f()"), markdown("g()"), code("h(a)")))

    assert (called(module), module.language, module.container) == (["f", "h"], "python", "notebook")


def test_an_import_in_one_cell_and_the_token_in_another_meet() -> None:
    text = notebook(markdown("# Tokens"), code(IMPORTS), code("x = 1\n" + LONG))

    assert found(text) == [("LK301", "cell 3, line 2")]


def test_a_cell_that_cannot_be_read_does_not_hide_the_others() -> None:
    text = notebook(code(IMPORTS), code('def f(:\n """'), code(LONG))
    report = scan(text)

    assert [item.rule_id for item in report.findings] == ["LK301"]
    (note,) = report.notes
    assert "def f(:" in text.splitlines()[note.line - 1]
    assert "(cell 2, line 1)" in note.message


@pytest.mark.parametrize(
    "magic",
    [
        "%pip install livekit-api",
        "!pip install x \\\n  y",
        "files = !ls",
        "out = %sql select",
        "f?",
        "f??",
        "?f",
        "%matplotlib inline",
        "if x:\n    !ls\n    %cd ..",
        "for x in y:\n    %time f(x)",
    ],
)
def test_magics_are_no_syntax_errors(magic: str) -> None:
    (module,) = modules(notebook(code(f"before()\n{magic}\nafter()")))

    assert called(module) == ["before", "after"]
    assert not module.errors


@pytest.mark.parametrize(
    "source",
    [
        'a = """\n!f()\n%g()\n"""\nh()',
        "h(\n  1\n  % 2,\n)",
        "x = [\n 1 \\\n % 2]\nh()",
        "# it's\nh()",
        "x = 'a\\'b'\nh()",
    ],
)
def test_what_only_looks_like_a_magic_is_code(source: str) -> None:
    assert called(modules(notebook(code(source)))[0]) == ["h"]


@pytest.mark.parametrize("magic", ["%%time", "%%capture out", "%%timeit -n 1", "\n%%time"])
def test_the_body_of_a_timed_cell_belongs_to_the_program(magic: str) -> None:
    assert called(modules(notebook(code(f"{magic}\nf()")))[0]) == ["f"]


def test_a_file_of_code_that_a_cell_writes_is_a_module_of_its_own() -> None:
    first, second = modules(notebook(code("f()"), code("%%writefile src/agent.py\ng()")))

    assert (called(first), called(second)) == (["f"], ["g"])


@pytest.mark.parametrize("magic", ["%%bash", "%%sh", "%%script bash", "%%!", "%%html", "%%javascript", "%%sql"])
def test_a_cell_in_another_language_is_text(magic: str) -> None:
    text = notebook(code(f"{magic}\nexport LIVEKIT_API_SECRET={SECRET}\n"))

    assert modules(text) == []
    assert found(text) == [("LK101", "cell 1, line 2")]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (f"%env LIVEKIT_API_SECRET={SECRET}", 1),
        (f"%env LIVEKIT_API_SECRET {SECRET}", 1),
        (f"import os\n%set_env LIVEKIT_API_SECRET={SECRET}", 2),
        (f"if True:\n    !lk room list --api-key APIexample23456 --api-secret {SECRET}", 2),
        (f"%%writefile .env\nLIVEKIT_API_KEY=APIexample23456\nLIVEKIT_API_SECRET={SECRET}", 3),
        (f"%%writefile livekit.yaml\nkeys:\n  APIexample23456: {SECRET}", 3),
        (f'os.environ["LIVEKIT_API_SECRET"] = "{SECRET}"', 1),
        (f"x = 1  # LIVEKIT_API_SECRET='{SECRET}'", 1),
    ],
)
def test_a_secret_in_a_cell_is_found_where_it_stands(source: str, line: int) -> None:
    text = notebook(markdown("x"), code(source))

    (finding,) = [item for item in scan(text).findings if item.rule_id == "LK101"]

    assert finding.place.part == f"cell 2, line {line}"
    assert written(text, finding.place).strip('\\"') == SECRET


@pytest.mark.parametrize(
    "output",
    [
        stream(f"key\nLIVEKIT_API_SECRET={SECRET}\n"),
        {"output_type": "execute_result", "data": {"text/plain": [f"{{'LIVEKIT_API_SECRET': '{SECRET}'}}"]}},
        {"output_type": "display_data", "data": {"text/html": f"<pre>\nLIVEKIT_API_SECRET={SECRET}\n</pre>"}},
        {"output_type": "display_data", "data": {"application/json": {"livekit": {"api_secret": SECRET}}}},
        {"output_type": "pyout", "text": [f"LIVEKIT_API_SECRET={SECRET}"]},
    ],
)
def test_a_secret_that_a_cell_printed_is_found(output: dict[str, Any]) -> None:
    assert found(notebook(code("x", output))) == [("LK101", "output of cell 1")]


def test_a_secret_in_a_markdown_cell_is_found() -> None:
    assert found(notebook(markdown(f"# Keys\nLIVEKIT_API_SECRET={SECRET}\n"))) == [("LK101", "cell 1, line 2")]


def test_version_3_of_the_format_is_read() -> None:
    cells = [
        {"cell_type": "code", "language": "python", "input": [IMPORTS], "outputs": []},
        {"cell_type": "code", "language": "python", "input": LONG, "outputs": []},
    ]
    text = json.dumps({"worksheets": [{"cells": cells}], "metadata": {"name": "x"}, "nbformat": 3})

    assert found(text) == [("LK301", "cell 2, line 1")]


def test_the_cells_of_a_deno_kernel_are_typescript() -> None:
    text = notebook(
        code("import { AccessToken } from 'npm:livekit-server-sdk';\nconst DAY: number = 86400;"),
        code("const at = new AccessToken('k', secret, { ttl: 3 * DAY });\nat.addGrant({ roomJoin: true, room: 'r' });"),
        language="typescript",
    )

    (module,) = modules(text)

    assert (module.language, module.container) == ("typescript", "notebook")
    assert ("LK301", "cell 2, line 1") in found(text)
    assert all(rule != "LK103" for rule, _ in found(text))


def test_cells_of_other_languages_are_text() -> None:
    assert modules(notebook(code("f <- 1"), language="R")) == []


def test_values_come_from_modules_beside_the_notebook() -> None:
    sources = [
        Source.from_text(
            "a.ipynb",
            notebook(
                code(IMPORTS + "from lifetimes import LONG"),
                code(LONG.replace("timedelta(days=3)", "LONG")),
            ),
        ),
        Source.from_text("lifetimes.py", "from datetime import timedelta\nLONG = timedelta(days=9)\n"),
    ]

    report = scan_sources(sources, RULES, Options(now=1_767_225_600.0))

    (finding,) = report.findings
    assert (finding.rule_id, finding.place.part) == ("LK301", "cell 2, line 1")
    assert ("lifetimes.py", 2) in [(lead.place.path, lead.place.line) for lead in finding.trace]


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


# --- what is no notebook ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.95])
def test_broken_json_is_read_as_text_and_said_so(cut: float) -> None:
    text = notebook(markdown("x" * 50), code(f'os.environ["LIVEKIT_API_SECRET"] = "{SECRET}"'), markdown("x" * 500))
    report = scan(text[: int(len(text) * cut)])

    assert [note.message for note in report.notes] == ["broken JSON; the notebook was read as text"]
    assert not report.is_complete


def test_a_secret_in_broken_json_is_found() -> None:
    text = notebook(code(f'os.environ["LIVEKIT_API_SECRET"] = "{SECRET}"'))

    assert [item.rule_id for item in scan(text[:-3]).findings] == ["LK101"]


@pytest.mark.parametrize("text", ["[]", "{}", '"livekit"', json.dumps({"livekit": {"api_secret": SECRET}}), "1", ""])
def test_json_that_is_no_notebook_is_read_as_json(text: str) -> None:
    assert [item.rule_id for item in scan(text).findings] == (["LK101"] if SECRET in text else [])


@pytest.mark.parametrize(
    "text",
    [
        '{"cells": 1}',
        '{"cells": [1, null, "x", [], {}]}',
        '{"cells": [{"cell_type": "code"}]}',
        '{"cells": [{"cell_type": "code", "source": [1, "x"]}]}',
        '{"cells": [{"cell_type": 3, "source": {}, "outputs": {}}]}',
        '{"cells": [{"cell_type": "code", "source": "x", "outputs": [1, {"data": 3}, {"data": {"a": [[]]}}]}]}',
        '{"cells": [], "metadata": []}',
        '{"cells": [], "metadata": {"kernelspec": 1, "language_info": {"name": 3}}}',
        '{"worksheets": [1, {"cells": {}}]}',
    ],
)
def test_notebooks_of_a_wrong_shape_crash_nothing(text: str) -> None:
    assert scan(text.replace("{", '{"x": "livekit api_secret",', 1)).findings == ()


# --- bounds -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        '{"cells": ' + "[" * 100_000,
        notebook(code("livekit = 1", {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo/" * 400_000}})),
        notebook(code("livekit = 1", {"output_type": "display_data", "data": {"text/html": '<a b="c">' * 200_000}})),
        notebook(code("(" * 20_000 + "livekit")),
        notebook(*[code("!livekit\n" * 3)] * 3_000),
        notebook(code('"""' + "\\" * 100_000)),
        notebook(code("'" * 100_000 + "livekit")),
        notebook(code("x = [" + "a," * 50_000)),
    ],
    ids=["deep", "image", "page", "brackets", "cells", "backslashes", "quotes", "list"],
)
def test_hostile_and_large_notebooks_cost_little_time(text: str) -> None:
    started = time.perf_counter()

    scan(text)

    assert time.perf_counter() - started < 5


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
