"""Imports that a fix needs in a Python file."""

from __future__ import annotations

import sys
from typing import TypeAlias

from lk_audit.edits import Edit
from lk_audit.extractors.context import FileContext
from lk_audit.fixes.ground import with_breaks
from lk_audit.source import Source
from lk_audit.syntax import Evaluate, Import, Literal

_Order: TypeAlias = tuple[bool, str]
"""What imports of the standard library are sorted by: `import x` before `from x import y` (isort's default)."""


def module_name(context: FileContext, module: str) -> tuple[str, tuple[Edit, ...]] | None:
    """What a module is called in the file, and the import that makes it so; None where its name is taken."""
    for statement, local, member in context.built(_imported):
        if statement.module == module and member is None:
            return local, ()
    return _new(context, f"import {module}", module, (False, module))


def member_name(context: FileContext, module: str, member: str) -> tuple[str, tuple[Edit, ...]] | None:
    """What a member of a module is called in the file, `timedelta` or `datetime.timedelta`; else as above."""
    for statement, local, imported in context.built(_imported):
        if statement.module == module and imported in {None, member}:
            return (local if imported else f"{local}.{member}"), ()
    return _new(context, f"from {module} import {member}", member, (True, module))


def _imported(context: FileContext) -> list[tuple[Import, str, str | None]]:
    """What the top level imports, at any depth of a function nothing: it may come too late."""
    return [
        (statement, item.local, item.member)
        for statement in context.module.body.statements
        if isinstance(statement, Import)
        for item in statement.names
    ]


def _new(context: FileContext, line: str, name: str, order: _Order) -> tuple[str, tuple[Edit, ...]] | None:
    if any(context.names.definitions(node) for node in context.names.mentions(name)):
        return None
    start = _position(context, order)
    edit = Edit(context.source.place(start, start), with_breaks(f"{line}\n", context.source))
    return name, (edit,)


def _position(context: FileContext, order: _Order) -> int:
    """Where in the first block of imports a line belongs, `__future__` left out; else below docstring and comments."""
    source, statements = context.source, context.module.body.statements
    imports = [item for item in statements if isinstance(item, Import) and item.module != "__future__"]
    past = [item for number, item in enumerate(statements) if _stays_above(item, number)]
    if imports:
        last = _line_among(source, imports, order)
    else:
        last = source.line_number(past[-1].end) if past else _comment_lines(context)
    return source.line_starts[last] if last < len(source.line_starts) else len(source.data)


def _line_among(source: Source, imports: list[Import], order: _Order) -> int:
    """The number of lines above an import of the standard library that is put among others, up to a blank line."""
    last = source.line_number(imports[0].start) - 1
    for item in imports:
        line = source.line_number(item.start)
        if line > last + 1 or item.module.partition(".")[0] not in sys.stdlib_module_names or _order_of(item) > order:
            break
        last = source.line_number(item.end)
    return last


def _order_of(statement: Import) -> _Order:
    return any(item.member is not None for item in statement.names), statement.module


def _stays_above(statement: object, number: int) -> bool:
    is_docstring = number == 0 and isinstance(statement, Evaluate) and isinstance(statement.value, Literal)
    return is_docstring or (isinstance(statement, Import) and statement.module == "__future__")


def _comment_lines(context: FileContext) -> int:
    """How many lines the comments at the top of a file take: an interpreter, an encoding, a licence."""
    count = 0
    while context.source.line_text(count + 1).startswith("#"):
        count += 1
    return count
