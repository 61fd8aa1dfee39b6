"""Values, callers and importers across the files of a project."""

from __future__ import annotations

import pytest

from lk_audit.project.code_module import CodeModule
from lk_audit.project.files import Files
from lk_audit.project.modules import Project
from lk_audit.source import Source
from lk_audit.syntax import Call, Function
from tests.values.snippets import all_short, looked_at


def project(files: dict[str, str], elsewhere: dict[str, str] | None = None) -> Project:
    others = {path: text.encode() for path, text in (elsewhere or {}).items()}
    listed = {path: (lambda data=data: data) for path, data in others.items()}
    return Project(Files([Source.from_text(path, text) for path, text in files.items()], lambda: listed))


def look(path: str, files: dict[str, str]) -> str:
    (module,) = project(files).modules(path)
    (expr,) = looked_at(module.names)
    return all_short(module.evaluator.evaluate(expr))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a.py": "from b import TTL\nlook(TTL)", "b.py": "TTL = 60 * 60"}, "3600"),
        ({"a.py": "import b\nlook(b.TTL)", "b.py": "TTL = 5"}, "5"),
        ({"a.py": "from b import *\nlook(TTL)", "b.py": "from c import *", "c.py": "TTL = 7"}, "7"),
        ({"a.py": "from b import f\nlook(f(2))", "b.py": "def f(n):\n    return n * 3"}, "6"),
        ({"a.py": "from b import s\nlook(s.ttl)", "b.py": "class S:\n    ttl = 9\ns = S()"}, "9"),
        ({"a.py": "from b import T\nlook(T.LONG.value)", "b.py": "class T(Enum):\n    LONG = 86400"}, "86400"),
        ({"a.py": "from b import X\nlook(X)", "b.py": "from a import X"}, "ref b.X"),
        ({"a.py": "from b import missing\nlook(missing)", "b.py": "TTL = 1"}, "ref b.missing"),
        ({"a.py": "from b import T\nlook(T[k])", "b.py": "T = {'x': 1, 'y': 2}"}, "1 | 2 | ?"),
        ({"a.py": "import b\nlook(getattr(b.s, 'ttl', 9))", "b.py": "class S:\n    ttl = 4\ns = S()"}, "4"),
    ],
)
def test_python_values_are_followed_through_imports(files: dict[str, str], expected: str) -> None:
    assert look("a.py", files) == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a.ts": "import { ttl } from './b'; look(ttl)", "b.ts": "export const ttl = 60"}, "60"),
        ({"a.ts": "import c from './b'; look(c.ttl)", "b.ts": "export default { ttl: 60 }"}, "60"),
        ({"a.ts": "import { f } from './b'; look(f(undefined))", "b.ts": "export const f = (n = 60) => n"}, "60"),
        ({"a.ts": "import { f } from './b'; look(f(null))", "b.ts": "export const f = (n = 60) => n"}, "nothing"),
        (
            {
                "a.ts": "function f(n = 60) { look(n) }\nexport function g(n?: number) { f(n) }",
                "b.ts": "import { g } from './a'; g(5); g()",
            },
            "60 | 5",
        ),
        ({"a.ts": "import * as c from './b'; look(c.ttl)", "b.ts": "export const ttl = 60"}, "60"),
        ({"a.js": "const { ttl } = require('./b'); look(ttl)", "b.js": "module.exports = { ttl: 60 }"}, "60"),
        ({"a.js": "const b = require('./b'); look(b.ttl)", "b.js": "exports.ttl = 60"}, "60"),
        ({"a.js": "const f = require('./b'); look(f())", "b.js": "module.exports = () => 60"}, "60"),
        (
            {
                "a.ts": "import { life } from './b'; look(life)",
                "b/index.ts": "export { ttl as life } from './c'",
                "b/c.ts": "export const ttl = 60",
            },
            "60",
        ),
        (
            {
                "a.ts": "import { ttl } from './b'; look(ttl)",
                "b.ts": "export * from './c'; export * from './a'",
                "c.ts": "export const ttl = 60",
            },
            "60",
        ),
    ],
)
def test_javascript_values_are_followed_through_imports(files: dict[str, str], expected: str) -> None:
    assert look(next(iter(files)), files) == expected


def test_a_parameter_is_what_callers_in_other_files_pass() -> None:
    files = {
        "mint.py": "def mint(ttl):\n    look(ttl)\n",
        "routes.py": "from mint import mint\nmint(60)\n",
        "jobs.py": "import mint\nmint.mint(ttl=90)\n",
        "tests/test_mint.py": "from mint import mint\nmint(1)\n",
    }

    assert look("mint.py", files) == "90 | 60"


