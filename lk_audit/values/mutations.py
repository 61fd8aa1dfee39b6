"""Statements that change a dict, list or `Date` after it was made and bound to a variable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Literal as OneOf
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from lk_audit.syntax import Argument, Assign, Call, Expr, Index, Literal, Member, Name, Node
from lk_audit.values import moments
from lk_audit.values.arithmetic import binary
from lk_audit.values.flow import Definition
from lk_audit.values.invocation import Invocation
from lk_audit.values.model import Clock, Listed, Mapped, Moment, Number, Possible, Text, Value
from lk_audit.values.model import Member as Entry
from lk_audit.values.names import Names
from lk_audit.values.possible import unknown
from lk_audit.values.records import Part, RecordBuilder, appended, is_deletion, key_name, member_of

Kind: TypeAlias = OneOf["set", "put", "merge", "remove", "append", "extend", "set field"]
Key: TypeAlias = str | Expr

_METHODS: dict[str, Kind] = {
    "update": "merge",
    "append": "append",
    "push": "append",
    "add": "append",
    "extend": "extend",
    "insert": "extend",
    "unshift": "extend",
    "setdefault": "set",
    "pop": "remove",
    "put": "put",
    "Add": "put",
    "addProperty": "put",
    "putAll": "merge",
    "addAll": "extend",
}
_MOST_MUTATIONS = 60
_PAIR = 2


class Mutation(Struct, frozen=True, eq=False):
    """One change: `keys` lead from the variable `root` to what changes; `arguments` are what it is changed with."""

    kind: Kind
    root: Name
    keys: tuple[Key, ...]
    node: Node
    arguments: tuple[Argument, ...] = ()
    value: Expr | None = None
    operator: str = ""


class Mutations:
    """The changes of every variable of a module."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._of_variables: dict[tuple[Node, str], tuple[Mutation, ...]] = {}
        self._of_definitions: dict[Definition, tuple[Mutation, ...]] = {}

    def of(self, definition: Definition) -> tuple[Mutation, ...]:
        """The changes to what a definition gives its name, wherever they are."""
        known = self._of_definitions.get(definition)
        if known is None:
            changes = self._of_variable(definition.scope, definition.name)
            found = (item for item in changes if definition in self._names.definitions(item.root))
            known = self._of_definitions[definition] = tuple(islice(found, _MOST_MUTATIONS))
        return known

    def before(self, definition: Definition, use: Name) -> list[tuple[Mutation, bool]]:
        """The changes between a definition and a use of it, in source order, each with whether it surely happened."""
        return [(item, self._is_certain(item, use)) for item in self.of(definition) if self._happens_before(item, use)]

    def _of_variable(self, scope: Node, name: str) -> tuple[Mutation, ...]:
        known = self._of_variables.get((scope, name))
        if known is None:
            mentions = self._names.uses(scope, name)
            found = (item for use in mentions if (item := _mutation(self._names, use)) is not None)
            known = self._of_variables[scope, name] = tuple(found)
        return known

    def _happens_before(self, mutation: Mutation, use: Name) -> bool:
        names = self._names
        if names.flow.excludes(mutation.node, use):
            return False
        same_function = names.enclosing_function(mutation.node) is names.enclosing_function(use)
        return mutation.node.end <= use.start if same_function else not _holds(mutation.node, use)

    def _is_certain(self, mutation: Mutation, use: Name) -> bool:
        flow = self._names.flow
        return flow.implied(flow.path(mutation.node), flow.path(use))


def _holds(outer: Node, inner: Node) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _mutation(names: Names, use: Name) -> Mutation | None:
    """The change that `use` is the root of, if it is one."""
    keys: list[Key] = []
    node: Node = use
    while (holder := names.parent(node)) is not None:
        if isinstance(holder, Member) and holder.object is node:
            keys.append(holder.name)
        elif isinstance(holder, Index) and holder.object is node:
            keys.append(holder.key)
        else:
            return _made_by(names, use, node, holder, keys)
        node = holder
    return None


def _made_by(names: Names, use: Name, node: Node, holder: Node, keys: list[Key]) -> Mutation | None:
    match holder:
        case Assign(target=target) if target is node and keys:
            return Mutation("set", use, tuple(keys), holder, value=holder.value, operator=holder.operator)
        case Call(callee=callee) if callee is node and keys:
            return _by_method(use, keys, holder)
        case Argument():
            call = names.parent(holder)
            if (
                isinstance(call, Call)
                and call.arguments[0] is holder
                and names.qualified(call.callee) == "Object.assign"
            ):
                return Mutation("merge", use, tuple(keys), call, call.arguments[1:])
            return None
        case _ if keys and isinstance(holder, Expr) and is_deletion(holder):
            return Mutation("remove", use, tuple(keys), holder)
        case _:
            return None


def _key_of(mutation: Mutation) -> Expr:
    last = mutation.keys[-1]
    return mutation.root if isinstance(last, str) else last


def _by_method(use: Name, keys: list[Key], call: Call) -> Mutation | None:  # noqa: PLR0911 - one per kind
    name = keys.pop()
    if not isinstance(name, str):
        return None
    kind = _METHODS.get(name)
    if kind == "put" and len(call.arguments) != _PAIR:
        return None
    if kind in {"set", "put", "remove"}:
        if not call.arguments:
            return None
        value = call.arguments[1].value if len(call.arguments) > 1 else None
        return Mutation(kind, use, (*keys, call.arguments[0].value), call, value=value)
    if kind is not None:
        return Mutation(kind, use, tuple(keys), call, call.arguments)
    if name.startswith("set") and len(call.arguments) == 1:
        return Mutation("set field", use, (*keys, name), call, value=call.arguments[0].value)
    return None


