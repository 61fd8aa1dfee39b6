"""Inputs that once crashed a scan, hung it, moved a place or changed a report. Found by fuzzing and foreign suites."""

from __future__ import annotations

import gc
import time
from pathlib import Path

import pytest

from fuzzing import invariants
from lk_audit import frontends
from lk_audit.configuration.layers import Asked, effective
from lk_audit.errors import UsageError
from lk_audit.files.path_patterns import PathPatterns, pattern_mistake
from lk_audit.frontends import dotenv, javascript, swift, yaml
from lk_audit.scanning.pipeline import scan_paths
from lk_audit.source import Source
from lk_audit.suppression.comments import rule_names
from lk_audit.syntax import Call, Document, Export, Expr, Literal, Member, Name, Record, Unary, walk
from lk_audit.unicode import writable
from tests.properties.seeds import RULES, scan

HALF = "\\ud83d"
INPUTS = {
    "a parenthesis opens where nothing can be called (Python)": ("a.py", ")("),
    "half a surrogate pair as a key (JSON)": ("a.json", f'{{"{HALF}": "LIVEKIT_API_SECRET"}}'),
    "half a surrogate pair as a value (JSON)": ("a.json", f'{{"LIVEKIT_API_SECRET": "{HALF}"}}'),
    "half a surrogate pair in a literal (C#)": ("a.cs", f'class A {{ string s = "{HALF}"; }}'),
    "half a surrogate pair in a literal (Rust)": ("a.rs", 'fn f() { g("\\u{d83d}"); }'),
    "half a surrogate pair in parsed text (Python)": ("a.py", f"import json\nx = json.loads('\"\\{HALF}\"')\n"),
    "half a surrogate pair in a cell (notebook)": ("a.ipynb", f'{{"cells": [], "metadata": {{"x": "{HALF}"}}}}'),
    "a module under the name of its default (JavaScript)": ("a.ts", "export * as default from './a';\n"),
    "the items of a loop stand before its variable (PHP)": ("a.php", "<?php foreach ($rooms as $room) { f($room); }"),
    "the items of a loop are taken apart (PHP)": ("a.php", "<?php foreach ($rooms as [$a, [$b]]) { f($a, $b); }"),
    "operators with nothing between them (Swift)": ("a.swift", "/ / / /w\n"),
    "a name with spaces in backticks (Swift)": ("a.swift", "let `api secret` = 1\n"),
    "a tuple with a name at its second value (Swift)": ("a.swift", "let x = (clause, diagnostics: diagnostics)\n"),
    "an error before a character of several bytes (YAML)": ("a.yml", "a: b\n- ☃: [\n"),
    "text of one byte a character that libyaml refuses (YAML)": ("a.yml", "\u00ff\u0080"),
    "a bare value of more than 512 bytes (environment file)": (".env", "A=`B=" + "é" * 300),
    "nothing at all (notebook)": ("a.ipynb", ""),
    "no JSON from a character of several bytes on (notebook)": ("a.ipynb", '{"cells": [é]}'),
    "no JSON behind a character of several bytes (notebook)": ("a.ipynb", '{"cells": ["é'),
    "an anchor that libyaml cannot read (YAML)": ("a.yml", "- &😁 unicode anchor\n"),
}


