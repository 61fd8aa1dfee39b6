"""What code loads from a data file of the project: JSON, YAML or TOML that it opens by name, or imports.

The functions that do are a table of `environment`.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from lk_audit.syntax import Call, Expr, Literal, Name, Node, Parameter, walk
from lk_audit.values.environment import CONVICT, NODE_CONFIG
from lk_audit.values.model import Possible, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lk_audit.values.evaluator import Evaluator

_SETTINGS_FILE = "config/default.json"
"""The file that the settings of node-config begin with (github.com/node-config/node-config)."""
SUFFIXES = (".json", ".json5", ".yaml", ".yml", ".toml")
_LONGEST_NAME = 200
_DEEPEST = 4
_MOST_TOLD = 500
"""Nodes in which the name of a file is looked for: what opens one is a line or two."""


def by(evaluator: Evaluator, name: str, call: Call) -> Possible:
    """What a call of one of those functions gives; nothing where it is not told which file is meant."""
    if name in CONVICT:
        from lk_audit.values import schemas  # noqa: PLC0415 - JavaScript only

        return schemas.of_convict(evaluator, call)
    linker = evaluator.linker
    first = call.arguments[0].value if call.arguments else None
    if linker is None or first is None:
        return ()
    if name != NODE_CONFIG:
        file = _named(evaluator, first)
        return linker.data_file(file, call) if file is not None else ()
    values = linker.data_file(_SETTINGS_FILE, call)
    for key in (
        part for item in evaluator.evaluate(first)[:1] if isinstance(item, Text) for part in item.text.split(".")
    ):
        values = tuple(inner for value in values for inner in evaluator.part(value, key, call))
    return values


def _named(evaluator: Evaluator, expr: Expr) -> str | None:
    """The name of the data file that an expression tells, itself or by what its names were given."""
    for node in islice(_told(evaluator, expr, _DEEPEST), _MOST_TOLD):
        if isinstance(node, Literal) and isinstance(node.value, str) and node.value.endswith(SUFFIXES):
            return node.value.lstrip("/") if len(node.value) <= _LONGEST_NAME else None
    return None


def _told(evaluator: Evaluator, expr: Expr, steps: int) -> Iterator[Node]:
    """What an expression is made of, and what its names were given, so many steps back."""
    for node in walk(expr) if steps else ():
        yield node
        for item in evaluator.names.definitions(node) if isinstance(node, Name) else ():
            given = item.node.default if isinstance(item.node, Parameter) else item.value
            if given is not None:
                yield from _told(evaluator, given, steps - 1)
