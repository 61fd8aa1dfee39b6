"""Branches that run only where there is no text under a name: what they log of it is no secret."""

from __future__ import annotations

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.syntax import Binary, Call, Conditional, Expr, Function, If, Literal, Name, Node, Unary


def holds_no_text(context: FileContext, use: Expr) -> bool:
    """`if (typeof token !== 'string') log(token)`: whether a name is used only where it stands for no text."""
    if not isinstance(use, Name):
        return False
    child: Node = use
    for parent in context.names.ancestors(use):
        if isinstance(parent, Function):
            return False
        if isinstance(parent, If | Conditional) and child is not parent.test:
            outcome = _outcome_without_text(parent.test, use.id)
            if outcome is not None and outcome is (child is parent.then):
                return not _is_set_in(context, child, use)
        child = parent
    return False


def _is_set_in(context: FileContext, branch: Node, use: Name) -> bool:
    """Whether a name may have got a text inside the branch: `if (!key) { key = read(); log(key) }`."""
    return any(branch.start <= item.effect <= branch.end for item in context.names.definitions(use))


def _outcome_without_text(test: Expr, name: str) -> bool | None:
    """How a test has to come out for it to be certain that there is no text under a name; None where it cannot be."""
    match test:
        case Name(id=found) if found == name:
            return False
        case Unary(operator="not", operand=operand):
            outcome = _outcome_without_text(operand, name)
            return None if outcome is None else not outcome
        case Binary(operator="and" | "or" as operator, left=left, right=right):
            return _outcome_of_pair(operator == "and", left, right, name)
        case Binary(operator="==" | "!=" | "is" | "is not" as operator, left=left, right=Literal(value=value)):
            is_without = _is_without_text(left, value, name)
            return None if is_without is None else is_without is (operator in {"==", "is"})
        case Call(arguments=(first, kind)) if last_name(test.callee) == "isinstance":
            return False if _is(first.value, name) and last_name(kind.value) == "str" else None
        case _:
            return None


def _outcome_of_pair(is_both: bool, left: Expr, right: Expr, name: str) -> bool | None:
    """The same of two tests: where both hold what one of them says is certain, where both fail it is as well."""
    outcomes = {_outcome_without_text(left, name), _outcome_without_text(right, name)}
    if is_both in outcomes:
        return is_both
    return None if None in outcomes else not is_both


def _is_without_text(compared: Expr, constant: object, name: str) -> bool | None:
    """Whether there is no text under a name where a comparison holds: with nothing, or of its type."""
    match compared:
        case Unary(operator="typeof", operand=operand) if _is(operand, name):
            return constant != "string"
        case Name() if constant is None and _is(compared, name):
            return True
        case _:
            return None


def _is(expr: Expr, name: str) -> bool:
    return isinstance(expr, Name) and expr.id == name
