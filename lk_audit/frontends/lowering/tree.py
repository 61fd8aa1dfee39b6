"""Lowering of a tree-sitter tree from the leaves up, with a stack of its own: nesting of any depth is no limit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, TypeAlias, cast, get_args

from msgspec import Struct

from lk_audit.frontends.lowering.interning import OFFSETS, TEXTS
from lk_audit.syntax import Block, Evaluate, Expr, Literal, Member, Name, Node, Opaque, Statement, children

if TYPE_CHECKING:
    from tree_sitter import Node as TreeNode

_EXPRESSIONS = frozenset(get_args(Expr))
_STATEMENTS = frozenset(get_args(Statement))
_PUBLIC = _EXPRESSIONS | _STATEMENTS
_LONGEST_COPY = 8
_SMALL = 64
"""Bytes; what the parser has told of the inside of so short a text may stay until the text around it is lowered."""


class Part(Node):
    """A piece of syntax that only the lowering function of the node around it understands."""


class Several(Part):
    """What one tree node becomes when it is not one statement: any number of expressions and statements."""

    items: tuple[Expr | Statement, ...]


class Either(Part):
    """What is an expression in one place and statements in another: `if`, `when` and `try` where they have a value."""

    value: Expr
    items: tuple[Statement, ...]


class Frame:
    """A tree node whose named children are being lowered.

    `kids` are the children that count and `values` what has become of them, in the same order: comments, types and
    what the parser could not read are not among them.
    """

    __slots__ = ("end", "kids", "kind", "mark", "node", "pending", "start", "values")

    def __init__(self, node: TreeNode, kind: str, pending: Iterator[TreeNode], mark: int) -> None:
        self.node = node
        self.kind = kind
        self.pending = pending
        self.mark = mark
        self.start = OFFSETS[node.start_byte]
        self.end = OFFSETS[node.end_byte]
        self.kids: list[TreeNode] = []
        self.values: list[Node] = []

    def expression(self, index: int) -> Expr:
        """The value at `index`; an empty `Opaque` where the source leaves it out."""
        return expression(self.values[index]) if index < len(self.values) else Opaque(self.end, self.end, ())

    def field(self, name: str) -> Node | None:
        """What has become of the child in the grammar's field `name`."""
        child = self.node.child_by_field_name(name)
        if child is None:
            return None
        return next((value for kid, value in zip(self.kids, self.values, strict=True) if kid == child), None)

    def tokens(self) -> set[str]:
        """The types of all direct children: keywords, signs and named nodes."""
        return {child.type for child in self.node.children}


Leaf: TypeAlias = Callable[[bytes, "TreeNode"], Node]
Lower: TypeAlias = Callable[["Lowering", Frame], Node]


class Grammar(Struct, frozen=True):
    """What becomes of each node type; a type in none of the tables becomes an `Opaque` of what it holds.

    `leaves` are lowered without a look at their children, `skipped` leave nothing behind; of the types in `headed`
    only the first child counts. `lists` are the types that hold statements.
    """

    leaves: Mapping[str, Leaf]
    nodes: Mapping[str, Lower]
    skipped: frozenset[str]
    headed: frozenset[str]
    lists: frozenset[str]


class Lowering:
    """One run over one tree."""

    def __init__(self, data: bytes, grammar: Grammar) -> None:
        self.data = data
        self.has_markup = False
        self._grammar = grammar
        self._strays: list[Node] = []

    def text(self, node: TreeNode) -> str:
        return TEXTS[self.data[node.start_byte : node.end_byte]]

    def run(self, root: TreeNode) -> Node:
        """The lowered form of `root`."""
        data, leaves, skipped = self.data, self._grammar.leaves, self._grammar.skipped
        above: list[Frame] = []
        frame = self._open(root, root.type)
        while True:
            for child in frame.pending:
                kind = child.type
                leaf = leaves.get(kind)
                if leaf is not None:
                    frame.kids.append(child)
                    frame.values.append(_missing(child) or leaf(data, child))
                elif kind not in skipped:
                    above.append(frame)
                    frame = self._open(_bare(child), kind)
                    break
            else:
                value = self._close(frame)
                if not above:
                    return value
                done, frame = frame, above.pop()
                self._hand_up(done, value, frame)

    def block(self, frame: Frame, nodes: Iterable[Node]) -> Block:
        """The statements of a list, with what stands unread between their tokens."""
        return Block(frame.start, frame.end, self.statements(frame, nodes))

    def statements(self, frame: Frame, nodes: Iterable[Node]) -> tuple[Statement, ...]:
        """The same, without the block around them."""
        found = statements(nodes)
        if len(self._strays) == frame.mark:
            return found
        strays = statements(self._strays[frame.mark :])
        del self._strays[frame.mark :]
        return tuple(sorted((*found, *strays), key=attrgetter("start")))

    def _open(self, node: TreeNode, kind: str) -> Frame:
        inner = node.named_children
        return Frame(node, kind, iter(inner[:1] if kind in self._grammar.headed else inner), len(self._strays))

    def _close(self, frame: Frame) -> Node:
        lower = self._grammar.nodes.get(frame.kind)
        return lower(self, frame) if lower is not None else opaque(frame)

    def _hand_up(self, done: Frame, value: Node, frame: Frame) -> None:
        """Give a finished value to the frame around it; unread text goes to the nearest list of statements."""
        if done.kind == "ERROR" and frame.kind not in self._grammar.lists:
            self._strays.append(value)
            return
        frame.kids.append(_bare(done.node))
        frame.values.append(value)


