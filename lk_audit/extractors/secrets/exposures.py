"""API secrets that code reads under a name which a framework publishes to clients."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext
from lk_audit.extractors.secrets.credentials import names_secret
from lk_audit.extractors.sides.sides import side_of
from lk_audit.facts import EnvExposure, Side
from lk_audit.livekit.apps import DEVICE_BUILDS
from lk_audit.livekit.clients import PUBLIC_ENVIRONMENTS
from lk_audit.livekit.setting_names import public_prefix
from lk_audit.source import Place
from lk_audit.syntax import Call, Expr, ImportedName, Index, Literal, Member, Name, Node
from lk_audit.values.model import Environment


def code_exposures(context: FileContext) -> Iterator[EnvExposure]:
    """Every read of a published API secret; one fact per place and name."""
    seen: set[tuple[Place, str]] = set()
    for node, value in _environment_reads(context):
        prefix = public_prefix(value.name)
        if prefix is None and value.accessor in PUBLIC_ENVIRONMENTS:
            prefix = ("", value.accessor)
        if prefix is None and value.accessor in DEVICE_BUILDS and context.built(side_of).side is Side.CLIENT:
            prefix = ("", DEVICE_BUILDS[value.accessor])
        place = context.place(node)
        if prefix is None or (place, value.name) in seen:
            continue
        seen.add((place, value.name))
        yield EnvExposure(
            place=place,
            role=context.role,
            name=value.name,
            prefix=prefix[0],
            framework=prefix[1],
            is_read=True,
            on_server=context.built(side_of).side is Side.SERVER,
        )


def _environment_reads(context: FileContext) -> Iterator[tuple[Node, Environment]]:
    """Every environment variable with a name that says LiveKit API secret or key that the file reads."""
    names = context.names
    reads: tuple[Expr, ...] = (*names.nodes(Member), *names.nodes(Index), *names.calls, *names.nodes(Name))
    imported = {item.local for line in names.imports for item in line.names if "secret" in (item.member or "").lower()}
    for node in reads:
        if not (_spells_secret(context, node) or (isinstance(node, Name) and node.id in imported)):
            continue
        for value in context.values(node):
            if not isinstance(value, Environment) or not context.code.holds(value.origin):
                continue
            place = _place_of_read(context, node, value)
            if place is not None and context.secret_names.means(value.name):
                yield place, value


def _place_of_read(context: FileContext, node: Expr, value: Environment) -> Node | None:
    """Where a variable is read that `node` is: there, or where it is imported (`import { NAME } from '@env'`).

    Nothing is read where a member of a settings object is, which has the value.
    """
    if not value.trace:
        is_kept = isinstance(node, Member) and not node.start <= value.origin.start < node.end
        return None if is_kept else node
    defined = context.names.definitions(node) if isinstance(node, Name) else ()
    spans = [(step.start, step.end) for step in value.trace]
    imported = (item.node for item in defined if isinstance(item.node, ImportedName))
    return next((item for item in imported if [(item.start, item.end)] == spans), None)


def _spells_secret(context: FileContext, node: Expr) -> bool:
    """Whether what is read has a name, or is asked for by one, that holds an API secret."""
    match node:
        case Call():
            return names_secret(context, node)
        case Member(name=name) | Name(id=name) | Index(key=Literal(value=str(name))):
            return "secret" in name.lower() or context.secret_names.are_stated(name)
        case _:
            return False
