"""Who is meant by a name in one module: definitions, imports, aliases, and what calls what."""

from __future__ import annotations

import builtins
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from operator import attrgetter

from msgspec import Struct

from lk_audit.languages import traits
from lk_audit.syntax import (
    Assign,
    Await,
    Call,
    Class,
    Element,
    Export,
    Expr,
    Function,
    Import,
    ImportedName,
    Index,
    Literal,
    Member,
    Module,
    Name,
    Node,
    Opaque,
    Return,
)
from lk_audit.values.callgraph import CallGraph
from lk_audit.values.flow import Definition, Flow
from lk_audit.values.scopes import N, Scope, Scopes
from lk_audit.values.specifiers import package_of

__all__ = ["Definition", "Names", "Origin", "Scope"]

_MOST_DEFINITIONS = 32
_MOST_USES = 1000
_GLOBAL_OBJECTS = frozenset({"globalThis", "window", "global"})
_INTEROP = frozenset(
    {"_interopRequireDefault", "_interopRequireWildcard", "__importDefault", "__importStar", "__toESM"}
)
_LOADERS = frozenset({"require", "import", "importlib.import_module"})
_LOADER_MAKER = "createRequire"
"""What makes a `require` in modules that have none (nodejs.org/api/module.html)."""
_SELF = frozenset({"this", "self", "cls", "super"})
_PYTHON_BUILTINS = frozenset(dir(builtins))
_GO_BUILTINS = frozenset(
    {
        *("append", "cap", "clear", "close", "complex", "copy", "delete", "imag", "len", "make", "max", "min", "new"),
        *("panic", "print", "println", "real", "recover", "any", "bool", "byte", "comparable", "error", "rune"),
        *("string", "uintptr", "float32", "float64", "complex64", "complex128", "_"),
        *(f"{sign}int{size}" for sign in ("", "u") for size in ("", "8", "16", "32", "64")),
    }
)
_OWN_PACKAGE = "."
"""What files of these languages share with the others of their package, as if they imported all of it."""


class Origin(Struct, frozen=True):
    """Where something comes from: the module as written (None for a global of the language), and the way from it."""

    module: str | None
    members: tuple[str, ...] = ()

    def part(self, name: str) -> Origin:
        return Origin(self.module, (*self.members, name))


