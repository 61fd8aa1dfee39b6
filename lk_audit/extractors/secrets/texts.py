"""API secrets in texts that code holds: settings, files and commands that it writes somewhere else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lk_audit.extractors.context import FileContext
from lk_audit.extractors.gates import SECRET_IN_TEXT
from lk_audit.facts import CredentialLiteral, Strength
from lk_audit.syntax import Document, Literal, Pair

if TYPE_CHECKING:
    from lk_audit.source import Source

_SETTINGS = "yml"
"""What texts are read like: their lines are `NAME=value` and `name: value`, and indented ones belong together."""


def text_credentials(context: FileContext) -> Iterator[CredentialLiteral]:
    """Every real-looking API secret in the file's texts. Guessable ones are what messages and help show.

    Raises:
        TooHardError: there is far too much in them.
    """
    source = context.source
    texts = [node for node in context.names.nodes(Literal) if _may_hold_secret(context, node)]
    if not texts:
        return
    from lk_audit.extractors.secrets.documents import credentials  # noqa: PLC0415 - few texts name a secret
    from lk_audit.frontends.parsing import at_most  # noqa: PLC0415 - as above

    pairs = at_most(pair for node in texts for pair in _pairs(source, node))
    document = Document(0, len(source.data), "string", pairs)
    found = credentials(source, document, context.role, context.secret_names)
    yield from (fact for fact in found if fact.strength is Strength.STRONG)


def _may_hold_secret(context: FileContext, node: Literal) -> bool:
    data = context.source.data
    if not isinstance(node.value, str) or node.value.startswith("--"):
        return False  # An option alone belongs to the command around it, which is read as a whole.
    return any(form.search(data, node.start, node.end) for form in SECRET_IN_TEXT)


def _pairs(source: Source, node: Literal) -> Iterator[Pair]:
    """The pairs in a text, at their places in the file, also where its lines end in escapes."""
    from lk_audit.frontends.documents.escapes import unescaped  # noqa: PLC0415 - few texts name a secret
    from lk_audit.frontends.text import pairs_in  # noqa: PLC0415 - as above
    from lk_audit.source import Source as Part  # noqa: PLC0415 - as above

    if source.data.find(b"\\", node.start, node.end) == -1:
        yield from pairs_in(source, node.start, node.end, suffix=_SETTINGS)
        return
    view = unescaped(source.data, node.start, node.end)
    for pair in pairs_in(Part(source.path, view.data), 0, len(view.data), suffix=_SETTINGS):
        start, end = view.span(pair.start, pair.end)
        yield replace(pair, start=start, end=end, key_start=view.span(pair.key_start, pair.key_start)[0])