FLOW = "function apply<Args: Key<mixed>, Ret>(\n  call: (...Args) => Ret,\n): Ret { return 1; }\n"
TWO_MODULES = "".join(
    f"defmodule {name} do\n  @ttl 1\n  def get, do: @ ttl\n  def all, do: get()\nend\n" for name in "AB"
)
SPACED: dict[str, tuple[str, str, set[str]]] = {
    "modules (Elixir)": ("a.ex", "a = Shop. ShopWeb.url()\n", {"a", "Shop.ShopWeb"}),
    "an attribute behind a space (Elixir)": ("a.ex", "a = @ ttl\n", {"a", "@ttl"}),
    "an attribute behind what cannot be read (Elixir)": ("a.ex", "@)room", {"room"}),
    "an attribute of an attribute (Elixir)": ("a.ex", "a = @@ ttl\n", {"a", "@ttl"}),
    "a module where an attribute belongs (Elixir)": ("a.ex", "alias Shop.Web, as: W\na = @ W\n", {"a", "W"}),
    "a parameter behind a space (Elixir)": ("a.ex", "a = &(& 1)\n", {"a", "&1"}),
    "what cannot be read before a number (Elixir)": ("a.ex", "&''0o1", set()),
    "an attribute that two modules have (Elixir)": ("a.ex", TWO_MODULES, {"@ttl", "@ttl/B", "get", "B.get/0"}),
    "a module behind an alias (Elixir)": ("a.ex", "alias Shop.Web, as: W\nW . Key.get(1)\n", {"Shop.Web.Key"}),
    "a type behind a space (Swift)": ("a.swift", "let a: JWTPayload . Key = b\n", {"a", "b", "JWTPayload"}),
    "a base behind a comment (Swift)": ("a.swift", "class A: JWT /* . */ . Key {}\n", {"JWT"}),
    "a type in backticks (Swift)": ("a.swift", "let a: `JWT`.`Key` = b\n", {"a", "b", "JWT"}),
    "what cannot be read behind a type (Swift)": ("a.swift", "struct a:JWT l.p{\n", {"JWT"}),
    "a class on several lines (PHP)": ("a.php", "<?php f(new LiveKit\n  \\ Token());\n", {"LiveKit", "f"}),
    "what cannot be read behind a class (PHP)": ("a.php", "<?php\nspace App\\Http;\n", {"space"}),
    "what cannot be read behind a variable (PHP)": ("a.php", "<?php $room x = 1;\n", {"room", "x"}),
    "a variable behind a comment (PHP)": ("a.php", "<?php f($ //{$a\n/* b */ # c\n room);\n", {"f", "room"}),
    "a variable called as a function, behind a space (PHP)": ("a.php", "<?php f($ f);\n", {"f", "$f"}),
    "what cannot be read in a property (PHP)": ("a.php", "<?php class A { public $ttl Function = 6; }\n", {"ttl"}),
    "what cannot be read in a variable (PHP)": ("a.php", "<?php $request): Response r;\n", {"request"}),
    "types of Flow, which read as markup (JavaScript)": ("a.jsx", FLOW, {"apply", "Args:Key", "call", "Args", "Ret"}),
    "what cannot be read in a name of markup (JavaScript)": ("a.jsx", "<room = key<{ name: text", {"room"}),
    "a comment in a name (TypeScript)": ("a.ts", "F\nimport a=b.//c.d\ne.\n", {"F", "a", "b.e"}),
    "a type of types (TypeScript)": ("a.ts", "let a: Room . Options = b;\n", {"a", "b", "Room"}),
    "an annotation behind a library (Dart)": ("a.dart", "class A { @meta . f int f() => 1; }\n", {"meta"}),
    "a comment in a name of two words (JavaScript)": ("a.js", "a = import /* b */ .meta.env;\n", {"a", "import"}),
}


@pytest.mark.parametrize("case", SPACED)
def test_a_name_whose_parts_stand_apart_is_called_as_if_they_did_not(case: str) -> None:
    path, text, names = SPACED[case]

    (module,) = invariants.check_syntax(Source.from_text(path, text))

    assert {node.id for node in walk(module) if isinstance(node, Name) and node.start < node.end} == names


def test_the_members_of_a_type_stand_where_they_are_written() -> None:
    text = "let a: LiveKit /* here */ . Room .Options = b\n"
    module = swift.parse(Source.from_text("a.swift", text))

    found = {node.name: text[: node.end] for node in walk(module) if isinstance(node, Member)}

    assert found == {name: text[: text.index(name) + len(name)] for name in ("Room", "Options")}


@pytest.mark.parametrize(
    "name", [Name(0, 12, "Shop.Other"), Name(0, 10, "JWTPayload "), Name(6, 10, "Shop"), Name(0, 15, "Shop. Web")]
)
def test_a_name_that_stands_elsewhere_or_has_a_space_in_it_is_noticed(name: Name) -> None:
    with pytest.raises(invariants.Broken):
        invariants.check_name(name, b"Shop. Web JWTPayload ")


def test_slashes_in_a_name_are_read_in_one_way_only() -> None:
    name = "a" + 200 * "/" + "b"

    invariants.check_name(Name(0, len(name) + 2, name), f"'{name}'".encode())