def test_a_function_that_is_handed_on_may_be_given_anything_else_too() -> None:
    files = {
        "mint.js": "exports.mint = function mint(ttl) { look(ttl); }",
        "routes.js": "const { mint } = require('./mint'); mint(60); router.post('/x', mint);",
    }

    assert look("mint.js", files) == "60 | given ttl"


def callers(files: dict[str, str], path: str, name: str) -> list[str]:
    linked = project(files)
    (module,) = linked.modules(path)
    (function,) = [item for item in module.names.nodes(Function) if module.names.name_of(item) == name]
    return sorted(_spelled(use.module, use.call) for use in linked.usage.callers(module, function))


def _spelled(module: CodeModule, call: Call) -> str:
    return f"{module.path}: {module.source.data[call.start : call.end].decode()}"


@pytest.mark.parametrize(
    ("importer", "found"),
    [
        ("import { mint as make } from './t'; make(1)", ["a.ts: make(1)"]),
        ("import * as t from './t'; t.mint(1)", ["a.ts: t.mint(1)"]),
        ("import { mint } from './other'; mint(1)", []),
        ("const mint = (x) => x; mint(1)", []),
        ("const { mint } = require('./t'); mint(1)", ["a.ts: mint(1)"]),
    ],
)
def test_callers_are_those_that_import_the_very_function(importer: str, found: list[str]) -> None:
    assert callers({"t.ts": "export function mint(n) {}", "a.ts": importer}, "t.ts", "mint") == found


@pytest.mark.parametrize(
    "importer",
    [
        "import { Tokens } from './t'; new Tokens().mint(1)",
        "import { tokens } from './t'; tokens.mint(1)",
        "import { Tokens } from './t'; class C { constructor(private t: Tokens) {} go() { this.t.mint(1); } }",
    ],
)
def test_methods_are_found_through_instances_and_injection(importer: str) -> None:
    files = {"t.ts": "export class Tokens { mint(n) {} }\nexport const tokens = new Tokens();", "a.ts": importer}

    assert len(callers(files, "t.ts", "mint")) == 1


@pytest.mark.parametrize(
    ("owner", "importer"),
    [
        ("export class T { mint = async (n) => n; }", "import { T } from './t'; const t = new T(); t.mint(1)"),
        ("export class T { static mint = (n) => n; }", "import { T } from './t'; T.mint(1)"),
        ("export const t = { mint: async (n) => n };", "import { t } from './t'; t.mint(1)"),
        ("export const of = () => ({ mint: (n) => n });", "import { of } from './t'; const t = of(); t.mint(1)"),
        ("export function of() { function mint(n) {} return { mint }; }", "import { of } from './t'; of().mint(1)"),
    ],
)
def test_functions_that_a_class_or_a_record_holds_are_found_by_their_name_in_it(owner: str, importer: str) -> None:
    assert len(callers({"t.ts": owner, "a.ts": importer}, "t.ts", "mint")) == 1


@pytest.mark.parametrize(
    ("package", "importer"),
    [
        ("from . import tokens", "from app.kit import tokens\ntokens.mint(1)"),
        ("from app.kit import tokens as livekit", "from app.kit import livekit\nlivekit.mint(1)"),
        ("from . import tokens as livekit", "from .kit import livekit as lk\nlk.mint(1)"),
        ("import app.kit.tokens as livekit", "from app import kit\nkit.livekit.mint(1)"),
        ("", "from app.kit import tokens\ntokens.mint(1)"),
    ],
)
def test_modules_that_a_package_takes_in_are_found_under_the_name_it_gives_them(package: str, importer: str) -> None:
    files = {
        "app/__init__.py": "",
        "app/kit/__init__.py": package,
        "app/kit/tokens.py": "def mint(n): pass",
        "app/a.py": importer,
    }

    assert len(callers(files, "app/kit/tokens.py", "mint")) == 1


