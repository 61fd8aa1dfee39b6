"""Grammars of tree-sitter, loaded when a file needs one."""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from typing import TYPE_CHECKING, Any

from lk_audit.frontends.parsing import root_of

if TYPE_CHECKING:
    from tree_sitter import Language, Node

_BINDING = "_binding"


@cache
def language(package: str, function: str = "language") -> Language:
    """The grammar that a function of a package gives."""
    from tree_sitter import Language  # noqa: PLC0415 - a scan that meets no code need not load it

    return Language(getattr(binding(package), function)())


def syntax_tree(data: bytes, package: str, function: str = "language") -> Node:
    """The syntax tree of a text.

    Raises:
        TooHardError: it takes far too long.
    """
    from tree_sitter import Parser  # noqa: PLC0415 - as above

    return root_of(Parser(language(package, function)), data)


def binding(package: str) -> Any:  # noqa: ANN401 - a module
    """The compiled part of a grammar's package, or the package where that cannot be told.

    All that the package adds are queries for editors and what reads them, `importlib.resources`: that takes several
    times as long to import as the grammar.
    """
    found = None if package in sys.modules else PathFinder.find_spec(package)
    folders = None if found is None else found.submodule_search_locations
    inner = PathFinder.find_spec(f"{package}.{_BINDING}", folders) if folders else None
    if inner is None or inner.loader is None:
        return import_module(package)
    module = module_from_spec(inner)
    inner.loader.exec_module(module)
    return module
