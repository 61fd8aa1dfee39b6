"""The scopes of one module and what is defined in them, collected in one walk over its tree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from operator import attrgetter
from typing import TypeAlias, TypeGuard, TypeVar, cast

from lk_audit.languages import traits
from lk_audit.syntax import (
    Argument,
    Assign,
    Binary,
    Call,
    Class,
    Comprehension,
    Define,
    DefineClass,
    Element,
    Entry,
    Export,
    Expr,
    Function,
    If,
    Import,
    Index,
    Literal,
    Member,
    Module,
    Name,
    Node,
    Parameter,
    Record,
    Return,
    Template,
    Unary,
    children,
    walk,
)
from lk_audit.syntax import (
    Sequence as Items,
)
from lk_audit.values.flow import Definition

N = TypeVar("N", bound=Node)
Scope: TypeAlias = Module | Function | Class | Comprehension
_SCOPES = frozenset({Module, Function, Class, Comprehension})

BEFORE_ALL = -1
"""The effect of what is hoisted: JavaScript's imports and functions."""

GO_FILLERS = frozenset(
    {"Bind", "BindJSON", "BindQuery", "BindUri", "MustBindWith", "ShouldBind", "ShouldBindJSON", "ShouldBindQuery"}
    | {"ShouldBindUri", "ShouldBindWith", "BodyParser", "QueryParser", "ParamsParser", "ReadJSON", "ReadForm"}
    | {"Decode", "DecodeJSON", "Unmarshal", "UnmarshalWithDefaults", "ReadEntity", "BindBody"}
)
"""Go methods that fill what their last argument points to, by convention: gin, echo, fiber, `encoding/json` ..."""
_EFFECT = attrgetter("effect")
_START = attrgetter("start")
_DEEP = 300
_MOST_STEPS = 2_000_000
_ASKED = (
    *(Assign, Binary, Call, Class, Element, Entry, Export, Function, If, Import, Index, Literal, Member, Name, Record),
    *(Return, Items, Template, Unary),
)
"""The syntax types that somebody asks for all nodes of."""


