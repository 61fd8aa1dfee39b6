"""Tables of examples in text: a frame of code above `====`, and below it a line for each way of writing something.

Of such a line what stands before ` ==> ` goes where the frame has STATEMENTS, and what stands behind it is expected.
`{{a|b}}` stands for a in one line and for b in another. Lines that begin with `# ` are headings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

_CHOICE = re.compile(r"\{\{(.*?)\}\}")


class Example(NamedTuple):
    """One line, with its choices made."""

    code: str
    expected: str
    file: str
    """The whole file, with the code in its frame."""

    def __str__(self) -> str:
        return f"{self.code} ==> {self.expected}"


def examples(table: Path, statements: Callable[[str], str] = str) -> Iterator[Example]:
    """The lines of a table, with the statements that `statements` makes of their code."""
    frame, _, lines = table.read_text("utf-8").partition("\n====\n")
    for line in lines.splitlines():
        if line and not line.startswith("# "):
            for chosen in _choices(line):
                code, _, expected = chosen.partition(" ==> ")
                yield Example(code, expected, frame.replace("STATEMENTS", statements(code).replace(r"\n", "\n")))


def _choices(line: str) -> Iterator[str]:
    count = max((choice.count("|") for choice in _CHOICE.findall(line)), default=0) + 1
    for place in range(count):
        yield _CHOICE.sub(lambda choice, place=place: choice[1].split("|")[place], line)  # type: ignore[misc]
