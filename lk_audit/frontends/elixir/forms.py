"""Elixir's special forms: `def`, `if`, `case`, `with`, `alias` and the other calls that are syntax."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.elixir.expressions import is_piped, plain_call
from lk_audit.frontends.elixir.imports import IMPORTS, module_names
from lk_audit.frontends.elixir.parts import Arguments, Body, Choices, Clause, Definition, Section, Space
from lk_audit.frontends.elixir.patterns import bound, choice, clause_case, unless_fitting
from lk_audit.frontends.lowering.switches import Case, switch
from lk_audit.frontends.lowering.tree import Several, contents, statements
from lk_audit.syntax import (
    Argument,
    Assign,
    Binary,
    Block,
    Call,
    Each,
    Entry,
    Evaluate,
    Expr,
    If,
    Literal,
    Loop,
    Name,
    Opaque,
    Raise,
    Record,
    Statement,
    Try,
    Unary,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lk_audit.frontends.elixir.parts import Form
    from lk_audit.frontends.lowering.tree import Frame, Lower, Lowering
    from lk_audit.syntax import Node

_SECTIONS = {"else_block": "else", "rescue_block": "rescue", "catch_block": "catch", "after_block": "after"}


def listed(nodes: Iterable[Node]) -> tuple[Statement, ...]:
    """Statements, with what patterns bind written out."""
    found: list[Statement] = []
    for item in statements(nodes):
        match item:
            case Assign(target=target, value=given, end=end, operator="") if not isinstance(target, Name):
                found += bound(target, given, end)
            case Assign(target=Name(id="_"), value=given):
                found.append(Evaluate(item.start, item.end, given))
            case _:
                found.append(item)
    return tuple(found)


# --- bodies ---------------------------------------------------------------------------------------------------------


def _body(run: Lowering, frame: Frame) -> Node:
    sections = tuple(item for item in frame.values if isinstance(item, Section))
    clauses = tuple(item for item in frame.values if isinstance(item, Clause))
    members = tuple(item for item in frame.values if isinstance(item, Definition | Space))
    rest = [item for item in frame.values if not isinstance(item, Section | Clause | Definition | Space)]
    return Body(frame.start, frame.end, _assigned(run, frame, rest), clauses, sections, members)


def _assigned(run: Lowering, frame: Frame, nodes: Iterable[Node]) -> tuple[Statement, ...]:
    return listed(run.statements(frame, nodes))


def _section(run: Lowering, frame: Frame) -> Node:
    clauses = tuple(item for item in frame.values if isinstance(item, Clause))
    rest = [item for item in frame.values if not isinstance(item, Clause)]
    return Section(frame.start, frame.end, _SECTIONS[frame.kind], _assigned(run, frame, rest), clauses)


def _stab_body(run: Lowering, frame: Frame) -> Node:
    return Block(frame.start, frame.end, _assigned(run, frame, frame.values))


def _clause(_: Lowering, frame: Frame) -> Node:
    """`patterns when guard -> body`."""
    left, right = frame.field("left"), frame.field("right")
    items = left.items if isinstance(left, Arguments) else ()
    keywords = left.keywords if isinstance(left, Arguments) else None
    if keywords is not None:
        items = (*items, Record(keywords.start, keywords.end, keywords.entries))
    patterns, guard = _guarded(items)
    body = right if isinstance(right, Block) else Block(frame.end, frame.end, ())
    return Clause(frame.start, frame.end, patterns, guard, body)


def _guarded(items: tuple[Expr, ...]) -> tuple[tuple[Expr, ...], Expr | None]:
    match items:
        case (*before, Binary(operator="when", left=Literal(value=None), right=guard)):
            return tuple(before), guard
        case (*before, Binary(operator="when", left=last, right=guard)):
            return (*before, last), guard
        case _:
            return items, None


def _several(run: Lowering, frame: Frame) -> Node:
    found = _assigned(run, frame, frame.values)
    if len(frame.values) == 1 and len(found) == 1:
        return frame.values[0]
    return Several(frame.start, frame.end, found)


# --- calls that are syntax --------------------------------------------------------------------------------------------


def _call(run: Lowering, frame: Frame) -> Node:
    given = next((item for item in frame.values if isinstance(item, Arguments)), None)
    body = next((item for item in frame.values if isinstance(item, Body)), None)
    target = frame.node.child_by_field_name("target")
    if target is not None and target.type == "identifier":
        form = FORMS.get(run.text(target))
        found = form(run, frame, given, body) if form is not None else None
        if found is not None:
            return found
    return plain_call(frame, given, body)


def _branch(given: Arguments | None, body: Body | None, name: str) -> Block | None:
    """`do` or `else`, as a block or as a keyword."""
    short = given.keyword(name) if given is not None else None
    if short is not None:
        return Block(short.start, short.end, listed((short,)))
    if body is None:
        return None
    if name == "do":
        return Block(body.start, body.end, body.statements)
    section = body.section(name)
    return Block(section.start, section.end, section.statements) if section is not None else None


def _if(run: Lowering, frame: Frame, given: Arguments | None, body: Body | None) -> Node | None:
    then = _branch(given, body, "do")
    if given is None or then is None or not (given.items or is_piped(frame.node)):
        return None
    test = given.items[0] if given.items else Opaque(frame.start, frame.start, ())
    otherwise = _branch(given, body, "else")
    target = frame.node.child_by_field_name("target")
    if target is not None and run.text(target) == "unless":
        test = Unary(test.start, test.end, "not", test)
    before, test = _tested(test)
    choice_made = If(frame.start, frame.end, test, then, otherwise)
    return Several(frame.start, frame.end, (*before, choice_made)) if before else choice_made


def _tested(test: Expr) -> tuple[list[Statement], Expr]:
    """`if user = find(id) do`: the name is bound first."""
    match test:
        case Assign(target=Name(id=name) as target, value=given, start=start, end=end):
            return [Assign(start, end, target, given, declares=True)], Name(end, end, name)
        case Assign(target=pattern, value=given, end=end):
            return bound(pattern, given, end), Opaque(end, end, ())
        case _:
            return [], test


def _case(_: Lowering, frame: Frame, given: Arguments | None, body: Body | None) -> Node | None:
    if body is None:
        return None
    if given is None or not given.items:
        return Choices(frame.start, frame.end, body.clauses) if is_piped(frame.node) else None
    return Several(frame.start, frame.end, choice(given.items[0], body.clauses, frame.end))


def _cond(_: Lowering, frame: Frame, given: Arguments | None, body: Body | None) -> Node | None:
    if body is None or given is not None:
        return None
    cases: list[Case] = []
    for clause in body.clauses:
        test = clause.patterns[0] if clause.patterns else None
        is_last = isinstance(test, Literal) and test.value is True
        before, test = _tested(test) if test is not None else ([], None)
        tests = [] if is_last or test is None else [test]
        cases.append(clause_case(tests, before, clause))
    return Several(frame.start, frame.end, switch(None, cases, frame.end))


def _with(_: Lowering, frame: Frame, given: Arguments | None, body: Body | None) -> Node | None:
    """`with {:ok, a} <- f(), b = g(a) do ... else ... end`: each step goes on where it fits."""
    then = _branch(given, body, "do")
    if given is None or then is None:
        return None
    otherwise = _otherwise(body)
    inner = then
    for step in reversed(given.items):
        match step:
            case Binary(operator="<-", left=pattern, right=source):
                pattern, guard = _plain(pattern)
                if guard is not None:
                    inner = Block(inner.start, inner.end, (Evaluate(guard.start, guard.end, guard), *inner.statements))
                found = unless_fitting(pattern, source, inner, otherwise)
                otherwise = None if any(isinstance(item, If) for item in found) else otherwise
            case _:
                found = [*listed((step,)), *inner.statements]
        inner = Block(step.start, inner.end, tuple(found))
    rest = otherwise.statements if otherwise is not None else ()
    return Several(frame.start, frame.end, (*inner.statements, *rest))


def _plain(pattern: Expr) -> tuple[Expr, Expr | None]:
    match pattern:
        case Binary(operator="when", left=left, right=guard):
            return left, guard
        case _:
            return pattern, None


def _otherwise(body: Body | None) -> Block | None:
    section = body.section("else") if body is not None else None
    if section is None:
        return None
    inner: list[Statement] = list(section.statements)
    if section.clauses:
        subject = Opaque(section.start, section.start, ())
        inner += choice(subject, section.clauses, section.end)
    return Block(section.start, section.end, tuple(inner))


def _for(_: Lowering, frame: Frame, given: Arguments | None, body: Body | None) -> Node | None:
    then = _branch(given, body, "do")
    if given is None or then is None:
        return None
    header: list[Expr | Statement] = []
    for step in given.items:
        match step:
            case Binary(operator="<-", left=pattern, right=source):
                each = Each(source.start, source.end, source)
                header += bound(_plain(pattern)[0], each, source.end)
            case _:
                header.append(step)
    return Loop(frame.start, frame.end, tuple(header), then)


def _try(_: Lowering, __: Frame, ___: Arguments | None, body: Body | None) -> Node | None:
    return attempt(body) if body is not None and body.sections else None


def attempt(body: Body) -> Try:
    """A body with what it rescues and does after."""
    handlers = []
    for kind in ("rescue", "catch"):
        section = body.section(kind)
        for clause in section.clauses if section is not None else ():
            caught = [item for pattern in clause.patterns for item in _caught(pattern)]
            handlers.append(Block(clause.start, clause.end, (*caught, *clause.body.statements)))
    after, other = body.section("after"), body.section("else")
    final = Block(after.start, after.end, after.statements) if after is not None else None
    rest = _otherwise(body)
    more = rest.statements if other is not None and rest is not None else ()
    inner = Block(body.start, body.end, (*body.statements, *more))
    return Try(body.start, body.end, inner, tuple(handlers), final)


def _caught(pattern: Expr) -> list[Statement]:
    """`e in RuntimeError`: the exception gets its name."""
    name = pattern.left if isinstance(pattern, Binary) and pattern.operator == "in" else pattern
    if not isinstance(name, Name) or not name.id[:1].islower():
        return []
    return [Assign(name.start, name.end, name, Opaque(name.end, name.end, ()), declares=True)]


def _raise(_: Lowering, frame: Frame, given: Arguments | None, body: Body | None) -> Node | None:
    if body is not None:
        return None
    found = given.given() if given is not None else ()
    kept = found[0].value if len(found) == 1 else Opaque(frame.start, frame.end, tuple(item.value for item in found))
    return Raise(frame.start, frame.end, kept)


def _left_out(_: Lowering, frame: Frame, __: Arguments | None, ___: Body | None) -> Node | None:
    return Opaque(frame.start, frame.end, contents(frame.values))


# --- definitions ----------------------------------------------------------------------------------------------------


def _config(_: Lowering, frame: Frame, given: Arguments | None, body: Body | None) -> Node | None:
    """`config :app, :livekit, api_secret: secret`: a record in a record, as it is read back."""
    if given is None or body is not None or given.keywords is None or not given.items:
        return None
    keywords = given.keywords
    inner = Record(keywords.start, keywords.end, keywords.entries)
    for key in reversed(given.items):
        text = key.id.rpartition(".")[2] if isinstance(key, Name) else key.value if isinstance(key, Literal) else None
        if not isinstance(text, str):
            return None
        inner = Record(key.start, inner.end, (Entry(key.start, inner.end, Literal(key.start, key.end, text), inner),))
    callee = Name(frame.start, frame.start + len("config"), "config")
    return Call(frame.start, frame.end, callee, (Argument(inner.start, inner.end, None, inner),))


def _module(run: Lowering, frame: Frame, given: Arguments | None, body: Body | None) -> Node | None:
    modules = module_names(run, frame)
    if body is None or not modules:
        return None
    del given
    return Space(frame.start, frame.end, modules[0], body)


def _definition(run: Lowering, frame: Frame, given: Arguments | None, body: Body | None) -> Node | None:
    """`def name(patterns) when guard do ... end`, also `do:`; a head without a body is left out."""
    if given is None or not given.items:
        return None
    head, guard = _plain(given.items[0])
    match head:
        case Call(callee=Name(id=name), arguments=found):
            patterns = tuple(item.value for item in found)
        case Name(id=name):
            patterns = ()
        case _:
            return None
    target = frame.node.child_by_field_name("target")
    is_private = target is not None and run.text(target).endswith("p")
    inner = _branch(given, body, "do")
    if inner is None:
        return Definition(
            frame.start, frame.end, name, is_private, Clause(frame.start, frame.end, patterns, guard, _NO_BODY)
        )
    if body is not None and body.sections:
        whole = attempt(body)
        inner = Block(whole.start, whole.end, (whole,))
    return Definition(frame.start, frame.end, name, is_private, Clause(frame.start, frame.end, patterns, guard, inner))


_NO_BODY = Block(0, 0, ())
"""The body of a head that only says defaults."""


FORMS: Mapping[str, Form] = {
    **dict.fromkeys(("if", "unless"), _if),
    "case": _case,
    "cond": _cond,
    "with": _with,
    "for": _for,
    "try": _try,
    **dict.fromkeys(("raise", "reraise", "throw", "exit"), _raise),
    **IMPORTS,
    "config": _config,
    "defmodule": _module,
    **dict.fromkeys(("def", "defp", "defmacro", "defmacrop"), _definition),
    **dict.fromkeys(("defguard", "defguardp", "defdelegate", "defprotocol", "defimpl"), _left_out),
}
LISTS = frozenset(
    {"source", "do_block", "body", "block", "else_block", "rescue_block", "catch_block", "after_block", "ERROR"}
)


def _unread(run: Lowering, frame: Frame) -> Node:
    return Several(frame.start, frame.end, run.statements(frame, frame.values))


STATEMENTS: Mapping[str, Lower] = {
    **dict.fromkeys(("source", "do_block"), _body),
    **dict.fromkeys(_SECTIONS, _section),
    "stab_clause": _clause,
    "body": _stab_body,
    "block": _several,
    "call": _call,
    "ERROR": _unread,
}
