"""Under which names applications, contexts and containers keep the instances of a class, and who asks for one by name.

`app.locals.tokens = new Tokens()`, `fastify.decorate("tokens", tokens)`, `createContext = () => ({ tokens })`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from lk_audit.patterns import regex
from lk_audit.project.use_forms import constructed
from lk_audit.standing import Form, Standing
from lk_audit.syntax import (
    Argument,
    Assign,
    Await,
    Call,
    Class,
    Entry,
    Expr,
    Function,
    Index,
    Literal,
    Member,
    Name,
    Node,
)
from lk_audit.values.model import Defined, Reference, Returned, Value

if TYPE_CHECKING:
    from lk_audit.project.code_module import CodeModule
    from lk_audit.project.modules import Project
    from lk_audit.values.names import Names

_FAMILIES = frozenset({"javascript", "python"})
_KEPT = (Form(regex(rb"(?<![\w$])\Z"), regex(rb"\s{0,9}[:=,}]|[\"'`]\s{0,9}[\],:]")),)
"""How a name looks that something may be kept under: `tokens: `, `.tokens = `, `"tokens", `, `{ tokens }`."""
_ITSELF = frozenset({"this", "self", "cls", "super"})
_WORD = regex(r"[A-Z]+[a-z]+")
_FARTHEST = 8
"""Steps from where an instance is made to what keeps it."""


def is_asked_for(project: Project, module: CodeModule, owner: Class, receiver: Expr) -> bool:
    """Whether code of a file that nothing else is known of asks by name for an instance of a class."""
    name = _name_asked_for(receiver) if module.names.traits.family in _FAMILIES else ""
    values = module.evaluator.evaluate_here(receiver) if name else ()
    if not name or any(isinstance(value, Defined) or _is_made(value) for value in values):
        return False
    is_of_library = any(isinstance(value, Reference) for value in values)
    if _is_named_after(owner, name) and not (is_of_library and isinstance(receiver, Name)):
        return True
    # What a library keeps under a text others have put there; its members are its own.
    return not (is_of_library and isinstance(receiver, Name | Member)) and _is_kept_as(project, owner, name)


def _is_made(value: Value) -> bool:
    return isinstance(value, Returned) and value.call.is_new


def _name_asked_for(receiver: Expr) -> str:
    """`tokens` of `app.tokens`, `context["tokens"]` and `container.get("tokens")`, and of a variable of that name."""
    match receiver:
        case Name(id=name) | Member(name=name):
            return "" if name in _ITSELF else name
        case Index(key=Literal(value=str(name))) | Call(arguments=(Argument(value=Literal(value=str(name))),)):
            return name
        case _:
            return ""


def _is_named_after(owner: Class, name: str) -> bool:
    """Whether a variable is called as its class, of two words at least: `tokenService`, `token_service`."""
    is_telling = len(_WORD.findall(owner.name)) > 1
    return is_telling and name.replace("_", "").lower() == owner.name.lower()


def _is_kept_as(project: Project, owner: Class, name: str) -> bool:
    """Whether instances of a class are kept under a name, in its file or in another that makes some."""
    module = project.module_of(owner)
    if module is None or not owner.name:
        return False
    making = constructed(module.names.traits.family)
    may = Standing(name.encode(), _KEPT).search
    homes = chain((module,), project.usage.mentions(module.path, owner.name, forms=making, may=may))
    return any(name in _names(home.names, use, _FARTHEST) for home in homes for use in home.names.mentions(owner.name))


def _names(names: Names, node: Node, left: int) -> Iterator[str]:
    """What that is kept under which an expression is or makes: `new Tokens()`, `asClass(Tokens)`, `() => tokens`."""
    holder = names.parent(node)
    match holder:
        case Entry(key=Literal(value=str(name)), value=value) if value is node:
            yield name
        case Assign(target=Member(name=name) | Index(key=Literal(value=str(name))), value=value) if value is node:
            yield name
        case Assign(target=Name(id=variable), value=value) if value is node and left > 0:
            for use in names.mentions(variable):
                yield from _names(names, use, left - _FARTHEST // 2) if use is not holder.target else ()
        case Argument(name=str(name)):
            yield name
        case Argument():
            yield from _given_with(names, holder, left)
        case Call() | Await() if left > 0:
            yield from _names(names, holder, left - 1)
        case _:
            function = names.enclosing_function(node)
            is_given = function is not None and left > 0 and any(item.value is node for item in names.returns(function))
            yield from _names(names, function, left - 1) if is_given and isinstance(function, Function) else ()


def _given_with(names: Names, argument: Argument, left: int) -> Iterator[str]:
    """The name that a call is given before what it keeps, `decorate("tokens", tokens)`; else it wraps that."""
    call = names.parent(argument)
    if not isinstance(call, Call) or left <= 0:
        return
    first = call.arguments[0].value
    if first is not argument.value and isinstance(first, Literal) and isinstance(first.value, str):
        yield first.value
    else:
        yield from _names(names, call, left - 1)
