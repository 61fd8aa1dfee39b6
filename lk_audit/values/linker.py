"""What values ask of other files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lk_audit.standing import Form
    from lk_audit.syntax import Call, Class, Expr, Function, Node
    from lk_audit.values.evaluator import Evaluator
    from lk_audit.values.model import Possible, Step


class Linker(Protocol):
    """What other files of the project hold."""

    def imported(self, module: str, member: str | None) -> Possible | None:
        """What `member` of `module` (as this file writes the specifier) can be; None when it is not in the project.

        Steps of these values carry the path of their file (see `possible.located`).
        """

    def evaluator_of(self, node: Node) -> Evaluator | None:
        """The evaluator of the file that `node` belongs to."""

    def mentioning(self, word: str, forms: tuple[Form, ...] = ()) -> Iterator[Evaluator]:
        """The evaluators of the other files where a word stands in one of some forms; in any, where there are none."""

    def setting(self, name: str) -> tuple[float, Step] | None:
        """The number that a settings file has for a setting, by the name of its variable, and where it stands."""

    def data_file(self, name: str, origin: Expr, *, is_import: bool = False) -> Possible:
        """What a data file holds that this file opens or imports by a name, as the value of `origin`."""

    def callers(self, function: Function) -> tuple[tuple[Evaluator, Call], ...]:
        """The calls of a function of this file in other files, each with the evaluator of its file."""

    def is_passed_on(self, function: Function) -> bool:
        """Whether another file hands a function of this file to somebody who may call it."""

    def other_parts(self, owner: Class) -> tuple[tuple[Evaluator, Class], ...]:
        """Where the rest of a class of this file stands: Go declares methods anywhere in a package."""
