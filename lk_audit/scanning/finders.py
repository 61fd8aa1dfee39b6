"""Which extractors are asked about what is parsed of a file."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from importlib import import_module
from typing import TypeAlias

from lk_audit.extractors.context import FileContext
from lk_audit.extractors.secret_names import SecretNames
from lk_audit.facts import Fact
from lk_audit.roles import file_role
from lk_audit.scanning import worth
from lk_audit.source import Source
from lk_audit.syntax import Document

Finder: TypeAlias = Callable[[FileContext], Iterable[Fact]]

_FINDERS: dict[str, str] = {
    "mints": "mints.mints:token_mints",
    "credentials": "secrets.credentials:code_credentials",
    "comments": "secrets.comments:comment_credentials",
    "texts": "secrets.texts:text_credentials",
    "exposures": "secrets.exposures:code_exposures",
    "public_settings": "secrets.public_settings:public_settings",
    "token_checks": "tokens.token_checks:token_checks",
    "urls": "urls:code_urls",
    "secret_exposures": "secrets.secret_exposures:secret_exposures",
    "webhooks": "webhooks.webhooks:webhook_uses",
    "e2ee_keys": "secrets.e2ee_keys:e2ee_keys",
    "development_tokens": "tokens.development_tokens:development_sources",
    "client_tokens": "tokens.client_tokens:tokens_left_behind",
}
"""The extractors of code, in the order of their facts: what gates call each, its module, and its function."""
_OTHERS = ("secrets.documents", "secrets.device_settings", "mints.command", "tokens.jwts")
"""The modules of those that most scans need beside them."""


def load_all() -> None:
    """Import what most scans need, before they are many processes that would each do it."""
    for place in (*_OTHERS, *_FINDERS.values()):
        import_module(f"lk_audit.extractors.{place.partition(':')[0]}")


def code_facts(context: FileContext, opened: Container[str]) -> Iterator[Fact]:
    """What the extractors find in a file of code that its gates are open for."""
    for name, place in _FINDERS.items():
        if name in opened:
            # An extractor is imported when a file may hold what it looks for: most scans need few of them.
            module, _, function = place.partition(":")
            find: Finder = getattr(import_module(f"lk_audit.extractors.{module}"), function)
            yield from _outside_tests(context, find(context))


def code_credentials(context: FileContext) -> Iterator[Fact]:
    """The secrets that are written down in a file of code."""
    from lk_audit.extractors.secrets import comments, credentials, texts  # noqa: PLC0415 - as in `code_facts`

    yield from _outside_tests(context, credentials.code_credentials(context))
    yield from comments.comment_credentials(context)
    yield from _outside_tests(context, texts.text_credentials(context))


def _outside_tests(context: FileContext, facts: Iterable[Fact]) -> Iterable[Fact]:
    """The facts of a file, with those of unit tests told apart where a language has them beside the code."""
    if context.module.language != "rust":
        return facts
    from lk_audit.extractors.inline_tests import without_tests  # noqa: PLC0415 - most scans meet other languages

    return without_tests(context.source, facts)


def document_facts(source: Source, parsed: Document, names: SecretNames) -> Iterator[Fact]:
    """What the pairs of data or text tell."""
    from lk_audit.extractors.secrets import device_settings, documents  # noqa: PLC0415 - most scans meet one kind of file only

    role = file_role(source.path)
    yield from documents.credentials(source, parsed, role, names)
    yield from documents.exposures(source, parsed, role, names)
    yield from documents.insecure_urls(source, parsed, role)
    yield from device_settings.exposures(source, role, names)
    yield from device_settings.credentials(source, role, names)
    if b"echo" in source.data or b"printf" in source.data:
        from lk_audit.extractors.secrets import shell_prints  # noqa: PLC0415 - few files print

        yield from shell_prints.printed_secrets(source, role, names)


def command_facts(source: Source) -> Iterator[Fact]:
    """What commands in a file do, whatever its format is."""
    if worth.may_run_command(source):
        from lk_audit.extractors.mints import command as command_mints  # noqa: PLC0415 - most files hold no commands

        yield from command_mints.command_facts(source)
    if worth.may_sign(source):
        from lk_audit.extractors.mints import shell as shell_mints  # noqa: PLC0415 - few files sign by hand

        yield from shell_mints.shell_facts(source)
