"""What the type of a parameter tells: methods of its class, the constants of an enum, and what subclasses override."""

from __future__ import annotations

import pytest

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