class Scopes:
    """Tables over the nodes of a module; `names.Names` answers questions with them.

    Of most modules only few are asked for, so those that nothing else is made of come with the first question.
    """

    def __init__(self, module: Module) -> None:
        self.module = module
        self.traits = traits(module.language)
        self.is_go = module.language == "go"
        self.definitions: defaultdict[tuple[Node, str], list[Definition]] = defaultdict(list)
        self.attributes: defaultdict[tuple[Class, str], list[Definition]] = defaultdict(list)
        self.stars: list[Import] = []
        self.parents: dict[Node, Node] = {}
        self._sorted: dict[type[Node], tuple[Node, ...]] = {}
        self._found: dict[type[Node], list[Node]] = {kind: [] for kind in _ASKED}
        self.is_too_deep = self._walk()
        if not self.is_too_deep:
            self._index()

    def nodes(self, kind: type[N]) -> tuple[N, ...]:
        """All nodes of one syntax type, in source order."""
        known = self._sorted.get(kind)
        if known is None:
            if kind in _ASKED:
                found = self._found.pop(kind)
            else:
                found = [node for node in dict.fromkeys(walk(self.module)) if type(node) is kind]
            known = self._sorted[kind] = tuple(sorted(found, key=_START))
        return cast("tuple[N, ...]", known)

    @cached_property
    def uses(self) -> dict[str, list[Name]]:
        """All mentions, by name."""
        return _grouped((name.id, name) for name in self.nodes(Name))

    @cached_property
    def members(self) -> dict[str, list[Member]]:
        """All accesses `x.name`, by name."""
        return _grouped((member.name, member) for member in self.nodes(Member))

    @cached_property
    def calls(self) -> dict[str, list[Call]]:
        """All calls, by the last name of what is called."""
        called = ((call.callee, call) for call in self.nodes(Call))
        return _grouped(
            (callee.id if isinstance(callee, Name) else callee.name, call)
            for callee, call in called
            if isinstance(callee, Name | Member)
        )

    @cached_property
    def functions(self) -> dict[str, list[Function]]:
        """All functions, by the name that they are called by."""
        return _grouped((self.name_of(function), function) for function in self.nodes(Function))

    @cached_property
    def returns(self) -> dict[Function, list[Return]]:
        """All `return` statements, by the function that they are in."""
        within = ((self.enclosing(item, Function), item) for item in self.nodes(Return))
        return _grouped((function, item) for function, item in within if function is not None)

    @cached_property
    def assigned(self) -> dict[str, list[Definition]]:
        """What variables are assigned, by name, whatever scope they are in."""
        kept = {item.node: item for known in self.definitions.values() for item in known}
        found = (kept.get(assign) for assign in self._assigns())
        return _grouped((item.name, item) for item in found if item is not None)

    def ancestors(self, node: Node) -> Iterator[Node]:
        """The nodes around `node`, innermost first."""
        above = self.parents.get
        parent = above(node)
        while parent is not None:
            yield parent
            parent = above(parent)

    def enclosing(self, node: Node, kind: type[N]) -> N | None:
        """The nearest ancestor of that syntax type."""
        above = self.parents.get
        parent = above(node)
        while parent is not None and not isinstance(parent, kind):
            parent = above(parent)
        return parent

    def around(self, node: Node) -> Iterator[Scope]:
        """The scopes that a name at `node` is looked up in, innermost first.

        The names of a Python class body are visible in that body only, those of a JavaScript one nowhere.
        """
        child, innermost, above = node, True, self.parents.get
        parent = above(node)
        while parent is not None:
            if type(parent) in _SCOPES and self._holds_names(parent, child, innermost=innermost):
                innermost = False
                yield parent
            child, parent = parent, above(parent)

    def declares(self, scope: Scope, name: Name) -> bool:
        """Whether `name` can be a variable of a scope around it.

        No parameter says what its own type is: `constructor(private Tokens: Tokens)`.
        """
        return (scope, name.id) in self.definitions and not (isinstance(scope, Function) and self._is_type(scope, name))

    def _is_type(self, function: Function, name: Name) -> bool:
        """Whether a name belongs to what is written about the type of a parameter."""
        child: Node = name
        for parent in self.ancestors(name) if name.end <= function.body.start else ():
            if parent is function or isinstance(parent, Parameter):
                return isinstance(parent, Parameter) and child is parent.annotation
            child = parent
        return False

    def owner(self, function: Function) -> Class | None:
        """The class whose method `function` is."""
        holder = self.parents.get(function)
        return self.class_of(holder) if isinstance(holder, Define | Assign) else None

    def class_of(self, statement: Node) -> Class | None:
        """The class whose body holds a statement directly."""
        block = self.parents.get(statement)
        above = self.parents.get(block) if block is not None else None
        return above if isinstance(above, Class) and above.body is block else None

    def self_class(self, name: Name) -> Class | None:
        """The class whose instance (or, for `cls`, whose self) `name` is."""
        names_receiver = self.traits.names_receiver
        if not names_receiver and name.id != "this":
            return None
        for function in self.ancestors(name):
            owner = self.owner(function) if isinstance(function, Function) else None
            if owner is not None and isinstance(function, Function):
                first = function.parameters[0].name if function.parameters else ""
                return owner if not names_receiver or name.id == first else None
        return self.enclosing(name, Class) if name.id == "this" else None

    def name_of(self, function: Function) -> str:
        """The name a function is called by: its own, that of the variable it is assigned to, its key in a record."""
        match self.parents.get(function):
            case Assign(target=Name(id=name)):
                return name
            case Entry(key=Literal(value=str(name))) if not function.name:
                return name
            case _:
                return function.name

    def _walk(self) -> bool:
        """Collect the nodes; tells whether most lie so deep that looking around each takes the square of their number.

        No code by people does: the depth of a whole file is the average of its nodes, and that is about ten.
        """
        parents, found = self.parents, self._found
        stack: list[Node] = [self.module]
        depths, steps = [0], 0
        while stack:
            node, depth = stack.pop(), depths.pop()
            steps += depth
            alike = found.get(type(node))
            if alike is not None:
                alike.append(node)
            inner: list[Node] = []
            for child in children(node):
                if child in parents:
                    continue
                parents[child] = node
                kind = type(child)
                if kind is Name or kind is Literal:  # more than half of all, and they hold nothing
                    found[kind].append(child)
                    steps += depth + 1
                else:
                    inner.append(child)
            if inner:
                inner.reverse()
                stack += inner
                depths += [depth + 1] * len(inner)
        return steps > max(_MOST_STEPS, _DEEP * len(parents))

    def _index(self) -> None:
        self._index_definitions()
        for known in (*self.definitions.values(), *self.attributes.values()):
            if len(known) > 1:
                known.sort(key=_EFFECT)

    @cached_property
    def _class_names(self) -> frozenset[str]:
        return frozenset(kind.name for kind in self.nodes(Class))

    @cached_property
    def subclasses(self) -> dict[str, tuple[Class, ...]]:
        """The classes that name a base class so."""
        found = _grouped((base.id, kind) for kind in self.nodes(Class) for base in kind.bases if isinstance(base, Name))
        return {name: tuple(kinds) for name, kinds in found.items()}

    def _index_definitions(self) -> None:
        for assign in self._assigns():
            self._index_assign(assign)
        for function in self.nodes(Function):
            self._index_function(function)
        for kind in self.nodes(Class):
            self._index_class(kind)
        for statement in self.nodes(Import):
            self._index_import(statement)
        for address in self.nodes(Unary) if self.is_go else ():
            self._index_address(address)
        for call in self.nodes(Call) if self.is_go else ():
            self._index_filled(call)

    def _assigns(self) -> Sequence[Assign]:
        """All assignments, those that declare something first."""
        assigns = self.nodes(Assign)
        return sorted(assigns, key=lambda item: not item.declares) if self.traits.declares else assigns

    def _index_assign(self, assign: Assign) -> None:
        target = assign.target
        if isinstance(target, Member) and isinstance(target.object, Name):
            instance_of = self.self_class(target.object) or self._named_around(assign, target.object.id)
            if instance_of is not None:
                self.attributes[instance_of, target.name].append(self._assignment(assign, target.name, instance_of))
        if not isinstance(target, Name):
            return
        owner = self.class_of(assign)
        if owner is not None:
            self.attributes[owner, target.id].append(self._assignment(assign, target.id, owner))
        if owner is None or self.traits.shows_members:
            scope = (
                self._declaring(target.id, assign)
                if self.traits.declares and not assign.declares
                else self._scope(assign)
            )
            self.definitions[scope, target.id].append(self._assignment(assign, target.id, scope))

    def _named_around(self, node: Node, name: str) -> Class | None:
        """The class around `node`, if that is its name: `Rooms.instance = new Rooms()` in a method of `Rooms`."""
        around = self.enclosing(node, Class) if name in self._class_names else None
        return around if around is not None and around.name == name else None

    def _assignment(self, assign: Assign, name: str, scope: Scope) -> Definition:
        return Definition("assign", name, assign, scope, assign.end, assign.value, assign.operator)

    def _declaring(self, name: str, node: Node) -> Scope:
        """The scope that a variable was declared in; that of `node` when nothing here declares it."""
        return next((scope for scope in self.around(node) if (scope, name) in self.definitions), self._scope(node))

    def _index_filled(self, call: Call) -> None:
        """`bind(value)`, where the call fills what `value` points to: by what it is called, or what it is given.

        A struct without a field is given to somebody only to be filled: `room := &Room{}; scan(row, room)`.
        """
        if call.is_new:
            return
        named = isinstance(call.callee, Member) and call.callee.name in GO_FILLERS
        for item in call.arguments:
            name = item.value
            if isinstance(name, Name) and ((named and item is call.arguments[-1]) or name.id in self._empty_structs):
                scope = self._declaring(name.id, call)
                self.definitions[scope, name.id].append(Definition("filled", name.id, call, scope, call.end, call))

    @cached_property
    def _empty_structs(self) -> frozenset[str]:
        """The variables of Go that are declared as structs of which no field is set: `&Room{}`, `new(Room)`."""
        declared = (item.target for item in self.nodes(Assign) if _is_empty_struct(item.value))
        return frozenset(target.id for target in declared if isinstance(target, Name))

    def _index_address(self, address: Unary) -> None:
        """`decode(&value)`, `row.Scan(&value.id)`: the call may change the variable."""
        argument, name = self.parents.get(address), address.operand
        while isinstance(name, Member):
            name = name.object
        call = self.parents.get(argument) if isinstance(argument, Argument) else None
        if address.operator == "&" and isinstance(name, Name) and isinstance(call, Call) and not call.is_new:
            scope = self._declaring(name.id, call)
            self.definitions[scope, name.id].append(Definition("filled", name.id, call, scope, call.end, call))

    def _index_function(self, function: Function) -> None:
        for parameter in function.parameters:
            item = Definition("parameter", parameter.name, parameter, function, function.start, parameter.default)
            self.definitions[function, parameter.name].append(item)
        is_defined = isinstance(self.parents.get(function), Define)
        owner = self.owner(function)
        if owner is not None and is_defined:
            method = Definition("function", function.name, function, owner, function.start)
            self.attributes[owner, function.name].append(method)
        if function.name and is_defined and (owner is None or self.traits.shows_members):
            scope = self._scope(function)
            effect = function.start if not self.traits.hoists else BEFORE_ALL
            self.definitions[scope, function.name].append(
                Definition("function", function.name, function, scope, effect)
            )
        elif function.name and not is_defined and (function, function.name) not in self.definitions:
            itself = Definition("function", function.name, function, function, BEFORE_ALL)
            self.definitions[function, function.name].append(itself)

    def _index_class(self, kind: Class) -> None:
        if isinstance(self.parents.get(kind), DefineClass):
            scope = self._scope(kind)
            # A package of Go declares its types in any order.
            effect = BEFORE_ALL if self.is_go else kind.start
            self.definitions[scope, kind.name].append(Definition("class", kind.name, kind, scope, effect))
            owner = self.class_of(self.parents[kind])
            if owner is not None:
                inner = Definition("class", kind.name, kind, owner, kind.start)
                self.attributes[owner, kind.name].append(inner)

    def _index_import(self, statement: Import) -> None:
        scope = self._scope(statement)
        effect = statement.end if not self.traits.hoists else BEFORE_ALL
        for item in statement.names:
            if item.member == "*":
                self.stars.append(statement)
            else:
                known = Definition("import", item.local, item, scope, effect, statement=statement)
                self.definitions[scope, item.local].append(known)

    def _scope(self, node: Node) -> Scope:
        return next(self.around(node), self.module)

    def _holds_names(self, parent: Node, child: Node, *, innermost: bool) -> TypeGuard[Scope]:
        """Whether `parent` is a scope for what is inside `child` of it.

        A default value is evaluated outside a Python function, but inside a JavaScript one.
        """
        match parent:
            case Function():
                return child is parent.body or (isinstance(child, Parameter) and not self.traits.shows_members)
            case Class():
                return innermost and self.traits.shows_members and child is parent.body
            case _:
                return isinstance(parent, Module | Comprehension)


def _is_empty_struct(value: Expr | None) -> bool:
    return isinstance(value, Call) and value.is_new and not value.arguments


K = TypeVar("K")
V = TypeVar("V")


def _grouped(items: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    """What there is under each key, in the order of the items."""
    found: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in items:
        found[key].append(value)
    return dict(found)
