"""Dart expressions: one lowering function for each node type of tree-sitter's grammar.

The grammar keeps what follows an expression (`.name`, `(...)`, `[...]`, `..name()`) beside it: see `Step`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.lowering.common import constants, first_inside, meaningless, number
from lk_audit.frontends.lowering.interning import TEXTS
from lk_audit.frontends.lowering.literals import any_number
from lk_audit.frontends.lowering.operators import Chain, Choice, flat, settled
from lk_audit.frontends.lowering.tree import Part, contents, expression
from lk_audit.syntax import (
    Argument,
    Assign,
    Await,
    Block,
    Call,
    Evaluate,
    Expr,
    Function,
    Index,
    Literal,
    Member,
    Name,
    Node,
    Opaque,
    Raise,
    Return,
    Statement,
    Unary,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node as TreeNode

    from lk_audit.frontends.lowering.tree import Frame, Leaf, Lower, Lowering
    from lk_audit.syntax import Scalar

PRECEDENCES = {
    "??": 1,
    "||": 2,
    "&&": 3,
    **dict.fromkeys(("==", "!="), 4),
    **dict.fromkeys(("<", ">", "<=", ">="), 5),
    "|": 6,
    "^": 7,
    "&": 8,
    **dict.fromkeys(("<<", ">>", ">>>"), 9),
    **dict.fromkeys(("+", "-"), 10),
    **dict.fromkeys(("*", "/", "%", "~/"), 11),
}
"""The precedence of Dart's operators: the table of its language specification."""
BINARIES = frozenset(
    f"{kind}_expression"
    for kind in (
        *("if_null", "logical_or", "logical_and", "equality", "relational", "bitwise_or", "bitwise_xor"),
        *("bitwise_and", "shift", "additive", "multiplicative"),
    )
)
_CONSTANTS: Mapping[str, Scalar] = {"true": True, "false": False, "null_literal": None}
_UNARY = {"!": "not"}


class Step(Part):
    """What follows an expression: a member, an index, the arguments of a call, or nothing that matters (`!`)."""

    member: str = ""
    key: Expr | None = None
    arguments: tuple[Argument, ...] | None = None


class Parentheses(Part):
    """Something in parentheses: its value, and the same as what a call is given."""

    value: Node
    arguments: tuple[Argument, ...]


class Section(Part):
    """One section of a cascade: `..add(1)`, `..name = value`."""

    steps: tuple[Step, ...]
    value: Expr | None
    operator: str


class Cascade(Part):
    """`base..a()..b = 1`: the base, to which all this is done."""

    base: Expr
    sections: tuple[Section, ...]


class Arguments(Part):
    items: tuple[Argument, ...]


class Named(Part):
    """A name where a type is written."""

    name: str


class Given(Part):
    """`name: value` among arguments, and in records."""

    name: str
    value: Expr


def text_of(data: bytes, node: TreeNode) -> str:
    return TEXTS[data[node.start_byte : node.end_byte]]


def _name(data: bytes, node: TreeNode) -> Node:
    return Name(node.start_byte, node.end_byte, text_of(data, node))


def _type(data: bytes, node: TreeNode) -> Node:
    return Named(node.start_byte, node.end_byte, text_of(data, node))


# --- what follows an expression ---------------------------------------------------------------------------------------


def _step(_: Lowering, frame: Frame) -> Node:
    """`.name`, `?.name`, `[key]`, `(arguments)`, `!`."""
    for value in frame.values:
        if isinstance(value, Step):
            return value
        if isinstance(value, Arguments):
            return Step(frame.start, frame.end, arguments=value.items)
        if isinstance(value, Name):
            return Step(frame.start, frame.end, member=value.id)
    return Step(frame.start, frame.end)


def _index(_: Lowering, frame: Frame) -> Node:
    return Step(frame.start, frame.end, key=frame.expression(0))


