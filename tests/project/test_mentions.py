"""How a word stands in a file: as part of what an import names, or as something else."""

from __future__ import annotations

import pytest

from lk_audit.project import mentions
from lk_audit.project.files import Files
from lk_audit.project.manifests import Manifests
from lk_audit.project.mentions import Mentions, taking
from lk_audit.project.use_forms import CALLED, IMPORTED, METHOD_PASSED
from lk_audit.source import Source
from lk_audit.standing import stands

IMPORTS = {
    "javascript": (
        'import { mint } from "./token";',
        "import mint from './server/token.js'",
        'import"./token"',
        'export * from "@/lib/token"',
        'const { mint } = require("../token")',
        "const token = await import('./token')",
        "import(/* webpackChunkName: 'x' */ './token')",
        'import type {\n  Mint,\n} from "./token"',
    ),
    "dart": ("import 'package:app/token.dart';", 'export "token.dart";'),
    "python": (
        "import token",
        "import app.token as other",
        "from app.token import mint",
        "from app import other, token",
        "from app import (\n    other,  # a comment (with parentheses)\n    token,\n)",
        "from app import \\\n    token",
        "try: import token",
    ),
    "rust": (
        "mod token;",
        "pub mod token;",
        "use crate::token::mint;",
        "use crate::{\n    other,\n    token::{mint},\n};",
        "extern crate token;",
    ),
}
OTHERS = {
    "javascript": ("const token = 1", 'say("token")', 'import { token } from "./other"', "// from here the token\n"),
    "dart": ("var token = 1;", "import 'other.dart' show token;"),
    "python": ("token = 1", "import os\ntoken = 1", "from app import (\n    other,\n)\n" + "x = 1\n" * 400 + "token"),
    "rust": ("let token = 1;", "use crate::other;\nlet token = 1;"),
}


def _rows(texts: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(family, text) for family, some in texts.items() for text in some]


def _is_import(family: str, text: str) -> bool:
    return stands(text.encode(), b"token", IMPORTED[family])


@pytest.mark.parametrize(("family", "text"), _rows(IMPORTS))
def test_a_module_is_named_in_an_import(family: str, text: str) -> None:
    assert _is_import(family, text)


@pytest.mark.parametrize(("family", "text"), _rows(OTHERS))
def test_a_word_outside_imports_names_no_module(family: str, text: str) -> None:
    assert not _is_import(family, text)


def test_without_forms_a_word_may_stand_anywhere() -> None:
    assert stands(b"a token", b"token", ())
    assert not stands(b"a word", b"token", ())


@pytest.mark.parametrize(
    "text",
    [
        *("use(it.serve)", "use(it?.serve)", "use(Type::serve)", "use(it.serve.bind(it))", "use(it\n  .serve)"),
        *("const { serve } = it", "const {other, serve} = it", "const { serve, other } = it"),
        *("const { serve: other } = it", "const {serve: a, other} = it"),
    ],
)
def test_a_method_is_handed_over(text: str) -> None:
    assert stands(text.encode(), b"serve", METHOD_PASSED)


@pytest.mark.parametrize("text", ["it.serve()", "const serve = 1", "serve", "use(serve)", "it.serve = 1", "it.server"])
def test_a_method_that_is_called_or_set_is_not_handed_over(text: str) -> None:
    assert not stands(text.encode(), b"serve", METHOD_PASSED)


@pytest.mark.parametrize(
    "text",
    [
        "from app.token import mint",
        "from app.token import mint as make\nmake()",
        "from app import (\n    other,\n    mint,\n)",
        "from app.token import *\nmint()",
        "from app.token import (*)\nmint()",
        "import app.token\napp.token.mint()",
        "token . mint()",
    ],
)
def test_a_python_file_that_imports_a_function_or_asks_a_module_for_it_may_call_it(text: str) -> None:
    assert taking("mint").shows_in(text.encode())


@pytest.mark.parametrize("text", ["def mint(): pass\nmint()", "import app\nmint()", "def f(mint):\n    mint()"])
def test_a_python_file_that_does_not_has_another_function_of_that_name(text: str) -> None:
    assert not taking("mint").shows_in(text.encode())


CALLERS = {f"part{part}/use{number}.py": "from token import mint\nmint()\n" for part in "abc" for number in range(3)}


def _users(asked: str, *before: str, texts: dict[str, str] = CALLERS) -> list[str]:
    """The users of `mint` around one file, after others have asked."""
    files = Files([Source.from_text(path, text) for path, text in texts.items()])
    looked_at = Mentions(files, Manifests(files))
    return [list(looked_at.users(path, ["mint"], CALLED)) for path in (*before, asked)][-1]


def test_of_a_large_project_the_files_nearest_to_a_folder_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mentions, "_MOST_FILES", 3)

    assert _users("partb/use0.py") == ["partb/use1.py", "partb/use2.py"]


def test_whoever_asked_before_changes_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mentions, "_MOST_FILES", 3)

    assert _users("partb/use0.py", "parta/use0.py", "partc/use1.py") == _users("partb/use0.py")


def test_a_word_that_very_many_files_use_tells_nothing() -> None:
    forty = {f"use{number}.py": "import token\ntoken.mint()\n" for number in range(41)}

    assert len(_users("use0.py", texts=forty)) == 40
    assert _users("use0.py", texts={**forty, "use41.py": "import token\ntoken.mint()\n"}) == []


def test_of_many_files_that_use_a_word_those_count_that_may_know_it() -> None:
    some = {f"use{number}.py": "def mint(): pass\nmint()\n" for number in range(50)}
    files = Files([Source.from_text(path, text) for path, text in {**some, **CALLERS}.items()])

    found = Mentions(files, Manifests(files)).users("use0.py", ["mint"], CALLED, taking("mint"))

    assert list(found) == sorted(CALLERS)
