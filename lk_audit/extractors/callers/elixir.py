"""What Phoenix and Plug put in front of a handler: plugs of a controller, pipelines of a router, hooks of a LiveView.

Sources: the documentation of Phoenix (Router, Controller, Channel, Socket), Phoenix.LiveView and Plug.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from lk_audit.extractors.callers.guards import Guards
from lk_audit.extractors.context import FileContext, Workspace, last_name
from lk_audit.extractors.handlers.elixir import module_name
from lk_audit.extractors.handlers.model import MAY_AUTHENTICATE, Handler
from lk_audit.facts import Lead
from lk_audit.livekit.authentication import AUTHENTICATING_CALLS, AUTHENTICATING_NAME, REFUSAL_NAMES, REFUSAL_STATUS
from lk_audit.patterns import regex
from lk_audit.syntax import Binary, Block, Call, Evaluate, Expr, Function, Literal, Member, Name, Node, Sequence, walk

_AUTHENTICATES = "authenticates the caller"
_WORDS = regex(r"(?<=[a-z0-9])(?=[A-Z])")
_UNSEEN = regex(r"(?:^|_)(?:auth\w*|guardian|login|signed_in|current_user)(?:_|$)")
"""How modules outside the project are called that may authenticate."""
_LOOKING = regex(r"^(?:(?:assign|fetch|load|maybe|mount|put|set)_|redirect_if_(?!not_|un))|^Guardian\.Plug\.Verify")
"""How plugs are called that look who is there, or send those away who are known, and let strangers pass.

