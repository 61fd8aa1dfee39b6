"""What instances hold: given to a constructor that is written, made of the fields, or made by a call."""

from __future__ import annotations

import pytest

from lk_audit.facts import Expiry, TokenMint
from tests.languages.minting import facts_of
from tests.values.snippets import look_in

RUBY_CLASS = "class Spec\n  attr_reader :ttl\n  def initialize(ttl)\n    @ttl = ttl\n  end\nend\n"
RUBY_READER = "class Spec\n  def initialize(ttl)\n    @ttl = ttl\n  end\n  def ttl\n    @ttl * 60\n  end\nend\n"
RUBY = {
    f"{RUBY_CLASS}look(Spec.new(5).ttl)": "5",
    f"{RUBY_CLASS}look(Spec.new(5).ttl(1))": "call ?",
    f"{RUBY_READER}look(Spec.new(5).ttl)": "300",
    "Spec = Struct.new(:room, :ttl)\nlook(Spec.new('a', 5).ttl)": "5",
    "Spec = Struct.new(:room, :ttl, keyword_init: true)\nlook(Spec.new(room: 'a', ttl: 5).ttl)": "5",
    "Spec = Struct.new(:room) do\n  def ttl\n    5\n  end\nend\nlook(Spec.new('a').ttl)": "call Struct.ttl",
    "Spec = Data.define(:room, :ttl)\nlook(Spec.new(ttl: 5, room: 'a').ttl)": "5",
    "class Spec < Struct.new(:room, :ttl)\nend\nlook(Spec.new('a', 5).ttl)": "5",
    "look(OpenStruct.new(ttl: 5).ttl)": "5",
}
KOTLIN_SPEC = "data class S(val a: Int, val ttl: Int = 3)\nfun f(s: S) { look("
SHARP_SPEC = (
    'record S(string R) { public int T { get; init; } = 3; }\nclass A { static S l = new("x"); void F() { look('
)
RUBY_SPEC = "S = Data.define(:room, :ttl)\nlook(S.new(room: 'a', ttl: 3)"
PYTHON_SPEC = "from dataclasses import dataclass, replace\n@dataclass\nclass S:\n    room: str\n    ttl: int = 3\n"
COPIES = {
    ("a.kt", f"{KOTLIN_SPEC}S(1).copy(ttl = 5).ttl) }}"): "5",
    ("a.kt", f"{KOTLIN_SPEC}S(1).copy(ttl = 5).a) }}"): "1",
    ("a.kt", f"{KOTLIN_SPEC}s.copy(a = 5).ttl) }}"): "given s.ttl",
    ("a.cs", f"{SHARP_SPEC}(l with {{ T = 5 }}).T); }} }}"): "5",
    ("a.cs", f"{SHARP_SPEC}(l with {{ T = 5 }}).R); }} }}"): "'x'",
    ("a.rb", f"{RUBY_SPEC}.with(ttl: 5).ttl)"): "5",
    ("a.rb", f"{RUBY_SPEC}.with(ttl: 5).room)"): "'a'",
    ("a.py", f"{PYTHON_SPEC}look(replace(S('a'), ttl=5).ttl)"): "5",
    ("a.py", f"{PYTHON_SPEC}look(replace(S('a'), ttl=5).room)"): "'a'",
    ("a.ts", "const s = { a: 1, get ttl() { return 5; } };\nlook({ ...s, a: 2 }.ttl)"): "5",
}
PHP_CLASS = "<?php class Spec { public function __construct(public int $ttl = 60) {} "
PHP = {
    f"{PHP_CLASS}}}\nlook((new Spec(5))->ttl);": "5",
    f"{PHP_CLASS}static function long() {{ return new self(5); }} }}\nlook(Spec::long()->ttl);": "5",
    f"{PHP_CLASS}static function long() {{ return new static(5); }} }}\nlook(Spec::long()->ttl);": "5",
}
SETTINGS = "class P { long ttl = 5; long getTtl() { return ttl; } }\nclass A { A(P p) { look(p.getTtl()); } }"
OPTIONS = "class O { public int Ttl { get; set; } = 5; }\n"
FILLED = {
    ("A.java", f"@ConfigurationProperties {SETTINGS}"): "given p.ttl | 5",
    ("A.java", f'@ConfigMapping(prefix = "x") {SETTINGS}'): "given p.ttl | 5",
    ("A.java", SETTINGS): "given p.ttl",
    ("a.kt", '@ConfigurationProperties("x") data class P(val ttl: Long = 5)\nclass A(p: P) { init { look(p.ttl) } }'): (
        "given p.ttl | 5"
    ),
    ("a.cs", f"{OPTIONS}class A {{ A(IOptions<O> o) {{ look(o.Value.Ttl); }} }}"): "given o.Value.Ttl | 5",
    ("a.cs", f"{OPTIONS}class A {{ A(IOptionsMonitor<O> o) {{ look(o.CurrentValue.Ttl); }} }}"): (
        "given o.CurrentValue.Ttl | 5"
    ),
    ("a.cs", f"{OPTIONS}class A {{ A(IOptions<O> o) {{ look(o.Other.Ttl); }} }}"): "given o.Other.Ttl",
    ("a.cs", f"{OPTIONS}class A {{ A(O o) {{ look(o.Ttl); }} }}"): "given o.Ttl",
}
JAVA = {
    "record Spec(String room, long ttl) {}": "5",
    "class Spec { long ttl; Spec(String room, long given) { ttl = given; } long ttl() { return ttl; } }": "5",
    "class Spec { long ttl; Spec(String room, long given) { ttl = given; } long ttl() { return ttl * 60; } }": "300",
}
ELIXIR = {
    "spec = %Spec{room: 'a', ttl: 5}\n  look(spec.ttl)": "5",
    "spec = %Spec{room: 'a'}\n  look(spec.ttl)": "call Spec.ttl",
}
MARKED = {
    ("@dataclass\nclass Spec:", "'a', 5"): "5",
    ("@dataclass\nclass Spec:", "'a', ttl=5"): "5",
    ("@dataclass\nclass Spec:", "'a'"): "7",
    ("@dataclass(frozen=True)\nclass Spec:", "'a', 5"): "5",
    ("@attrs.define\nclass Spec:", "'a', 5"): "5",
    ("@attrs.mutable\nclass Spec:", "'a', 5"): "5",
    ("@attrs.frozen\nclass Spec:", "'a', 5"): "5",
    ("@attr.attrs(auto_attribs=True)\nclass Spec:", "'a', 5"): "5",
    ("@attr.s(auto_attribs=True)\nclass Spec:", "'a', 5"): "5",
    ("class Spec(NamedTuple):", "'a', 5"): "5",
    ("class Spec(msgspec.Struct, frozen=True):", "'a', 5"): "5",
    ("class Spec(BaseModel):", "room='a', ttl=5"): "5",
    ("@other\nclass Spec:", "'a', 5"): "7",
    ("@dataclass\nclass Spec:\n    kind: ClassVar[str] = 'x'", "'a', 5"): "5",
    ("@dataclass\nclass Spec:\n    kind: ClassVar[str]", "'a', 5"): "5",
    ("@dataclass\nclass Spec:\n    kind = 'x'", "'a', 5"): "5",
}
HIDDEN = {
    ("@dataclass\nclass Spec:", "**asked"): "7 | ?(ref asked)",
    ("@dataclass\nclass Spec:", "*asked"): "7 | ?(ref asked)",
    ("@dataclass\nclass Spec:", "'a', 5, **asked"): "5",
    ("class Spec(BaseModel):", "**asked"): "7 | ?(ref asked)",
    ("class Spec(BaseModel):", "room=asked"): "7",
    ("@dataclass\nclass Spec(Base):", "'a', 5"): "7 | ?",
    ("@dataclass\nclass Spec(Base):", "room='a'"): "7",
    ("class Spec(Base):", "'a', 5"): "7",
    ("class Spec(Base):\n    def __init__(self, x): ...", "**asked"): "7",
}
PYTHON = {
    "from collections import namedtuple\nSpec = namedtuple('Spec', 'room ttl')\nlook(Spec('a', 5).ttl)": "5",
    "from collections import namedtuple\nSpec = namedtuple('Spec', ['room', 'ttl'])\nlook(Spec('a', ttl=5).ttl)": "5",
    "import collections as c\nclass Spec(c.namedtuple('Spec', 'room ttl')): ...\nlook(Spec('a', 5).ttl)": "5",
    "import typing as t\nSpec = t.NamedTuple('S', [('room', str), ('ttl', int)])\nlook(Spec('a', 5).ttl)": "5",
    "from collections import namedtuple\nSpec = namedtuple('Spec', 'ttl,room')\nlook(Spec(5, 'a').ttl)": "5",
    "from collections import namedtuple\nSpec = namedtuple('S', 'room', module='ttl')\nlook(Spec('a', 5).ttl)": (
        "call collections.namedtuple.ttl"
    ),
    "from collections import namedtuple\nSpec = namedtuple('S', *names)\nlook(Spec('a', 5).ttl)": (
        "call collections.namedtuple.ttl"
    ),
    "from types import SimpleNamespace\nlook(SimpleNamespace(ttl=5).ttl)": "5",
    "from types import SimpleNamespace\nlook(SimpleNamespace(ttl=5).room)": "call types.SimpleNamespace.room",
}


