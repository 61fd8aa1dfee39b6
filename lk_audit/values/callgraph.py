"""What calls what within one module."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from lk_audit.syntax import (
    Argument,
    Assign,
    Call,
    Class,
    Entry,
    Evaluate,
    Export,
    Expr,
    Function,
    Literal,
    Member,
    Name,
    Node,
    Opaque,
    Parameter,
    Raise,
    Record,
    Return,
    Statement,
)
from lk_audit.values.model import Defined, Possible, Unknown, Value

if TYPE_CHECKING:
    from lk_audit.values.names import Names

CONSTRUCTORS = frozenset({"__init__", "constructor", "__post_init__"})


class CallGraph:
    """Answers from names and definitions only: `f()`, `self.f()`, `Class.f()`, `Class().f()`, `instance.f()`."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._callers: dict[Function, tuple[Call, ...]] = {}

    def callers(self, function: Function) -> tuple[Call, ...]:
        """The calls in this module that are known to call exactly this function."""
        known = self._callers.get(function)
        if known is None:
            found = [call for call in self._find_callers(function) if self.accepts(function, call)]
            known = self._callers[function] = tuple(self.without_tests(function, found))
        return known

    def without_tests(self, function: Function, calls: Iterable[Call]) -> Iterator[Call]:
        """The calls in this module that say what a function is for: not those of unit tests in the same file.

        A test passes what it likes; "The Rust Programming Language", chapter 11.3, has such tests beside the code.
        """
        is_for_tests = self._is_for_tests(function)
        yield from (call for call in calls if is_for_tests or not self.is_in_tests(call))

    def is_in_tests(self, node: Node) -> bool:
        """Whether something stands in a unit test, or beside one: only in Rust that is a place in production code."""
        return self._names.traits.family == "rust" and self._is_for_tests(self._names.enclosing_function(node))

    def _is_for_tests(self, function: Function | None) -> bool:
        while function is not None:
            if any(last_name(item) == "test" for item in function.decorators):
                return True
            function = self._names.enclosing_function(function)
        return False

    def escapes(self, function: Function, *, when_exported: bool) -> bool:
        """Whether other callers are likely: it is decorated, passed on as a value, or (if that counts) exported."""
        if function.decorators:
            return True
        # Every exported function of such a module is an address that anybody can call.
        when_exported = when_exported or "use server" in self._names.module.directives
        holder = self._names.parent(function)
        if isinstance(holder, Argument | Call):
            return isinstance(holder, Argument)
        mentions = self._names.mentions(self._names.name_of(function))
        return any(
            self._is_value(use) and (when_exported or not self._is_export(use)) and self._means(use, function)
            for use in mentions
        )

    def skipped(self, function: Function, call: Call) -> int:
        """How many parameters the call does not pass: Python's `self` or `cls`, the receiver of Go's methods."""
        owner = self._names.owner(function)
        if function.parameters and function.parameters[0].kind == "receiver":
            return 1
        if (
            not self._names.is_python
            or owner is None
            or not function.parameters
            or is_decorated(function, "staticmethod")
        ):
            return 0
        receiver = call.callee.object if isinstance(call.callee, Member) else None
        is_unbound = receiver is not None and self._means(receiver, owner) and function.name not in CONSTRUCTORS
        return 0 if is_unbound and not is_decorated(function, "classmethod") else 1

    def accepts(self, function: Function, call: Call) -> bool:
        """Whether a call has as many arguments as a function takes, where several functions may share a name."""
        if not self._names.traits.overloads:
            return True
        parameters = function.parameters
        given = sum(not item.spread and item.name != "#context" for item in call.arguments)
        if any(item.kind == "rest" for item in parameters) or any(item.spread for item in call.arguments):
            return True
        needed = sum(item.default is None for item in parameters)
        implicit = len(parameters) == 1 and parameters[0].name == "it"
        return needed <= given <= len(parameters) or implicit

    def parameter_for(self, function: Function, call: Call, argument: Argument) -> Parameter | None:
        """The parameter that takes an argument; None when a spread before it hides that."""
        if argument.name is not None:
            return next((item for item in function.parameters if item.name == argument.name), None)
        plain = [item for item in call.arguments if item.name is None]
        before = plain[: plain.index(argument) + 1]
        position = len(before) - 1 + self.skipped(function, call)
        if any(item.spread for item in before) or position >= len(function.parameters):
            return None
        return function.parameters[position]

    def _find_callers(self, function: Function) -> tuple[Call, ...]:
        names = self._names
        holder = names.parent(function)
        if isinstance(holder, Call) and holder.callee is function:
            return (holder,)
        owner = names.owner(function)
        if owner is None:
            return tuple(call for call in names.calls_of(names.name_of(function)) if self._means(call.callee, function))
        if function.name in CONSTRUCTORS:
            direct = (call for call in names.calls_of(owner.name) if self._means(call.callee, owner))
            own = (call for call in names.calls_of("this") if names.enclosing(call, Class) is owner)
            return (*direct, *filter(_is_of_class, own), *self._passed_up(owner))
        return tuple(call for call in names.calls_of(names.name_of(function)) if self._is_method_call(call, owner))

    def _passed_up(self, owner: Class) -> Iterator[Call]:
        """The calls by which subclasses run the constructor of their base: `super(...)`, `super().__init__()`."""
        names = self._names
        word = "__init__" if names.is_python else "super"
        for kind in names.subclasses(owner):
            calls = (call for call in names.calls_of(word) if names.enclosing(call, Class) is kind)
            yield from filter(_is_super, calls)

    def _is_method_call(self, call: Call, owner: Class) -> bool:
        if not isinstance(call.callee, Member):
            return False
        receiver = call.callee.object
        if not isinstance(receiver, Name):
            return isinstance(receiver, Call) and self._means(receiver.callee, owner)
        if self._names.self_class(receiver) is owner or self._means(receiver, owner):
            return True
        values = (item.value for item in self._names.definitions(receiver))
        return any(isinstance(value, Call) and self._means(value.callee, owner) for value in values)

    def _means(self, expr: Expr, meant: Function | Class) -> bool:
        """Whether `expr` is a name that can stand for this very function or class."""
        if not isinstance(expr, Name):
            return False
        return any(item.node is meant or item.value is meant for item in self._names.definitions(expr))

    def _is_value(self, use: Name) -> bool:
        """Whether the use passes the thing on, instead of calling it or defining it."""
        holder = self._names.parent(use)
        if isinstance(holder, Call):
            return holder.callee is not use
        return not (isinstance(holder, Assign) and holder.target is use)

    def _is_export(self, use: Name) -> bool:
        """`export { use }`, `module.exports = { use }`, `exports.name = use`."""
        holder = self._names.parent(use)
        while isinstance(holder, Entry | Record):
            holder = self._names.parent(holder)
        if isinstance(holder, Assign):
            root: Expr = holder.target
            while isinstance(root, Member):
                root = root.object
            return isinstance(root, Name) and root.id in {"module", "exports"}
        return isinstance(holder, Export)


