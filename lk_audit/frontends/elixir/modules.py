"""Elixir modules: the clauses of a function as one, and all modules of a file as one list of statements.

A module has no instances: its functions are as good as functions of the file. Where two modules of a file, or two
functions of different arity, have one name, all but one get their module or their arity before or behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from msgspec import Struct, field

from lk_audit.frontends.elixir.parts import Body, Clause, Definition, Space
from lk_audit.frontends.elixir.patterns import bound, clause_case, fits
from lk_audit.frontends.lowering.switches import switch
from lk_audit.frontends.lowering.tails import with_tails
from lk_audit.syntax import (
    Assign,
    Binary,
    Block,
    Call,
    Define,
    Evaluate,
    Expr,
    Function,
    Import,
    ImportedName,
    Literal,
    Member,
    Name,
    Node,
    Parameter,
    Raise,
    Return,
    Statement,
    children,
    walk,
)
from lk_audit.syntax import (
    Sequence as Items,
)


def _given_back(inner: Expr) -> Statement:
    """The value of a function; a failure that is given back (`{:error, reason}`) is a `Raise`."""
    match inner:
        case Items(items=(Literal(value="error"), *_)) | Literal(value="error"):
            return Raise(inner.start, inner.end, inner)
        case _:
            return Return(inner.start, inner.end, inner)


def function_of(name: str, clauses: Sequence[Clause], start: int, end: int) -> Function:
    """One function of all its clauses."""
    heads = [clause for clause in clauses if clause.body.end or clause.body.statements] or list(clauses)
    parameters = _parameters(clauses)
    body = _single(parameters, heads[0]) if len(heads) == 1 else Block(start, end, _chosen(parameters, heads, end))
    with_tails(body, _given_back)
    return Function(start, end, name, tuple(parameters), body)


def _parameters(clauses: Sequence[Clause]) -> list[Parameter]:
    """The parameters, by their names where all clauses have one, else by their places."""
    found: list[Parameter] = []
    for place, patterns in enumerate(zip(*(clause.patterns for clause in clauses), strict=False)):
        named = {_plain_name(pattern) for pattern in patterns} - {""}
        name = next(iter(named)) if len(named) == 1 else f"#{place}"
        default = next((item.right for item in patterns if _is_defaulted(item) and isinstance(item, Binary)), None)
        first = patterns[0]
        found.append(Parameter(first.start, first.end, name, default))
    return found


def _is_defaulted(pattern: Expr) -> bool:
    return isinstance(pattern, Binary) and pattern.operator == "\\\\"


def _without_default(pattern: Expr) -> Expr:
    return pattern.left if isinstance(pattern, Binary) and _is_defaulted(pattern) else pattern


def _plain_name(pattern: Expr) -> str:
    """The name that a whole argument gets: `params`, `%{"room" => room} = params`; empty where it is nowhere used."""
    pattern = _without_default(pattern)
    if isinstance(pattern, Assign):
        return _plain_name(pattern.target) or _plain_name(pattern.value)
    if isinstance(pattern, Name) and pattern.id[:1].islower():
        return pattern.id
    return ""


def _single(parameters: list[Parameter], clause: Clause) -> Block:
    before = list(_bindings(parameters, clause))
    guard = [Evaluate(clause.guard.start, clause.guard.end, clause.guard)] if clause.guard is not None else []
    return Block(clause.body.start, clause.body.end, (*before, *guard, *clause.body.statements))


def _chosen(parameters: list[Parameter], clauses: Sequence[Clause], end: int) -> tuple[Statement, ...]:
    cases = []
    for clause in clauses:
        tests: list[Expr] = []
        for parameter, pattern in zip(parameters, clause.patterns, strict=False):
            subject = Name(pattern.start, pattern.start, parameter.name)
            test = fits(_without_default(pattern), subject)
            tests += [] if test is None else [test]
        cases.append(clause_case(tests, list(_bindings(parameters, clause)), clause))
    return switch(None, cases, end)


def _bindings(parameters: list[Parameter], clause: Clause) -> Iterator[Statement]:
    """What the patterns of a clause give names to."""
    for parameter, written in zip(parameters, clause.patterns, strict=False):
        pattern = _without_default(written)
        if isinstance(pattern, Name) and pattern.id == parameter.name:
            continue
        sides = [pattern.target, pattern.value] if isinstance(pattern, Assign) else [pattern]
        for side in sides:
            if not (isinstance(side, Name) and side.id == parameter.name):
                yield from bound(side, Name(pattern.start, pattern.start, parameter.name), pattern.end)


class _Own(Struct):
    """The functions and attributes of one module, and what they are called in the whole file."""

    name: str
    functions: dict[tuple[str, int], str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)


def assembled(body: Body) -> tuple[Statement, ...]:
    """The statements of a file, with its modules' functions among them."""
    spaces = list(_spaces(body, ""))
    owns: list[tuple[_Own, list[Function], tuple[Statement, ...]]] = []
    taken: set[str] = set()
    for name, space in spaces:
        functions = list(_functions(space.body.members))
        own = _Own(name)
        _call_names(own, functions, taken)
        _attribute_names(own, space.body.statements, taken)
        owns.append((own, [function for function, _ in functions], space.body.statements))
    found: list[Statement] = [*body.statements]
    for item in body.statements:
        _settle(item, _Own(""), [own for own, _, _ in owns])
    others = [own for own, _, _ in owns]
    for own, defined, statements in owns:
        members = [*statements, *(Define(item.start, item.end, item) for item in defined)]
        for item in members:
            _settle(item, own, others)
        found += members
    named = _named_in_full(found)
    return (*named, *sorted(found, key=lambda item: item.start))


