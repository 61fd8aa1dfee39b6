"""Python statements: one lowering function for each node type of tree-sitter-python's grammar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.python.expressions import parameters
from lk_audit.frontends.python.lowering import parts
from lk_audit.frontends.python.targets import assigned, width_of
from lk_audit.syntax import (
    Assign,
    Binary,
    Block,
    Class,
    Declare,
    Define,
    DefineClass,
    Each,
    Evaluate,
    Expr,
    Function,
    If,
    Import,
    ImportedName,
    Loop,
    Name,
    Opaque,
    Raise,
    Return,
    Sequence,
    Statement,
    Try,
    Unary,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from lk_audit.frontends.python.lowering import Lowering, LowerStatement


def _evaluated(value: Expr) -> Statement:
    return value if isinstance(value, Assign) else Evaluate(value.start, value.end, value)


def _expression(run: Lowering, node: Node) -> list[Statement]:
    found: list[Statement] = []
    for part in parts(node):
        if run.is_statement(part):
            found.extend(run.statement(part))
        else:
            found.append(_evaluated(run.expr(part)))
    return found


def _assignment(run: Lowering, node: Node) -> list[Statement]:
    """`a = b = value`: one `Assign` for each target; the value stands in all of them."""
    targets: list[Node] = []
    annotation: Node | None = None
    current: Node | None = node
    while current is not None and current.type == "assignment":
        targets.extend(current.children_by_field_name("left"))
        annotation = current.child_by_field_name("type") or annotation
        current = current.child_by_field_name("right")
    noted = run.expr(annotation) if annotation is not None else None
    if current is None:
        return [_declared(run, node, targets[0], noted)] if noted is not None and targets else []
    value = run.expr(current)
    lowered = [run.expr(target) for target in targets]
    if not run.may_repeat(value, sum(width_of(target) for target in lowered)):
        return [_evaluated(value)]
    span = (node.start_byte, node.end_byte)
    return [item for target in lowered for item in assigned(span, target, value, noted)]


def _declared(run: Lowering, node: Node, target: Node, annotation: Expr) -> Statement:
    """A variable without a value; what else may stand before a type (`self.ttl: int`) gives nothing a name."""
    if target.type == "identifier":
        return Declare(node.start_byte, node.end_byte, run.text(target), annotation)
    return Evaluate(node.start_byte, node.end_byte, Opaque(node.start_byte, node.end_byte, (annotation,)))


def _augmented(run: Lowering, node: Node) -> list[Statement]:
    operator = run.text(node.child_by_field_name("operator")).removesuffix("=")
    target, value = (run.expr(node.child_by_field_name(field)) for field in ("left", "right"))
    return [Assign(node.start_byte, node.end_byte, target, value, operator)]


def _function(run: Lowering, node: Node) -> list[Statement]:
    return [Define(node.start_byte, node.end_byte, _function_of(run, node, ()))]


def _function_of(run: Lowering, node: Node, decorators: tuple[Expr, ...]) -> Function:
    taken = parameters(run, node.child_by_field_name("parameters"))
    is_async = any(child.type == "async" for child in node.children[:1])
    body = run.block(node.child_by_field_name("body"))
    name = run.text(node.child_by_field_name("name"))
    return Function(node.start_byte, node.end_byte, name, taken, body, decorators, is_async)


def _class(run: Lowering, node: Node) -> list[Statement]:
    return [DefineClass(node.start_byte, node.end_byte, _class_of(run, node, ()))]


def _class_of(run: Lowering, node: Node, decorators: tuple[Expr, ...]) -> Class:
    given = node.child_by_field_name("superclasses")
    bases = [run.expr(base) for base in parts(given) if base.type != "keyword_argument"] if given is not None else []
    name, body = run.text(node.child_by_field_name("name")), run.block(node.child_by_field_name("body"))
    return Class(node.start_byte, node.end_byte, name, tuple(bases), body, decorators)


def _decorated(run: Lowering, node: Node) -> list[Statement]:
    start, end = node.start_byte, node.end_byte
    wrappers = [part for part in parts(node) if part.type == "decorator"]
    decorators = tuple([run.expr(inner) for wrapper in wrappers for inner in parts(wrapper)[:1]])
    inner = node.child_by_field_name("definition")
    if inner is None:
        return [_evaluated(decorator) for decorator in decorators]
    if inner.type == "class_definition":
        return [DefineClass(start, end, _class_of(run, inner, decorators))]
    return [Define(start, end, _function_of(run, inner, decorators))]


def _if(run: Lowering, node: Node) -> list[Statement]:
    """An `if` with its `elif` chain, which is followed in a loop: length is not depth."""
    branches = [node]
    otherwise: Block | None = None
    for clause in node.children_by_field_name("alternative"):
        if clause.type == "elif_clause":
            branches.append(clause)
        else:
            otherwise = run.block(clause.child_by_field_name("body"))
    lowered = [
        (
            branch.start_byte,
            run.expr(branch.child_by_field_name("condition")),
            run.block(branch.child_by_field_name("consequence")),
        )
        for branch in branches
    ]
    return [_chain(lowered, node.end_byte, otherwise)]


def _chain(branches: list[tuple[int, Expr, Block]], end: int, otherwise: Block | None) -> If:
    """Branches as nested `If`s, each in the `otherwise` of the one before."""
    *first, (start, test, then) = branches
    made = If(start, end, test, then, otherwise)
    for begin, condition, block in reversed(first):
        made = If(begin, end, condition, block, Block(made.start, made.end, (made,)))
    return made


def _match(run: Lowering, node: Node) -> list[Statement]:
    subject = run.expr(node.child_by_field_name("subject"))
    body = node.child_by_field_name("body")
    branches: list[tuple[int, Expr, Block]] = []
    for case in parts(body) if body is not None else []:
        if case.type != "case_clause":
            continue
        patterns = [run.expr(inner) for part in parts(case) if part.type == "case_pattern" for inner in parts(part)[:1]]
        pattern = patterns[0] if patterns else Opaque(case.start_byte, case.start_byte, ())
        test: Expr = Binary(pattern.start, pattern.end, "==", subject, pattern)
        guard = case.child_by_field_name("guard")
        for condition in parts(guard) if guard is not None else []:
            test = Binary(pattern.start, condition.end_byte, "and", test, run.expr(condition))
        branches.append((case.start_byte, test, run.block(case.child_by_field_name("consequence"))))
    return [_chain(branches, node.end_byte, None)] if branches else [_evaluated(subject)]


def _for(run: Lowering, node: Node) -> list[Statement]:
    iterable = run.expr(node.child_by_field_name("right"))
    each = Each(iterable.start, iterable.end, iterable)
    target = run.expr(node.child_by_field_name("left"))
    return _loop(run, node, assigned((target.start, iterable.end), target, each))


def _while(run: Lowering, node: Node) -> list[Statement]:
    return _loop(run, node, [run.expr(node.child_by_field_name("condition"))])


def _loop(run: Lowering, node: Node, header: Iterable[Expr | Statement]) -> list[Statement]:
    """The loop, and its `else` behind it."""
    made = Loop(node.start_byte, node.end_byte, tuple(header), run.block(node.child_by_field_name("body")))
    clause = node.child_by_field_name("alternative")
    return [made] if clause is None else [made, run.block(clause.child_by_field_name("body"))]


def _try(run: Lowering, node: Node) -> list[Statement]:
    """The `else` part runs after the body: it stands behind the statement."""
    handlers: list[Block] = []
    final: Block | None = None
    after: list[Statement] = []
    for clause in parts(node):
        block = next((part for part in parts(clause) if part.type == "block"), None)
        if clause.type in {"except_clause", "except_group_clause"}:
            caught = [_caught(run, part) for part in parts(clause) if part.type == "as_pattern"]
            inner = run.block(block)
            handlers.append(Block(inner.start, inner.end, (*caught, *inner.statements)))
        elif clause.type == "finally_clause":
            final = run.block(block)
        elif clause.type == "else_clause":
            after.append(run.block(clause.child_by_field_name("body")))
    body = run.block(node.child_by_field_name("body"))
    return [Try(node.start_byte, node.end_byte, body, tuple(handlers), final), *after]


def _caught(run: Lowering, node: Node) -> Statement:
    """`except E as e` binds its name to what is caught."""
    alias = node.child_by_field_name("alias")
    name = next(iter(parts(alias)), None) if alias is not None else None
    caught = run.expr(next(iter(parts(node)), None))
    if name is None or name.type != "identifier":
        return _evaluated(caught)
    target = Name(name.start_byte, name.end_byte, run.text(name))
    return Assign(node.start_byte, node.end_byte, target, Opaque(caught.start, caught.end, (caught,)))


def _with(run: Lowering, node: Node) -> list[Statement]:
    clauses = [part for part in parts(node) if part.type == "with_clause"]
    items = [item for clause in clauses for item in parts(clause)]
    values = [run.expr(item.child_by_field_name("value") or item) for item in items]
    return [*(_evaluated(value) for value in values), run.block(node.child_by_field_name("body"))]


def _return(run: Lowering, node: Node) -> list[Statement]:
    value = next(iter(parts(node)), None)
    return [Return(node.start_byte, node.end_byte, run.expr(value) if value is not None else None)]


def _raise(run: Lowering, node: Node) -> list[Statement]:
    cause = node.child_by_field_name("cause")
    value = next((part for part in parts(node) if part != cause), None)
    because = [_evaluated(run.expr(cause))] if cause is not None else []
    return [*because, Raise(node.start_byte, node.end_byte, run.expr(value) if value is not None else None)]


def _import(run: Lowering, node: Node) -> list[Statement]:
    """`import a.b` binds `a`; with `as` it binds the module itself."""
    found: list[Statement] = []
    for part in parts(node):
        alias = part.child_by_field_name("alias")
        written = run.text(part.child_by_field_name("name") if alias is not None else part)
        module = written if alias is not None else written.split(".", 1)[0]
        local = run.text(alias) if alias is not None else module
        name = ImportedName(part.start_byte, part.end_byte, local, None)
        found.append(Import(node.start_byte, node.end_byte, module, (name,)))
    return found


def _import_from(run: Lowering, node: Node) -> list[Statement]:
    names = [_imported(run, part) for part in node.children_by_field_name("name")]
    stars = [part for part in parts(node) if part.type == "wildcard_import"]
    names.extend(ImportedName(star.start_byte, star.end_byte, "*", "*") for star in stars)
    module = run.text(node.child_by_field_name("module_name")).replace(" ", "")
    return [Import(node.start_byte, node.end_byte, module, tuple(names))]


def _imported(run: Lowering, node: Node) -> ImportedName:
    alias = node.child_by_field_name("alias")
    member = run.text(node.child_by_field_name("name") if alias is not None else node)
    return ImportedName(node.start_byte, node.end_byte, run.text(alias) if alias is not None else member, member)


def _block(run: Lowering, node: Node) -> list[Statement]:
    return [run.block(node)]


def _parts(run: Lowering, node: Node) -> list[Statement]:
    """`assert` and the like: what they mention counts, what they do does not."""
    return [Evaluate(node.start_byte, node.end_byte, run.opaque(node))]


def _delete(run: Lowering, node: Node) -> list[Statement]:
    start, end = node.start_byte, node.end_byte
    targets = [run.expr(part) for part in parts(node)]
    deleted = [item for target in targets for item in (target.items if isinstance(target, Sequence) else (target,))]
    return [Evaluate(start, end, Unary(start, end, "delete", target)) for target in deleted]


def _nothing(_run: Lowering, _node: Node) -> list[Statement]:
    return []


STATEMENTS: dict[str, LowerStatement] = {
    "expression_statement": _expression,
    "assignment": _assignment,
    "augmented_assignment": _augmented,
    "function_definition": _function,
    "class_definition": _class,
    "decorated_definition": _decorated,
    "if_statement": _if,
    "match_statement": _match,
    "for_statement": _for,
    "while_statement": _while,
    "try_statement": _try,
    "with_statement": _with,
    "return_statement": _return,
    "raise_statement": _raise,
    "import_statement": _import,
    "import_from_statement": _import_from,
    "block": _block,
    "delete_statement": _delete,
    **dict.fromkeys(("assert_statement", "print_statement", "exec_statement"), _parts),
    **dict.fromkeys(
        (
            "future_import_statement",
            "pass_statement",
            "break_statement",
            "continue_statement",
            "global_statement",
            "nonlocal_statement",
            "type_alias_statement",
        ),
        _nothing,
    ),
}