def _section(run: Lowering, frame: Frame) -> Node:
    steps: list[Step] = []
    value: Expr | None = None
    for item in frame.values:
        if isinstance(item, Arguments):
            steps.append(Step(item.start, item.end, arguments=item.items))
        elif isinstance(item, Step) and value is None:
            steps.append(item)
        else:
            value = expression(item)
    signs = [run.text(child) for child in frame.node.children if child.type.endswith("=")]
    return Section(frame.start, frame.end, tuple(steps), value, signs[0][:-1] if signs else "")


def followed(base: Expr, step: Step) -> Expr:
    """An expression with what follows it."""
    start, end = base.start, step.end
    if step.member:
        return Member(start, end, base, step.member)
    if step.key is not None:
        return Index(start, end, base, step.key)
    if step.arguments is not None:
        return Call(start, end, base, step.arguments, is_new=_is_type(base))
    return base


def specialised(before: Node, given: Parentheses) -> Expr | None:
    """`f<T>(x)`, which the grammar takes for `f < T > (x)`; None for anything else."""
    if not isinstance(before, Chain) or before.operators != ("<",):
        return None
    callee = expression(before.operands[0])
    start, end = callee.start, given.end
    if isinstance(callee, Await):
        inner = callee.operand
        return Await(start, end, Call(inner.start, end, inner, given.arguments, is_new=_is_type(inner)))
    if not isinstance(callee, Name | Member) or not isinstance(before.operands[1], Name):
        return None
    return Call(start, end, callee, given.arguments, is_new=_is_type(callee))


def _is_type(callee: Expr) -> bool:
    """Whether a call makes an instance: by convention only types begin with a capital letter."""
    name = callee.name if isinstance(callee, Member) else callee.id if isinstance(callee, Name) else ""
    return name[:1].isupper()


def done(cascade: Cascade, receiver: str) -> tuple[Statement, ...]:
    """The sections of a cascade as statements about a variable."""
    found: list[Statement] = []
    for section in cascade.sections:
        start, end = section.start, section.end
        target: Expr = Name(start, start, receiver)
        for step in section.steps:
            target = followed(target, step)
        if section.value is None:
            found.append(Evaluate(start, end, target))
        else:
            found.append(Assign(start, end, target, section.value, section.operator))
    return tuple(found)


def _alone(cascade: Cascade) -> Expr:
    """A cascade inside an expression: a function that does it all, called where it stands."""
    start, end = cascade.start, cascade.end
    holder = f"#{start}"
    made = Assign(start, cascade.base.end, Name(start, start, holder), cascade.base, declares=True)
    body = Block(start, end, (made, *done(cascade, holder), Return(end, end, Name(end, end, holder))))
    return Call(start, end, Function(start, end, "", (), body), ())


def settle(node: Node) -> Node:
    """`node` as it is used where neither operators nor cascades go on."""
    if isinstance(node, Cascade):
        return _alone(node)
    return settled(node, PRECEDENCES)


# --- operators --------------------------------------------------------------------------------------------------------


def _binary(run: Lowering, frame: Frame) -> Node:
    kept = {kid.id for kid in frame.kids}
    between = [run.text(item) for item in frame.node.children if item.id not in kept and item.type != "comment"]
    operators = [sign for sign in between if sign in PRECEDENCES]
    return flat(frame.start, frame.end, frame.values, operators)


def _conditional(_: Lowering, frame: Frame) -> Node:
    test, *branches = frame.values or [frame.expression(0)]
    then, otherwise = [expression(settle(item)) for item in branches[:2]] if len(branches) > 1 else (None, None)
    if then is None or otherwise is None:
        return Opaque(frame.start, frame.end, contents(map(settle, frame.values)))
    return Choice(frame.start, frame.end, test, then, otherwise)


def _unary(run: Lowering, frame: Frame) -> Node:
    sign = run.text(frame.node.children[0])
    operand = frame.expression(0)
    if sign in {"++", "--"}:
        return counted(frame, operand, sign[0])
    if isinstance(operand, Await):
        return operand
    return Unary(frame.start, frame.end, _UNARY.get(sign, sign), operand)


