"""Macros that hold expressions, rewritten so that the parser reads them: `json!({"a": b})` is `("a", b)` to it.

The grammar sees nothing but tokens inside a macro. Every rewriting keeps the length, so that places stay what they are.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tree_sitter import Node as TreeNode

MACROS = frozenset({"macro_invocation"})
_CALLS = frozenset(
    {"println", "print", "eprintln", "eprint", "write", "writeln", "format", "format_args", "panic", "env"}
    | {"option_env", "concat", "info", "warn", "debug", "error", "trace", "anyhow", "bail", "ensure", "assert"}
    | {"assert_eq", "assert_ne", "dbg", "todo", "unimplemented", "unreachable", "include_str", "dotenv"}
)
"""Macros whose arguments are expressions, as those of a function are."""
_LISTS = frozenset({"vec", "smallvec", "array"})
_RECORDS = frozenset({"json", "json_internal"})
_MAPS = frozenset({"hashmap", "btreemap", "indexmap", "hash_map", "phf_map"})
_STATICS = frozenset({"lazy_static"})
_STRANGE = frozenset({"%", "=>", ";"})
"""Tokens that no expression has where these macros allow them."""


class Rewriting:
    """The bytes of one file with its macros rewritten; `objects` are where records begin."""

    def __init__(self, data: bytes, macros: Iterable[TreeNode], left_out: Iterable[tuple[int, int]] = ()) -> None:
        self.spans: list[tuple[int, int]] = []
        self.objects: set[int] = set()
        self._original = data
        self._text = bytearray(data)
        unread = set(left_out)
        for node in macros:
            if (node.start_byte, node.end_byte) not in unread:
                self._macro(node)

    @property
    def data(self) -> bytes:
        return bytes(self._text)

    def _macro(self, node: TreeNode) -> None:
        name = node.child_by_field_name("macro")
        sign = next((child for child in node.children if child.type == "!"), None)
        tree = next((child for child in node.children if child.type == "token_tree"), None)
        if name is not None and sign is not None and tree is not None:
            before = len(self.spans)
            self._rewrite(name, sign, tree)
            if len(self.spans) > before:
                self.spans[before:] = [(node.start_byte, node.end_byte)]

    def _rewrite(self, name: TreeNode, sign: TreeNode, tree: TreeNode) -> None:
        """Rewrite one macro and those inside it, from the outermost."""
        pending = [(name, sign, tree)]
        while pending:
            name, sign, tree = pending.pop()
            label = self._original[name.start_byte : name.end_byte].rpartition(b"::")[2].decode("utf-8", "replace")
            if _is_strange(tree, label):
                continue
            if self._outer(label, name, sign, tree):
                self.spans.append((tree.start_byte, tree.end_byte))
                pending.extend(_inner_macros(tree))

    def _outer(self, label: str, name: TreeNode, sign: TreeNode, tree: TreeNode) -> bool:
        if label in _CALLS:
            self._blank(sign)
            self._parenthesise(tree)
        elif label in _LISTS:
            self._blank(name, sign)
            self._put(tree.start_byte, b"[")
            self._put(tree.end_byte - 1, b"]")
        elif label in _RECORDS:
            self._blank(name, sign)
            self._parenthesise(tree)
            self._records(tree)
        elif label in _MAPS:
            self._blank(name, sign)
            self._parenthesise(tree)
            self._object(tree, "=>")
        elif label in _STATICS:
            self._blank(name, sign)
            self._statics(tree)
        else:
            return False
        return True

    def _put(self, at: int, text: bytes) -> None:
        self._text[at : at + len(text)] = text

    def _blank(self, *nodes: TreeNode) -> None:
        for node in nodes:
            self._put(node.start_byte, b" " * (node.end_byte - node.start_byte))

    def _parenthesise(self, tree: TreeNode) -> None:
        self._put(tree.start_byte, b"(")
        self._put(tree.end_byte - 1, b")")

    def _records(self, tree: TreeNode) -> None:
        """Every object inside, however deep: braces where a value begins."""
        pending = [tree]
        while pending:
            current = pending.pop()
            before = ""
            for child in current.children:
                if child.type == "token_tree" and before in {"(", "[", ":", ",", "{"}:
                    first = child.children[0].type if child.children else ""
                    if first == "{":
                        self._object(child, ":")
                    if first in {"{", "["}:
                        pending.append(child)
                before = child.type

    def _object(self, tree: TreeNode, sign: str) -> None:
        self.objects.add(tree.start_byte)
        self._parenthesise(tree)
        for child in tree.children:
            if child.type == sign:
                self._put(child.start_byte, b", "[: len(sign)])

    def _statics(self, tree: TreeNode) -> None:
        """`lazy_static! { static ref A: T = f(); }` declares what `static A: T = f();` does."""
        self._put(tree.start_byte, b" ")
        self._put(tree.end_byte - 1, b" ")
        for child in tree.children:
            if self._original[child.start_byte : child.end_byte] == b"ref":
                self._blank(child)


def _is_strange(tree: TreeNode, label: str) -> bool:
    """Whether tokens between the brackets, deep down too, are none of an expression's."""
    allowed = {";"} if label in _LISTS | _STATICS else {"=>"} if label in _MAPS else set()
    first = True
    pending = [tree]
    while pending:
        current = pending.pop()
        before = "("
        for child in current.children:
            if child.type in _STRANGE and not (first and child.type in allowed) and label not in _STATICS:
                return True
            if child.type == "?" and before in {"(", ",", "="}:
                return True
            before = child.type
        first = False
        # What stands in braces of its own, as in a closure, is code again.
        pending.extend(
            child
            for child in current.children
            if child.type == "token_tree" and child.children and child.children[0].type != "{"
        )
    return False


def _inner_macros(tree: TreeNode) -> Iterator[tuple[TreeNode, TreeNode, TreeNode]]:
    pending = [tree]
    while pending:
        current = pending.pop()
        children = current.children
        for place, child in enumerate(children):
            if child.type == "token_tree":
                pending.append(child)
                if place > 1 and children[place - 1].type == "!" and children[place - 2].type == "identifier":
                    yield children[place - 2], children[place - 1], child


def readable(
    data: bytes, root: TreeNode, macros: Sequence[TreeNode], parse: Callable[[bytes], TreeNode]
) -> tuple[bytes, TreeNode, frozenset[int]]:
    """The text and tree of a file with its macros rewritten; those that are not understood stay tokens."""
    rewriting = Rewriting(data, macros)
    if not rewriting.spans:
        return data, root, frozenset()
    tree = parse(rewriting.data)
    if tree.has_error:
        found = sorted(_errors(tree))
        broken = [span for span in rewriting.spans if bisect_right(found, span[1]) > bisect_left(found, span[0])]
        if broken:
            rewriting = Rewriting(data, macros, broken)
            tree = parse(rewriting.data)
    return rewriting.data, tree, frozenset(rewriting.objects)


def _errors(root: TreeNode) -> list[int]:
    found: list[int] = []
    pending = [root]
    while pending:
        node = pending.pop()
        if node.is_error or node.is_missing:
            found.append(node.start_byte)
        if node.has_error:
            pending.extend(node.children)
    return found
