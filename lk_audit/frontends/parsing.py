"""Parsing that ends: it can be interrupted between two steps, and its steps are counted.

Some texts cost a parser time without end: after an error it tries every way of going on, and the scanner of a grammar
may look for the end of a string up to the end of the file at every token. Both are counted, which depends on nothing
but the text: the same file is given up everywhere, or nowhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, TypeVar

from lk_audit.machine.budget import MOST_PAIRS

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Parser, Query

Item = TypeVar("Item")
_FEWEST_STEPS = 5_000
_BYTES_OF_STEP = 10
"""A step is a hundred operations. Code takes one for each 50 bytes at most, the densest text (`a;a;a;`) for each 10."""
_MOST_STEPS = 20_000
"""A megabyte of code takes 4,000 of them (Kotlin) to 12,000 (Ruby). A parser needs 4 to 10 kB of memory for each, and
what its tree becomes as much; 24 kB where brackets open and do not close."""
MOST_PARTS = 10_000
"""Scripts of a page, cells of a notebook. What parts that are read as one take a parser grows with their square."""
_CHUNK = 4_096
_READS_OF_CHUNK = 200
_FEWEST_READS = 10_000
_MOST_READS = 150_000
"""A file is read some twenty times at most: from its beginning, and again where the scanner looked ahead. Each piece of
it takes 35 µs and 0.5 kB a time."""


class TooHardError(Exception):
    """To read a file as what it is costs far more than its size warrants, or more than any file may take."""

    def __init__(self) -> None:
        super().__init__("would take far too much time or memory to parse")


def at_most(items: Iterable[Item], most: int | None = None) -> tuple[Item, ...]:
    """All of the pairs of a file, or what else it may have `most` of.

    Raises:
        TooHardError: there are more.
    """
    most = MOST_PAIRS if most is None else most
    found = tuple(islice(items, most + 1))
    if len(found) > most:
        raise TooHardError
    return found


class Steps:
    """The steps that are left for a file whose parts are parsed one by one."""

    def __init__(self, parts: int = 1) -> None:
        """Count them for a file of so many parts.

        Raises:
            TooHardError: there are far too many.
        """
        if parts > MOST_PARTS:
            raise TooHardError
        self.left = _MOST_STEPS


def root_of(parser: Parser, data: bytes, room: Steps | None = None) -> Node:
    """The syntax tree of a text, or of the parts of it that the parser includes.

    Given the bytes themselves, the parser would not come back before it is done, and neither Ctrl-C nor a limit of time
    would end it.

    Raises:
        TooHardError: it takes far too long, or too much memory.
    """
    parts = parser.included_ranges
    room = room or Steps(len(parts))
    size = min(len(data), sum(part.end_byte - part.start_byte for part in parts))
    most = steps = min(_FEWEST_STEPS + size // _BYTES_OF_STEP, room.left)
    reads = min(_FEWEST_READS + _READS_OF_CHUNK * (len(data) // _CHUNK + 1), _MOST_READS)

    whole = memoryview(data)
    views: dict[int, memoryview] = {}
    is_parsing = True

    def read(offset: int, _: object) -> memoryview | bytes:
        nonlocal reads
        reads -= 1
        if reads <= 0:
            return b""
        if not is_parsing:
            return data[offset : offset + _CHUNK]
        if offset not in views:
            views[offset] = whole[offset : offset + _CHUNK]
        return views[offset]

    def is_enough(_offset: int, _has_error: bool) -> bool:
        nonlocal steps
        steps -= 1
        return steps < 0

    try:
        root = parser.parse(read, progress_callback=is_enough).root_node
    except ValueError:  # what the parser says when it was stopped
        raise TooHardError from None
    finally:
        # The parser keeps what it is given for ever (py-tree-sitter 0.26.1, `parser_read_wrapper`): so that is no text,
        # and the same again where it reads the same again. Nodes that are asked for their text read later.
        is_parsing = False
        for view in (*views.values(), whole):
            view.release()
        room.left -= most - steps
    if reads <= 0:
        raise TooHardError
    return root


def find(root: Node, kinds: frozenset[str]) -> list[Node]:
    """The nodes of these types below `root`, in source order."""
    found: list[Node] = []
    pending = [root]
    while pending:
        node = pending.pop()
        if node.type in kinds:
            found.append(node)
        else:
            pending.extend(node.named_children[::-1])
    return found


_WORTH_A_QUERY = 5_000
"""Nodes, in whatever files. To prepare a search takes a parser as long as to look at so many, some grammars twice."""
_looked_at: Counter[tuple[Language, frozenset[str]]] = Counter()


def leaves_of(language: Language, root: Node, kinds: frozenset[str]) -> list[Node]:
    """The same for types that never hold one another, such as comments; the parser's own search is many times faster.

    It is quadratic in the children of one node, of which what could not be read may have any number.
    """
    if root.has_error:
        return find(root, kinds)
    if _looked_at[language, kinds] + root.descendant_count <= _WORTH_A_QUERY:
        _looked_at[language, kinds] += root.descendant_count
        return find(root, kinds)
    return sorted(_search(_query(language, kinds), root), key=attrgetter("start_byte"))


def spans_of(language: Language, root: Node, kinds: frozenset[str]) -> tuple[tuple[int, int], ...]:
    """Where they are, as byte offsets, in source order."""
    return tuple((node.start_byte, node.end_byte) for node in leaves_of(language, root, kinds))


def outermost_of(language: Language, root: Node, kinds: frozenset[str]) -> list[Node]:
    """The same for types that do hold one another; those inside others are left out."""
    found: list[Node] = []
    for node in leaves_of(language, root, kinds):
        if not found or node.start_byte >= found[-1].end_byte:
            found.append(node)
    return found


@cache
def _query(language: Language, kinds: frozenset[str]) -> Query:
    from tree_sitter import Query as Compiled  # noqa: PLC0415 - whoever has a tree has loaded it

    # A grammar may lack a type that another version of it has.
    known = [kind for kind in sorted(kinds) if language.id_for_node_kind(kind, True)]
    return Compiled(language, "[" + " ".join(f"({kind})" for kind in known) + f"] @{_CAPTURE}")


_CAPTURE = "it"
_MOST_SEARCHED = 50_000
"""Nodes. Above some 25,000 levels the parser's search takes the square of the depth, and nothing interrupts it."""


def _search(query: Query, root: Node) -> list[Node]:
    """The nodes that a query of single nodes captures, in any order, by the parser's own search.

    Large trees are searched piece by piece; what is around the pieces is large itself, so there is little of it.
    """
    from tree_sitter import QueryCursor  # noqa: PLC0415 - as above

    found: list[Node] = []
    pending = [root]
    while pending:
        node = pending.pop()
        if node.descendant_count <= _MOST_SEARCHED:
            found += QueryCursor(query).captures(node).get(_CAPTURE, [])
        else:
            pending.extend(node.children)
    return found
