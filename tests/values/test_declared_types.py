"""What the type of a parameter tells: methods of its class, the constants of an enum, and what subclasses override."""

from __future__ import annotations

import pytest

from lk_audit.facts import TokenMint
from tests.languages.minting import facts_of
from tests.values.snippets import look_in

METHODS = {
    (
        "a.ts",
        "class S { ttl() { return 5; } }\nclass T { constructor(private s: S) {}\n f() { look(this.s.ttl()); } }",
    ): "5",
    ("a.ts", "class S { life = 6; ttl() { return this.life; } }\nfunction f(s: S) { look(s.ttl()); }"): "given s.life",
    ("a.ts", "interface S { ttl(): number }\nfunction f(s: S) { look(s.ttl()); }"): "call ?",
    ("a.ts", "class S { get ttl() { return 5; } }\nfunction f(s: S) { look(s.ttl); }"): "5",
    ("a.ts", "class S { get ttl() { return this.life; } }\nfunction f(s: S) { look(s.ttl); }"): "given s.life",
    ("a.py", "class S:\n    @property\n    def ttl(self): return 5\ndef f(s: S): look(s.ttl)"): "5",
    ("a.py", "class S:\n    def ttl(self): return 5\ndef f(s: S): look(s.ttl())"): "5",
    ("a.py", "class S:\n    def ttl(self): return 5\ndef f(s: 'S | None'): look(s.ttl())"): "call ?",
    ("a.py", "class S:\n    def ttl(self): return self.life\ndef f(s: S): look(s.ttl())"): "given s.life",
    ("a.py", "class S:\n    def ttl(self): raise NotImplementedError\ndef f(s: S): look(s.ttl())"): "call ?",
    ("a.py", "class S:\n    def ttl(self): ...\ndef f(s: S): look(s.ttl())"): "call ?",
    ("A.java", "class S { int ttl() { return 5; } }\nclass T { void f(S s) { look(s.ttl()); } }"): "5",
    (
        "A.java",
        "class S { int life; int getLife() { return life; } }\nclass T { void f(S s) { look(s.getLife()); } }",
    ): ("given s.life"),
    ("A.java", "interface S { int ttl(); }\nclass T { void f(S s) { look(s.ttl()); } }"): "call ?",
    ("a.kt", "class S { fun ttl() = 5 }\nclass T(private val s: S) { fun f() { look(s.ttl()) } }"): "5",
    ("a.cs", "class S { public int Ttl() => 5; }\nclass T { void F(S s) { look(s.Ttl()); } }"): "5",
    ("a.php", "<?php class S { function ttl() { return 5; } }\nfunction f(S $s) { look($s->ttl()); }"): "5",
    ("a.dart", "class S { int ttl() => 5; }\nvoid f(S s) { look(s.ttl()); }"): "5",
    ("a.swift", "class S { func ttl() -> Int { 5 } }\nfunc f(s: S) { look(s.ttl()) }"): "5",
}
PHP_ENUM = "enum K { case A; case B; function x() { return match($this) { self::A => 5, self::B => 6 }; } }"
ENUMS = {
    ("a.kt", "enum class K(val life: Int) { A(5), B(6) }\nfun f(k: K) { look(k.life) }"): "5 | 6",
    ("a.kt", "enum class K(val life: Int) { A(5), B(6) }\nfun f() { look(K.A.life) }"): "5",
    (
        "A.java",
        "enum K { A(5), B(6); int life; K(int l) { life = l; } }\nclass X { void f(K k) { look(k.life); } }",
    ): "5 | 6",
    (
        "A.java",
        "enum K { A(5); int l; K(int x) { l = x; } int l() { return l; } }\nclass X { void f(K k) { look(k.l()); } }",
    ): "5",
    ("a.dart", "enum K { a(5), b(6); const K(this.life); final int life; }\nvoid f(K k) { look(k.life); }"): "5 | 6",
    ("a.php", f"<?php {PHP_ENUM}\nfunction f(K $k) {{ look($k->x()); }}"): "5 | 6",
    ("a.kt", "class K(val life: Int)\nfun f(k: K) { look(k.life) }"): "given k.life",
}
RAISING = "class A:\n    def x(self): raise NotImplementedError\n    def f(self): look(self.x())\n"
ABSTRACT = "abstract class A { abstract int x(); void f() { look(x()); } }\n"
OVERRIDDEN = {
    ("a.ts", "class A { x() { return 5; } }\nclass B extends A { x() { return 6; } f() { look(super.x()); } }"): "5",
    ("a.py", "class A:\n    def x(self): return 5\nclass B(A):\n    def x(self): look(super().x())"): "5",
    ("a.rb", "class A\n def x\n  5\n end\nend\nclass B < A\n def x\n  look(super)\n end\nend"): "5",
    ("a.rb", "class B < Base\n def x\n  look(super)\n end\nend"): "?",
    ("a.py", "class A:\n    x = 5\n    def f(self): look(self.x)\nclass B(A):\n    x = 6"): "5 | 6",
    ("a.py", f"{RAISING}class B(A):\n    def x(self): return 6"): "call ? | 6",
    ("a.ts", "abstract class A { abstract x: number; f() { look(this.x); } }\nclass B extends A { x = 6; }"): "6 | ?",
    ("A.java", f"{ABSTRACT}class B extends A {{ int x() {{ return 6; }} }}"): "call ? | 6",
    ("a.php", "<?php class A { const X = 5; function f() { look(static::X); } }\nclass B extends A { const X = 6; }"): (
        "5 | 6"
    ),
}


