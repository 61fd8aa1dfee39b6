"""Language-neutral syntax: what every frontend lowers its language into.

Nodes are compared by identity and are not changed once a frontend has handed out the module. `start`
and `end` are byte offsets into `Source.data`. What a language can say and this vocabulary cannot becomes
an `Opaque` node, which keeps its children: nothing that could hold a call or a literal is dropped.

Frontends desugar what has an exact equivalent here:

- destructuring: `const {a: x = 1} = e` is `Assign(Name x, Binary("??", Member(e, "a"), Literal(1)))`,
  items of a list pattern are `Index(e, Literal(0))`;
- `switch` and `match` are nested `If` with `Binary("==", subject, case)`;
- `with f() as x:` is an `Assign` followed by the body;
- a `for` target is an `Assign` whose value is `Each(iterable)`;
- operators that mean the same share one spelling: `or`, `and`, `not`, `??`, `==`, `!=`, `**`;
- an augmented assignment keeps its operator in `Assign.operator` (`+` for `+=`);
- where a call returns several things, it stands for the first; `v, err := f()` is `v = f()` and `err = Opaque((v,))`;
- a struct literal is a `Call` with `is_new` and its fields as named arguments; pointers are what they point to, but for
  the address of a variable, `Unary("&", Name)`;
- a failure that is returned (`return nil, err`) is a `Raise`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any, TypeAlias, cast

from msgspec import Struct

Scalar: TypeAlias = str | bytes | int | float | bool | None


class Node(Struct, eq=False):
    """A piece of syntax.

    Only those without children are left alone by the collector of circular garbage (`gc=False`): msgspec frees others
    without a bound on the stack, and a chain of 100,000 calls ended the process.
    """

    start: int
    end: int


class Literal(Node, gc=False):
    """A constant. For text, `start` and `end` include the quotes; `value` has escapes resolved."""

    value: Scalar


class Template(Node):
    """An f-string or template literal; literal pieces are `Literal` text."""

    parts: tuple[Expr, ...]


class Name(Node, gc=False):
    id: str


class Member(Node):
    """`object.name`, also with optional chaining."""

    object: Expr
    name: str


class Index(Node):
    """`object[key]`."""

    object: Expr
    key: Expr


class Argument(Node):
    """One argument of a call: positional when `name` is None; `spread` for `*xs`, `**kw` and `...xs`."""

    name: str | None
    value: Expr
    spread: bool = False


class Call(Node):
    callee: Expr
    arguments: tuple[Argument, ...]
    is_new: bool = False


class Unary(Node):
    operator: str
    operand: Expr


class Binary(Node):
    operator: str
    left: Expr
    right: Expr


class Conditional(Node):
    test: Expr
    then: Expr
    otherwise: Expr


class Entry(Node):
    """One entry of a record; `key` is None for a spread (`**other`, `...other`)."""

    key: Expr | None
    value: Expr


class Record(Node):
    """A dict display or object literal. A plain object key is a `Literal` text."""

    entries: tuple[Entry, ...]


class Spread(Node):
    """`*xs` or `...xs` inside a sequence."""

    value: Expr


class Sequence(Node):
    """A list, tuple, set or array display."""

    items: tuple[Expr, ...]


class Await(Node):
    operand: Expr


class Element(Node):
    """A JSX element: tag as written, attributes as named arguments (spread ones with `spread`)."""

    tag: str
    attributes: tuple[Argument, ...]
    children: tuple[Expr, ...]


class Each(Node):
    """One of the items of `iterable`: what a loop's variable is in each of its rounds."""

    iterable: Expr


class Opaque(Node):
    """Syntax without a meaning here; its children still count."""

    children: tuple[Expr | Statement, ...]


class Comprehension(Opaque):
    """Python's `[f(x) for x in items]`, a scope of its own: assignments of the variables, conditions, the element.

    The element of one that `makes_record` is two: a key and a value.
    """

    makes_record: bool = False


class Parameter(Node):
    """A parameter. `kind` is "plain", "rest" (`*args`, `...rest`), "keywords" (`**kw`) or "receiver" (Go's methods).

    A destructured parameter has the name `#N` (N its position) and its names are assigned from `Name("#N")`
    at the start of the body.
    """

    name: str
    default: Expr | None = None
    annotation: Expr | None = None
    kind: str = "plain"


class Function(Node):
    """A function, method, arrow function or lambda. `name` is empty when it has none.

    The body of an expression-bodied lambda is a block with one `Return`.
    """

    name: str
    parameters: tuple[Parameter, ...]
    body: Block
    decorators: tuple[Expr, ...] = ()
    is_async: bool = False


class Class(Node):
    """A class; methods are `Define` statements of the body, fields are `Assign` statements."""

    name: str
    bases: tuple[Expr, ...]
    body: Block
    decorators: tuple[Expr, ...] = ()


class Assign(Node):
    """`target = value`; `operator` is `+` for `+=`. `annotation` where one is written.

    `declares` is for languages where assigning and declaring differ (Go): a new variable of the scope it stands in.
    `tags` are what the declaration of a field tells libraries (Go's struct tags), each a text under a text.
    """

    target: Expr
    value: Expr
    operator: str = ""
    annotation: Expr | None = None
    declares: bool = False
    tags: tuple[Entry, ...] = ()


class Declare(Node):
    """`name: annotation` (Python): a field or variable that is given a type, and no value."""

    name: str
    annotation: Expr


class Evaluate(Node):
    """An expression as a statement."""

    value: Expr


class Return(Node):
    """`return` and `yield`."""

    value: Expr | None


