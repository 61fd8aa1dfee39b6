"""What code does with a token that it has made: hand it to whoever asked, or keep it."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import last_name
from lk_audit.syntax import Assign, Await, Call, Expr, Member, Name, Node, Return, walk
from lk_audit.values.names import Names

ANSWERS = frozenset(
    {"res", "response", "reply", "ctx", "c", "context", "socket", "ws", "websocket", "callback", "next"}
    | {"w", "rw", "writer"}
)
"""What a handler passes on for a helper to answer with."""
_RESPONSES = frozenset({"res", "response", "reply"})
"""What only an answer is made with, wherever it is passed on."""
_SENDING = frozenset(
    {"json", "send", "write", "emit", "end", "send_json", "send_text", "jsonify", "Response", "NextResponse", "reply"}
    | {"respond", "respondText", "push", "push_event", "send_resp", "assign", "put_resp_header", "result", "ok"}
    | {"println", "print"}
    | {"echo", "wp_send_json", "wp_send_json_success", "render", "body", "JsonResponse", "set_output", "setJSON"}
    | {"Encode", "JSON", "IndentedJSON", "PureJSON", "XML", "String", "SendString", "Send", "Write", "WriteString"}
    | {"Fprint", "Fprintf", "Fprintln", "WriteJSON", "Data", "HTML", "Render", "SendJSON", "RespondJSON"}
)


ITSELF = "self"
"""How a method calls its own object in Python."""


def keeps(value: Expr) -> bool:
    """Whether a call uses a token and gives something else: egress that records a page which joins with it."""
    call = value.operand if isinstance(value, Await) else value
    name = (last_name(call.callee) or "") if isinstance(call, Call) else ""
    return name.replace("_", "").lower().startswith("start") and name.lower().endswith("egress")


def is_kept(names: Names, made: Assign) -> bool:
    """Whether all that is done with what was made is to record with it."""
    target = made.target
    if not isinstance(target, Name):
        return False
    scope = names.binding_scope(target) or names.module
    uses = [use for use in names.uses(scope, target.id) if use.start >= made.end]
    keepers = [[item for item in names.ancestors(use) if isinstance(item, Call) and keeps(item)] for use in uses]
    return bool(uses) and all(keepers)


def handed_over(node: Node) -> Iterator[Node]:
    """What a statement or call gives to others: a returned value, the arguments of what answers a request."""
    if isinstance(node, Return) and node.value is not None:
        yield node.value
    elif isinstance(node, Call) and ((last_name(node.callee) or "") in _SENDING or _is_given_answer(node)):
        yield from node.arguments


def _is_given_answer(call: Call) -> bool:
    """Whether a helper is given the response to answer with: `success(res, 200, { token })`."""
    return any((last_name(item.value) or "") in _RESPONSES for item in call.arguments)


def given_to_itself(node: Node) -> Iterator[Node]:
    """What a method gives its own object, or what that holds: `self.wfile.write(body)`, `self._send_json(answer)`."""
    if not isinstance(node, Call) or not isinstance(node.callee, Member):
        return
    holder: Expr = node.callee.object
    while isinstance(holder, Member):
        holder = holder.object
    if isinstance(holder, Name) and holder.id == ITSELF:
        yield from node.arguments


def mentions(expr: Node, nodes: set[Node], names: set[str]) -> bool:
    return any(node in nodes or (isinstance(node, Name) and node.id in names) for node in walk(expr))
