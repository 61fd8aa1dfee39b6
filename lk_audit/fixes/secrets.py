"""API secrets that are spelled out, read from the environment instead."""

from __future__ import annotations

from lk_audit.edits import Edit, Fix
from lk_audit.extractors.context import FileContext
from lk_audit.extractors.sides.sides import side_of
from lk_audit.facts import Side
from lk_audit.fixes.ground import Ground, quote_of, written
from lk_audit.fixes.imports import module_name
from lk_audit.fixes.lists import removal
from lk_audit.patterns import regex
from lk_audit.repairs import ReadFromEnvironment
from lk_audit.source import Source
from lk_audit.syntax import Argument, Assign, Binary, Call, Entry, Index, Literal, Member, Node
from lk_audit.values.model import Environment, Text

_NAME = "LIVEKIT_API_SECRET"
_DEFAULT_OPEN = regex(rb"\$\{[A-Za-z_]\w*(:?[-=])\Z")
_LONGEST_NAME = 200
_OPERATORS = frozenset({"or", "??"})
_READ = "Read the API secret from {name}: set that variable, and rotate the secret"
_DROP = "Drop the fallback, so that the program stops when {name} is missing"


def read_from_environment(ground: Ground, repair: ReadFromEnvironment) -> Fix | None:
    """Unsafe, all of them: without the variable the program does not work."""
    place = repair.place
    source = ground.files.source(place.path)
    if source is None:
        return None
    for context, node in ground.nodes(place):
        if isinstance(node, Literal) and not context.module.container and _runs_on_server(context):
            return _without_fallback(ground, context, node) or _from_environment(ground, context, node)
    return _without_default(source, place.start, place.end) if not ground.workspace.contexts(place.path) else None


def _runs_on_server(context: FileContext) -> bool:
    return context.built(side_of).side is not Side.CLIENT


# --- fallbacks --------------------------------------------------------------------------------------------------------


def _without_fallback(ground: Ground, context: FileContext, literal: Literal) -> Fix | None:
    """`os.getenv("K", "...")` as `os.environ["K"]`, `process.env.K || '...'` as `process.env.K`."""
    parent = context.names.parent(literal)
    if isinstance(parent, Binary) and parent.operator in _OPERATORS and parent.right is literal:
        return _without_right(ground, context, parent)
    call = context.names.parent(parent) if isinstance(parent, Argument) else None
    if isinstance(parent, Argument) and isinstance(call, Call):
        name = _variable(context, call)
        if name is not None and len(call.arguments) > 1 and call.arguments[0] is not parent:
            return Fix(_DROP.format(name=name), (_required(ground, context, call, parent),), is_safe=False)
    return None


def _without_right(ground: Ground, context: FileContext, fallback: Binary) -> Fix | None:
    name = _variable(context, fallback.left)
    if name is None:
        return None
    text = written(context, fallback.left)
    if context.is_python and isinstance(fallback.left, Call):
        text = _subscript(context, fallback.left) or text
    elif context.module.language == "typescript" and not text.endswith("!"):
        text = f"{text}!"
    return Fix(_DROP.format(name=name), (ground.edit(context, fallback, text),), is_safe=False)


def _variable(context: FileContext, node: Node) -> str | None:
    """The environment variable that an expression reads, and nothing else."""
    if not isinstance(node, Call | Member | Index):
        return None
    names = [value.name for value in context.values(node) if isinstance(value, Environment)]
    return names[0] if len(names) == 1 else None


def _required(ground: Ground, context: FileContext, call: Call, fallback: Argument) -> Edit:
    text = _subscript(context, call)
    if text is not None:
        return ground.edit(context, call, text)
    return removal(context.source, call.arguments, fallback)


def _subscript(context: FileContext, call: Call) -> str | None:
    """`os.environ["K"]`, which raises without the variable, for `os.getenv("K")` and `os.environ.get("K")`."""
    callee = call.callee
    name = context.names.qualified(callee)
    if not isinstance(callee, Member) or name not in {"os.getenv", "os.environ.get"} or not call.arguments:
        return None
    base = written(context, callee.object) + (".environ" if name == "os.getenv" else "")
    return f"{base}[{written(context, call.arguments[0].value)}]"


def _without_default(source: Source, start: int, end: int) -> Fix | None:
    """`${K:-...}` of a configuration file as `${K}`."""
    opening = _DEFAULT_OPEN.search(source.data, max(0, start - _LONGEST_NAME), start)
    if opening is None or source.data[end : end + 1] != b"}":
        return None
    name = source.data[opening.start() + 2 : opening.start(1)].decode()
    return Fix(_DROP.format(name=name), (Edit(source.place(opening.start(1), end), ""),), is_safe=False)


# --- literals ---------------------------------------------------------------------------------------------------------


def _from_environment(ground: Ground, context: FileContext, literal: Literal) -> Fix | None:
    if not _is_value(context, literal):
        return None
    quote = quote_of(context, literal)
    if not context.is_python:
        is_deno = b"Deno." in context.source.data
        text = f"Deno.env.get({quote}{_NAME}{quote})" if is_deno else f"process.env.{_NAME}"
        is_typed = context.module.language == "typescript"
        return _replaced(ground, context, literal, f"{text}!" if is_typed else text)
    module = module_name(context, "os")
    if module is None:
        return None
    return _replaced(ground, context, literal, f"{module[0]}.environ[{quote}{_NAME}{quote}]", module[1])


def _replaced(ground: Ground, context: FileContext, literal: Literal, text: str, imports: tuple[Edit, ...] = ()) -> Fix:
    edits = (ground.edit(context, literal, text), *imports)
    return Fix(_READ.format(name=_NAME), edits, is_safe=False)


def _is_value(context: FileContext, literal: Literal) -> bool:
    """Whether a literal stands for itself: an argument, a member, or what a name is set to."""
    match context.names.parent(literal):
        case Argument(spread=False) as given:
            call = context.names.parent(given)
            made = (item for item in context.values(call) if isinstance(item, Text)) if isinstance(call, Call) else ()
            return all(item.text == literal.value for item in made)  # what is decoded is no variable's value
        case Entry(value=value):
            return value is literal
        case Assign(target=target, value=value):
            return value is literal and not isinstance(target, Index) and not _is_environment(context, target)
        case _:
            return False


def _is_environment(context: FileContext, target: Node) -> bool:
    """`process.env.K = "..."` sets what it would read."""
    return isinstance(target, Member) and _variable(context, target) is not None