def _is_of_class(call: Call) -> bool:
    """`new self(...)`, and the `this(...)` by which one constructor runs another."""
    return isinstance(call.callee, Name)


def _is_super(call: Call) -> bool:
    match call.callee:
        case Name(id=name) | Member(object=Call(callee=Name(id=name))):
            return name == "super"
        case _:
            return False


_PROPERTIES = frozenset({"property", "cached_property", "getter"})
"""What marks a method that is read like a field; frontends mark getters by the last."""


def is_property(function: Function) -> bool:
    return any(last_name(item) in _PROPERTIES for item in function.decorators)


def is_decorated(function: Function, name: str) -> bool:
    return any(isinstance(item, Name) and item.id == name for item in function.decorators)


def last_name(expr: Expr) -> str:
    """What something, or what is called, is named last: `test` for `tokio.test` and `tokio.test(...)`; else empty."""
    named = expr.callee if isinstance(expr, Call) else expr
    return named.name if isinstance(named, Member) else named.id if isinstance(named, Name) else ""


def depending(names: Names, function: Function) -> Iterator[Parameter]:
    """The parameters for which FastAPI passes what a function of the module gives: `token=Depends(minter)`.

    Source: fastapi.tiangolo.com (dependencies, also those with `yield` and those in `Annotated`).
    """
    for given in names.mentions(function.name) if names.calls_of("Depends") else ():
        argument = names.parent(given)
        call = names.parent(argument) if isinstance(argument, Argument) else None
        if not isinstance(call, Call) or call not in names.calls_of("Depends") or call.arguments[0] is not argument:
            continue
        for holder in names.ancestors(call):
            if isinstance(holder, Parameter):
                yield holder
            elif isinstance(holder, Assign) and isinstance(holder.target, Name):
                # `Minter = Annotated[AccessToken, Depends(minter)]`
                uses = (names.parent(use) for use in names.mentions(holder.target.id))
                yield from (use for use in uses if isinstance(use, Parameter))


def is_left_to_others(function: Function) -> bool:
    """Whether a function is there to be overridden: it does nothing, or raises in the end."""
    statements = function.body.statements
    return all(map(_does_nothing, statements)) or isinstance(statements[-1], Raise)


def _does_nothing(statement: Statement) -> bool:
    """A docstring, or Python's `...`."""
    value = statement.value if isinstance(statement, Evaluate) else None
    return isinstance(value, Literal) or (isinstance(value, Opaque) and not value.children)


def leaves_open(values: Possible | None) -> bool:
    """Whether a class says nothing of an attribute but that there is one, if that."""
    return all(map(_says_nothing, values or ()))


def _says_nothing(value: Value) -> bool:
    match value:
        case Unknown(sources=()):
            return True
        case Defined(definition=Function(body=body) as function):
            match body.statements:
                case (Return(value=Opaque(children=())),):
                    return True
                case _:
                    return is_left_to_others(function)
        case _:
            return False