def _postfix(run: Lowering, frame: Frame) -> Node:
    sign = run.text(frame.node.children[-1])
    return counted(frame, frame.expression(0), sign[:1]) if sign in {"++", "--"} else frame.expression(0)


def counted(frame: Frame, target: Expr, operator: str) -> Assign:
    """`n++` is `n += 1`."""
    return Assign(frame.start, frame.end, target, Literal(frame.end, frame.end, 1), operator)


def _assignment(run: Lowering, frame: Frame) -> Node:
    sign = frame.node.child_by_field_name("operator")
    operator = run.text(sign)[:-1] if sign is not None else ""
    return Assign(frame.start, frame.end, frame.expression(0), frame.expression(1), operator)


def _await(_: Lowering, frame: Frame) -> Node:
    return Await(frame.start, frame.end, frame.expression(0))


def _throw(_: Lowering, frame: Frame) -> Node:
    return Raise(frame.start, frame.end, frame.expression(0) if frame.values else None)


# --- calls ------------------------------------------------------------------------------------------------------------


def _arguments(_: Lowering, frame: Frame) -> Node:
    return Arguments(frame.start, frame.end, tuple(argument(value) for value in frame.values))


def _parentheses(_: Lowering, frame: Frame) -> Node:
    value = frame.values[0] if frame.values else frame.expression(0)
    return Parentheses(frame.start, frame.end, value, tuple(argument(item) for item in frame.values))


def argument(value: Node) -> Argument:
    if isinstance(value, Given):
        return Argument(value.start, value.end, value.name, value.value)
    return Argument(value.start, value.end, None, expression(value))


def given(run: Lowering, frame: Frame) -> Node:
    label = next((child for child in frame.node.children if child.type == "label"), None)
    name = run.text(label).partition(":")[0].strip() if label is not None else ""
    return Given(frame.start, frame.end, name, frame.expression(0))


def _construction(_: Lowering, frame: Frame) -> Node:
    """`new T(...)`, `const T.name(...)`."""
    callee: Expr | None = None
    items: tuple[Argument, ...] = ()
    for value in frame.values:
        if isinstance(value, Arguments):
            items = value.items
            continue
        name = value.name if isinstance(value, Named) else value.id if isinstance(value, Name) else ""
        if name:
            base = callee
            callee = Name(value.start, value.end, name) if base is None else Member(base.start, value.end, base, name)
    return Call(frame.start, frame.end, callee or frame.expression(0), items, is_new=True)


LEAVES: Mapping[str, Leaf] = {
    **dict.fromkeys(("identifier", "identifier_dollar_escaped", "this", "super"), _name),
    **dict.fromkeys(("type_identifier", "void_type"), _type),
    **constants(_CONSTANTS),
    **dict.fromkeys(
        ("decimal_integer_literal", "hex_integer_literal", "decimal_floating_point_literal"), number(any_number)
    ),
    "symbol_literal": meaningless,
}
EXPRESSIONS: Mapping[str, Lower] = {
    **dict.fromkeys(BINARIES, _binary),
    **dict.fromkeys(
        (
            *("assignable_expression", "template_substitution", "argument"),
            "type_cast_expression",
        ),
        first_inside,
    ),
    **dict.fromkeys(
        (
            *("selector", "unconditional_assignable_selector", "conditional_assignable_selector", "argument_part"),
            "cascade_selector",
        ),
        _step,
    ),
    "parenthesized_expression": _parentheses,
    "index_selector": _index,
    "cascade_section": _section,
    "conditional_expression": _conditional,
    "unary_expression": _unary,
    "postfix_expression": _postfix,
    "assignment_expression": _assignment,
    "await_expression": _await,
    "throw_expression": _throw,
    "rethrow_expression": _throw,
    "arguments": _arguments,
    "named_argument": given,
    "new_expression": _construction,
    "const_object_expression": _construction,
}
"""Lowering functions by node type."""
