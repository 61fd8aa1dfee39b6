"""Who is meant by a name in one module: scopes, definitions, imports and what calls what."""

from __future__ import annotations

import builtins
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from lk_audit.syntax import (
    Argument,
    Assign,
    Await,
    Call,
    Class,
    Define,
    DefineClass,
    Element,
    Expr,
    Function,
    Import,
    ImportedName,
    Index,
    Literal,
    Loop,
    Member,
    Module,
    Name,
    Node,
    Opaque,
    Parameter,
    Return,
    children,
)
from lk_audit.values.flow import Definition, Flow
from lk_audit.values.specifiers import normalise

__all__ = ["Definition", "Names", "Origin", "Scope"]

N = TypeVar("N", bound=Node)
Scope: TypeAlias = Module | Function | Class

_MOST_DEFINITIONS = 32
_MOST_USES = 1000
_GLOBAL_OBJECTS = frozenset({"globalThis", "window", "global"})
_INTEROP = frozenset(
    {"_interopRequireDefault", "_interopRequireWildcard", "__importDefault", "__importStar", "__toESM"}
)
_LOADERS = frozenset({"require", "import", "importlib.import_module"})
_SELF = frozenset({"this", "self", "cls", "super"})
_PYTHON_BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something comes from: the module as written (None for a global of the language), and the way from it."""

    module: str | None
    members: tuple[str, ...] = ()

    def part(self, name: str) -> Origin:
        return Origin(self.module, (*self.members, name))


class Names:
    """Everything known about the names of one module."""

    calls: tuple[Call, ...]
    functions: tuple[Function, ...]
    classes: tuple[Class, ...]
    imports: tuple[Import, ...]
    elements: tuple[Element, ...]
    literals: tuple[Literal, ...]
    """The text literals, `str` and `bytes`."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.is_python = module.language == "python"
        self._parents: dict[Node, Node] = {}
        self._found: defaultdict[type, list[Node]] = defaultdict(list)
        self._walk()
        self.flow = Flow(self._parents)
        self.calls = self._sorted(Call)
        self.functions = self._sorted(Function)
        self.classes = self._sorted(Class)
        self.imports = self._sorted(Import)
        self.elements = self._sorted(Element)
        self.literals = tuple(item for item in self._sorted(Literal) if isinstance(item.value, str | bytes))
        self._definitions: defaultdict[tuple[Node, str], list[Definition]] = defaultdict(list)
        self._attributes: defaultdict[tuple[Class, str], list[Definition]] = defaultdict(list)
        self._uses: defaultdict[str, list[Name]] = defaultdict(list)
        self._calls_by_name: defaultdict[str, list[Call]] = defaultdict(list)
        self._returns: defaultdict[Function, list[Return]] = defaultdict(list)
        self._functions_by_name: defaultdict[str, list[Function]] = defaultdict(list)
        self._stars: list[Import] = []
        self._index()
        self._origins: dict[Expr, Origin | None] = {}
        self._callers: dict[Function, tuple[Call, ...]] = {}
        self._variable_uses: dict[tuple[Scope, str], tuple[Name, ...]] = {}

    def parent(self, node: Node) -> Node | None:
        return self._parents.get(node)

    def nodes(self, kind: type[N]) -> tuple[N, ...]:
        """All nodes of exactly this type, in source order."""
        return self._sorted(kind)

    def ancestors(self, node: Node) -> Iterator[Node]:
        """The nodes around `node`, innermost first."""
        parent = self._parents.get(node)
        while parent is not None:
            yield parent
            parent = self._parents.get(parent)

    def enclosing(self, node: Node, kind: type[N]) -> N | None:
        """The nearest ancestor of that syntax type."""
        return next((item for item in self.ancestors(node) if isinstance(item, kind)), None)

    def enclosing_function(self, node: Node) -> Function | None:
        return self.enclosing(node, Function)

    def definitions(self, name: Name) -> tuple[Definition, ...]:
        """The definitions that can reach this use; none for a name that nothing here defines."""
        for index, scope in enumerate(self._scopes(name)):
            known = self._definitions.get((scope, name.id))
            if known is None:
                continue
            found = known[:_MOST_DEFINITIONS] if index else self.flow.reaching(known, name)
            if found:
                return tuple(found)
        return ()

    def binding_scope(self, name: Name) -> Scope | None:
        """The scope whose variable `name` is, or None for a name that nothing here defines."""
        return next((scope for scope in self._scopes(name) if (scope, name.id) in self._definitions), None)

    def uses(self, scope: Scope, name: str) -> tuple[Name, ...]:
        """All mentions of a variable, in source order."""
        known = self._variable_uses.get((scope, name))
        if known is None:
            mentions = self._uses.get(name, [])[:_MOST_USES]
            known = tuple(item for item in mentions if self.binding_scope(item) is scope)
            self._variable_uses[scope, name] = known
        return known

    def mentions(self, name: str) -> tuple[Name, ...]:
        """All mentions of a name, whatever they mean."""
        return tuple(self._uses.get(name, ())[:_MOST_USES])

    def functions_named(self, name: str) -> tuple[Function, ...]:
        """The functions that are called by that name, whatever scope they are in."""
        return tuple(self._functions_by_name.get(name, ()))

    def qualified(self, expr: Expr) -> str | None:
        """The full dotted name of what `expr` names, through imports and aliases; None for anything else.

        A name that nothing defines is a global of the language and keeps its own name ("Date.now", "open").
        """
        origin = self.origin(expr)
        return None if origin is None else self.full_name(origin)

    def full_name(self, origin: Origin) -> str:
        """The dotted name: "livekit.api.AccessToken", "livekit-server-sdk.AccessToken"."""
        members = origin.members
        if origin.module is None:
            if not self.is_python and len(members) > 1 and members[0] in _GLOBAL_OBJECTS:
                members = members[1:]
            return ".".join(members)
        name = origin.module if self.is_python else normalise(origin.module)
        for member in members:
            name = self.join(name, member)
        return name

    def join(self, name: str, member: str) -> str:
        """`name.member`; a JavaScript default export is its module, when something is taken from it."""
        if self.is_python:
            return f"{name}{member}" if name.endswith(".") else f"{name}.{member}"
        return f"{name.removesuffix('.default')}.{member}"

    def origin(self, expr: Expr) -> Origin | None:
        """Where `expr` comes from, when it is a chain of names that starts at an import or a global."""
        if expr in self._origins:
            return self._origins[expr]
        self._origins[expr] = None
        found = self._origins[expr] = self._find_origin(expr)
        return found

    def direct_origin(self, expr: Expr) -> Origin | None:
        """The same, where the name it starts with has just one definition."""
        root = expr
        while isinstance(root, Member | Index):
            root = root.object
        if isinstance(root, Name) and len(self.definitions(root)) > 1:
            return None
        return self.origin(expr)

    def origin_of(self, definition: Definition) -> Origin | None:
        """Where a definition that is an import or an alias takes its value from."""
        if definition.statement is not None and isinstance(definition.node, ImportedName):
            member = definition.node.member
            return Origin(definition.statement.module, () if member is None else (member,))
        if definition.value is None or definition.operator or definition.kind != "assign":
            return None
        return self.origin(definition.value)

    def returns(self, function: Function) -> tuple[Return, ...]:
        """The `return` and `yield` statements of a function itself."""
        return tuple(self._returns.get(function, ()))

    def callers(self, function: Function) -> tuple[Call, ...]:
        """The calls in this module that are known to call exactly this function."""
        known = self._callers.get(function)
        if known is None:
            known = self._callers[function] = self._find_callers(function)
        return known

    def escapes(self, function: Function) -> bool:
        """Whether callers outside this module's own calls are likely: exported, decorated or passed on as a value."""
        if function.decorators:
            return True
        holder = self._parents.get(function)
        if isinstance(holder, Argument | Call):
            return isinstance(holder, Argument)
        name = self.name_of(function)
        return any(self._is_value(use) and self._means(use, function) for use in self._uses.get(name, ())[:_MOST_USES])

    def name_of(self, function: Function) -> str:
        """The name a function is called by: its own or that of the variable it is assigned to."""
        holder = self._parents.get(function)
        if isinstance(holder, Assign) and isinstance(holder.target, Name):
            return holder.target.id
        return function.name

    def owner(self, function: Function) -> Class | None:
        """The class whose method `function` is."""
        holder = self._parents.get(function)
        if not isinstance(holder, Define | Assign):
            return None
        block = self._parents.get(holder)
        above = self._parents.get(block) if block is not None else None
        return above if isinstance(above, Class) and above.body is block else None

    def self_class(self, name: Name) -> Class | None:
        """The class whose instance (or, for `cls`, whose self) `name` is."""
        if not self.is_python and name.id != "this":
            return None
        for function in self.ancestors(name):
            if not isinstance(function, Function):
                continue
            owner = self.owner(function)
            if owner is not None:
                first = function.parameters[0].name if function.parameters else ""
                return owner if not self.is_python or name.id == first else None
        return self.enclosing(name, Class) if name.id == "this" else None

    def attributes(self, owner: Class, name: str) -> tuple[Definition, ...]:
        """What the class body and its methods (through `self` or `this`) give an attribute, in source order."""
        return tuple(self._attributes.get((owner, name), ()))

    def star_imports(self) -> tuple[str, ...]:
        """The modules of `from m import *`, latest first."""
        return tuple(item.module for item in reversed(self._stars))

    def _walk(self) -> None:
        stack: list[Node] = [self.module]
        while stack:
            node = stack.pop()
            self._found[type(node)].append(node)
            # Desugaring shares nodes (`a = b = v`): the first mention is the one that counts.
            below = [child for child in children(node) if child not in self._parents]
            for child in below:
                self._parents[child] = node
            stack.extend(reversed(below))

    def _sorted(self, kind: type[N]) -> tuple[N, ...]:
        found = [item for item in self._found[kind] if isinstance(item, kind)]
        return tuple(sorted(found, key=lambda item: item.start))

    def _index(self) -> None:
        for name in self._sorted(Name):
            self._uses[name.id].append(name)
        for call in self.calls:
            called = call.callee
            if isinstance(called, Name | Member):
                self._calls_by_name[called.id if isinstance(called, Name) else called.name].append(call)
        for assign in self._sorted(Assign):
            self._index_assign(assign)
        for function in self.functions:
            self._index_function(function)
        for kind in self.classes:
            if isinstance(self._parents.get(kind), DefineClass):
                self._define("class", kind.name, kind, kind, kind.start)
        for statement in self.imports:
            self._index_import(statement)
        for item in self._sorted(Return):
            function = self.enclosing_function(item)
            if function is not None:
                self._returns[function].append(item)
        for known in (*self._definitions.values(), *self._attributes.values()):
            known.sort(key=lambda item: item.effect)

    def _index_assign(self, assign: Assign) -> None:
        target = assign.target
        owner = self._class_of_field(assign)
        if owner is not None and isinstance(target, Name):
            self._attributes[owner, target.id].append(self._assignment(assign, target.id, owner))
            if not self.is_python:
                return
        if isinstance(target, Name):
            scope = self._scope(assign)
            self._definitions[scope, target.id].append(self._assignment(assign, target.id, scope))
        elif isinstance(target, Member) and isinstance(target.object, Name):
            instance_of = self.self_class(target.object)
            if instance_of is not None:
                self._attributes[instance_of, target.name].append(self._assignment(assign, target.name, instance_of))

    def _assignment(self, assign: Assign, name: str, scope: Scope) -> Definition:
        is_loop = isinstance(self._parents.get(assign), Loop) and isinstance(assign.value, Opaque)
        kind = "loop" if is_loop else "assign"
        return Definition(kind, name, assign, scope, assign.end, assign.value, assign.operator)

    def _class_of_field(self, assign: Assign) -> Class | None:
        block = self._parents.get(assign)
        above = self._parents.get(block) if block is not None else None
        return above if isinstance(above, Class) and above.body is block else None

    def _index_function(self, function: Function) -> None:
        self._functions_by_name[self.name_of(function)].append(function)
        for parameter in function.parameters:
            item = Definition("parameter", parameter.name, parameter, function, function.start, parameter.default)
            self._definitions[function, parameter.name].append(item)
        owner = self.owner(function)
        if owner is not None and isinstance(self._parents.get(function), Define):
            method = Definition("function", function.name, function, owner, function.start)
            self._attributes[owner, function.name].append(method)
            if not self.is_python:
                return
        if not function.name:
            return
        if isinstance(self._parents.get(function), Define):
            self._define("function", function.name, function, function, function.start)
        elif (function, function.name) not in self._definitions:
            item = Definition("function", function.name, function, function, -1)
            self._definitions[function, function.name].append(item)

    def _define(self, kind: str, name: str, node: Function | Class, at: Node, effect: int) -> None:
        scope = self._scope(at)
        hoisted = kind == "function" and not self.is_python
        item = Definition("function" if kind == "function" else "class", name, node, scope, -1 if hoisted else effect)
        self._definitions[scope, name].append(item)

    def _index_import(self, statement: Import) -> None:
        scope = self._scope(statement)
        for item in statement.names:
            if item.member == "*":
                self._stars.append(statement)
                continue
            effect = statement.end if self.is_python else -1
            known = Definition("import", item.local, item, scope, effect, statement=statement)
            self._definitions[scope, item.local].append(known)

    def _scope(self, node: Node) -> Scope:
        return next(self._scopes(node), self.module)

    def _scopes(self, node: Node) -> Iterator[Scope]:
        """The scopes that a name at `node` is looked up in, innermost first."""
        child, innermost = node, True
        for parent in self.ancestors(node):
            if isinstance(parent, Function) and self._is_inside(child, parent):
                innermost = False
                yield parent
            elif isinstance(parent, Class) and child is parent.body and self.is_python and innermost:
                innermost = False
                yield parent
            elif isinstance(parent, Module):
                yield parent
            child = parent

    def _is_inside(self, child: Node, function: Function) -> bool:
        """A default value is evaluated outside a Python function, but inside a JavaScript one."""
        return child is function.body or (isinstance(child, Parameter) and not self.is_python)

    def _find_origin(self, expr: Expr) -> Origin | None:
        match expr:
            case Name():
                return self._origin_of_name(expr)
            case Member(object=base, name=name):
                origin = self.origin(base)
                return None if origin is None else origin.part(name)
            case Index(object=base, key=Literal(value=str(key))):
                origin = self.origin(base)
                return None if origin is None else origin.part(key)
            case Await(operand=operand):
                return self.origin(operand)
            case Call():
                return self._origin_of_call(expr)
            case _:
                return None

    def _origin_of_name(self, name: Name) -> Origin | None:
        definitions = self.definitions(name)
        for definition in definitions:
            origin = self.origin_of(definition)
            if origin is not None:
                return origin
        if definitions or name.id in _SELF or self.binding_scope(name) is not None:
            return None
        if self._stars and name.id not in _PYTHON_BUILTINS:
            return Origin(self._stars[-1].module, (name.id,))
        return Origin(None, (name.id,))

    def _origin_of_call(self, call: Call) -> Origin | None:
        """`require("m")`, `import("m")`, and what compilers wrap around them."""
        if not isinstance(call.callee, Name | Member) or not call.arguments:
            return None
        first = call.arguments[0].value
        callee = self.qualified(call.callee)
        last = call.callee.id if isinstance(call.callee, Name) else call.callee.name
        if callee in _LOADERS and isinstance(first, Literal) and isinstance(first.value, str):
            return Origin(first.value)
        return self.origin(first) if last in _INTEROP else None

    def _find_callers(self, function: Function) -> tuple[Call, ...]:
        holder = self._parents.get(function)
        if isinstance(holder, Call) and holder.callee is function:
            return (holder,)
        owner = self.owner(function)
        name = self.name_of(function)
        if owner is not None and name in {"__init__", "constructor"}:
            return tuple(call for call in self._calls_by_name.get(owner.name, ()) if self._means(call.callee, owner))
        means: Callable[[Call], bool]
        if owner is None:
            means = lambda call: self._means(call.callee, function)  # noqa: E731 - one of two predicates
        else:
            method_of = owner
            means = lambda call: self._is_method_call(call, method_of)  # noqa: E731 - the other one
        return tuple(call for call in self._calls_by_name.get(name, ()) if means(call))

    def _is_method_call(self, call: Call, owner: Class) -> bool:
        if not isinstance(call.callee, Member):
            return False
        receiver = call.callee.object
        if not isinstance(receiver, Name):
            return isinstance(receiver, Call) and self._means(receiver.callee, owner)
        if self.self_class(receiver) is owner or self._means(receiver, owner):
            return True
        values = (item.value for item in self.definitions(receiver))
        return any(isinstance(value, Call) and self._means(value.callee, owner) for value in values)

    def _means(self, expr: Expr, meant: Function | Class) -> bool:
        """Whether `expr` is a name that can stand for this very function or class."""
        if not isinstance(expr, Name):
            return False
        return any(item.node is meant or item.value is meant for item in self.definitions(expr))

    def _is_value(self, use: Name) -> bool:
        """Whether the use passes the thing on, instead of calling it or defining it."""
        holder = self._parents.get(use)
        if isinstance(holder, Call):
            return holder.callee is not use
        return not (isinstance(holder, Assign) and holder.target is use)
