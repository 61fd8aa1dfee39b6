"""The steps that lead to a value, and values that come from another file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lk_audit.standing import Form
from lk_audit.syntax import Call, Class, Function, Name, Node
from lk_audit.values.evaluator import Evaluator
from lk_audit.values.frames import Effort
from lk_audit.values.model import Possible
from lk_audit.values.possible import located
from tests.values.snippets import all_short, looked_at, possible, read

TRACES = {
    "TTL = 60 * 60\ndef f():\n    look(TTL)": ["TTL is 3600"],
    "SECRET = 'made-up'\nlook(SECRET)": ["SECRET is set here"],
    "A = 5\nB = A\nlook(B * 2)": ["B is 5", "A is 5"],
    "def f(ttl=60):\n    look(ttl)\ng = 1": ["default of ttl"],
    "def f(ttl):\n    look(ttl)\ndef g():\n    f(5)": ["passed by g()"],
    "def f():\n    return 5\nlook(f())": ["returned by f"],
    "from datetime import timedelta\nT = timedelta(hours=1)\nlook(T)": ["T is 3600 seconds"],
    "import time\nexp = time.time() + 60\nlook(exp)": ["exp is 60 seconds from now"],
    "class C:\n    TTL = 5\nlook(C.TTL)": ["TTL is 5"],
}


@pytest.mark.parametrize(("snippet", "notes"), TRACES.items())
def test_a_trace_leads_from_the_use_to_the_value(snippet: str, notes: list[str]) -> None:
    first = possible("python", snippet)[0]
    assert [step.note for step in first.trace] == notes


def test_a_trace_never_quotes_text() -> None:
    for value in possible("python", "def f(s='made-up'):\n    t = s\n    look(t)\nf('also-made-up')"):
        assert not any("made-up" in step.note for step in value.trace)


def test_a_concatenation_keeps_the_literals_it_was_put_together_from() -> None:
    (value,) = possible("python", "A = 'ab'\nlook(A + 'cd')")
    assert [piece.end - piece.start for piece in getattr(value, "pieces", ())] == [4, 4]


class Project:
    """Two files: `config` and the one that imports it."""

    def __init__(self, config: str) -> None:
        self.effort = Effort()
        self.config = Evaluator(read("python", config), effort=self.effort, path="config.py")

    def imported(self, module: str, member: str | None) -> Possible | None:
        if module != "config" or member is None:
            return None
        names = self.config.names
        found = [use for use in names.mentions(member) if names.enclosing_function(use) is None]
        values = self.config.evaluate(found[-1]) if found else self._defined(member)
        return located(values, "config.py")

    def _defined(self, member: str) -> Possible:
        kinds: tuple[Function | Class, ...] = (*self.config.names.functions, *self.config.names.classes)
        return self.config.evaluate(next(item for item in kinds if item.name == member))

    def mentioning(self, word: str, forms: tuple[Form, ...] = ()) -> Iterator[Evaluator]:
        del word, forms
        return iter(())

    def setting(self, _: str) -> None:
        return None

    def data_file(self, *_: object, **__: object) -> Possible:
        return ()

    def callers(self, _: Function) -> tuple[tuple[Evaluator, Call], ...]:
        return ()

    def is_passed_on(self, _: Function) -> bool:
        return False

    def other_parts(self, _: Class) -> tuple[tuple[Evaluator, Class], ...]:
        return ()

    def evaluator_of(self, node: Node) -> Evaluator | None:
        return self.config if self.config.names.parent(node) is not None else None

    def look(self, text: str) -> Possible:
        names = read("python", text)
        (expr,) = looked_at(names)
        return Evaluator(names, self, self.effort).evaluate(expr)


@pytest.mark.parametrize(
    ("config", "text", "expected"),
    [
        ("TTL = 60\nTTL", "from config import TTL\nlook(TTL * 2)", "120"),
        ("TTL = 60\nTTL", "import config\nlook(config.TTL)", "60"),
        ("TTL = 60\nTTL", "from config import *\nlook(TTL)", "60"),
        ("def ttl(h):\n    return h * 3600", "from config import ttl\nlook(ttl(2))", "7200"),
        ("class C:\n    TTL = 60", "from config import C\nlook(C.TTL)", "60"),
        ("class C:\n    TTL = 60\nc = C()\nc", "from config import c\nlook(c.TTL)", "60"),
        ("X = 1\nX", "from other import TTL\nlook(TTL)", "ref other.TTL"),
    ],
)
def test_what_another_file_defines_is_seen_through_the_linker(config: str, text: str, expected: str) -> None:
    assert all_short(Project(config).look(text)) == expected


def test_steps_in_another_file_carry_its_path() -> None:
    (value,) = Project("TTL = 60\nTTL").look("from config import TTL\nlook(TTL)")
    assert [step.path for step in value.trace] == [None, "config.py"]
    assert isinstance(value.origin, Node)
    assert not isinstance(value.origin, Name)