@pytest.mark.parametrize("code", RUBY)
def test_in_ruby_a_call_reads_a_field(code: str) -> None:
    assert look_in("app.rb", code) == RUBY[code]


@pytest.mark.parametrize("declared", JAVA)
def test_in_java_a_method_has_the_name_of_the_field_that_it_reads(declared: str) -> None:
    code = f'{declared}\nclass App {{ void f() {{ look(new Spec("a", 5).ttl()); }} }}'

    assert look_in("App.java", code) == JAVA[declared]


@pytest.mark.parametrize("code", PHP)
def test_in_php_a_class_makes_itself(code: str) -> None:
    assert look_in("app.php", code) == PHP[code]


@pytest.mark.parametrize(("path", "code"), FILLED)
def test_a_class_that_a_framework_fills_with_settings_keeps_what_they_do_not_say(path: str, code: str) -> None:
    assert look_in(path, code) == FILLED[path, code]


def test_in_java_one_constructor_runs_another() -> None:
    code = "class A { final long ttl; A() { this(5); } private A(long given) { ttl = given; } void f() { look(ttl); } }"

    assert look_in("A.java", code) == "5"


@pytest.mark.parametrize("code", ELIXIR)
def test_a_struct_of_elixir_holds_what_it_is_written_with(code: str) -> None:
    assert look_in("app.ex", f"defmodule App do\n def f do\n  {code}\n end\nend") == ELIXIR[code]


