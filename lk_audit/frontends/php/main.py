"""PHP files that answer a request by themselves: their code outside functions is a function, called `{main}`.

The name is that of PHP's own stack traces. Definitions, imports and constants stay where they are, for other files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.patterns import regex
from lk_audit.syntax import Assign, Block, Define, DefineClass, Export, Function, Import, Name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node as TreeNode

    from lk_audit.syntax import Statement

MAIN = "{main}"
_SERVES = regex(rb"\$_(?:GET|POST|REQUEST|SESSION|COOKIE|FILES)\b|php://input|REQUEST_METHOD|\bheader\s*\(|HTTP_[A-Z]+")
"""What only code that answers requests has."""
_FRAMEWORKS = regex(rb"\bRoute::|register_rest_route|\badd_action\s*\(|\$app\s*->\s*(?:get|post|map|run|group)\b")
"""Code that leaves requests to functions."""
_CLASSES = frozenset(
    {"class_declaration", "trait_declaration", "interface_declaration", "enum_declaration", "function_definition"}
)
_CONSTANT = regex(r"[A-Z][A-Z0-9_]*")


def as_script(body: Block, root: TreeNode, data: bytes) -> Block:
    """`body` with the statements of a script as one function; as it is for a file that holds definitions only."""
    if not _answers(root, data):
        return body
    kept = [item for item in body.statements if _is_definition(item)]
    rest = tuple(item for item in body.statements if not _is_definition(item))
    if not rest:
        return body
    start, end = rest[0].start, rest[-1].end
    main = Define(start, end, Function(start, end, MAIN, (), Block(start, end, rest)))
    return Block(body.start, body.end, (*kept, main))


def _is_definition(item: Statement) -> bool:
    if isinstance(item, Assign):
        return isinstance(item.target, Name) and _CONSTANT.fullmatch(item.target.id) is not None
    return isinstance(item, Define | DefineClass | Import | Export)


def _answers(root: TreeNode, data: bytes) -> bool:
    code = b"\n".join(_outside(root, data))
    return _SERVES.search(code) is not None and _FRAMEWORKS.search(code) is None


def _outside(root: TreeNode, data: bytes) -> Iterator[bytes]:
    """The code of a file outside functions and classes."""
    for node in root.named_children:
        if node.type not in _CLASSES and node.type not in {"text", "comment", "text_interpolation"}:
            yield data[node.start_byte : node.end_byte]