class Names:
    """Everything known about the names of one module.

    Attributes:
        module: the module.
        traits: what is true of its language.
        is_python: whether its language is Python.
        is_go: whether its language is Go.
        is_jvm: whether it is Java or Kotlin.
        is_javascript: whether it is JavaScript or TypeScript.
        is_too_deep: whether it is nested so deeply that questions about it would not come to an end.
        flow: answers questions about branches.
        graph: answers questions about calls.
        functions: every function, method, arrow function and lambda, in source order, as all of these.
        classes: every class.
        imports: every import statement.
        literals: the text literals, `str` and `bytes`.
    """

    def __init__(self, module: Module) -> None:
        self.module = module
        self.traits = traits(module.language)
        self.is_python = module.language == "python"
        self.is_go = module.language == "go"
        self.is_jvm = self.traits.family == "jvm"
        self.is_javascript = self.traits.family == "javascript"
        self._scopes = Scopes(module)
        self.is_too_deep = self._scopes.is_too_deep
        self.flow = Flow(self._scopes.parents)
        self.graph = CallGraph(self)
        self.functions: tuple[Function, ...] = self.nodes(Function)
        self.classes: tuple[Class, ...] = self.nodes(Class)
        self.imports: tuple[Import, ...] = self.nodes(Import)
        self._aliases: dict[str, list[str]] = {}
        for item in (item for statement in self.imports for item in statement.names):
            if item.member and item.member != item.local:
                self._aliases.setdefault(item.member, []).append(item.local)
        self._reaching: dict[Name, tuple[Definition, ...]] = {}
        self._origins: dict[Expr, Origin | None] = {}
        self._open_origins = 0
        self._full_names: dict[Expr, str | None] = {}
        self._uses: dict[str, defaultdict[Node, list[Name]]] = {}
        self._at_end: dict[str, Name] = {}

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """Every call that is written out, in source order."""
        every = self.nodes(Call)
        written = tuple(call for call in every if call.end > call.start)
        return written if len(written) < len(every) else every

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        """Every JSX element."""
        return self.nodes(Element)

    def nodes(self, kind: type[N]) -> tuple[N, ...]:
        """All nodes of one syntax type, in source order."""
        return self._scopes.nodes(kind)

    def spanning(self, start: int, end: int) -> list[Node]:
        """The nodes with exactly this span, outer ones first."""
        return [node for node in self._by_start.get(start, ()) if node.end == end]

    @cached_property
    def _by_start(self) -> Mapping[int, list[Node]]:
        found: defaultdict[int, list[Node]] = defaultdict(list)
        for node in self._scopes.parents:
            found[node.start].append(node)
        return found

    def parent(self, node: Node) -> Node | None:
        return self._scopes.parents.get(node)

    def ancestors(self, node: Node) -> Iterator[Node]:
        """The nodes around `node`, innermost first."""
        return self._scopes.ancestors(node)

    def enclosing(self, node: Node, kind: type[N]) -> N | None:
        """The nearest ancestor of that syntax type."""
        return self._scopes.enclosing(node, kind)

    def enclosing_function(self, node: Node) -> Function | None:
        return self.enclosing(node, Function)

    def definitions(self, name: Name) -> tuple[Definition, ...]:
        """The definitions that can reach this use; none for a name that nothing here defines."""
        known = self._reaching.get(name)
        if known is None:
            known = self._reaching[name] = self._find_definitions(name)
        return known

    def binding_scope(self, name: Name) -> Scope | None:
        """The scope whose variable `name` is, or None for a name that nothing here defines."""
        return next((scope for scope in self._scopes.around(name) if self._scopes.declares(scope, name)), None)

    def at_end(self, name: str) -> Name:
        """A mention of a name where the module ends: what others get who import it."""
        known = self._at_end.get(name)
        if known is None:
            end = self.module.end
            known = self._at_end[name] = Name(end, end, name)
            self.adopt(known, self.module)
        return known

    def adopt(self, node: Node, inside: Node) -> None:
        """Make a node that is not written in the module part of it, below `inside`."""
        self._scopes.parents[node] = inside

    def uses(self, scope: Node, name: str) -> tuple[Name, ...]:
        """All mentions of a variable, in source order."""
        known = self._uses.get(name)
        if known is None:
            known = self._uses[name] = defaultdict(list)
            for use in self._scopes.uses.get(name, ()):
                within = self.binding_scope(use)
                if within is not None and len(known[within]) < _MOST_USES:
                    known[within].append(use)
        return tuple(known.get(scope, ()))

    def mentions(self, name: str) -> tuple[Name, ...]:
        """All mentions of a name, whatever they mean."""
        return tuple(self._scopes.uses.get(name, ())[:_MOST_USES])

    def qualified(self, expr: Expr) -> str | None:
        """The full dotted name of what `expr` names, through imports and aliases; None for anything else.

        A name that nothing defines is a global of the language and keeps its own name ("Date.now", "open").
        """
        if expr in self._full_names:
            return self._full_names[expr]
        origin = self.origin(expr)
        name = None if origin is None else self.full_name(origin)
        if not self._open_origins:  # while one is looked for, others that lead to it are not known
            self._full_names[expr] = name
        return name

    def full_name(self, origin: Origin) -> str:
        """The dotted name: "livekit.api.AccessToken", "livekit-server-sdk.AccessToken"."""
        members = origin.members
        if origin.module is None:
            if self.traits.has_globals and len(members) > 1 and members[0] in _GLOBAL_OBJECTS:
                members = members[1:]
            return ".".join(members)
        name = self.package(origin.module)
        for member in members:
            name = self.join(name, member)
        return name

    def package(self, module: str) -> str:
        """The name that full names begin with, for a module as an import writes it."""
        return package_of(module, self.traits.modules)

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
        self._open_origins += 1
        found = self._origins[expr] = self._find_origin(expr)
        self._open_origins -= 1
        return found

    def direct_origin(self, expr: Expr) -> Origin | None:
        """Where `expr` comes from, if the name that it starts with has one definition at most."""
        root = expr
        while isinstance(root, Member | Index):
            root = root.object
        if isinstance(root, Name) and len(self.definitions(root)) > 1:
            return None
        return self.origin(expr)

    def origin_of(self, definition: Definition) -> Origin | None:
        """Where a definition that is an import or an alias takes its value from."""
        if definition.statement is not None and isinstance(definition.node, ImportedName):
            return self._origin_of_import(definition.statement.module, definition.node)
        if definition.value is None or definition.operator or definition.kind != "assign":
            return None
        return self.origin(definition.value)

    def star_imports(self) -> tuple[str, ...]:
        """The modules whose names count without being listed, latest first; a file's own package comes first."""
        imported = tuple(item.module for item in reversed(self._scopes.stars))
        return (_OWN_PACKAGE, *imported) if self.traits.shares_package else imported

    def namespaces(self) -> tuple[str, ...]:
        """The packages whose names count without being listed, as full names begin with them."""
        return tuple(self.package(module) for module in self.star_imports())

    def attributes(self, owner: Class, name: str) -> tuple[Definition, ...]:
        """What the class body and its methods (through `self` or `this`) give an attribute, in source order."""
        return tuple(self._scopes.attributes.get((owner, name), ()))

    def owner(self, function: Function) -> Class | None:
        """The class whose method `function` is."""
        return self._scopes.owner(function)

    def subclasses(self, owner: Class) -> tuple[Class, ...]:
        """The classes of this module that inherit from one directly, by its name."""
        return self._scopes.subclasses.get(owner.name, ())

    def self_class(self, name: Name) -> Class | None:
        """The class whose instance (or, for `cls`, whose self) `name` is."""
        return self._scopes.self_class(name)

    def name_of(self, function: Function) -> str:
        """The name a function is called by: its own or that of the variable it is assigned to."""
        return self._scopes.name_of(function)

    def class_of_field(self, assign: Assign) -> Class | None:
        """The class whose body makes the assignment."""
        return self._scopes.class_of(assign)

    def members_named(self, name: str) -> tuple[Member, ...]:
        """All accesses `x.name`, whatever `x` is."""
        return tuple(self._scopes.members.get(name, ())[:_MOST_USES])

    def functions_named(self, name: str) -> tuple[Function, ...]:
        """The functions that are called by that name, whatever scope they are in."""
        return tuple(self._scopes.functions.get(name, ()))

    def calls_of(self, name: str) -> tuple[Call, ...]:
        """The calls of anything by that last name: `name()`, `x.name()`, and of what is imported as another one."""
        found = tuple(self._scopes.calls.get(name, ()))
        others = [call for alias in self._aliases.get(name, ()) for call in self._scopes.calls.get(alias, ())]
        return tuple(sorted((*found, *others), key=attrgetter("start"))) if others else found

    def returns(self, function: Function) -> tuple[Return, ...]:
        """The `return` and `yield` statements of a function itself."""
        return tuple(self._scopes.returns.get(function, ()))

    def callers(self, function: Function) -> tuple[Call, ...]:
        """The calls in this module that are known to call exactly this function."""
        return self.graph.callers(function)

    def _find_definitions(self, name: Name) -> tuple[Definition, ...]:
        is_exported = isinstance(self.parent(name), Export)
        for index, scope in enumerate(self._scopes.around(name)):
            if not self._scopes.declares(scope, name):
                continue
            known = self._scopes.definitions[scope, name.id]
            found = known[:_MOST_DEFINITIONS] if index or is_exported else self.flow.reaching(known, name)
            if found:
                return (*found, *self._from_closures(found, scope))
        return tuple(self._scopes.assigned.get(name.id, ())[:_MOST_DEFINITIONS]) if self.traits.has_globals else ()

    def _from_closures(self, found: Sequence[Definition], scope: Scope) -> list[Definition]:
        """What nested functions assign to a variable that only holds a place (`let token`, `TOKEN = None`).

        Syntax does not tell whether they assign it or declare another of that name.
        """
        if not any(_holds_place(item) for item in found):
            return []
        assigned = self._scopes.assigned.get(found[0].name, ())[:_MOST_DEFINITIONS]
        return [item for item in assigned if item.scope is not scope and scope in self.ancestors(item.node)]

    def _find_origin(self, expr: Expr) -> Origin | None:
        match expr:
            case Name():
                return self._origin_of_name(expr)
            case Member(object=base, name=key) | Index(object=base, key=Literal(value=str(key))):
                origin = self.origin(base)
                return None if origin is None else origin.part(key)
            case Await(operand=operand):
                return self.origin(operand)
            case Call():
                return self._origin_of_call(expr)
            case Opaque(children=(Literal(value=0), Member() as last)):
                return self.origin(last)
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
        stars = () if self.traits.opens_namespaces else self.star_imports()
        if stars and name.id not in (_GO_BUILTINS if self.is_go else _PYTHON_BUILTINS):
            return Origin(stars[0], (name.id,))
        return Origin(None, (name.id,))

    def _origin_of_import(self, module: str, item: ImportedName) -> Origin:
        if item.member is not None:
            return Origin(module, (item.member,))
        is_first = self.is_python and module.startswith(f"{item.local}.")
        return Origin(item.local if is_first else module)

    def _origin_of_call(self, call: Call) -> Origin | None:
        """`require("m")`, `import("m")`, and what compilers wrap around them."""
        if not isinstance(call.callee, Name | Member) or not call.arguments:
            return None
        first = call.arguments[0].value
        if _last(call.callee) in _INTEROP:
            return self.origin(first)
        if isinstance(first, Literal) and isinstance(first.value, str) and self._loads(call.callee):
            return Origin(first.value)
        return None

    def _loads(self, callee: Name | Member) -> bool:
        """Whether a function gives the module that it is told: `require`, also as `createRequire()` makes it."""
        if self.qualified(callee) in _LOADERS:
            return True
        made = (item.value for item in self.definitions(callee)) if isinstance(callee, Name) else ()
        makers = (item.callee for item in made if isinstance(item, Call))
        return any(isinstance(maker, Name | Member) and _last(maker) == _LOADER_MAKER for maker in makers)


def _last(expr: Name | Member) -> str:
    return expr.id if isinstance(expr, Name) else expr.name


def _holds_place(definition: Definition) -> bool:
    value = definition.value
    if definition.kind != "assign" or definition.operator:
        return False
    if isinstance(value, Opaque) and value.start == value.end:  # `let token;`
        return True
    return (isinstance(value, Literal) and value.value in {None, ""}) or (
        isinstance(value, Name) and value.id == "undefined"
    )
