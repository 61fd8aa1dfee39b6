"""The Python frontend, beside an independent witness and against broken and hostile text."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import libcst
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libcst.metadata import MetadataWrapper, PositionProvider

from lk_audit.frontends import python
from lk_audit.source import Source
from lk_audit.syntax import Assign, Call, Module, Name, walk
from tests.outlines import outline

PACKAGE = Path(__file__).parents[2] / "lk_audit"
RICH = '''"""A token server."""
from __future__ import annotations
import os, jwt as j
from livekit import api

TTL: int = 60 * 60
KEYS = {"a": 1, **os.environ}

@app.post(f"/{PREFIX}/token", tags=["é"])
async def token(room: str, *, who="ann", **rest) -> dict:
    """Mint."""
    if (n := len(room)) > 3 and not rest.get("x"):
        with open(os.path.join("a", "b")) as file, lock():
            data = [line.strip() for line in file if line]
    elif room in ("a", "b"):
        raise ValueError("no" "pe")
    else:
        for i, (a, b) in enumerate(pairs()):
            KEYS["n"] += i
    try:
        t = (api.AccessToken(os.environ["K"], os.getenv("S", "x"))
             .with_identity(who).with_grants(api.VideoGrants(room_join=True, room=room)))
    except (TypeError, KeyError) as error:
        log(error)
    finally:
        await done(lambda x: print(x))
    match room:
        case "lobby":
            return {"t": t.to_jwt()}
        case _:
            yield None
'''


def parse(text: str) -> Module:
    return python.parse(Source.from_text("sample.py", text))


class _Calls(libcst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self) -> None:
        super().__init__()
        self.lines: Counter[int] = Counter()

    def visit_Call(self, node: libcst.Call) -> None:  # noqa: N802 - the name that libcst calls
        position = self.get_metadata(PositionProvider, node)
        self.lines[position.end.line] += 1


def calls_seen_by_libcst(text: str) -> Counter[int]:
    visitor = _Calls()
    MetadataWrapper(libcst.parse_module(text)).visit(visitor)
    return visitor.lines


def calls_seen_by_the_frontend(text: str) -> Counter[int]:
    source = Source.from_text("sample.py", text)
    calls = {node for node in walk(python.parse(source)) if isinstance(node, Call)}
    return Counter(source.place(call.start, call.end).end_line for call in calls)


FORMATTED = [f"x = f\"{{{'a' * length}}} {{g('b')}}\"\n" for length in range(1, 9)]
"""The first quote of the other kind stands at every offset."""
SAMPLES = [RICH, *FORMATTED, *(path.read_text() for path in sorted(PACKAGE.glob("*.py"))[:5])]


@pytest.mark.parametrize("text", SAMPLES, ids=range(len(SAMPLES)))
def test_it_sees_the_calls_that_libcst_sees(text: str) -> None:
    assert calls_seen_by_the_frontend(text) == calls_seen_by_libcst(text)


@pytest.mark.parametrize(
    "spelled", ['"a"', "'it''s'", 'r"\\n"', "b'\\x00\\xff'", '"\\N{BULLET}\\u00e9\\101"', '"""a\nb"""']
)
def test_a_text_has_the_value_that_python_gives_it(spelled: str) -> None:
    statement = parse(f"x = {spelled}\n").body.statements[0]

    assert statement.value.value == ast.literal_eval(spelled)  # type: ignore[union-attr]  # an assignment of a literal


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(RICH)))
def test_text_cut_anywhere_is_read(end: int) -> None:
    parse(RICH[:end])


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="é🎥 abc", max_size=20))
def test_a_comment_above_moves_every_position_by_its_length(words: str) -> None:
    comment = f"# {words}\n"

    before = [(type(node), node.start, node.end) for node in walk(parse(RICH).body)]
    after = [(type(node), node.start, node.end) for node in walk(parse(comment + RICH).body)]

    length = len(comment.encode())
    assert after[1:] == [(kind, start + length, end + length) for kind, start, end in before[1:]]


DEEP = {
    "brackets": "[" * 100_000 + "]" * 100_000,
    "calls in calls": "f(" * 50_000,
    "branches": "if a:\n    f()\n" + "elif b:\n    f()\n" * 5_000,
    "a long sum": "x = " + " + ".join(["a"] * 5_000),
    "a long chain": "x = a" + ".f()" * 2_000,
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_no_depth_and_no_length_is_too_much(text: str) -> None:
    parse(text)


def test_what_nests_too_deep_is_left_out_and_said() -> None:
    module = parse("x = " + "[" * 1_000 + "]" * 1_000)

    assert module.errors


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("{'k': ", "}"), ("[", "]"), ("f(a=", ")"), ("(lambda: ", ")"), ("{**", "}"), ("not (", ")"), ("x[", "]")],
)
@pytest.mark.parametrize("depth", [150, 1_000, 5_000])
def test_nesting_of_any_depth_is_read_as_far_as_it_goes(opening: str, closing: str, depth: int) -> None:
    text = f"first = 1\nx = {opening * depth}1{closing * depth}\nlast = 2\n"

    statements = parse(text).body.statements

    targets = [node.id for node in walk(statements[0]) if isinstance(node, Name)]
    last = [node.id for node in walk(statements[-1]) if isinstance(node, Name)]
    assert (targets, last) == (["first"], ["last"])


def names_in(text: str) -> list[str]:
    return [node.id for node in walk(parse(text)) if isinstance(node, Name)]


def test_what_an_except_clause_catches_has_a_name() -> None:
    assert names_in("try:\n    f()\nexcept ValueError as error:\n    g(error)\n") == [
        *("f", "error", "ValueError", "g", "error")
    ]


def test_the_cause_of_an_error_is_read_too() -> None:
    assert names_in("raise A(b) from c") == ["c", "A", "b"]


def test_the_guard_of_a_case_is_part_of_its_test() -> None:
    assert names_in("match role:\n    case 'host' if allowed(user):\n        grant()\n") == [
        *("role", "allowed", "user", "grant")
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a, b = x, y", {"a": "(Name 'x')", "b": "(Name 'y')"}),
        ("(a, b), c = (x, y), z", {"a": "(Name 'x')", "b": "(Name 'y')", "c": "(Name 'z')"}),
        ("a, b = x", {"a": "(Index (Name 'x') (Literal 0))", "b": "(Index (Name 'x') (Literal 1))"}),
        ("a, *b = x", {"a": "(Index (Name 'x') (Literal 0))", "b": "(Opaque (Name 'x'))"}),
        (
            "a, *b = x, y",
            {
                "a": "(Index (Sequence (Name 'x') (Name 'y')) (Literal 0))",
                "b": "(Opaque (Sequence (Name 'x') (Name 'y')))",
            },
        ),
        ("(a,) = *x, y", {"a": "(Index (Sequence (Spread (Name 'x')) (Name 'y')) (Literal 0))"}),
        (
            "a, b = *x, y",
            {
                "a": "(Index (Sequence (Spread (Name 'x')) (Name 'y')) (Literal 0))",
                "b": "(Index (Sequence (Spread (Name 'x')) (Name 'y')) (Literal 1))",
            },
        ),
    ],
)
def test_a_tuple_takes_its_value_apart(text: str, expected: dict[str, str]) -> None:
    assigned = [node for node in walk(parse(text)) if isinstance(node, Assign)]

    assert {node.target.id: outline(node.value) for node in assigned if isinstance(node.target, Name)} == expected
