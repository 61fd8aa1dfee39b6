"""API secrets that code reads under a name which a framework publishes to clients."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext
from lk_audit.extractors.credentials import environment_reads
from lk_audit.extractors.sides import side_of
from lk_audit.facts import EnvExposure, Side
from lk_audit.livekit.apps import DEVICE_BUILDS
from lk_audit.livekit.clients import PUBLIC_ENVIRONMENTS
from lk_audit.livekit.credentials import public_prefix
from lk_audit.source import Place


def code_exposures(context: FileContext) -> Iterator[EnvExposure]:
    """Every read of a published API secret; one fact per place and name."""
    seen: set[tuple[Place, str]] = set()
    for node, value in environment_reads(context):
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