OTHER_LANGUAGES = {
    "a package of Go": (
        {"go.mod": "module acme.com/shop", "tokens/t.go": "package tokens\nfunc Mint(n int) {}"},
        ("main.go", 'package main\nimport "acme.com/shop/tokens"\nfunc main() { tokens.Mint(1) }'),
    ),
    "another file of a package of Go": (
        {"go.mod": "module acme.com/shop", "t.go": "package main\nfunc mint(n int) {}"},
        ("main.go", "package main\nfunc main() { mint(1) }"),
    ),
    "a function of Kotlin": (
        {"src/acme/T.kt": "package acme\nfun mint(n: Int) {}"},
        ("src/web/A.kt", "package web\nimport acme.mint\nfun main() { mint(1) }"),
    ),
    "a static method of Java": (
        {"src/acme/T.java": "package acme;\npublic class T { public static void mint(int n) {} }"},
        ("src/web/A.java", "package web;\nimport acme.T;\nclass A { void a() { T.mint(1); } }"),
    ),
    "a method of Java that is injected": (
        {"src/acme/T.java": "package acme;\npublic class T { public void mint(int n) {} }"},
        ("src/web/A.java", "package web;\nimport acme.T;\nclass A { private final T t; void a() { t.mint(1); } }"),
    ),
    "a static method of C#": (
        {"T.cs": "namespace Acme;\npublic static class T { public static void mint(int n) {} }"},
        ("A.cs", "using Acme;\nclass A { void Go() { T.mint(1); } }"),
    ),
    "a static method of PHP": (
        {"src/T.php": "<?php\nnamespace Acme;\nclass T { public static function mint($n) {} }"},
        ("src/A.php", "<?php\nuse Acme\\T;\nT::mint(1);"),
    ),
    "a function of PHP in a file that is included": (
        {"inc/t.php": "<?php\nfunction mint($n) {}"},
        ("index.php", "<?php\nrequire 'inc/t.php';\nmint(1);"),
    ),
    "a method of Ruby": (
        {"app/t.rb": "class T\n  def self.mint(n)\n  end\nend"},
        ("app/a.rb", "class A\n  def go\n    T.mint(1)\n  end\nend"),
    ),
    "a function of Elixir": (
        {"lib/t.ex": "defmodule Acme.T do\n  def mint(n), do: n\nend"},
        ("lib/a.ex", "defmodule Acme.A do\n  alias Acme.T\n  def go(), do: T.mint(1)\nend"),
    ),
    "a module of Rust": (
        {"src/t.rs": "pub fn mint(n: u32) {}"},
        ("src/main.rs", "mod t;\nfn main() { t::mint(1); }"),
    ),
    "a function of Rust by its own name": (
        {"src/t.rs": "pub fn mint(n: u32) {}"},
        ("src/routes/a.rs", "use crate::t::mint;\nfn go() { mint(1); }"),
    ),
    "a library of Dart": (
        {"lib/t.dart": "void mint(int n) {}"},
        ("lib/a.dart", "import 't.dart';\nvoid main() { mint(1); }"),
    ),
    "another file of a module of Swift": (
        {"Package.swift": "// swift-tools-version:5.9", "Sources/App/T.swift": "func mint(_ n: Int) {}"},
        ("Sources/App/A.swift", "func go() { mint(1) }"),
    ),
    "another module of Swift": (
        {"Package.swift": "// swift-tools-version:5.9", "Sources/Kit/T.swift": "public func mint(_ n: Int) {}"},
        ("Sources/App/A.swift", "import Kit\nfunc go() { mint(1) }"),
    ),
}


@pytest.mark.parametrize("case", OTHER_LANGUAGES)
def test_callers_are_found_in_every_language(case: str) -> None:
    files, (importer, text) = OTHER_LANGUAGES[case]
    declaring = list(files)[-1]
    name = "Mint" if "Mint" in files[declaring] else "mint"

    assert len(callers({**files, importer: text}, declaring, name)) == 1


def test_a_default_export_is_found_under_whatever_name() -> None:
    files = {"token.ts": "export default function mint(n) {}", "a.ts": "import make from './token'; make(1)"}

    assert callers(files, "token.ts", "mint") == ["a.ts: make(1)"]


def test_importers_are_found_by_path_and_not_by_name() -> None:
    linked = project(
        {
            "lib/token.ts": "export const x = 1",
            "a.ts": "import { x } from './lib/token'",
            "b.ts": "import type { x } from './lib/token'",
            "c.ts": "import { x } from './token'",
            "d.js": "const t = require('./lib/token')",
        }
    )

    edges = {edge.module.path: edge.is_type_only for edge in linked.usage.importers("lib/token.ts")}

    assert edges == {"a.ts": False, "b.ts": True, "d.js": False}


def test_every_script_of_a_page_is_an_importer() -> None:
    scripts = "---\nimport { a } from './token'\n---\n<script>import { b } from './token'</script>"
    linked = project({"token.ts": "export const a = 1, b = 2", "page.astro": scripts})

    names = {item.local for edge in linked.usage.importers("token.ts") for item in edge.names}

    assert names == {"a", "b"}


def test_files_outside_the_scan_are_read_when_they_are_asked_for() -> None:
    linked = project({"a.py": "from b import TTL\nlook(TTL)"}, {"b.py": "TTL = 60", "huge.py": "#" * 2_000_000})
    (module,) = linked.modules("a.py")

    assert all_short(module.evaluator.evaluate(looked_at(module.names)[0])) == "60"
    assert linked.files.data("huge.py") == b""


def test_what_was_forgotten_is_parsed_again() -> None:
    linked = project({"a.py": "x = 1"})
    before = linked.modules("a.py")
    linked.forget()

    assert linked.modules("a.py") != before
    assert linked.bytes_parsed == 5


