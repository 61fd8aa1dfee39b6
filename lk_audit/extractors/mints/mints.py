"""The access tokens that a file makes, whatever signs them."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext
from lk_audit.extractors.mints import hand as hand_mints
from lk_audit.extractors.mints import raw as raw_mints
from lk_audit.extractors.mints import sdk as sdk_mints
from lk_audit.extractors.mints.facts import assemble
from lk_audit.extractors.mints.model import MintParts, Part
from lk_audit.extractors.requests.endpoints import Endpoints
from lk_audit.extractors.sides import reach
from lk_audit.extractors.sides.sides import SideEvidence
from lk_audit.facts import Lead, Side, TokenMint
from lk_audit.livekit.clients import is_of_client_build
from lk_audit.syntax import Call, Member, Name, walk
from lk_audit.values.model import Environment


def mints_of(context: FileContext) -> tuple[MintParts, ...]:
    """The parts of every token that the file makes."""
    of_sdk = tuple(sdk_mints.sdk_mints(context))
    of_library = tuple(raw_mints.raw_mints(context))
    mints = of_sdk + (of_library or tuple(hand_mints.hand_mints(context)))
    if not context.sdks.builders:
        return mints
    from lk_audit.extractors.mints import built as built_mints  # noqa: PLC0415 - most scans meet other languages

    return (*mints, *built_mints.built_mints(context))


def token_mints(context: FileContext) -> Iterator[TokenMint]:
    """The fact that each of them amounts to."""
    for parts in context.built(mints_of):
        side = reach.side_of_node(context, parts.call)
        is_told = side.side is not Side.UNKNOWN or context.built(Endpoints).endpoints(parts.call)
        yield assemble(context, parts, side if is_told else _by_secret(context, parts))


def _by_secret(context: FileContext, parts: MintParts) -> SideEvidence:
    """Where code runs that nothing else tells of: what reads a variable that only client builds have runs there."""
    if not context.names.is_javascript:
        return SideEvidence(Side.UNKNOWN)
    told = [part for name in ("apiSecret", "api_secret") for part in parts.settings.get(name, ())]
    for part in told or _secrets_read(context, parts.call):
        for value in part.values:
            if isinstance(value, Environment) and is_of_client_build(value.name, value.accessor, context.source.path):
                note = f"signs with {value.name}, which a bundler puts into what clients load"
                return SideEvidence(Side.CLIENT, (Lead(part.place, note),))
    return SideEvidence(Side.UNKNOWN)


def _secrets_read(context: FileContext, mint: Call) -> Iterator[Part]:
    """The API secrets that are read in the function that signs by hand: `importKey("raw", bytes(config.secret))`."""
    for node in walk(context.function_of(mint)):
        if isinstance(node, Name | Member):
            values = tuple(item for item in context.values(node) if isinstance(item, Environment))
            if any(context.secret_names.means(item.name) for item in values):
                yield Part(values, context.place(node))
