"""Who is meant by a name."""

from __future__ import annotations

import pytest

from lk_audit.syntax import Assign, Class, Function, Name, Parameter
from lk_audit.values.names import Names
from lk_audit.values.specifiers import normalise
from tests.values.snippets import read

JAVASCRIPT = {
    "import { AccessToken } from 'livekit-server-sdk'; look(AccessToken)": "livekit-server-sdk.AccessToken",
    "import { AccessToken as T } from 'livekit-server-sdk'; look(T)": "livekit-server-sdk.AccessToken",
    "import * as lk from 'livekit-server-sdk'; look(lk.AccessToken)": "livekit-server-sdk.AccessToken",
    "import * as lk from 'livekit-server-sdk'; look(lk)": "livekit-server-sdk",
    "import jwt from 'jsonwebtoken'; look(jwt)": "jsonwebtoken.default",
    "import jwt from 'jsonwebtoken'; look(jwt.sign)": "jsonwebtoken.sign",
    "const jwt = require('jsonwebtoken'); look(jwt.sign)": "jsonwebtoken.sign",
    "const { sign: s } = require('jsonwebtoken'); look(s)": "jsonwebtoken.sign",
    "look(require('jsonwebtoken').sign)": "jsonwebtoken.sign",
    "const jwt = require('jsonwebtoken').default; look(jwt.sign)": "jsonwebtoken.sign",
    "async () => { const { sign } = await import('jose'); look(sign) }": "jose.sign",
    "const jwt_1 = __importDefault(require('jsonwebtoken')); look(jwt_1.default.sign)": "jsonwebtoken.sign",
    "const s = require('jsonwebtoken'); look((0, s.sign))": "jsonwebtoken.sign",
    "import { SignJWT } from 'https://deno.land/x/jose@v4.14.4/index.ts'; look(SignJWT)": "jose.SignJWT",
    "import { createHmac } from 'node:crypto'; look(createHmac)": "crypto.createHmac",
    "import sdk from 'livekit-server-sdk'; const { AccessToken: T } = sdk; look(T)": "livekit-server-sdk.AccessToken",
    "import { x } from './lib/token'; look(x)": "./lib/token.x",
    "look(Date.now)": "Date.now",
    "look(process.env.KEY)": "process.env.KEY",
    "look(globalThis.crypto.subtle)": "crypto.subtle",
    "const a = {}; look(a)": None,
    "function f(Date) { look(Date.now) }": None,
    "class C { m() { look(this.x) } }": None,
    "import a from 'a'; function f() { const a = 1; look(a) }": None,
    "const a = b; const b = a; look(a)": None,
}
PYTHON = {
    "from livekit import api\nlook(api.AccessToken)": "livekit.api.AccessToken",
    "from livekit.api import AccessToken as T\nlook(T)": "livekit.api.AccessToken",
    "from livekit import api\nT = api.AccessToken\nlook(T)": "livekit.api.AccessToken",
    "import livekit.api as lk\nlook(lk.AccessToken)": "livekit.api.AccessToken",
    "import livekit.api\nlook(livekit.api.AccessToken)": "livekit.api.AccessToken",
    "from livekit.api import *\nlook(AccessToken)": "livekit.api.AccessToken",
    "from livekit.api import *\nlook(len)": "len",
    "from .config import KEY\nlook(KEY)": ".config.KEY",
    "from . import config\nlook(config.KEY)": ".config.KEY",
    "from ..lib import config\nlook(config.KEY)": "..lib.config.KEY",
    "import importlib\nm = importlib.import_module('jwt')\nlook(m.encode)": "jwt.encode",
    "try:\n    from jose import jwt\nexcept ImportError:\n    import jwt\nlook(jwt.encode)": "jose.jwt.encode",
    "def f():\n    import jwt\n    look(jwt.encode)": "jwt.encode",
    "look(open)": "open",
    "def f(open):\n    look(open)": None,
    "class C:\n    import_ = 1\n    def f(self):\n        look(import_)": "import_",
}


@pytest.mark.parametrize(("snippet", "expected"), JAVASCRIPT.items())
def test_a_javascript_name_is_known_by_its_full_name(snippet: str, expected: str | None) -> None:
    names = read("typescript", snippet)
    assert names.qualified(_marked(names)) == expected