def _named_in_full(statements: list[Statement]) -> list[Import]:
    """Modules that code names in full need no import: one is made up for each, which links it."""
    imports = [item for statement in statements for item in walk(statement) if isinstance(item, Import)]
    aliases = {name.local: item.module for item in imports for name in item.names if name.member is None}
    found: dict[str, Import] = {}
    for statement in statements:
        for item in walk(statement):
            if isinstance(item, Name) and item.id[:1].isupper() and "." in item.id:
                first, _, rest = item.id.partition(".")
                item.id = f"{aliases[first]}.{rest}" if first in aliases else item.id
                found.setdefault(item.id, Import(0, 0, item.id, (ImportedName(0, 0, item.id, None),)))
    return list(found.values())


def _spaces(body: Body, above: str) -> Iterator[tuple[str, Space]]:
    pending = [(above, body)]
    while pending:
        above, body = pending.pop(0)
        for item in body.members:
            if isinstance(item, Space):
                name = f"{above}.{item.name}" if above else item.name
                yield name, item
                pending.append((name, item.body))


def _functions(members: Iterable[Definition | Space]) -> Iterator[tuple[Function, bool]]:
    """The functions of a module, each made of its clauses, with whether it is private."""
    definitions = [item for item in members if isinstance(item, Definition)]
    for (name, _), group in groupby(
        sorted(definitions, key=lambda item: (item.name, len(item.clause.patterns), item.start)),
        key=lambda item: (item.name, len(item.clause.patterns)),
    ):
        clauses = list(group)
        made = function_of(name, [item.clause for item in clauses], clauses[0].start, clauses[-1].end)
        yield made, clauses[0].is_private


def _call_names(own: _Own, functions: list[tuple[Function, bool]], taken: set[str]) -> None:
    """Give every function a name of its own in the file; the one with most parameters, if others see it, its own."""
    ordered = sorted(functions, key=lambda item: (item[1], -len(item[0].parameters)))
    for function, _ in ordered:
        arity = len(function.parameters)
        name = function.name
        if name in taken:
            name = f"{own.name}.{name}/{arity}"
        taken.add(name)
        least = sum(parameter.default is None for parameter in function.parameters)
        for count in range(least, arity + 1):
            own.functions.setdefault((function.name, count), name)
        function.name = name


def _attribute_names(own: _Own, statements: tuple[Statement, ...], taken: set[str]) -> None:
    for item in statements:
        if isinstance(item, Assign) and isinstance(item.target, Name) and item.target.id.startswith("@"):
            name = item.target.id
            if name not in own.attributes:
                own.attributes[name] = f"{name}/{own.name}" if name in taken else name
                taken.add(own.attributes[name])


def _settle(root: Node, own: _Own, others: list[_Own]) -> None:
    """Call functions and attributes by what they are called in the whole file."""
    pending: list[Node] = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, Call):
            node.callee = _meant(node.callee, len(node.arguments), own, others)
        elif isinstance(node, Name) and node.id.startswith("@"):
            node.id = own.attributes.get(node.id, node.id)
        pending.extend(children(node))


def _meant(callee: Expr, count: int, own: _Own, others: list[_Own]) -> Expr:
    match callee:
        case Name(id=name):
            callee.id = own.functions.get((name, count), name)
            return callee
        case Member(object=Name(id="__MODULE__"), name=name) if (name, count) in own.functions:
            return Name(callee.start, callee.end, own.functions[name, count])
        case Member(object=Name() | Member() as holder, name=name):
            written = _dotted(holder)
            for other in others:
                is_meant = other is not own and written and f".{other.name}".endswith(f".{written}")
                if is_meant and (name, count) in other.functions:
                    return Name(callee.start, callee.end, other.functions[name, count])
            return callee
        case _:
            return callee


def _dotted(expr: Expr) -> str:
    names: list[str] = []
    while isinstance(expr, Member):
        names.append(expr.name)
        expr = expr.object
    return ".".join((expr.id, *names[::-1])) if isinstance(expr, Name) and expr.id[:1].isupper() else ""
