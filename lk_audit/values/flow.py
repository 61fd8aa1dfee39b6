"""Control flow, as far as structure tells: which definitions of a name can reach a use of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Literal as OneOf
from typing import TypeAlias

from msgspec import Struct

from lk_audit.syntax import (
    Binary,
    Block,
    Class,
    Comprehension,
    Conditional,
    Expr,
    Function,
    If,
    Import,
    Loop,
    Module,
    Node,
    Raise,
    Return,
    Statement,
    Try,
)

Kind: TypeAlias = OneOf["assign", "parameter", "import", "function", "class", "filled"]
Branch: TypeAlias = tuple[Node, str]
"""A control structure and which part of it: (If, "then"), (Try, "handler 0"), (Function, "body")."""
Path: TypeAlias = tuple[Branch, ...]
"""The branches that must be taken to get somewhere, outermost first."""

_MOST_FOUND = 32
_MOST_SCANNED = 512
_BRANCHING = frozenset({If, Conditional, Loop, Function, Binary, Try})
_LOGICAL = frozenset({"and", "or", "??"})


class Definition(Struct, frozen=True, eq=False):
    """One place that gives a name a value.

    `node` is the `Assign`, `Parameter`, `ImportedName`, `Function`, `Class`, or the `Call` that is given the address of
    a variable (such a definition adds to those before it); `effect` the byte offset from which
    it holds; `scope` the module, function or class whose name it is; `statement` the import it belongs to.
    """

    kind: Kind
    name: str
    node: Node
    scope: Module | Function | Class | Comprehension
    effect: int
    value: Expr | None = None
    operator: str = ""
    statement: Import | None = None


class Flow:
    """Questions about branches, given each node's parent."""

    def __init__(self, parents: Mapping[Node, Node]) -> None:
        self._parents = parents
        self._paths: dict[Node, Path] = {}
        self._leaving: dict[Node, bool] = {}

    def path(self, node: Node) -> Path:
        """The branches around `node`, through enclosing functions up to the module."""
        known = self._paths.get(node)
        if known is not None:
            return known
        branches: list[Branch] = []
        child, above = node, self._parents.get
        parent = above(node)
        outer: Path = ()
        while parent is not None:
            part = _part(parent, child) if type(parent) in _BRANCHING else ""
            if part:
                branches.append((parent, part))
                known = self._paths.get(parent)
                if known is not None:
                    outer = known
                    break
            child, parent = parent, above(parent)
        for control, part in reversed(branches):
            self._paths[control] = outer
            outer = (*outer, (control, part))
        self._paths[node] = outer
        return outer

    def reaching(self, definitions: Sequence[Definition], use: Node) -> list[Definition]:
        """Which of some definitions (of one name in one scope, sorted by `effect`) can still hold at `use`."""
        here = self.path(use)
        last = bisect_right(definitions, use.start, key=lambda item: item.effect)
        covered: set[Branch] = set()
        found: list[Definition] = []
        loops = {branch for branch in here if isinstance(branch[0], Loop)}
        for definition in reversed(definitions[max(0, last - _MOST_SCANNED) : last]):
            there = self.path(definition.node)
            shared = _shared(there, here)
            if self._excluded(there, here, shared) or covered.intersection(there[shared:]):
                continue
            found.append(definition)
            if definition.kind != "filled" and self._covers(there, here, covered):
                loops.difference_update(there)
                break
            if len(found) >= _MOST_FOUND:
                break
        found.reverse()
        return found + self._carried(definitions[last : last + _MOST_SCANNED], here, loops)

    def excludes(self, earlier: Node, use: Node) -> bool:
        """Whether nobody gets from `earlier` to `use`."""
        there, here = self.path(earlier), self.path(use)
        return self._excluded(there, here, _shared(there, here))

    def implied(self, path: Path, origin: Path) -> bool:
        """Whether whoever is at `origin` also gets to `path`, when both are on the same way forward."""
        return all(branch in origin or branch[1] == "attempt" for branch in path)

    def _carried(self, later: Sequence[Definition], here: Path, loops: set[Branch]) -> list[Definition]:
        """Definitions after the use that an earlier round of a loop around both has made."""
        if not loops:
            return []
        carried = [
            item
            for item in later
            if not loops.isdisjoint(there := self.path(item.node))
            and not self._excluded(there, here, _shared(there, here))
        ]
        return carried[:_MOST_FOUND]

    def _excluded(self, there: Path, here: Path, shared: int) -> bool:
        """Whether a definition at `there` never holds at `here`: it is in the other branch, or its branch leaves."""
        if shared < min(len(there), len(here)) and there[shared][0] is here[shared][0]:
            return there[shared][1] != "attempt"
        return any(self._leaves_branch(branch) for branch in there[shared:])

    def _covers(self, there: Path, here: Path, covered: set[Branch]) -> bool:
        """Note the branch that the definition ends; tell whether every way to the use now passes a noted one."""
        path = list(there)
        while tuple(path) != here[: len(path)]:
            control, part = path.pop()
            covered.add((control, part))
            meets_use = len(path) < len(here) and here[len(path)][0] is control
            if meets_use or not self._all_covered(control, covered):
                return False
        return True

    def _all_covered(self, control: Node, covered: set[Branch]) -> bool:
        branches = [(control, part) for part in _alternatives(control)]
        return bool(branches) and all(item in covered or self._leaves_branch(item) for item in branches)

    def _leaves_branch(self, branch: Branch) -> bool:
        control, part = branch
        match control:
            case If():
                return self._leaves(control.then if part == "then" else control.otherwise)
            case Try(handlers=handlers):
                return self._leaves(control.body if part == "attempt" else handlers[int(part.split()[1])])
            case Loop():
                return self._leaves(control.body)
            case _:
                return False

    def _leaves(self, block: Block | None) -> bool:
        """Whether a block always ends in `return` or `raise`."""
        if block is None or not block.statements:
            return False
        known = self._leaving.get(block)
        if known is None:
            self._leaving[block] = False
            known = self._leaving[block] = self._leaves_statement(block.statements[-1])
        return known

    def _leaves_statement(self, last: Statement, depth: int = 20) -> bool:
        if isinstance(last, Return | Raise):
            return True
        if isinstance(last, Block) and last.statements and depth:
            return self._leaves_statement(last.statements[-1], depth - 1)
        if isinstance(last, If) and last.otherwise is not None and depth:
            blocks = (last.then, last.otherwise)
            return all(block.statements and self._leaves_statement(block.statements[-1], depth - 1) for block in blocks)
        return False


def _alternatives(control: Node) -> tuple[str, ...]:
    """The parts of a control structure of which one is always taken to its end."""
    match control:
        case If(otherwise=Block()) | Conditional():
            return ("then", "otherwise")
        case Try(handlers=handlers):
            return ("attempt", *(f"handler {index}" for index in range(len(handlers))))
        case _:
            return ()


def _part(parent: Node, child: Node) -> str:
    """Which optional part of `parent` holds `child`; empty for what is always run."""
    match parent:
        case If() | Conditional():
            return "then" if child is parent.then else "otherwise" if child is parent.otherwise else ""
        case Loop():
            return "body" if child is parent.body else ""
        case Function():
            return "body" if child is parent.body else ""
        case Binary(operator=operator):
            return "right" if child is parent.right and operator in _LOGICAL else ""
        case Try():
            return _part_of_try(parent, child)
        case _:
            return ""


def _part_of_try(parent: Try, child: Node) -> str:
    if child is parent.body:
        return "attempt"
    for index, handler in enumerate(parent.handlers):
        if child is handler:
            return f"handler {index}"
    return ""


def _shared(left: Path, right: Path) -> int:
    """How many branches two paths have in common from the start."""
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count
