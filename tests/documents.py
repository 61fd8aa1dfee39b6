"""A file that is read as data or text."""

from __future__ import annotations

from lk_audit import frontends
from lk_audit.source import Source
from lk_audit.syntax import Document


def document(path: str, text: str) -> tuple[Source, Document]:
    source = Source.from_text(path, text)
    (parsed,) = frontends.parse(source)
    assert isinstance(parsed, Document)
    return source, parsed
