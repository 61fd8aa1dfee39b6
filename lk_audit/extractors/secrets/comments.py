"""API secrets in comments of code: switched off, and still there for everybody to read."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext
from lk_audit.facts import CredentialLiteral
from lk_audit.syntax import Document


def comment_credentials(context: FileContext) -> Iterator[CredentialLiteral]:
    """Every API secret in the file's comments.

    Raises:
        TooHardError: there is far too much in them.
    """
    source = context.source
    naming = [span for span in context.module.comments if _may_name_secret(context, source.data[slice(*span)])]
    if not naming:
        return
    from lk_audit.extractors.secrets.documents import credentials  # noqa: PLC0415 - few comments name a secret
    from lk_audit.frontends.parsing import at_most  # noqa: PLC0415 - few comments name a secret
    from lk_audit.frontends.text import pairs_in  # noqa: PLC0415 - as above

    pairs = at_most(pair for span in naming for pair in pairs_in(source, *span, commented=True))
    if pairs:
        yield from credentials(
            source, Document(0, len(source.data), "comment", pairs), context.role, context.secret_names
        )


def _may_name_secret(context: FileContext, text: bytes) -> bool:
    return b"ecret" in text or b"ECRET" in text or context.secret_names.occur_in(text)
