"""Elixir calls that bring other modules in: `alias`, `require`, `import` and `use`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.elixir.parts import Arguments, Body, Form
from lk_audit.frontends.lowering.tree import Several
from lk_audit.syntax import Call, Evaluate, Import, ImportedName, Literal, Name, Record, Statement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lk_audit.frontends.lowering.tree import Frame, Lowering
    from lk_audit.syntax import Node


def module_names(run: Lowering, frame: Frame) -> list[str]:
    """The modules that an `alias` names: `A.B`, or each of `A.{B, C.D}`."""
    written = next((kid for kid in frame.node.named_children if kid.type == "arguments"), None)
    first = written.named_children[0] if written is not None and written.named_children else None
    if first is None:
        return []
    if first.type != "dot":
        return ["".join(run.text(first).split())] if first.type == "alias" else []
    left, right = first.child_by_field_name("left"), first.child_by_field_name("right")
    if left is None or right is None or right.type != "tuple":
        return []
    base = "".join(run.text(left).split())
    return [f"{base}.{''.join(run.text(item).split())}" for item in right.named_children if item.type == "alias"]


def _alias(run: Lowering, frame: Frame, given: Arguments | None, _: Body | None) -> Node | None:
    """`alias Livekit.{AccessToken, Grants}`, `alias Livekit.AccessToken, as: Token`, `require Logger`."""
    renamed = given.keyword("as") if given is not None else None
    found: list[Statement] = []
    for module in module_names(run, frame):
        local = renamed.id if isinstance(renamed, Name) else module.rpartition(".")[2]
        name = ImportedName(frame.start, frame.end, local, None)
        found.append(Import(frame.start, frame.end, module, (name,)))
    return Several(frame.start, frame.end, tuple(found))


def _import(run: Lowering, frame: Frame, given: Arguments | None, _: Body | None) -> Node | None:
    """`import Mod`, `import Mod, only: [sign: 2]`."""
    only = given.keyword("only") if given is not None else None
    keys = (
        [entry.key.value for entry in only.entries if isinstance(entry.key, Literal)]
        if isinstance(only, Record)
        else ["*"]
    )
    start, end = frame.start, frame.end
    names = tuple(ImportedName(start, end, str(key), str(key)) for key in keys)
    return Several(start, end, tuple(Import(start, end, module, names) for module in module_names(run, frame)))


def _use(run: Lowering, frame: Frame, given: Arguments | None, _: Body | None) -> Node | None:
    """`use Joken.Config`: what the module brings in has no names here; the call says which parts."""
    start, end = frame.start, frame.end
    imports = [Import(start, end, module, (ImportedName(start, end, "*", "*"),)) for module in module_names(run, frame)]
    told = Call(start, end, Name(start, start + len("use"), "use"), given.given() if given is not None else ())
    return Several(start, end, (*imports, Evaluate(start, end, told)))


IMPORTS: Mapping[str, Form] = {**dict.fromkeys(("alias", "require"), _alias), "import": _import, "use": _use}
