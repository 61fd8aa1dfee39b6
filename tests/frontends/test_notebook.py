"""Notebooks: their cells are one program, and everything else in them is text."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from lk_audit.rule_api import Options
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.source import Source
from tests.frontends.notebooks import (
    IMPORTS,
    LONG,
    RULES,
    SECRET,
    called,
    code,
    found,
    markdown,
    modules,
    notebook,
    scan,
    stream,
    written,
)

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