@pytest.mark.parametrize(("snippet", "expected"), PYTHON.items())
def test_a_python_name_is_known_by_its_full_name(snippet: str, expected: str | None) -> None:
    names = read("python", snippet)
    assert names.qualified(_marked(names)) == expected


@pytest.mark.parametrize(
    ("specifier", "package"),
    [
        ("https://esm.sh/jose@5", "jose"),
        ("https://esm.sh/v135/jose@5.1.0/dist/x.js", "jose"),
        ("https://esm.sh/@livekit/protocol@1?target=deno", "@livekit/protocol"),
        ("https://cdn.jsdelivr.net/npm/livekit-server-sdk@2/+esm", "livekit-server-sdk"),
        ("https://unpkg.com/livekit-client/dist/x.js", "livekit-client"),
        ("https://cdn.skypack.dev/jose", "jose"),
        ("https://deno.land/x/jose@v4/index.ts", "jose"),
        ("npm:livekit-server-sdk@2", "livekit-server-sdk"),
        ("npm:@livekit/rtc-node@0.9", "@livekit/rtc-node"),
        ("jsr:@panva/jose@5", "@panva/jose"),
        ("node:crypto", "crypto"),
        ("./token", "./token"),
        ("@/lib/token", "@/lib/token"),
        ("https://example.com/token.js", "https://example.com/token.js"),
        ("https://[", "https://["),
        ("", ""),
    ],
)
def test_a_url_of_a_package_host_is_the_package(specifier: str, package: str) -> None:
    assert normalise(specifier) == package


def test_calls_are_listed_once_and_in_source_order() -> None:
    names = read("javascript", "const { a, b } = first(second()); third().fourth()")
    starts = [call.start for call in names.calls]
    assert len(names.calls) == 4
    assert starts == sorted(starts)


def test_a_parameter_hides_a_constant_of_the_module() -> None:
    names = read("javascript", "const ttl = 5; function f(ttl) { look(ttl) }")
    (definition,) = names.definitions(_name(names))
    assert isinstance(definition.node, Parameter)


def test_a_parameter_may_be_called_like_its_type() -> None:
    names = read("typescript", "import { Tokens } from './tokens'; class C { constructor(private Tokens: Tokens) {} }")
    (parameter,) = names.nodes(Parameter)

    assert isinstance(parameter.annotation, Name)
    assert names.qualified(parameter.annotation) == "./tokens.Tokens"


def test_a_function_sees_every_assignment_of_the_module() -> None:
    names = read("javascript", "let ttl = 5; function f() { look(ttl) } ttl = 6")
    assert [item.kind for item in names.definitions(_name(names))] == ["assign", "assign"]


def test_a_use_does_not_see_what_follows_it() -> None:
    names = read("javascript", "let ttl = 5; look(ttl); ttl = 6")
    (definition,) = names.definitions(_name(names))
    assert isinstance(definition.node, Assign)
    assert definition.node.start < 10


def test_enclosing_finds_the_nearest_of_a_kind() -> None:
    names = read("javascript", "class C { m() { return () => look(x) } }")
    marked = _name(names)
    inner = names.enclosing_function(marked)
    owner = names.enclosing(marked, Class)
    assert isinstance(inner, Function)
    assert inner.name == ""
    assert owner is not None
    assert owner.name == "C"


@pytest.mark.parametrize(
    ("snippet", "count"),
    [
        ("function f() {} f(); f(1); g(f)", 2),
        ("const f = () => 1; f()", 1),
        ("class C { f() {} g() { this.f() } }", 1),
        ("class C { static f() {} } C.f(); other.f()", 1),
        ("class C { f() {} } const c = new C(); c.f()", 1),
        ("function f() {} function g(f) { f() }", 0),
    ],
)
def test_callers_are_calls_of_this_very_function(snippet: str, count: int) -> None:
    names = read("javascript", snippet)
    function = next(item for item in names.functions if names.name_of(item) == "f")
    assert len(names.callers(function)) == count


def _marked(names: Names) -> Name:
    call = next(call for call in names.calls if isinstance(call.callee, Name) and call.callee.id == "look")
    return call.arguments[0].value  # type: ignore[return-value]


def _name(names: Names) -> Name:
    marked = _marked(names)
    assert isinstance(marked, Name)
    return marked
