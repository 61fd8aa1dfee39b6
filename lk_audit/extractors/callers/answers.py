"""Functions that find out who the caller is and give nothing for strangers; refusing them is left to their callers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from lk_audit.extractors.callers.check_calls import denied_by
from lk_audit.extractors.callers.guard_parts import nodes_of
from lk_audit.extractors.context import FileContext
from lk_audit.extractors.refusals import gives_nothing, says_refusal
from lk_audit.syntax import Call, Function, If, Node


class Judge(Protocol):
    """What tells checks, and remembers what was found out."""

    def checks(self, context: FileContext, node: Node, function: Function, depth: int = 0) -> bool:
        """Whether a piece of code inside `function` makes sure who the caller is."""

    def once(self, key: object, judge: Callable[[], bool]) -> bool:
        """What `judge` says, asked once for a key."""


def only_answers(judge: Judge, context: FileContext, call: Call) -> bool:
    """Whether what is called refuses nobody by itself: `if (!session) return null`."""
    functions = list(context.functions_meant(call.callee))
    return bool(functions) and all(_leaves_it_to_others(judge, context.home(item), item) for item in functions)


def _leaves_it_to_others(judge: Judge, context: FileContext, function: Function) -> bool:
    if not (context.names.is_javascript or context.is_python) or says_refusal(function.body):
        return False
    return judge.once((function, only_answers), lambda: _gives_strangers_nothing(judge, context, function))


def _gives_strangers_nothing(judge: Judge, context: FileContext, function: Function) -> bool:
    checks = [node for node in nodes_of(function) if judge.checks(context, node, function)]
    return bool(checks) and all(_is_answer(judge, context, node) for node in checks)


def _is_answer(judge: Judge, context: FileContext, check: Node) -> bool:
    if isinstance(check, If):
        return gives_nothing(check.then)
    if not isinstance(check, Call):
        return False
    branch = denied_by(context, check)
    return gives_nothing(branch.then) if branch is not None else only_answers(judge, context, check)
