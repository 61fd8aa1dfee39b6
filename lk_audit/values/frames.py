"""The bounds and bindings of an evaluation under way."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from lk_audit.syntax import Function, Node
from lk_audit.values.model import Possible

_DEEPEST = 60
_MOST_WORK = 3_000
_LEAST_WORK = 60
_MOST_OF_A_FILE = 200_000


class Frame(Struct, frozen=True, eq=False):
    """One call of a small function that is followed: what its parameters are. `outer` is where the call stands."""

    function: Function
    bindings: Mapping[str, Possible]
    outer: Frame | None = None
    depth: int = 1


class Effort(Struct, eq=False):
    """The bounds of one evaluation. Evaluators of files that link to each other share one.

    `depth` counts the expressions under way, `work` those seen, `truncations` those given up. Unless `asks_callers`, a
    parameter is what it is declared to be, and nobody looks in other files for who calls its function.
    """

    depth: int = 0
    work: int = 0
    truncations: int = 0
    limit: int = _MOST_WORK
    asks_callers: bool = True
    active: set[tuple[Node, Frame | None]] = field(default_factory=set)

    def begin(self, spent: int) -> None:
        """Start over for a new question.

        `spent` is the work of earlier questions about the same file: after too much of it, a file is not looked at
        as closely any more.
        """
        self.work = 0
        self.truncations = 0
        self.limit = _MOST_WORK if spent < _MOST_OF_A_FILE else _LEAST_WORK

    def enter(self, key: tuple[Node, Frame | None]) -> bool:
        """Begin to evaluate; False when that would go round in circles or too far."""
        if key in self.active or self.depth >= _DEEPEST or self.is_spent:
            self.truncations += 1
            return False
        self.depth += 1
        self.work += 1
        self.active.add(key)
        return True

    def sparing(self, limit: int, later: int) -> int:
        """How far work may go in one part of something, so that there is some left for those after it.

        `limit` is that of all parts together, `later` how many come after this one.
        """
        return max(limit - later * _LEAST_WORK, self.work + (limit - self.work) // 2)

    @property
    def is_spent(self) -> bool:
        return self.work >= self.limit

    def spend(self, work: int) -> bool:
        """Count work beside that of evaluating expressions; False when it was too much."""
        self.work += work
        if self.is_spent:
            self.truncations += 1
        return not self.is_spent

    def gives_up(self) -> bool:
        """Whether nothing more can be found out for what is being evaluated; then that is not all there is to it."""
        if self.depth == 0 or not self.is_spent:
            return False
        self.truncations += 1
        return True

    def leave(self, key: tuple[Node, Frame | None]) -> None:
        self.depth -= 1
        self.active.discard(key)