@pytest.mark.parametrize("case", INPUTS)
def test_it_is_read_like_any_other_file(case: str) -> None:
    path, text = INPUTS[case]
    woken = Source.from_text(path, text + "\n// AccessToken secret jwt ws:// http://a.b token\n")

    for source in (Source.from_text(path, text), woken):
        invariants.check_syntax(source)
        invariants.check_scan([source], RULES)


def test_broken_python_is_read_the_same_way_every_time() -> None:
    text = 'INTES =${${ tex("unauthoried", sttus=401\n}}from livekit.apiiport Videoranrooms\n\n\napp@angular/core'

    read = {repr(invariants.fingerprint(list(frontends.parse(Source.from_text("a.py", text))))) for _ in range(20)}

    assert len(read) == 1


HARD = {
    "a.tsx": "[" * 80 + "0o17" + "[" * 20 + "`" * 400,
    "a.go": "[1]," * 5_000,
    "a.php": "<?php " + "[1]," * 20_000,
    "a.kt": "a } " * 20_000,
}


@pytest.mark.parametrize("path", HARD)
def test_what_takes_a_parser_very_long_is_given_up_after_a_bounded_time(path: str) -> None:
    source = Source.from_text(path, HARD[path])
    started = time.process_time()

    frontends.parse(source)

    assert time.process_time() - started < 10


def test_code_that_is_too_hard_to_parse_is_read_as_text_and_the_report_says_so() -> None:
    secret = "q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa"
    source = Source.from_text("a.go", f'const LIVEKIT_API_SECRET = "{secret}"\n' + "[1]," * 5_000)

    report = scan([source])

    assert [item.rule_name for item in report.findings] == ["leaked-api-secret"]
    assert [note.message for note in report.notes] == [
        "would take far too much time or memory to parse; read as text, for credentials and tokens only"
    ]
    assert not report.is_complete


def test_a_choice_among_thousands_of_values_is_read() -> None:
    cases = "".join(f"case {number}: return {number}\n" for number in range(3_000))
    source = Source.from_text("a.swift", f"func f(x: Int) -> Int {{ switch x {{\n{cases}default: return 0 }} }}\n")

    invariants.check_syntax(source)


def test_syntax_of_any_depth_is_forgotten_without_a_crash() -> None:
    nodes: list[Expr] = [Name(0, 1, "a"), Name(0, 1, "a")]
    for _ in range(300_000):
        nodes = [Unary(0, 1, "-", nodes[0]), Call(0, 1, Member(0, 1, nodes[1], "b"), ())]

    nodes.clear()

    assert gc.collect() >= 0


def test_a_tuple_of_swift_keeps_each_name_at_its_value() -> None:
    module = swift.parse(Source.from_text("a.swift", "let x = (clause, why: reason)\n"))
    (record,) = (node for node in walk(module) if isinstance(node, Record))

    pairs = [
        (entry.key.value if isinstance(entry.key, Literal) else None, getattr(entry.value, "id", None))
        for entry in record.entries
    ]

    assert pairs == [("0", "clause"), ("why", "reason")]


def test_a_module_under_the_name_of_its_default_is_exported_as_default() -> None:
    module = javascript.parse(Source.from_text("a.ts", "export * as default from './a';\n"))

    assert [node.exported for node in walk(module) if isinstance(node, Export)] == ["default"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("A=one\rB=two\r", ["one", "two"]),
        ("A='it\\'s'\nB=two", ["it\\'s", "two"]),
        ("A='C:\\temp\\'\nB='two'", ["C:\\temp\\", "two"]),
    ],
)
def test_environment_files_are_read_as_node_dotenv_and_python_dotenv_read_them(text: str, values: list[str]) -> None:
    assert [pair.value for pair in dotenv.parse(Source.from_text(".env", text)).pairs] == values


def test_an_error_in_yaml_is_one_whole_character() -> None:
    document = yaml.parse(Source.from_text("a.yml", "- &😁 unicode anchor\n"))

    assert isinstance(document, Document)
    assert document.errors == ((3, 7),)


@pytest.mark.parametrize(("text", "written"), [("\ud83d\ude00", "😀"), ("a\ud83d", "a\ufffd"), ("a", "a")])
def test_text_is_made_writable(text: str, written: str) -> None:
    assert writable(text) == written


NO_PATTERNS = "[z-a]\n!\n\\/\n*.log\n"


