"""What happens to an object after its construction."""

from __future__ import annotations

import pytest

from lk_audit.syntax import Name
from lk_audit.values.names import Names
from lk_audit.values.objects import history
from tests.values.snippets import read

JAVASCRIPT = {
    # chains
    "new T().a(1).b(2)": "a b",
    "await new T().a(1).toJwt()": "a toJwt",
    "(await new T().a(1)).b()": "a b",
    # variables
    "const t = new T(); t.a(1); t.ttl = 5; send(t.toJwt())": "a ttl= toJwt",
    "const t = new T().a(1); t.b()": "a b",
    "const t = new T(); t.a().b().c()": "a b c",
    "let t = new T(); t = t.a(1); t.b()": "a b",
    "const t = new T(); const u = t; u.a(); t.b()": "a b",
    "const t = new T(); t.claims.video = {}; t.claims['x'].y()": "claims.video= claims.x.y",
    "const t = new T(); const jwt = t.toJwt(); jwt.a()": "toJwt",
    "let t = new T(); t.a(); t = new Other(); t.b()": "a",
    "let t = new Other(); t.a(); t = new T(); t.b()": "b",
    "const t = new T(); other.a(t.x)": "",
    "const t = c ? new T() : null; t.a()": "a",
    # branches
    "const t = new T(); if (c) { t.a() } t.b()": "a? b",
    "if (c) { const t = new T(); t.a() }": "a",
    "const t = new T(); c && t.a()": "a?",
    "const t = new T(); for (const g of gs) t.a(g)": "a?",
    "const t = new T(); try { t.a() } catch { t.b() } t.c()": "a b? c",
    "const t = new T(); run(() => t.a())": "a?",
    # attributes
    "class C { constructor() { this.t = new T(); this.t.a() } m() { this.t.b() } }": "a b?",
    "class C { m() { this.t = new T(); this.t.a(); this.t = new Other(); this.t.b() } }": "a",
    "class C { t = new T(); m() { this.t.b() } }": "b?",
    "class C { t = new T(); m(o) { o.t.a(); o.o.t.a(); this.t.b() } }": "b?",
    "class C { t = new T(); m() { this.t.b() } } class D { m() { this.t.a() } }": "b?",
    "const s = {}; s.t = new T(); s.t.a(); s.u.b()": "a",
    # functions
    "function f(x) { x.a(); if (c) x.b() } const t = new T(); f(t); t.c()": "a b? c",
    "function f(y, x) { x.a() } const t = new T(); if (c) f(0, t)": "a?",
    "function f(x) { g(x) } function g(x) { x.a() } f(new T())": "",
    "function make() { const t = new T(); t.a(); return t } make().b()": "a b",
    "function make() { return new T() } make().a(); make().b()": "a? b?",
    "function make() { return new T() } function more() { return make() } more().a()": "a",
    "const t = new T(); Object.assign(t, { ttl: 5, name: 'x' })": "ttl= name=",
    "const t = new T(); Object.assign(t, { ttl: 5 }).a()": "ttl= a",
    "const t = new T(); if (c) Object.assign(t, { ttl: 5 })": "ttl=?",
}
PYTHON = {
    "T().a(1).b(2)": "a b",
    "jwt = (\n    T()\n    .a(1)\n    .to_jwt()\n)\njwt.b()": "a to_jwt",
    "t = T()\nt.a(1)\nt.ttl = 5\nt.to_jwt()": "a ttl= to_jwt",
    "t = T()\nt = t.a()\nt.b()": "a b",
    "t = T()\nif c:\n    t.a()\nt.b()": "a? b",
    "t = T()\nif c:\n    t = t.a()\nt.b()": "a? b",
    "t = T()\nt.claims.video = 1\nt.claims.x['y'] = 2": "claims.video= claims.x.y=",
    "with T() as t:\n    t.a()": "a",
    "class C:\n    def f(self):\n        self.t = T()\n        self.t.a()\n    def g(s):\n        s.t.b()": "a b?",
    "def f(x):\n    x.a()\nt = T()\nf(t)\nf(x=t)": "a",
    "class C:\n    def f(self, x):\n        x.a()\n    def g(self):\n        self.f(T())": "a",
    "def f():\n    return T()\nf().a()": "a",
    "t = T()\nsetattr(t, 'ttl', 5)": "ttl=",
    "t: T = T()\nasync def g():\n    t.a()": "a?",
    "g = T()\ng.a = g.b = True": "a= b=",
}


@pytest.mark.parametrize(("snippet", "expected"), JAVASCRIPT.items())
def test_the_history_of_a_javascript_object(snippet: str, expected: str) -> None:
    assert _told(read("typescript", snippet)) == expected


@pytest.mark.parametrize(("snippet", "expected"), PYTHON.items())
def test_the_history_of_a_python_object(snippet: str, expected: str) -> None:
    assert _told(read("python", snippet)) == expected


def _told(names: Names) -> str:
    """The events of the first `T(...)`: methods by name, assignments with `=`, uncertain ones with `?`."""
    origin = next(call for call in names.calls if isinstance(call.callee, Name) and call.callee.id == "T")
    return " ".join(
        f"{'.'.join(event.path)}{'=' if event.arguments is None else ''}{'' if event.certain else '?'}"
        for event in history(names, origin)
    )
