"""Parsing that can be interrupted: between two steps of the parser Python gets to see its signals."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_CHUNK = 1 << 16


def root_of(parser: Parser, data: bytes) -> Node:
    """The syntax tree of a text.

    Given the bytes themselves, the parser would not come back before it is done: after an error some grammars take the
    square of a file's size, and neither Ctrl-C nor the limit of time would end that.
    """

    def read(offset: int, _: object) -> bytes:
        return data[offset : offset + _CHUNK]

    return parser.parse(read, progress_callback=_goes_on).root_node


def _goes_on(_offset: int, _has_error: bool) -> bool:
    """Whether to stop; what wants to stop the parser raises."""
    return False
