"""Services that a framework hands to a guard: who made them is out of sight, and their type says what they do."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext
from lk_audit.syntax import Call, Function, Member
from lk_audit.values.model import Given


def functions_called(context: FileContext, call: Call) -> Iterator[Function]:
    """The functions that a call may run; methods of `private readonly keys: KeyService` by that type, in TypeScript."""
    yield from context.functions_meant(call.callee)
    if isinstance(call.callee, Member) and context.names.is_javascript:
        for holder in context.values(call.callee.object):
            if isinstance(holder, Given) and not holder.members:
                yield from context.home(holder.function).evaluator.declared.methods(holder, call.callee.name)