def _inner_struct(mutation: Mutation) -> Entry | None:
    """The struct inside a struct that nothing has been put into before: Go's `settings.LiveKit.TTL = ttl`."""
    if not isinstance(mutation.node, Assign):
        return None
    record = Mapped(origin=mutation.node.target, members={}, open=True)
    return Entry(values=(record,), key=mutation.node.target)


class Mutator(Struct, frozen=True, eq=False):
    """Applies changes to values; `evaluate` gives the values of an expression where the change stands.

    `has_structs`: records may be structs, whose fields are there before anything is put into them.
    """

    evaluate: Callable[[Expr], Possible]
    part: Part
    python: bool
    has_structs: bool = False

    def apply(self, value: Value, mutation: Mutation, *, certain: bool) -> Possible:
        """`value` after the change."""
        if not isinstance(value, Mapped | Listed | Moment):
            return (value,)
        return self._changed_at(value, mutation.keys, mutation, certain)

    def _changed_at(self, value: Value, keys: Sequence[Key], mutation: Mutation, certain: bool) -> Possible:
        deep = len(keys) > (0 if mutation.kind in {"merge", "append", "extend"} else 1)
        if not deep:
            return (self._changed(value, keys, mutation, certain),)
        if not isinstance(value, Mapped):
            return (value,)
        names = [key_name(item) for item in self._key(keys[0])]
        if len(names) != 1 or names[0] is None:
            return (value,)
        member = value.members.get(names[0])
        if member is None and self.has_structs:
            member = _inner_struct(mutation)
        if member is None:
            return (value,)
        inner = tuple(new for old in member.values for new in self._changed_at(old, keys[1:], mutation, certain))
        return (replace(value, members={**value.members, names[0]: replace(member, values=inner)}),)

    def _key(self, key: Key) -> Possible:
        if isinstance(key, str):
            origin = Literal(0, 0, key)
            return (Text(origin=origin, text=key),)
        return self.evaluate(key)

    def _changed(self, value: Value, keys: Sequence[Key], mutation: Mutation, certain: bool) -> Value:
        match value:
            case Mapped():
                return self._changed_record(value, keys, mutation, certain)
            case Listed() if mutation.kind == "append":
                return appended(value, [self.evaluate(item.value) for item in mutation.arguments], certain=certain)
            case Listed():
                return replace(value, open=True)
            # A calendar moves by so many of a field; elsewhere `add` gives another point in time.
            case Moment() if isinstance(mutation.node, Call) and len(mutation.arguments) == _PAIR and not self.python:
                from lk_audit.values.jvm import calendar_moved  # noqa: PLC0415 - Java and Kotlin only

                call = Invocation(mutation.node, self.evaluate, python=False)
                return (calendar_moved(value, call) if certain else None) or unknown(value.origin)
            case Moment() if mutation.kind == "set field" and value.clock is Clock.OBJECT and not self.python:
                return self._moved(value, keys, mutation, certain)
            case _:
                return value

    def _changed_record(self, value: Mapped, keys: Sequence[Key], mutation: Mutation, certain: bool) -> Mapped:
        builder = RecordBuilder.of(value, self.part, python=self.python)
        match mutation.kind:
            case "set" if isinstance(mutation.node, Assign):
                builder.put(
                    self._key(keys[0]), self._assigned(value, keys[0], mutation), mutation.node.target, certain=certain
                )
            case "set" if not any(key_name(item) in value.members for item in self._key(keys[0])):
                new = self.evaluate(mutation.value) if mutation.value is not None else ()
                builder.put(self._key(keys[0]), new, mutation.root, certain=certain)
            case "put":
                new = self.evaluate(mutation.value) if mutation.value is not None else ()
                builder.put(self._key(keys[0]), new, _key_of(mutation), certain=certain)
            case "remove":
                builder.remove(self._key(keys[0]), certain=certain)
            case "merge":
                self._merge(builder, mutation, certain)
            case _:
                pass
        return replace(builder.build(), trace=value.trace)

    def _assigned(self, value: Mapped, key: Key, mutation: Mutation) -> Possible:
        new = self.evaluate(mutation.value) if mutation.value is not None else ()
        names = [key_name(item) for item in self._key(key)]
        if not mutation.operator or len(names) != 1 or names[0] is None or mutation.value is None:
            return new
        old = member_of(value, names[0], mutation.value, self.part)
        return binary(mutation.operator, old, new, mutation.value, python=self.python)

    def _merge(self, builder: RecordBuilder, mutation: Mutation, certain: bool) -> None:
        for item in mutation.arguments:
            values = self.evaluate(item.value)
            if item.name is None:
                builder.spread(values, certain=certain)
            else:
                builder.put((Text(origin=item.value, text=item.name),), values, item.value, certain=certain)

    def _moved(self, value: Moment, keys: Sequence[Key], mutation: Mutation, certain: bool) -> Value:
        """A `Date` whose field is set to what it was and something more."""
        method, new = keys[-1], mutation.value
        if not isinstance(method, str) or new is None or not certain:
            return unknown(value.origin)
        moved = moments.set_field(value, method, lambda getter: self._added(new, getter), new)
        return moved[0] if moved is not None and len(moved) == 1 else unknown(value.origin)

    def _added(self, expr: Expr, getter: str) -> Possible:
        """N in `date.getter() + n`."""
        left, right, sign = getattr(expr, "left", None), getattr(expr, "right", None), getattr(expr, "operator", "")
        callee = left.callee if isinstance(left, Call) else None
        if not isinstance(callee, Member) or callee.name != getter or right is None or sign not in {"+", "-"}:
            return (unknown(expr),)
        zero = (Number(origin=expr, number=0.0),)
        return binary(sign, zero, self.evaluate(right), expr, python=self.python)
