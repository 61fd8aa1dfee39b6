"""A call as the tables of known functions see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from msgspec import Struct

from lk_audit.syntax import Call, Expr
from lk_audit.values.model import Possible, Value
from lk_audit.values.possible import bounded, unknown


class Invocation(Struct, frozen=True, eq=False):
    """One call; `evaluate` gives the values of an expression where the call stands."""

    call: Call
    evaluate: Callable[[Expr], Possible]
    python: bool

    @property
    def is_plain(self) -> bool:
        """Whether all arguments are written out."""
        return not any(item.spread for item in self.call.arguments)

    @property
    def positional(self) -> int:
        return sum(item.name is None for item in self.call.arguments)

    def expr(self, position: int | None, *names: str) -> Expr | None:
        """The argument given by one of `names`, else the one at `position`; None when there is none."""
        for item in self.call.arguments:
            if item.name in names and not item.spread:
                return item.value
        if position is None:
            return None
        plain = [item for item in self.call.arguments if item.name is None][: position + 1]
        return plain[position].value if position < len(plain) and not any(item.spread for item in plain) else None

    def values(self, position: int | None, *names: str) -> Possible:
        """What that argument can be; nothing when it is not given."""
        expr = self.expr(position, *names)
        return () if expr is None else self.evaluate(expr)

    def everything(self) -> Iterator[Possible]:
        for item in self.call.arguments:
            yield self.evaluate(item.value)

    def each(self, values: Possible, change: Callable[[Value], Value | None]) -> Possible:
        """`change` for every value; `Unknown` where it gives None."""
        origin = self.call
        return bounded(
            (changed if (changed := change(item)) is not None else unknown(origin, (item,)) for item in values), origin
        )

    def unknown(self, *values: Possible) -> Possible:
        return (unknown(self.call, *values),)


Function: TypeAlias = Callable[[Invocation], Possible | None]
"""A known function: its values, or None when this use of it is not understood."""
Method: TypeAlias = Callable[[Invocation, Value], Possible | None]
"""A known method, with one value of its receiver."""