def test_a_line_of_an_ignore_file_that_is_no_pattern_says_nothing(tmp_path: Path) -> None:
    secret = "q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa"
    files = {"Dockerfile": "FROM scratch\nCOPY . .\n", ".env": f"LIVEKIT_API_SECRET={secret}\n", "a.log": secret}
    for name, text in {**files, ".gitignore": NO_PATTERNS, ".dockerignore": NO_PATTERNS}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    report = scan_paths([tmp_path], rules=RULES)

    assert {item.place.path for item in report.findings} == {".env"}
    assert not report.crashes


@pytest.mark.parametrize("pattern", ["[z", "!", "\\/"])
def test_what_is_no_pattern_in_a_configuration_is_told_of_in_one_line(tmp_path: Path, pattern: str) -> None:
    (tmp_path / "lk-audit.toml").write_text(f"exclude = ['{pattern}']\n", encoding="utf-8")

    with pytest.raises(UsageError) as error:
        effective(Asked(tmp_path / "lk-audit.toml"), tmp_path, rule_names(RULES))

    assert "\n" not in str(error.value)


def test_a_version_of_very_many_digits_is_read_as_far_as_it_matters(tmp_path: Path) -> None:
    manifest = f'{{"dependencies": {{"livekit-server-sdk": "^{"9" * 5_000}.1"}}}}'
    (tmp_path / "package.json").write_text(manifest, encoding="utf-8")
    code = "import { AccessToken } from 'livekit-server-sdk';\nnew AccessToken('k', 's').toJwt();\n"
    (tmp_path / "token.ts").write_text(code, encoding="utf-8")

    report = scan_paths([tmp_path], rules=RULES)

    assert not report.crashes
    assert {item.rule_id for item in report.findings} == set()


@pytest.mark.parametrize(
    "pattern",
    ["a" + "*" * 300 + "b", "****" + "a" * 200, "**/a**b**c", "*a*a*a*ab", "**/a**/**/b", "/**/a/**/b/**/c/**"],
)
def test_a_pattern_that_is_allowed_is_soon_done_with_the_longest_names(pattern: str) -> None:
    assert pattern_mistake(pattern) is None
    started = time.process_time()
    for path in ("a" * 255, "/".join(["a" * 20] * 12), "a/b/" * 60):
        PathPatterns((pattern,)).matched_by(path)

    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "setting",
    [
        'select = ["""implicit\n-ttl"""]',
        'secret-names = ["""A\nB"""]',
        'fail-on = """low\nest"""',
        'max-ttl = """an\nhour"""',
        'baseline = """../a\nb"""',
        '"a\\nb" = 1',
        '[severity]\n"a\\nb" = "low"',
    ],
)
def test_a_value_of_two_lines_in_a_configuration_is_told_of_in_one(tmp_path: Path, setting: str) -> None:
    (tmp_path / "lk-audit.toml").write_text(f"{setting}\n", encoding="utf-8")

    with pytest.raises(UsageError) as error:
        effective(Asked(tmp_path / "lk-audit.toml"), tmp_path, rule_names(RULES))

    assert str(error.value).startswith(f"{tmp_path.as_posix()}/lk-audit.toml:")
    assert len(str(error.value).splitlines()) == 1


def test_a_case_of_a_switch_that_cannot_be_read_stands_where_it_is() -> None:
    invariants.check_syntax(Source.from_text("a.dart", "f(a) { switch (a) { case 1 case <= 2: g(); } }\n"))
    invariants.check_syntax(Source.from_text("a.dart", "n(){switch(){case 1case<=:}"))


@pytest.mark.parametrize("name", ["token", ".token"])
def test_who_imports_a_file_whose_name_begins_with_a_dot_is_told_and_soon(tmp_path: Path, name: str) -> None:
    mint = "import { AccessToken } from 'livekit-server-sdk';\n"
    mint += "export const make = () => new AccessToken('k', 's').toJwt();\n"
    page = f"'use client';\nimport {{ make }} from './{name}';\nexport default function Page() {{ make(); }}\n"
    (tmp_path / f"{name}.ts").write_text(mint, encoding="utf-8")
    (tmp_path / "page.tsx").write_text(page, encoding="utf-8")

    report = scan_paths([tmp_path], rules=RULES)

    assert not report.notes
    assert "LK201" in {item.rule_id for item in report.findings}
