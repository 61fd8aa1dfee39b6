"""The syntax of JavaScript and TypeScript, and short text for it, so that a test can show what it expects."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from lk_audit.frontends.javascript import parse
from lk_audit.source import Source
from lk_audit.syntax import (
    Argument,
    Assign,
    Await,
    Binary,
    Block,
    Call,
    Class,
    Conditional,
    Define,
    DefineClass,
    Each,
    Element,
    Entry,
    Evaluate,
    Export,
    Function,
    If,
    Index,
    Literal,
    Loop,
    Member,
    Module,
    Name,
    Node,
    Opaque,
    Raise,
    Record,
    Return,
    Sequence,
    Spread,
    Template,
    Try,
    Unary,
    walk,
)

if TYPE_CHECKING:
    from lk_audit.syntax import Expr, Statement


N = TypeVar("N", bound=Node)


def module(text: str, path: str = "app.tsx") -> Module:
    return parse(Source.from_text(path, text))


def body(text: str, path: str = "app.tsx") -> tuple[Statement, ...]:
    parsed = module(text, path)
    assert parsed.errors == ()
    return parsed.body.statements


def every(kind: type[N], node: Node) -> list[N]:
    return [item for item in walk(node) if isinstance(item, kind)]


def one(kind: type[N], text: str, path: str = "app.tsx") -> N:
    (found,) = every(kind, module(text, path))
    return found


def value(text: str, path: str = "app.tsx") -> Expr:
    """The value of `x = text`."""
    (statement,) = body(f"x = {text};", path)
    assert isinstance(statement, Assign)
    return statement.value


def brief(node: Node | None) -> str:  # noqa: C901, PLR0911, PLR0912 - one case for each node type
    """A node as short text, so that a test can show what it expects."""
    match node:
        case None:
            return "-"
        case Name(id=name):
            return name
        case Literal(value=constant):
            return repr(constant)
        case Member(object=inner, name=name):
            return f"{brief(inner)}.{name}"
        case Index(object=inner, key=key):
            return f"{brief(inner)}[{brief(key)}]"
        case Call(callee=callee, arguments=arguments, is_new=is_new):
            return f"{'new ' if is_new else ''}{brief(callee)}({', '.join(map(brief, arguments))})"
        case Argument(name=name, value=inner, spread=spread):
            return f"{f'{name}=' if name else ''}{'...' if spread else ''}{brief(inner)}"
        case Unary(operator=operator, operand=inner):
            return f"({operator} {brief(inner)})"
        case Binary(operator=operator, left=left, right=right):
            return f"({brief(left)} {operator} {brief(right)})"
        case Conditional(test=test, then=then, otherwise=otherwise):
            return f"({brief(test)} ? {brief(then)} : {brief(otherwise)})"
        case Assign(target=target, value=inner, operator=operator):
            return f"{brief(target)} {operator}= {brief(inner)}"
        case Record(entries=entries):
            return f"{{{', '.join(map(brief, entries))}}}"
        case Entry(key=key, value=inner):
            return f"{brief(key)}: {brief(inner)}" if key is not None else f"...{brief(inner)}"
        case Sequence(items=items):
            return f"[{', '.join(map(brief, items))}]"
        case Spread(value=inner):
            return f"...{brief(inner)}"
        case Await(operand=inner):
            return f"await {brief(inner)}"
        case Template(parts=parts):
            return f"`{' '.join(map(brief, parts))}`"
        case Each(iterable=inner):
            return f"each({brief(inner)})"
        case Opaque(children=inside):
            return f"?({', '.join(map(brief, inside))})"
        case Evaluate(value=inner):
            return brief(inner)
        case Return(value=inner):
            return f"return {brief(inner)}"
        case Raise(value=inner):
            return f"raise {brief(inner)}"
        case Block(statements=statements):
            return f"{{{'; '.join(map(brief, statements))}}}"
        case If(test=test, then=then_block, otherwise=else_block):
            return f"if {brief(test)} {brief(then_block)}" + (f" else {brief(else_block)}" if else_block else "")
        case Loop(header=header, body=inner):
            return f"loop ({'; '.join(map(brief, header))}) {brief(inner)}"
        case Try(body=inner, handlers=handlers, final=final):
            return f"try {brief(inner)} {' '.join(map(brief, handlers))} {brief(final)}"
        case Function(name=name, parameters=parameters, body=inner):
            return f"function {name}({', '.join(item.name for item in parameters)}) {brief(inner)}"
        case Define(function=function):
            return brief(function)
        case DefineClass(definition=definition):
            return brief(definition)
        case Class(name=name, bases=bases, body=inner):
            return f"class {name}({', '.join(map(brief, bases))}) {brief(inner)}"
        case Export(exported=exported, local=local, module=where):
            return f"export {exported} = {brief(local)}" + (f" from {where}" if where else "")
        case Element(tag=tag, attributes=attributes, children=inside):
            return f"<{' '.join([tag, *map(brief, attributes)])}>{' '.join(map(brief, inside))}</>"
        case _:
            return type(node).__name__


def statements(text: str, path: str = "app.tsx") -> list[str]:
    return [brief(item) for item in body(text, path)]
