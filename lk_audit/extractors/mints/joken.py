"""The claims that Joken gives every token, which the module or an argument says: how long its tokens live.

Source: the documentation of Joken (`Joken.Config`).
"""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, argument, last_name
from lk_audit.extractors.mints.lifetimes import lifetimes
from lk_audit.facts import Expiry, Lifetime
from lk_audit.livekit.sdks.elixir import JOKEN_DEFAULT_TTL
from lk_audit.livekit.sdks.model import TtlUnit
from lk_audit.syntax import Call, Expr, Function, Literal, Record, walk
from lk_audit.values.model import Mapped, Nothing, Number, Text
from lk_audit.values.possible import with_items


def configured_lifetimes(context: FileContext, call: Call, config: int | str) -> Iterator[Lifetime]:
    """What a token lives that `call` signs, whose payload says nothing of it."""
    expr = _config(context, call, config)
    if expr is None:
        if isinstance(config, str):
            yield Lifetime(Expiry.IMPLICIT, context.place(call.callee), JOKEN_DEFAULT_TTL)
        return
    written = [item for item in walk(expr) if isinstance(item, Call)]
    added = [item for item in written if last_name(item.callee) == "add_claim" and _names_expiry(item)]
    for item in added:
        function = item.arguments[2].value if len(item.arguments) > 2 else None  # noqa: PLR2004 - config, name, function
        if isinstance(function, Function):
            for value in context.names.returns(function):
                values = context.values(value.value)
                yield from lifetimes(context, values, TtlUnit.EPOCH, default=None, place=context.place(value))
    defaults = next((item for item in written if last_name(item.callee) == "default_claims"), None)
    if defaults is not None and not added:
        yield from _default(context, defaults)
    elif not added and not (isinstance(expr, Record) and not expr.entries):
        yield Lifetime(Expiry.UNKNOWN, context.place(expr))


def _config(context: FileContext, call: Call, config: int | str) -> Expr | None:
    """The expression that says which claims there are: an argument, or what a function of the file returns."""
    if isinstance(config, int):
        return argument(call, config)
    functions = context.names.functions_named(config)
    returned = [item.value for function in functions for item in context.names.returns(function)]
    return returned[0] if len(returned) == 1 else None


def _names_expiry(call: Call) -> bool:
    return any(isinstance(item.value, Literal) and item.value.value == "exp" for item in call.arguments[:2])


def _default(context: FileContext, call: Call) -> Iterator[Lifetime]:
    """`default_claims(default_exp: 3600, skip: [:aud])`."""
    place = context.place(call.callee)
    options = next((item for item in context.values(argument(call, 0)) if isinstance(item, Mapped)), None)
    members = options.members if options is not None else {}
    skipped = with_items(members["skip"].values) if "skip" in members else ()
    if any(isinstance(item, Text) and item.text == "exp" for item in skipped):
        yield Lifetime(Expiry.NEVER, place)
    elif "default_exp" not in members:
        yield Lifetime(Expiry.IMPLICIT, place, JOKEN_DEFAULT_TTL)
    else:
        for value in members["default_exp"].values:
            where = context.member_place(members["default_exp"])
            if isinstance(value, Number):
                yield Lifetime(Expiry.EXPLICIT, where, value.number)
            elif not isinstance(value, Nothing):
                yield Lifetime(Expiry.UNKNOWN, where)
