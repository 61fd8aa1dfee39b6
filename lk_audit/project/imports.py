"""The imports of a module, and the files that they mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from lk_audit.syntax import Call, Export, Import, ImportedName, Literal, Name, Node

if TYPE_CHECKING:
    from lk_audit.project.code_module import CodeModule


_LOADERS = frozenset({"require", "import"})


class ImportEdge(Struct, frozen=True, eq=False):
    """One import of a module in another: the statement or call, and what it takes (nothing: the whole module)."""

    module: CodeModule
    node: Node
    names: tuple[ImportedName, ...]
    is_export: bool = False

    @property
    def is_type_only(self) -> bool:
        return bool(self.names) and all(item.type_only for item in self.names)


def import_edges(module: CodeModule) -> Iterator[ImportEdge]:
    """Every import of a module: statements, re-exports, `require()` and `import()`."""
    for statement in module.names.nodes(Import):
        yield ImportEdge(module, statement, statement.names)
    if not module.names.is_javascript:
        return
    for export in module.names.nodes(Export):
        if export.module is not None:
            yield ImportEdge(module, export, (), is_export=True)
    for call in module.names.calls:
        if _specifier(call) is not None:
            yield ImportEdge(module, call, ())


def targets(module: CodeModule, edge: ImportEdge) -> set[str]:
    """The files that an import names: a module, in Python also modules taken from a package."""
    node = edge.node
    match node:
        case Import(module=written):
            wanted = [written]
            if module.is_python or module.syntax.language in {"php", "rust"}:
                wanted += [module.names.join(written, item.member) for item in edge.names if item.member]
        case Export(module=str(written)):
            wanted = [written]
        case Call():
            wanted = [_specifier(node) or ""]
        case _:
            wanted = []
    found = (module.target(item) for item in wanted if item)
    return {path for path in found if path is not None}


def _specifier(call: Call) -> str | None:
    if not (isinstance(call.callee, Name) and call.callee.id in _LOADERS and call.arguments):
        return None
    first = call.arguments[0].value
    return first.value if isinstance(first, Literal) and isinstance(first.value, str) else None