@pytest.mark.parametrize(("path", "code"), METHODS)
def test_a_method_is_that_of_the_class_that_a_parameter_is_declared_to_be_of(path: str, code: str) -> None:
    assert look_in(path, code) == METHODS[path, code]


@pytest.mark.parametrize(("path", "code"), ENUMS)
def test_an_enum_is_one_of_its_constants(path: str, code: str) -> None:
    assert look_in(path, code) == ENUMS[path, code]


@pytest.mark.parametrize(("path", "code"), OVERRIDDEN)
def test_what_a_subclass_overrides_may_hold_in_the_class(path: str, code: str) -> None:
    assert look_in(path, code) == OVERRIDDEN[path, code]


@pytest.mark.parametrize("default", ["fun mint(life: Int = LIFE)", 'fun mint(life: Int = LIFE, room: String = "a")'])
def test_a_default_sees_the_members_of_the_class(default: str) -> None:
    code = f"class T {{\n {default} {{ look(life) }}\n companion object {{ private val LIFE = 5 }}\n}}"

    assert look_in("a.kt", code) == "5 | given life"


TAGGED = "package a\ntype C struct {{ Ttl {0} `{1}` }}\nfunc f(c *C) {{ look(c.Ttl) }}"
BOUND = "record P(String url, {0} ttl) {{}}\nclass T {{ void f(P p) {{ look(p.ttl()); }} }}"
DERIVED = (
    "#[derive(Parser)]\nstruct A {{\n {0}\n ttl: u64,\n}}\nfn five() -> u64 {{ 5 }}\nfn f(a: &A) {{ look(a.ttl); }}"
)
PARSED = 'package a\ntype C struct { T int `default:"5"` }\nfunc f() {'
TOLD = {
    ("a.go", TAGGED.format("time.Duration", 'env:"TTL" envDefault:"48h"')): "given c.Ttl | 172800 seconds",
    ("a.go", TAGGED.format("int", 'default:"5"')): "given c.Ttl | 5",
    ("a.go", TAGGED.format("string", 'env-default:"48h"')): "given c.Ttl | '48h'",
    ("a.go", TAGGED.format("string", 'json:"ttl"')): "given c.Ttl",
    ("a.go", f"{PARSED} c := &C{{}}; Parse(c); look(c.T) }}"): "5 | call ..Parse.T",
    ("A.java", BOUND.format('@DefaultValue("2d") Duration')): "given p.ttl | 172800 seconds",
    ("A.java", BOUND.format('@DefaultValue("5") long')): "given p.ttl | 5",
    ("A.java", BOUND.format("long")): "call ?",
    ("a.rs", DERIVED.format("#[arg(default_value_t = 5)]")): "given a.ttl | 5",
    ("a.rs", DERIVED.format('#[serde(default = "five")]')): "given a.ttl | 5",
    ("a.rs", DERIVED.format("#[arg(long)]")): "given a.ttl",
    ("a.rs", "struct A {\n #[arg(default_value_t = 5)]\n b: u64,\n}\nfn f() { let a = A::parse(); look(a.b); }"): "5",
}