class Raise(Node):
    """`raise` and `throw`."""

    value: Expr | None


class If(Node):
    test: Expr
    then: Block
    otherwise: Block | None


class Loop(Node):
    """`for` and `while`; `header` holds what is evaluated or assigned before each round."""

    header: tuple[Expr | Statement, ...]
    body: Block


class Try(Node):
    body: Block
    handlers: tuple[Block, ...]
    final: Block | None


class Define(Node):
    function: Function


class DefineClass(Node):
    definition: Class


class ImportedName(Node):
    """`member` is None for the whole module, "default" for a default import, "*" for all its names."""

    local: str
    member: str | None
    type_only: bool = False


class Import(Node):
    """An import statement; `names` is empty for a side-effect import (`import "x"`)."""

    module: str
    names: tuple[ImportedName, ...]


class Export(Node):
    """`exported` as others see it ("default", "*"); `local` its value here, or `module` where it comes from."""

    exported: str
    local: Expr | None
    module: str | None = None


class Block(Node):
    statements: tuple[Statement, ...]


Expr: TypeAlias = (
    Literal
    | Template
    | Name
    | Member
    | Index
    | Call
    | Unary
    | Binary
    | Conditional
    | Record
    | Spread
    | Sequence
    | Await
    | Element
    | Each
    | Opaque
    | Function
    | Class
    | Assign
)
Statement: TypeAlias = (
    Assign | Declare | Evaluate | Return | Raise | If | Loop | Try | Define | DefineClass | Import | Export | Block
)


class Module(Node):
    """A file of a programming language, or the scripts of a page.

    `language` is "python", "javascript", "typescript", "go", "java" and so on; `has_markup` tells that JSX elements
    occur; `comments` are the spans of comments, `errors` those that the parser could not read. `container` is the kind
    of page that scripts stand in: "vue", "svelte", "astro-script", "astro-frontmatter" (which runs on the server),
    "html", "notebook", or empty for a file of code.
    """

    language: str
    body: Block
    directives: tuple[str, ...] = ()
    comments: tuple[tuple[int, int], ...] = ()
    has_markup: bool = False
    errors: tuple[tuple[int, int], ...] = ()
    container: str = ""


class Pair(Node):
    """A scalar under a key path, from a data file or a line of text.

    `path` is the chain of keys from the root ("services", "livekit", "environment", "LIVEKIT_KEYS"); the span is
    that of the value without quotes. `commented` marks a pair found inside a comment.
    """

    path: tuple[str, ...]
    value: str
    key_start: int
    commented: bool = False


class Document(Node):
    """A file of a data format or plain text, as pairs. `format` is "dotenv", "yaml", "json", "text" ...

    `is_cut` tells that the file holds so much that not all of it was read.
    """

    format: str
    pairs: tuple[Pair, ...]
    errors: tuple[tuple[int, int], ...] = ()
    is_cut: bool = False


Parsed: TypeAlias = Module | Document


def children(node: Node) -> list[Node]:
    """The direct child nodes of `node`, in field order."""
    kind = type(node)
    read = _readers.get(kind)
    if read is None:
        read = _readers[kind] = _reader_of(kind)
    return read(node)


def walk(node: Node) -> Iterator[Node]:
    """`node` and all nodes below it, parents first, in source order; iterative, so depth is no limit."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        kind = type(current)
        if kind is not Name and kind is not Literal:  # more than half of all, and they hold nothing
            stack.extend(reversed(children(current)))


_PLAIN = frozenset({"int", "str", "bool", "str | None", "Scalar", "tuple[str, ...]", "tuple[tuple[int, int], ...]"})
"""The types of fields that hold no nodes, as they are written here."""
_ONE = frozenset({"Expr", "Block", "Function", "Class"})
_PERHAPS = frozenset({"Expr | None", "Block | None"})
_SEVERAL = frozenset(
    f"tuple[{item}, ...]"
    for item in ("Expr", "Statement", "Expr | Statement", "Argument", "Entry", "Parameter", "ImportedName", "Block")
)
"""The types of fields that hold nothing else."""


_readers: dict[type[Node], Callable[[Node], list[Node]]] = {}


def _reader_of(kind: type[Node]) -> Callable[[Node], list[Node]]:
    """What reads the child nodes of a syntax type: the plainer its fields, the faster."""
    written = {name: type_ for base in kind.__mro__ for name, type_ in vars(base).get("__annotations__", {}).items()}
    names = [name for name in kind.__struct_fields__ if written[name] not in _PLAIN]
    types = {written[name] for name in names}
    if not names:
        return lambda _: []
    read: Callable[[Node], Any] = attrgetter(*names)
    is_single = len(names) == 1
    if types <= _ONE:
        return (lambda node: [read(node)]) if is_single else (lambda node: list(read(node)))
    if is_single and types <= _SEVERAL:
        return lambda node: list(read(node))
    gather = _flat if types <= _ONE | _PERHAPS | _SEVERAL else _nodes_among
    return (lambda node: gather((read(node),))) if is_single else (lambda node: gather(read(node)))


def _flat(values: Iterable[Node | tuple[Node, ...] | None]) -> list[Node]:
    found: list[Node] = []
    for value in values:
        if type(value) is tuple:
            found += value
        elif value is not None:
            found.append(cast("Node", value))
    return found


def _nodes_among(values: Iterable[object]) -> list[Node]:
    """The nodes among what fields hold that frontends have of their own."""
    found: list[Node] = []
    for value in values:
        if isinstance(value, Node):
            found.append(value)
        elif type(value) is tuple:
            found += [item for item in value if isinstance(item, Node)]
    return found
