"""The access tokens that a file makes, whatever signs them."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors import endpoints, hand_mints, raw_mints, reach, sdk_mints
from lk_audit.extractors.context import FileContext
from lk_audit.extractors.mint_parts import MintParts, assemble
from lk_audit.facts import TokenMint


def mints_of(context: FileContext) -> tuple[MintParts, ...]:
    """The parts of every token that the file makes."""
    is_request = context.built(endpoints.Endpoints).is_request
    of_sdk = tuple(sdk_mints.sdk_mints(context, is_request))
    of_library = tuple(raw_mints.raw_mints(context, is_request))
    mints = of_sdk + (of_library or tuple(hand_mints.hand_mints(context, is_request)))
    if not context.sdks.builders:
        return mints
    from lk_audit.extractors import built_mints  # noqa: PLC0415 - most scans meet other languages

    return (*mints, *built_mints.built_mints(context, is_request))


def token_mints(context: FileContext) -> Iterator[TokenMint]:
    """The fact that each of them amounts to."""
    handlers = context.built(endpoints.Endpoints)
    for parts in context.built(mints_of):
        yield assemble(context, parts, handlers, reach.side_of_node(context, parts.call))