@pytest.mark.parametrize(("path", "code"), TOLD)
def test_a_declaration_tells_a_library_the_default_of_a_field(path: str, code: str) -> None:
    assert look_in(path, code) == TOLD[path, code]


SETTING = "func With(t int) func(*S) { return func(s *S) { s.t = t } }\nvar x = With(5)\n"
OPTIONS = {
    "func M(os ...func(*S)) { s := &S{t: 3}; for _, o := range os { o(s) }; look(s.t) }": "3 | 5",
    "func M() { s := &S{t: 3}; look(s.t) }": "3",
    "func (s *S) m() { look(s.t) }\nfunc M(os ...func(*S)) *S { return &S{t: 3} }": "3 | 5",
    "func (s *S) m() { look(s.t) }\nfunc M() *S { return &S{t: 3} }": "3",
}


@pytest.mark.parametrize("code", OPTIONS)
def test_options_of_go_set_fields_of_what_takes_them(code: str) -> None:
    values = look_in("a.go", f"package a\ntype S struct {{ t int }}\n{SETTING}{code}")

    assert values.replace(" | given t", "") == OPTIONS[code]


GO_KIND = "package a\ntype K interface { Life() int }\ntype A struct{}\nfunc (A) Life() int { return 5 }\n"
LEFT = {
    ("a.go", f"{GO_KIND}func f(k K) {{ look(k.Life()) }}"): "5",
    (
        "a.rs",
        (
            "trait K { fn l(&self) -> u64; }\nstruct A;\nimpl K for A { fn l(&self) -> u64 { 5 } }\n"
            "fn f(k: &dyn K) { look(k.l()); }"
        ),
    ): "5",
    (
        "A.java",
        (
            "interface K { long l(); }\nclass A implements K { public long l() { return 5; } }\n"
            "class T { void f(K k) { look(k.l()); } }"
        ),
    ): "5",
    (
        "a.cs",
        "interface K { int L { get; } }\nclass A : K { public int L => 5; }\nclass T { void F(K k) { look(k.L); } }",
    ): "given k.L | 5",
}


@pytest.mark.parametrize(("path", "code"), LEFT)
def test_what_an_interface_leaves_open_is_told_by_those_who_implement_it(path: str, code: str) -> None:
    assert look_in(path, code) == LEFT[path, code]


@pytest.mark.parametrize(
    ("heir", "known"),
    [("server/kiosk.ts", True), ("server/kiosk.test.ts", False)],
)
def test_heirs_in_other_files_count_but_for_those_of_tests(heir: str, known: bool) -> None:
    base = (
        "import { AccessToken } from 'livekit-server-sdk';\nexport abstract class Base {\n  abstract ttl(): number;\n"
        "  mint() { return new AccessToken('a', 'b', { identity: 'a', ttl: this.ttl() }).toJwt(); }\n}\n"
    )
    kiosk = "import { Base } from './base';\nexport class Kiosk extends Base { ttl() { return 172800; } }\n"
    (made,) = (fact for fact in facts_of({"server/base.ts": base, heir: kiosk}) if isinstance(fact, TokenMint))

    assert (172800 in [item.seconds for item in made.lifetimes]) is known