@pytest.mark.parametrize(
    ("kept", "code"),
    [
        (True, "import x from 'x';\nfunction mint() {}\nmint()"),
        (True, "export const other = 1;\nconst mint = () => 1;\nmint()"),
        (False, "function mint() {}"),
        (False, "export function mint() {}"),
        (False, "import x from 'x';\nfunction mint() {}\nexport default { mint }"),
        (False, "import x from 'x';\nfunction mint() {}\nx.mint = mint"),
        (False, "import x from 'x';\nx.mint = function mint() {}"),
        (False, "import x from 'x';\nfunction mint() {}\nx.on('join', mint)"),
    ],
)
def test_what_a_module_keeps_to_itself_nobody_is_asked_for(code: str, *, kept: bool) -> None:
    linked = project({"t.ts": code})
    (module,) = linked.modules("t.ts")
    (function,) = (item for item in module.names.nodes(Function) if module.names.name_of(item) == "mint")

    assert (linked.usage.words_for(module, function) == []) is kept


def test_what_is_found_out_at_the_end_of_the_work_for_a_question_is_not_all_that_the_next_one_is_told() -> None:
    linked = project({"t.ts": "export function mint(n) {}", "a.ts": "import { mint } from './t'; mint(1)"})
    (module,) = linked.modules("t.ts")
    (function,) = module.names.nodes(Function)

    linked.effort.depth, linked.effort.work = 1, linked.effort.limit
    assert not linked.usage.callers(module, function)
    assert not linked.usage.is_passed_on(module, function)
    assert linked.effort.truncations

    linked.effort.depth = 0
    assert [_spelled(use.module, use.call) for use in linked.usage.callers(module, function)] == ["a.ts: mint(1)"]


HEIRS: list[dict[str, str]] = [
    {
        "a.ts": "export abstract class Base { abstract ttl(): number; f() { look(this.ttl()); } }",
        "b.ts": "import { Base } from './a';\nclass B extends Base { ttl() { return 5; } }",
    },
    {
        "a.py": "class Base:\n    def ttl(self): raise NotImplementedError\n    def f(self): look(self.ttl())\n",
        "b.py": "from a import Base\nclass B(Mixin, Base):\n    def ttl(self): return 5\n",
    },
    {
        "a.rb": "class Base\n def ttl\n  raise NotImplementedError\n end\n def f\n  look(ttl)\n end\nend\n",
        "b.rb": "require_relative 'a'\nclass B < Base\n def ttl\n  5\n end\nend\n",
    },
    {
        "a.go": "package a\ntype K interface { Life() int }\nfunc f(k K) { look(k.Life()) }",
        "b.go": "package a\ntype A struct{}\nfunc (a *A) Life() int { return 5 }",
    },
    {
        "src/a.rs": "pub trait K { fn l(&self) -> u64; }\nfn f(k: &dyn K) { look(k.l()); }",
        "src/b.rs": "use crate::a::K;\nstruct A;\nimpl K for A { fn l(&self) -> u64 { 5 } }",
        "src/main.rs": "mod a; mod b;",
    },
    {
        "K.java": "package a;\ninterface K { long l(); }\nclass T { void f(K k) { look(k.l()); } }",
        "B.java": "package a;\nclass B implements Other, K { public long l() { return 5; } }",
    },
    {
        "K.kt": "package a\ninterface K { fun l(): Long }\nclass T { fun f(k: K) { look(k.l()) } }",
        "B.kt": "package a\nclass B(val a: Int) : K {\n override fun l(): Long { return 5 } }",
    },
    {
        "K.kt": "package a\nabstract class K { abstract fun l(): Long\n fun f() { look(l()) } }",
        "B.kt": "package a\nclass B : Other(), K() {\n override fun l(): Long { return 5 } }",
    },
    {
        "K.cs": "namespace A;\ninterface K { int L { get; } }\nclass T { void F(K k) { look(k.L); } }",
        "B.cs": "namespace A;\nclass B : Other, K { public int L => 5; }",
    },
    {
        "K.php": "<?php namespace A;\nabstract class K { abstract function l();\nfunction f() { look($this->l()); } }",
        "B.php": "<?php\nnamespace A;\nclass B extends K { function l() { return 5; } }",
    },
    {
        "lib/a.dart": "abstract class K { int l();\n void f() { look(l()); } }",
        "lib/b.dart": "import 'a.dart';\nclass B extends K { int l() { return 5; } }",
    },
]


@pytest.mark.parametrize("files", HEIRS, ids=", ".join)
def test_what_a_class_leaves_open_is_told_by_heirs_in_other_files_of_every_language(files: dict[str, str]) -> None:
    assert "5" in look(next(iter(files)), files)