Phoenix has `fetch_session` in front of every page, and what it generates `fetch_current_user` and
`redirect_if_user_is_authenticated`; Guardian's `VerifySession` and `VerifyHeader` refuse only tokens that are wrong.
"""
_LOGIN_PAGE = regex(r"(?i)\b(?:log|sign)[ _-]?in\b")
"""Where strangers are sent, or what they are told."""
_LEAVING = frozenset({"halt", "redirect"})
_ROUTING = frozenset({"get", "post", "put", "patch", "delete", "live", "resources", "channel", "match"})


def in_front_of(workspace: Workspace, guards: Guards, handler: Handler) -> Iterator[Lead]:
    """What authenticates the callers of a handler before it runs, the surest first."""
    home = handler.site.home(handler.function)
    own = _plugs(home.module.body.statements)
    yield from _guarding(guards, home, own, handler.function.name)
    if handler.registration is not None:
        return
    routes = list(_routes(workspace, home, handler))
    for context, call in routes:
        yield from _around(guards, context, call)
    if not routes:
        yield Lead(home.place(handler.function), MAY_AUTHENTICATE)


def _plugs(statements: Iterable[Node]) -> Iterator[Call]:
    """The plugs among some statements."""
    for statement in statements:
        match statement:
            case Evaluate(value=Call(callee=Name(id="plug" | "on_mount")) as call):
                yield call
            case _:
                continue


def _guarding(guards: Guards, context: FileContext, plugs: Iterable[Call], action: str) -> Iterator[Lead]:
    """The plugs among some that authenticate the callers of an action."""
    for call in plugs:
        for item in call.arguments[:1]:
            plug, condition = _split(item.value)
            if _covers(condition, action) and _authenticates(guards, context, plug):
                yield Lead(context.place(plug), _AUTHENTICATES)


def _split(expr: Expr) -> tuple[Expr, Expr | None]:
    """`:authenticate when action in [:create]`."""
    if isinstance(expr, Binary) and expr.operator == "when":
        return expr.left, expr.right
    return expr, None


def _covers(condition: Expr | None, action: str) -> bool:
    if condition is None or not action:
        return True
    named = {item.value for item in walk(condition) if isinstance(item, Literal)}
    is_negated = isinstance(condition, Binary) and condition.operator in {"not in", "!="}
    return (action in named) is not is_negated


def _authenticates(guards: Guards, context: FileContext, plug: Expr) -> bool:
    """Whether a plug lets only known callers through: a function of the file, a module, or what it is called."""
    if isinstance(plug, Sequence):
        # `{MyAppWeb.UserAuth, :ensure_authenticated}`
        is_looking = any(isinstance(item, Literal) and _LOOKING.match(str(item.value)) for item in plug.items)
        return not is_looking and any(_authenticates(guards, context, item) for item in plug.items)
    if isinstance(plug, Literal) and isinstance(plug.value, str):
        found = context.names.functions_named(plug.value)
        if found:
            return any(_refuses(guards, context, function) for function in found)
        return AUTHENTICATING_NAME.match(plug.value) is not None and not _LOOKING.match(plug.value)
    return _module_authenticates(guards, context, context.qualified(plug) or "")


def _module_authenticates(guards: Guards, context: FileContext, name: str) -> bool:
    """Whether a module is such a plug: by its `call`, or as a pipeline of plugs, as those of Guardian are."""
    path = context.project.autoload.target(context.source.path, name, "elixir") if name else None
    there = next(iter(context.workspace.contexts(path)), None) if path is not None else None
    if there is not None:
        return guards.once(there.module, partial(_is_guarding_module, guards, there))
    word = _snake(name.rpartition(".")[2])
    if _LOOKING.match(word) or _LOOKING.match(name):
        return False
    return name in AUTHENTICATING_CALLS or bool(AUTHENTICATING_NAME.match(word) or _UNSEEN.search(word))


def _is_guarding_module(guards: Guards, context: FileContext) -> bool:
    functions = context.names.functions_named("call")
    if functions:
        return any(_refuses(guards, context, function) for function in functions)
    return next(_guarding(guards, context, _plugs(context.module.body.statements), ""), None) is not None


def _snake(name: str) -> str:
    return "_".join(_WORDS.split(name)).lower()


def _refuses(guards: Guards, context: FileContext, function: Function) -> bool:
    """Whether a plug ends the request of strangers."""
    if guards.function(context, function):
        return True
    calls = [item for item in walk(function.body) if isinstance(item, Call)]
    leaves = any((last_name(item.callee) or "") in _LEAVING for item in calls)
    return leaves and _says_refusal(function.body)


def _says_refusal(block: Block) -> bool:
    for item in walk(block):
        if isinstance(item, Literal):
            text = item.value if isinstance(item.value, str) else ""
            if item.value in REFUSAL_STATUS or REFUSAL_NAMES.search(text) or _LOGIN_PAGE.search(text):
                return True
        elif isinstance(item, Name | Member) and AUTHENTICATING_NAME.match(last_name(item) or ""):
            return True
    return False


# --- routers --------------------------------------------------------------------------------------------------------


def _routes(workspace: Workspace, home: FileContext, handler: Handler) -> Iterator[tuple[FileContext, Call]]:
    """The lines of routers that lead to a handler: `post "/token", TokenController, :create`."""
    name = module_name(home)
    usage = home.project.usage
    for module in usage.mentions(home.source.path, name) if name else ():
        context = workspace.context(module)
        for call in context.names.calls:
            if (last_name(call.callee) or "") in _ROUTING and _leads_to(call, name, handler.function.name):
                yield context, call


def _leads_to(call: Call, name: str, action: str) -> bool:
    modules = [item.value for item in call.arguments if isinstance(item.value, Name | Member)]
    if not any((last_name(item) or "").rpartition(".")[2] == name for item in modules):
        return False
    kind = last_name(call.callee)
    actions = [item.value.value for item in call.arguments[2:3] if isinstance(item.value, Literal)]
    return kind in {"live", "resources", "channel"} or not actions or action in actions


def _around(guards: Guards, context: FileContext, call: Call) -> Iterator[Lead]:
    """What stands around a route: `pipe_through` of its scopes, `on_mount` of its session, `connect` of its socket."""
    if last_name(call.callee) == "channel":
        yield from _of_socket(guards, context)
        return
    for holder in context.names.ancestors(call):
        if isinstance(holder, Function):
            for piped in _calls(holder.body, "pipe_through"):
                yield from _of_pipelines(guards, context, piped)
            yield from _guarding(guards, context, _plugs(holder.body.statements), "")
        elif isinstance(holder, Call) and last_name(holder.callee) == "live_session":
            yield from _of_session(context, holder)
    yield from _guarding(guards, context, _plugs(context.module.body.statements), "")


def _calls(block: Block, name: str) -> Iterator[Call]:
    """The calls of a name among the statements of a block, of which the last is what the block gives."""
    for statement in block.statements:
        value = getattr(statement, "value", None)
        if isinstance(value, Call) and last_name(value.callee) == name:
            yield value


def _of_pipelines(guards: Guards, context: FileContext, piped: Call) -> Iterator[Lead]:
    """`pipe_through [:browser, :require_authenticated_user]`: pipelines, and plugs of the file."""
    for item in piped.arguments:
        for part in item.value.items if isinstance(item.value, Sequence) else (item.value,):
            if not isinstance(part, Literal):
                continue
            pipelines = [call for call in context.names.calls_of("pipeline") if _first(call) == part.value]
            for pipeline in pipelines:
                body = pipeline.arguments[-1].value
                if isinstance(body, Function):
                    yield from _guarding(guards, context, _calls(body.body, "plug"), "")
            if not pipelines and _authenticates(guards, context, part):
                yield Lead(context.place(part), _AUTHENTICATES)


def _first(call: Call) -> object:
    first = call.arguments[0].value if call.arguments else None
    return first.value if isinstance(first, Literal) else None


def _of_session(context: FileContext, session: Call) -> Iterator[Lead]:
    """`live_session :app, on_mount: [{MyAppWeb.UserAuth, :ensure_authenticated}]`."""
    for item in session.arguments[:-1]:
        for node in walk(item.value):
            if isinstance(node, Literal) and isinstance(node.value, str) and AUTHENTICATING_NAME.match(node.value):
                yield Lead(context.place(node), _AUTHENTICATES)


def _of_socket(guards: Guards, context: FileContext) -> Iterator[Lead]:
    """A socket's `connect` that looks at a token: nobody joins a channel without it."""
    for function in context.names.functions_named("connect"):
        calls = (item for item in walk(function.body) if isinstance(item, Call))
        verifies = any((context.qualified(item.callee) or "") in AUTHENTICATING_CALLS for item in calls)
        if verifies or guards.function(context, function):
            yield Lead(context.place(function), _AUTHENTICATES)
