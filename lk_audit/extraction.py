"""From sources to facts: parse every file, then read what the facts need from the parsed forms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lk_audit import frontends
from lk_audit.extractors.context import FileContext, Workspace
from lk_audit.facts import CredentialLiteral, Fact
from lk_audit.project.files import Files
from lk_audit.project.modules import Project
from lk_audit.roles import file_role
from lk_audit.source import Source
from lk_audit.syntax import Document, Module


@dataclass(frozen=True, slots=True)
class ParseNote:
    """A part of a file that could not be read; the rest of the file was. `line` counts from 1."""

    path: str
    line: int
    reason: str


def extract_facts(sources: Sequence[Source], files: Files | None = None) -> tuple[list[Fact], list[ParseNote]]:
    """All facts of a set of files, and what of them could not be parsed.

    `files` are all files of the project, where values, callers and guards are looked up; by default just `sources`.
    """
    facts: list[Fact] = []
    notes: list[ParseNote] = []
    workspace = Workspace(Project(Files(sources) if files is None else files))
    for source in sources:
        if not _may_hold_facts(source):
            continue
        contexts = workspace.contexts(source.path)
        for context in contexts:
            notes.extend(_notes(source, context.module))
            facts.extend(_code_facts(context))
        if not contexts:
            for parsed in frontends.parse(source):
                notes.extend(_notes(source, parsed))
                facts.extend(_document_facts(source, parsed))
        if workspace.project.bytes_parsed > _MOST_KEPT:
            workspace.forget()
    facts.extend(_token_facts(sources, facts))
    return _without_repetition(facts), notes


_MOST_KEPT = 10_000_000
"""Bytes of code whose parsed form is kept for questions from other files."""


def _without_repetition(facts: Sequence[Fact]) -> list[Fact]:
    """The facts, with each literal once that several files use."""
    seen: set[object] = set()
    found: list[Fact] = []
    for fact in facts:
        key = fact.place if isinstance(fact, CredentialLiteral) else id(fact)
        if key not in seen:
            seen.add(key)
            found.append(fact)
    return found


_CODE_WORDS = (
    *(b"AccessToken", b"ecret", b"ECRET", b"Grant", b"roomJoin", b"room_join", b"Hmac", b"hmac"),
    *(b"jwt", b"Jwt", b"JWT", b"verify_signature", b"APIToken", b"ConnectInfo"),
    *(b"TokenVerifier", b"WebhookReceiver", b"Client(", b"LiveKitAPI", b"Options(", b"AgentServer"),
    *(b"ws://", b"http://", b"devkey", b"subtle"),
)
"""What code must mention for a fact to be in it: most files about LiveKit neither mint nor hold a credential."""


def _may_hold_facts(source: Source) -> bool:
    is_code = frontends.frontend_for(source.path) in frontends.CODE
    return not is_code or any(word in source.data for word in _CODE_WORDS)


def _document_facts(source: Source, parsed: Module | Document) -> Iterator[Fact]:
    from lk_audit.extractors import documents  # noqa: PLC0415 - most scans meet one kind of file only

    if isinstance(parsed, Document):
        role = file_role(source.path)
        yield from documents.credentials(source, parsed, role)
        yield from documents.exposures(source, parsed, role)
        yield from documents.insecure_urls(source, parsed, role)


def _code_facts(context: FileContext) -> Iterator[Fact]:
    from lk_audit.extractors import (  # noqa: PLC0415 - most scans meet one kind of file only
        comments,
        credentials,
        endpoints,
        exposures,
        mint_parts,
        raw_mints,
        sdk_mints,
        sides,
        token_checks,
        urls,
    )

    side = sides.side_of(context)
    handlers = context.built(endpoints.Endpoints)
    mints = [*sdk_mints.sdk_mints(context, handlers.is_request), *raw_mints.raw_mints(context, handlers.is_request)]
    for parts in mints:
        yield mint_parts.assemble(context, parts, handlers, side)
    yield from credentials.code_credentials(context, mints)
    yield from comments.comment_credentials(context)
    yield from exposures.code_exposures(context, side)
    yield from token_checks.token_checks(context, side)
    yield from urls.code_urls(context)


def _token_facts(sources: Sequence[Source], facts: Sequence[Fact]) -> Iterator[Fact]:
    from lk_audit.extractors import jwts  # noqa: PLC0415 - needed only when a file holds a token

    secrets = [(fact.secret, fact.place) for fact in facts if isinstance(fact, CredentialLiteral)]
    for source in sources:
        if b"eyJ" in source.data and frontends.frontend_for(source.path) is not None:
            yield from jwts.jwt_literals(source, file_role(source.path), secrets)


def _notes(source: Source, parsed: Module | Document) -> Iterator[ParseNote]:
    if isinstance(parsed, Document) and frontends.frontend_for(source.path) in frontends.CODE:
        yield ParseNote(source.path, 1, "minified code; read as text, for credentials and tokens only")
    for start, _ in parsed.errors[:1]:
        count = len(parsed.errors)
        reason = "syntax error" if count == 1 else f"{count} syntax errors, the first here"
        yield ParseNote(source.path, source.line_number(start), f"{reason}; the rest of the file was analysed")
