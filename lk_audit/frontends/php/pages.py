"""The scripts of the pages that PHP files write around their code: they run in browsers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends import page
from lk_audit.frontends.parsing import find
from lk_audit.source import Source
from lk_audit.syntax import Module

if TYPE_CHECKING:
    from tree_sitter import Node as TreeNode

_SCRIPT = b"<script"
_SHOWN = b"<?="


def scripts(source: Source, root: TreeNode) -> tuple[Module, ...]:
    """The modules of a page's scripts, with blanks where PHP puts something in; a value shown there is a `0`.

    What such a gap leaves unread is no fault of the file, and is not listed.
    """
    if _SCRIPT not in source.data.lower():
        return ()
    around = bytearray(b" " * len(source.data))
    for node in find(root, frozenset({"text"})):
        around[node.start_byte : node.end_byte] = source.data[node.start_byte : node.end_byte]
    for node in find(root, frozenset({"php_tag"})):
        if source.data[node.start_byte : node.end_byte] == _SHOWN:
            around[node.start_byte : node.start_byte + 1] = b"0"
    parsed = page.parse(Source(f"{source.path}.html", bytes(around)))
    modules = [module for module in parsed if isinstance(module, Module)]
    for module in modules:
        module.errors = ()
    return tuple(modules)
