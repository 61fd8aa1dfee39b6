"""What is left of JavaScript that the parser could not read: its pieces, with the calls they began."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from lk_audit.frontends.javascript.expressions import argument
from lk_audit.frontends.lowering.tree import Several, contents, expression, is_statement
from lk_audit.syntax import Call, Evaluate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lk_audit.frontends.lowering.tree import Frame, Lower, Lowering
    from lk_audit.syntax import Node

_CALLABLE = frozenset({"identifier", "member_expression", "subscript_expression", "call_expression", "import", "super"})
_MOST_OPEN = 50


class _Open(Struct):
    """A call whose closing parenthesis is not there yet; the outermost one is no call and has no callee."""

    callee: Node | None
    is_new: bool
    items: list[Node] = field(default_factory=list)


def _unread(run: Lowering, frame: Frame) -> Node:
    """All the pieces as statements; `f(` with what follows is a call again, up to its end or the next statement."""
    values = {kid.id: value for kid, value in zip(frame.kids, frame.values, strict=True)}
    opened = [_Open(None, is_new=False)]
    before = previous = ""
    for child in frame.node.children:
        kind, value = child.type, values.get(child.id)
        if value is not None:
            if kind != "ERROR" and is_statement(value):
                _close_all(opened, value.start)
            opened[-1].items.append(value)
        elif kind == "(" and previous in _CALLABLE and before != "function" and len(opened) < _MOST_OPEN:
            opened.append(_Open(opened[-1].items.pop(), before == "new"))
        elif kind == ")" and len(opened) > 1:
            _close(opened, child.end_byte)
        before, previous = previous, kind
    _close_all(opened, frame.end)
    return Several(frame.start, frame.end, run.statements(frame, opened[0].items))


def _close_all(opened: list[_Open], end: int) -> None:
    while len(opened) > 1:
        _close(opened, end)


def _close(opened: list[_Open], end: int) -> None:
    done = opened.pop()
    if done.callee is not None:
        callee = expression(done.callee)
        items = [item.value if isinstance(item, Evaluate) else item for item in contents(done.items)]
        arguments = tuple(map(argument, items))
        opened[-1].items.append(Call(callee.start, end, callee, arguments, done.is_new))


UNREAD: Mapping[str, Lower] = {"ERROR": _unread}
