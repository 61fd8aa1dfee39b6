"""The contract of frontends: the same situation, in whatever language, is the same syntax.

One row is a situation, one column a language. A new language is a further column, and every row must hold for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from lk_audit import frontends
from lk_audit.frontends import javascript, python
from lk_audit.source import Source
from lk_audit.syntax import Call, Literal, Module, walk
from tests.outlines import outline

SUFFIXES = {"python": ".py", "javascript": ".js", "typescript": ".ts"}


def parse(language: str, code: str) -> Module:
    source = Source.from_text(f"sample{SUFFIXES[language]}", code)
    return python.parse(source) if language == "python" else javascript.parse(source)


@dataclass(frozen=True)
class Situation:
    """What must be in the outline of the module, and how each language says it; TypeScript says it as JavaScript."""

    name: str
    expected: str
    python: str | None
    javascript: str | None

    def code(self, language: str) -> str | None:
        return self.python if language == "python" else self.javascript


SITUATIONS = [
    Situation(
        "a member import with an alias",
        "(Import 'sdk' (ImportedName 'T' 'Token'))",
        "from sdk import Token as T\n",
        "import { Token as T } from 'sdk';\n",
    ),
    Situation(
        "a namespace import",
        "(Import 'sdk' (ImportedName 'ns'))",
        "import sdk as ns\n",
        "import * as ns from 'sdk';\n",
    ),
    Situation("a star import", "(Import 'sdk' (ImportedName '*' '*'))", "from sdk import *\n", None),
    Situation("a default import", "(Import 'sdk' (ImportedName 'sdk' 'default'))", None, "import sdk from 'sdk';\n"),
    Situation(
        "positional arguments",
        "(Call (Name 'f') (Argument (Name 'a')) (Argument (Literal 2)))",
        "f(a, 2)\n",
        "f(a, 2);\n",
    ),
    Situation(
        "an argument by name",
        "(Call (Name 'f') (Argument 'ttl' (Literal 'x')))",
        "f(ttl='x')\n",
        None,
    ),
    Situation(
        "spread arguments",
        "(Call (Name 'f') (Argument (Name 'xs') True))",
        "f(*xs)\n",
        "f(...xs);\n",
    ),
    Situation(
        "a call over several lines",
        "(Call (Member (Name 'a') 'f') (Argument (Literal 1)) (Argument (Literal 2)))",
        "a.f(\n    1,  # one\n    2,\n)\n",
        "a.f(\n  1, // one\n  2,\n);\n",
    ),
    Situation(
        "a chain of builder calls",
        "(Call (Member (Call (Member (Call (Name 'T')) 'a') (Argument (Literal 1))) 'b'))",
        "T().a(1).b()\n",
        "T().a(1).b();\n",
    ),
    Situation(
        "an attribute that is set",
        "(Assign (Member (Name 'at') 'ttl') (Literal 5))",
        "at.ttl = 5\n",
        "at.ttl = 5;\n",
    ),
    Situation(
        "an item that is set",
        "(Assign (Index (Name 'g') (Literal 'room')) (Name 'r'))",
        "g['room'] = r\n",
        "g['room'] = r;\n",
    ),
    Situation(
        "a record with a spread",
        "(Record (Entry (Literal 'a') (Literal 1)) (Entry (Name 'more')))",
        "x = {'a': 1, **more}\n",
        "x = { a: 1, ...more };\n",
    ),
    Situation(
        "nested members",
        "(Member (Member (Name 'a') 'b') 'c')",
        "x = a.b.c\n",
        "x = a.b.c;\n",
    ),
    Situation(
        "a constant with arithmetic",
        "(Assign (Name 'TTL') (Binary '*' (Binary '*' (Literal 60) (Literal 60)) (Literal 24)))",
        "TTL = 60 * 60 * 24\n",
        "const TTL = 60 * 60 * 24;\n",
    ),
    Situation(
        "concatenated text",
        "(Binary '+' (Literal 'a') (Name 'b'))",
        "x = 'a' + b\n",
        "x = 'a' + b;\n",
    ),
    Situation(
        "text with a value in it",
        "(Template (Literal 'room-') (Name 'n') (Literal '!'))",
        "x = f'room-{n}!'\n",
        "x = `room-${n}!`;\n",
    ),
    Situation(
        "escapes",
        "(Literal 'a\\n\\t\"é\\\\')",
        "x = 'a\\n\\t\"\\u00e9\\\\'\n",
        "x = 'a\\n\\t\"\\u00e9\\\\';\n",
    ),
    Situation(
        "spellings of numbers",
        "(Sequence (Literal 3600) (Literal 16) (Literal 0.5) (Literal 1000.0))",
        "x = [3_600, 0x10, .5, 1e3]\n",
        "x = [3_600, 0x10, .5, 1e3];\n",
    ),
    Situation(
        "words of the language",
        "(Sequence (Literal True) (Literal) (Literal))",
        "x = [True, False, None]\n",
        "x = [true, false, null];\n",
    ),
    Situation(
        "a conditional expression",
        "(Conditional (Name 'c') (Literal 1) (Literal 2))",
        "x = 1 if c else 2\n",
        "x = c ? 1 : 2;\n",
    ),
    Situation(
        "a fallback",
        "(Binary 'or' (Call (Name 'f')) (Literal 'x'))",
        "x = f() or 'x'\n",
        "x = f() || 'x';\n",
    ),
    Situation(
        "not, and, equality",
        "(Binary 'and' (Unary 'not' (Name 'a')) (Binary '==' (Name 'b') (Literal 1)))",
        "x = not a and b == 1\n",
        "x = !a && b === 1;\n",
    ),
    Situation(
        "a function with a default",
        "(Function 'f' (Parameter 'a') (Parameter 'b' (Literal 2)) (Block (Return (Name 'b'))))",
        "def f(a, b=2):\n    return b\n",
        "function f(a, b = 2) { return b; }\n",
    ),
    Situation(
        "rest parameters",
        "(Function 'f' (Parameter 'xs') (Block",
        "def f(*xs):\n    return xs\n",
        "function f(...xs) { return xs; }\n",
    ),
    Situation(
        "an anonymous function",
        "(Assign (Name 'f') (Function (Parameter 'x') (Block (Return (Name 'x')))))",
        "f = lambda x: x\n",
        "const f = (x) => x;\n",
    ),
    Situation(
        "items taken from a list",
        "(Assign (Name 'b') (Index (Name 'xs') (Literal 1)))",
        "a, b = xs\n",
        "const [a, b] = xs;\n",
    ),
    Situation(
        "members taken from an object, with a default",
        "(Assign (Name 'x') (Binary '??' (Member (Name 'o') 'a') (Literal 1)))",
        None,
        "const { a: x = 1 } = o;\n",
    ),
    Situation(
        "a decorated method of a class",
        "(Class 'C' (Name 'B') (Block (Assign (Name 'f') (Literal 1))",
        "class C(B):\n    f = 1\n\n    @get('/x')\n    def m(self):\n        return 1\n",
        "class C extends B { f = 1; @get('/x') m() { return 1; } }\n",
    ),
    Situation(
        "a decorator with its arguments",
        "(Call (Name 'get') (Argument (Literal '/x')))",
        "class C:\n    @get('/x')\n    def m(self):\n        return 1\n",
        "class C { @get('/x') m() { return 1; } }\n",
    ),
    Situation(
        "await",
        "(Await (Call (Name 'g')))",
        "async def f():\n    x = await g()\n",
        "async function f() { const x = await g(); }\n",
    ),
    Situation(
        "branches",
        "(If (Name 'a') (Block (Evaluate (Call (Name 'f')))) (Block (If (Name 'b') (Block (Evaluate (Call",
        "if a:\n    f()\nelif b:\n    g()\nelse:\n    h()\n",
        "if (a) { f(); } else if (b) { g(); } else { h(); }\n",
    ),
    Situation(
        "a choice among values",
        "(If (Binary '==' (Name 'role') (Literal 'host')) (Block (Evaluate (Call (Name 'f'))))",
        "match role:\n    case 'host':\n        f()\n    case 'guest':\n        g()\n",
        "switch (role) { case 'host': f(); break; case 'guest': g(); break; }\n",
    ),
    Situation(
        "a loop over a list",
        "(Loop (Assign (Name 'x') (Each (Name 'xs'))) (Block (Evaluate (Call (Name 'f') (Argument (Name 'x'))))))",
        "for x in xs:\n    f(x)\n",
        "for (const x of xs) { f(x); }\n",
    ),
    Situation(
        "a failure that is handled",
        "(Try (Block (Evaluate (Name 'f'))) (Block (Evaluate (Name 'g'))) (Block (Evaluate (Name 'h'))))",
        "try:\n    f\nexcept E:\n    g\nfinally:\n    h\n",
        "try { f; } catch { g; } finally { h; }\n",
    ),
    Situation("a failure that is raised", "(Raise (Call (Name 'E')))", "raise E()\n", "throw E();\n"),
    Situation(
        "an augmented assignment",
        "(Assign (Name 'x') (Literal 2) '+')",
        "x += 2\n",
        "x += 2;\n",
    ),
    Situation(
        "two definitions of one name",
        "(Assign (Name 'x') (Literal 1)) (Assign (Name 'x') (Literal 2))",
        "x = 1\nx = 2\n",
        "let x = 1;\nx = 2;\n",
    ),
    Situation("an empty file", "(Block)", "", ""),
    Situation(
        "Windows line ends",
        "(Call (Name 'f') (Argument (Literal 1)) (Argument (Literal 2)))",
        "f(\r\n    1,\r\n    2,\r\n)\r\n",
        "f(\r\n  1,\r\n  2,\r\n);\r\n",
    ),
]


def cells() -> Iterator[object]:
    for situation in SITUATIONS:
        for language in SUFFIXES:
            if situation.code(language) is not None:
                yield pytest.param(situation, language, id=f"{situation.name} in {language}")


@pytest.mark.parametrize(("situation", "language"), list(cells()))
def test_the_same_situation_is_the_same_syntax(situation: Situation, language: str) -> None:
    module = parse(language, situation.code(language) or "")

    shown = outline(module)

    assert situation.expected in shown, shown
    assert not module.errors


COMMENTED = {
    **dict.fromkeys(("py", "rb", "ex"), "f()  # why\n"),
    **dict.fromkeys(("js", "ts", "tsx", "rs", "cs", "swift", "kt"), "f(); // why\n"),
    "go": "package a // why\n",
    "java": "class A {} // why\n",
    "dart": "var a = f(); // why\n",
    "php": "<?php f(); // why\n",
}


@pytest.mark.parametrize(("suffix", "code"), COMMENTED.items())
def test_a_comment_is_a_span_of_its_module(suffix: str, code: str) -> None:
    (module,) = frontends.parse(Source.from_text(f"sample.{suffix}", code))

    assert isinstance(module, Module)
    assert [code[slice(*span)].strip("#/ ") for span in module.comments] == ["why"]


BROKEN = {
    "python": ("def broken(:\n\n", "f(1, secret)\n", "\nx = = 3\n"),
    "javascript": ("const = ;\n", "f(1, secret);\n", "\nlet let = (\n"),
}


@pytest.mark.parametrize("language", SUFFIXES)
@pytest.mark.parametrize("place", ["before", "after"])
def test_a_call_survives_a_syntax_error_beside_it(language: str, place: str) -> None:
    before, call, after = BROKEN.get(language, BROKEN["javascript"])

    module = parse(language, before + call if place == "before" else call + after)

    assert module.errors
    assert "(Call (Name 'f') (Argument (Literal 1)) (Argument (Name 'secret')))" in outline(module)


@pytest.mark.parametrize("language", SUFFIXES)
def test_positions_count_bytes_also_behind_wide_text(language: str) -> None:
    code = "x = '→ né 🎥'\nf('é')\n"

    source = Source.from_text("sample", code)
    call = next(node for node in walk(parse(language, code)) if isinstance(node, Call))
    literal = next(node for node in walk(call) if isinstance(node, Literal))

    assert source.data[call.start : call.end].decode() == "f('é')"
    assert source.data[literal.start : literal.end].decode() == "'é'"
    assert source.place(literal.start, literal.end).column == len("f(") + 1