@pytest.mark.parametrize("code", PYTHON)
def test_in_python_a_call_makes_a_type_of_the_names_of_fields(code: str) -> None:
    assert look_in("app.py", code) == PYTHON[code]


@pytest.mark.parametrize(("declared", "passed"), MARKED)
def test_in_python_a_class_takes_its_fields_in_their_order(declared: str, passed: str) -> None:
    code = f"{declared}\n    room: str\n    ttl: int = 7\nlook(Spec({passed}).ttl)"

    assert look_in("app.py", code) == MARKED[declared, passed]


@pytest.mark.parametrize(("declared", "passed"), HIDDEN)
def test_what_may_have_been_passed_for_a_field_is_not_its_default(declared: str, passed: str) -> None:
    code = f"{declared}\n    room: str\n    ttl: int = 7\nlook(Spec({passed}).ttl)"

    assert look_in("app.py", code) == HIDDEN[declared, passed]


@pytest.mark.parametrize(
    ("spec", "call"),
    [
        ("from pydantic import BaseModel\nclass Spec(BaseModel):\n    room: str\n    ttl: int\n", "room='a', ttl=7200"),
        ("from typing import NamedTuple\nclass Spec(NamedTuple):\n    room: str\n    ttl: int\n", "'a', 7200"),
        ("class Spec:\n    def __init__(self, room, ttl):\n        self.ttl = ttl\n", "'a', 7200"),
    ],
)
def test_an_instance_keeps_what_another_file_made_it_with(spec: str, call: str) -> None:
    minting = (
        "from datetime import timedelta\nfrom livekit import api\nfrom spec import Spec\n"
        "def mint(spec: Spec):\n    return api.AccessToken().with_ttl(timedelta(seconds=spec.ttl)).to_jwt()\n"
    )
    calling = f"from mint import mint\nfrom spec import Spec\nprint(mint(Spec({call})))\n"
    facts = facts_of({"spec.py": spec, "mint.py": minting, "app.py": calling})

    lifetimes = [lifetime for fact in facts if isinstance(fact, TokenMint) for lifetime in fact.lifetimes]
    assert (Expiry.EXPLICIT, 7200) in [(lifetime.expiry, lifetime.seconds) for lifetime in lifetimes]


@pytest.mark.parametrize(("path", "code"), COPIES)
def test_a_copy_has_what_it_does_not_change(path: str, code: str) -> None:
    assert look_in(path, code) == COPIES[path, code]
