"""What happens to an object after its construction: builder chains, setters, assigned attributes."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from lk_audit.patterns import regex
from lk_audit.syntax import (
    Argument,
    Assign,
    Await,
    Binary,
    Call,
    Class,
    Conditional,
    Expr,
    Function,
    Index,
    Literal,
    Member,
    Name,
    Node,
    Parameter,
    Record,
    Return,
    Unary,
)
from lk_audit.values.callgraph import depending, last_name
from lk_audit.values.flow import Path
from lk_audit.values.names import Definition, Names, Scope

_MOST_EXPRESSIONS = 400
CONVERSION = regex(r"[tT]o(?:_|[A-Z])")
"""By convention, `to_x()`, `toX()` and `ToX()` give something else than the object itself."""


class Event(Struct, frozen=True):
    """One thing done to the object.

    `path` is what it is done to, from the object: ("addGrant",), ("ttl",), ("claims", "video"). A method call has
    `arguments`, an attribute assignment `value`; `node` is the call or the assignment. `certain` is False when it is in
    a branch that the construction does not imply.
    """

    path: tuple[str, ...]
    arguments: tuple[Argument, ...] | None
    value: Expr | None
    node: Node
    certain: bool


def made_by_base(call: Call) -> bool:
    """Whether a call makes the object that its method is of: `super(...)`, `super().__init__(...)`."""
    match call.callee:
        case Name(id="super") | Member(object=Call(callee=Name(id="super")), name="__init__"):
            return True
        case _:
            return False


def history(names: Names, origin: Call) -> tuple[Event, ...]:
    """Everything done to the object that `origin` constructs, as far as this file shows, in source order."""
    return _Tracker(names, origin).events()


class _Alias(Struct, frozen=True, eq=False):
    """An expression that is the object. `path` are the branches that are taken whenever it is evaluated."""

    node: Node
    path: Path
    certain: bool = True
    depth: int = 0


class _Tracker:
    """Follows one object from expression to expression that it is the value of."""

    def __init__(self, names: Names, origin: Call) -> None:
        self._names = names
        self._made = last_name(origin.callee)
        self._found: dict[Node, Event] = {}
        self._seen: set[Node] = {origin}
        self._pending = [_Alias(origin, names.flow.path(origin))]
        owner = names.enclosing(origin, Class) if made_by_base(origin) else None
        if owner is not None:
            self._pending += [_Alias(use, names.flow.path(use)) for use in self._receivers(owner)]

    def events(self) -> tuple[Event, ...]:
        while self._pending and len(self._seen) < _MOST_EXPRESSIONS:
            self._follow(self._pending.pop())
        return tuple(sorted(self._found.values(), key=_place))

    def _receivers(self, owner: Class, function: Function | None = None) -> Iterator[Name]:
        """The mentions of the object in the methods of its class, or in one of them."""
        for word in ("self", "this"):
            for use in self._names.mentions(word):
                if self._names.self_class(use) is owner and function in {None, self._names.enclosing_function(use)}:
                    yield use

    def _follow(self, alias: _Alias) -> None:
        """Look at what is done with one mention of the object."""
        holder = self._names.parent(alias.node)
        match holder:
            case Await() | Conditional() | Binary() | Unary(operator="&"):
                self._same(holder, alias)
            case Member(object=base) | Index(object=base) if base is alias.node:
                self._use(holder, alias)
            case Assign(value=value) if value is alias.node:
                self._bound(holder, alias)
                self._same(holder, alias)
            case Argument():
                self._passed(holder, alias)
            case Return():
                self._returned(holder, alias)
            case _:
                pass

    def _same(self, holder: Node, alias: _Alias) -> None:
        """`holder` has the object as its value, if a condition does not choose another."""
        if isinstance(holder, Conditional) and holder.test is alias.node:
            return
        if isinstance(holder, Binary) and holder.operator not in {"or", "and", "??"}:
            return
        self._add(holder, alias)

    def _add(
        self, node: Node, alias: _Alias, *, path: Path | None = None, certain: bool = True, depth: int = 0
    ) -> None:
        if node not in self._seen:
            self._seen.add(node)
            path = alias.path if path is None else path
            self._pending.append(_Alias(node, path, alias.certain and certain, alias.depth + depth))

    def _use(self, access: Member | Index, alias: _Alias) -> None:
        """`object.name(...)`, `object.name = ...`, `object.a.b = ...`."""
        path: list[str] = []
        node: Node = access
        while True:
            step = _step(node)
            if step is None:
                return
            path.append(step)
            holder = self._names.parent(node)
            if not (isinstance(holder, Member | Index) and holder.object is node):
                break
            node = holder
        if isinstance(holder, Call) and holder.callee is node:
            self._record(alias, tuple(path), holder, holder.arguments, None)
            if path == ["tap"]:
                self._tapped(holder, alias)
            if len(path) == 1:
                self._extended(holder, path[0], alias)
            if len(path) == 1 and not CONVERSION.match(path[0]):
                self._add(holder, alias)
        elif isinstance(holder, Assign) and holder.target is node:
            self._record(alias, tuple(path), holder, None, holder.value)

    def _tapped(self, call: Call, alias: _Alias) -> None:
        """Ruby's `object.tap do |it| ... end` hands the object to a block and gives it back."""
        function = call.arguments[-1].value if call.arguments else None
        if isinstance(function, Function) and len(function.parameters) == 1:
            self._handed(function, function.parameters[0], call, alias)

    def _extended(self, call: Call, name: str, alias: _Alias) -> None:
        """An extension method of C#: a function that takes the object's class as what it is called on."""
        for function in self._names.functions_named(name) if alias.depth == 0 else ():
            first = function.parameters[0] if function.parameters else None
            owner = self._names.owner(function)
            if owner is not None and owner.name == self._made:
                # A method that a class of the project's own adds to what it inherits.
                for use in self._receivers(owner, function):
                    self._add(use, alias, path=self._names.flow.path(use), depth=1)
            if first is None or first.kind != "receiver" or first.annotation is None:
                continue
            if last_name(first.annotation) == self._made:
                self._handed(function, first, call, alias)

    def _record(
        self,
        alias: _Alias,
        path: tuple[str, ...],
        node: Node,
        arguments: tuple[Argument, ...] | None,
        value: Expr | None,
    ) -> None:
        flow = self._names.flow
        certain = alias.certain and flow.implied(flow.path(node), alias.path)
        earlier = self._found.get(node)
        if earlier is None or (certain and not earlier.certain):
            self._found[node] = Event(path, arguments, value, node, certain)

    def _bound(self, assign: Assign, alias: _Alias) -> None:
        """The object gets a name: look at all that the name then stands for."""
        target = assign.target
        if isinstance(target, Name):
            scope = self._names.binding_scope(target)
            if scope is not None:
                self._mentions(scope, target.id, assign, alias)
            owner = self._names.class_of_field(assign)
            if owner is not None:
                self._field(owner, target.id, alias)
        elif isinstance(target, Member) and isinstance(target.object, Name):
            self._attribute(target, target.object, assign, alias)

    def _field(self, owner: Class, name: str, alias: _Alias) -> None:
        """A field of a class body: look at `this.name` and `self.name` in its methods."""
        for mention in self._names.members_named(name):
            if isinstance(mention.object, Name) and self._names.self_class(mention.object) is owner:
                self._add(mention, alias)

    def _mentions(self, scope: Scope, name: str, bound_at: Node, alias: _Alias) -> None:
        for use in self._names.uses(scope, name):
            if any(item.node is bound_at for item in self._names.definitions(use)):
                self._add(use, alias)

    def _attribute(self, target: Member, base: Name, assign: Assign, alias: _Alias) -> None:
        """`self.token = ...`, `state.token = ...`: other mentions of the same attribute of the same name."""
        owner = self._names.self_class(base)
        for mention in self._names.members_named(target.name):
            if isinstance(mention.object, Name) and self._is_same_base(mention.object, base, owner):
                later = mention.start >= assign.end or not self._same_function(mention, assign)
                if later and not self._rebound(target, mention, assign, owner):
                    self._add(mention, alias)

    def _is_same_base(self, one: Name, other: Name, owner: Class | None) -> bool:
        if owner is not None:
            return self._names.self_class(one) is owner
        scope = self._names.binding_scope(other)
        return one.id == other.id and scope is not None and self._names.binding_scope(one) is scope

    def _same_function(self, one: Node, other: Node) -> bool:
        return self._names.enclosing_function(one) is self._names.enclosing_function(other)

    def _rebound(self, target: Member, mention: Member, assign: Assign, owner: Class | None) -> bool:
        """Whether another assignment to the attribute stands surely between the two."""
        if owner is None or not self._same_function(mention, assign):
            return False
        between = (
            item
            for item in self._names.attributes(owner, target.name)
            if assign.end <= item.node.start
            and item.node.end <= mention.start
            and self._same_function(item.node, mention)
        )
        flow = self._names.flow
        return any(flow.implied(flow.path(item.node), flow.path(mention)) for item in between)

    def _passed(self, argument: Argument, alias: _Alias) -> None:
        """The object is an argument: of `Object.assign`, `setattr`, or of a function of this file (one level)."""
        call = self._names.parent(argument)
        if not isinstance(call, Call):
            return
        if isinstance(call.callee, Function) and _gives_back(call.callee):
            self._add(call, alias)
        if self._names.traits.passes_objects and call.arguments[0] is argument:
            self._handed_on(call, alias)
        name = self._names.qualified(call.callee)
        if name in {"Object.assign", "setattr"} and call.arguments[0] is argument:
            self._set_by(call, alias)
            if name == "Object.assign":
                self._add(call, alias)
        elif alias.depth == 0:
            for function in self._functions(call):
                self._parameter(function, call, argument, alias)

    def _handed_on(self, call: Call, alias: _Alias) -> None:
        """`Token.with_ttl(token, 60)`: a function of a module is what methods are elsewhere, and gives the object."""
        if isinstance(call.callee, Member):
            self._record(alias, (call.callee.name,), call, call.arguments, None)
        last = call.callee.name if isinstance(call.callee, Member) else ""
        if not CONVERSION.match(last):
            self._add(call, alias)

    def _set_by(self, call: Call, alias: _Alias) -> None:
        """`Object.assign(object, {ttl: 1})` and `setattr(object, "ttl", 1)` assign attributes."""
        rest = [item.value for item in call.arguments[1:]]
        match rest:
            case [Literal(value=str(key)), value]:
                self._record(alias, (key,), call, None, value)
            case [Record(entries=entries)]:
                for entry in entries:
                    if isinstance(entry.key, Literal) and isinstance(entry.key.value, str):
                        self._record_entry(alias, entry.key.value, entry, entry.value, call)
            case _:
                pass

    def _record_entry(self, alias: _Alias, key: str, entry: Node, value: Expr, call: Call) -> None:
        flow = self._names.flow
        certain = alias.certain and flow.implied(flow.path(call), alias.path)
        self._found.setdefault(entry, Event((key,), None, value, entry, certain))

    def _functions(self, call: Call) -> Iterator[Function]:
        """The functions of this file that `call` is known to call."""
        callee = call.callee
        if isinstance(callee, Function):
            yield callee
        name = callee.id if isinstance(callee, Name) else callee.name if isinstance(callee, Member) else ""
        for function in self._names.functions_named(name):
            if call in self._names.callers(function):
                yield function

    def _parameter(self, function: Function, call: Call, argument: Argument, alias: _Alias) -> None:
        """Go on with the parameter that takes the argument; sure only if the call is."""
        parameter = self._names.graph.parameter_for(function, call, argument)
        if parameter is not None and parameter.kind == "plain":
            self._handed(function, parameter, call, alias)

    def _handed(self, function: Function, parameter: Parameter, call: Node, alias: _Alias) -> None:
        flow = self._names.flow
        certain = flow.implied(flow.path(call), alias.path)
        inside = flow.path(function.body)
        for use in self._names.uses(function, parameter.name):
            if any(_is_parameter(item, parameter) for item in self._names.definitions(use)):
                self._add(use, alias, path=(*inside, (function, "body")), certain=certain, depth=1)

    def _returned(self, statement: Return, alias: _Alias) -> None:
        """A function makes the object for its callers: go on with their calls, sure if there is only one."""
        function = self._names.enclosing_function(statement)
        if function is None or alias.depth > 1:
            return
        callers = self._names.callers(function)
        for call in callers:
            self._add(call, alias, path=self._names.flow.path(call), certain=len(callers) == 1, depth=1)
        for parameter in depending(self._names, function) if self._names.is_python else ():
            taker = self._names.enclosing_function(parameter)
            if taker is not None:
                self._handed(taker, parameter, statement, alias)


def _place(event: Event) -> tuple[int, int]:
    """Where an event stands: a chain goes by the ends of its calls, `a.x = a.y = v` by its targets."""
    node = event.node
    return node.end, node.target.start if isinstance(node, Assign) else node.start


def _gives_back(function: Function) -> bool:
    """Whether a function returns its parameter in the end, as Kotlin's `apply {}` and `also {}` do."""
    last = function.body.statements[-1] if function.body.statements else None
    first = function.parameters[0].name if function.parameters else None
    return isinstance(last, Return) and isinstance(last.value, Name) and last.value.id == first


def _is_parameter(definition: Definition, parameter: Parameter) -> bool:
    return definition.node is parameter


def _step(node: Node) -> str | None:
    """What one access adds to the path."""
    if isinstance(node, Member):
        return node.name
    if isinstance(node, Index) and isinstance(node.key, Literal) and isinstance(node.key.value, str):
        return node.key.value
    return None
