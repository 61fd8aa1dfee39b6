"""What IPython adds to Python: `%magic`, `!command`, `name?` and whole cells under a `%%magic`.

Source: ipython/ipython:IPython/core/inputtransformer2.py. A magic begins a statement; the same characters inside a text
or between brackets are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from lk_audit.frontends.shapes import decode
from lk_audit.patterns import regex

_CELL = regex(rb"\s*+%%(?P<name>!|[\w.-]++)(?P<rest>[^\n]*+)(?:\n|\Z)")
_LINE = regex(rb"[ \t]*+(?P<magic>[!%?](?:[^\n\\]++|\\\r?\n|\\.)*+)", re.DOTALL)
_ASSIGNED = regex(rb"[ \t]*+[\w.,\[\] \t]{1,200}=[ \t]*+(?P<magic>[!%](?:[^\n\\]++|\\\r?\n|\\.)*+)", re.DOTALL)
_HELP = regex(rb"[ \t]*+(?P<magic>%{0,2}[\w.*]++\?{1,2})[ \t\r]*+(?=\n|\Z)")
_TOKEN = regex(
    rb"""
      (?P<text> [rRbBuUfF]{0,2} (?:
          \"{3} (?:[^"\\]++|\\.|"(?!""))*+ (?:\"{3}|\Z)
        | '{3} (?:[^'\\]++|\\.|'(?!''))*+ (?:'{3}|\Z)
        | " (?:[^"\\\n]++|\\.)*+ "?
        | ' (?:[^'\\\n]++|\\.)*+ '? ) )
    | (?P<comment> \#[^\n]*+ )
    | (?P<open> [(\[{] )
    | (?P<close> [)\]}] )
    | (?P<continued> \\\r?\n )
    | (?P<newline> \n )
    """,
    re.VERBOSE | re.DOTALL,
)
_PYTHON_BODIES = frozenset({"time", "timeit", "capture", "prun", "memit", "mprun", "px", "debug", "heat", "snakeviz"})
_FILES = frozenset({"writefile", "file"})
_OTHER_PYTHONS = frozenset({"python", "python3", "pypy"})


class CellMagic(Struct, frozen=True):
    """A `%%magic` over a cell. `file` is the name of the file that the cell writes, `start` where its body begins.

    `is_program` tells that the body is code of the notebook itself.
    """

    file: str
    start: int
    is_program: bool


def cell_magic(data: bytes, start: int, end: int) -> CellMagic | None:
    """The magic that the cell between two offsets is under, if any."""
    found = _CELL.match(data, start, end)
    if found is None:
        return None
    name, words = decode(found["name"], 0, 100), decode(found["rest"], 0, 1000).split()
    if name in _FILES:
        return CellMagic(words[-1].strip("\"'") if words else "", found.end(), is_program=False)
    if name in _OTHER_PYTHONS:
        return CellMagic("cell.py", found.end(), is_program=False)
    return CellMagic("cell.sh", found.end(), is_program=name in _PYTHON_BODIES)


def line_magics(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The spans of the magics among the Python code between two offsets."""
    position, depth = start, 0
    is_statement = True
    while position < end:
        if is_statement and (magic := _magic_at(data, position, end)):
            yield magic
            position = magic[1]
        token = _TOKEN.search(data, position, end)
        if token is None:
            return
        position = token.end()
        depth = max(0, depth + (token.lastgroup == "open") - (token.lastgroup == "close"))
        is_statement = token.lastgroup == "newline" and depth == 0


def _magic_at(data: bytes, position: int, end: int) -> tuple[int, int] | None:
    """The magic in the statement that begins here."""
    for pattern in (_HELP, _LINE, _ASSIGNED):
        found = pattern.match(data, position, end)
        if found is not None:
            return found.span("magic")
    return None
