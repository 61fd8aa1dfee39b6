"""JSON, also with comments, trailing commas, single quotes and bare keys (JSONC, JSON5)."""

from __future__ import annotations

from lk_audit.frontends.documents.embedded import pairs_inside
from lk_audit.frontends.documents.json_reader import read
from lk_audit.source import Source
from lk_audit.syntax import Document


def parse(source: Source) -> Document:
    """The pairs of a JSON document.

    Raises:
        TooHardError: there are far too many of them, or far too many levels.
    """
    return read(source, pairs_inside)