def _bare(node: TreeNode) -> TreeNode:
    """A large node without its children: one that was asked for them keeps them, and they keep theirs.

    Source: `node_get_children` in `tree_sitter/binding/node.c` of py-tree-sitter 0.26.1.
    """
    anew = node.walk().node if node.end_byte - node.start_byte > _SMALL else None
    return anew or node


def expression(node: Node) -> Expr:
    """`node` where an expression is due."""
    if type(node) in _EXPRESSIONS:
        return cast("Expr", node)
    if isinstance(node, Either):
        return node.value
    return Opaque(node.start, node.end, contents((node,)))


def is_statement(node: Node) -> bool:
    """Whether `node` can be nothing but one or several statements."""
    return isinstance(node, Several | Either) or (type(node) in _STATEMENTS and type(node) not in _EXPRESSIONS)


def statements(nodes: Iterable[Node]) -> tuple[Statement, ...]:
    """`nodes` where statements are due."""
    found: list[Statement] = []
    for item in contents(nodes):
        if type(item) in _STATEMENTS:
            found.append(cast("Statement", item))
        else:
            found.append(Evaluate(item.start, item.end, cast("Expr", item)))
    return tuple(found)


def last_child(node: TreeNode) -> TreeNode | None:
    """The last named child that is no comment."""
    return next((child for child in reversed(node.named_children) if not child.is_extra), None)


def contents(nodes: Iterable[Node]) -> tuple[Expr | Statement, ...]:
    """The expressions and statements among `nodes` and, for parts, those inside."""
    found: list[Expr | Statement] = []
    for node in nodes:
        if type(node) in _PUBLIC:
            found.append(cast("Expr | Statement", node))
        elif isinstance(node, Either):
            found.extend(node.items)
        else:
            found.extend(_inside(node))
    return tuple(found)


def opaque(frame: Frame) -> Opaque:
    """All that a node holds, without its meaning."""
    return Opaque(frame.start, frame.end, contents(frame.values))


def block(node: Node | None, at: int) -> Block:
    """`node` where a block is due: one statement may stand for it, or nothing, at `at`."""
    if node is None:
        return Block(at, at, ())
    return node if isinstance(node, Block) else Block(node.start, node.end, statements((node,)))


def copies_of(value: Expr, count: int) -> list[Expr]:
    """`value` and copies of it, where it is a plain reference; nothing where it must be evaluated only once."""
    copies = [copy for copy in (_copy(value) for _ in range(count - 1)) if copy is not None]
    return [value, *copies] if len(copies) == count - 1 else []


def _copy(value: Expr, longest: int = _LONGEST_COPY) -> Expr | None:
    match value:
        case Name(start=start, end=end, id=name):
            return Name(start, end, name)
        case Literal(start=start, end=end, value=bool() | int() | None as constant):
            return Literal(start, end, constant)
        case Member(start=start, end=end, object=inner, name=name) if longest:
            copy = _copy(inner, longest - 1)
            return None if copy is None else Member(start, end, copy, name)
        case _:
            return None


def words(text: str, start: int) -> Iterator[tuple[str, int, int]]:
    """The names in a dotted one, each with its span: they may stand apart (`LiveKit .Room`).

    A parser that cannot read something takes it, behind a space, into the name before it.
    """
    for part in text.split("."):
        word = next(iter(part.split()), "")
        first = start + len(part[: part.index(word)].encode())
        yield word, first, first + len(word.encode())
        start += len(part.encode()) + 1


def unread(root: TreeNode) -> list[tuple[int, int]]:
    """The spans that the parser could not read; an empty one is where it put in what it missed."""
    found: list[tuple[int, int]] = []
    pending = [root]
    while pending:
        node = pending.pop()
        if node.is_error or node.is_missing:
            found.append((node.start_byte, node.end_byte))
        if node.has_error:
            pending.extend(node.children[::-1])
    return found


def _missing(node: TreeNode) -> Opaque | None:
    """What stands for a token that the parser put in to go on; it has no text."""
    start = node.start_byte
    return Opaque(start, start, ()) if start == node.end_byte else None


def _inside(part: Node) -> Iterator[Expr | Statement]:
    pending = children(part)[::-1]
    while pending:
        node = pending.pop()
        if type(node) in _PUBLIC:
            yield cast("Expr | Statement", node)
        else:
            pending.extend(children(node)[::-1])
