"""Functions that find out who the caller is and give nothing for strangers; refusing them is left to their callers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.extractors.callers.check_calls import denied_by
from lk_audit.extractors.callers.guard_parts import nodes_of
from lk_audit.extractors.context import FileContext
from lk_audit.extractors.refusals import gives_nothing, says_refusal
from lk_audit.syntax import Call, Function, If, Node

if TYPE_CHECKING:
    from lk_audit.extractors.callers.guards import Guards


def only_answers(guards: Guards, context: FileContext, call: Call) -> bool:
    """Whether what is called refuses nobody by itself: `if (!session) return null`."""
    functions = list(context.functions_meant(call.callee))
    return bool(functions) and all(_leaves_it_to_others(guards, context.home(item), item) for item in functions)


def _leaves_it_to_others(guards: Guards, context: FileContext, function: Function) -> bool:
    if not (context.names.is_javascript or context.is_python) or says_refusal(function.body):
        return False
    return guards.once((function, only_answers), lambda: _gives_strangers_nothing(guards, context, function))


def _gives_strangers_nothing(guards: Guards, context: FileContext, function: Function) -> bool:
    checks = [node for node in nodes_of(function) if guards.checks.makes_sure(context, node, function)]
    return bool(checks) and all(_is_answer(guards, context, node) for node in checks)


def _is_answer(guards: Guards, context: FileContext, check: Node) -> bool:
    if isinstance(check, If):
        return gives_nothing(check.then)
    if not isinstance(check, Call):
        return False
    branch = denied_by(context, check)
    return gives_nothing(branch.then) if branch is not None else only_answers(guards, context, check)
