"""From sources to facts: parse every file, then read what the facts need from the parsed forms."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lk_audit import frontends
from lk_audit.extractors.context import FileContext
from lk_audit.facts import CredentialLiteral, Fact
from lk_audit.roles import file_role
from lk_audit.source import Source
from lk_audit.syntax import Document, Module


@dataclass(frozen=True, slots=True)
class ParseNote:
    """A part of a file that could not be read; the rest of the file was. `line` counts from 1."""

    path: str
    line: int
    reason: str


def extract_facts(sources: Sequence[Source]) -> tuple[list[Fact], list[ParseNote]]:
    """All facts of a set of files, and what of them could not be parsed."""
    facts: list[Fact] = []
    notes: list[ParseNote] = []
    majors = sdk_majors(sources)
    for source in sources:
        parsed = frontends.parse(source) if _may_hold_facts(source) else None
        if parsed is None:
            continue
        notes.extend(_notes(source, parsed))
        facts.extend(file_facts(source, parsed, _major_for(source.path, majors)))
    facts.extend(_token_facts(sources, facts))
    return facts, notes


_CODE_WORDS = (
    *(b"AccessToken", b"ecret", b"ECRET", b"Grant", b"roomJoin", b"room_join", b"Hmac", b"hmac"),
    *(b"jwt", b"Jwt", b"JWT", b"verify_signature"),
    *(b"TokenVerifier", b"WebhookReceiver", b"Client(", b"LiveKitAPI", b"Options(", b"AgentServer"),
    *(b"ws://", b"http://", b"devkey", b"subtle"),
)
"""What code must mention for a fact to be in it: most files about LiveKit neither mint nor hold a credential."""


def _may_hold_facts(source: Source) -> bool:
    is_code = frontends.frontend_for(source.path) in frontends.CODE
    return not is_code or any(word in source.data for word in _CODE_WORDS)


def file_facts(source: Source, parsed: Module | Document, sdk_major: int = 2) -> Iterator[Fact]:
    """The facts of one parsed file."""
    role = file_role(source.path)
    if isinstance(parsed, Document):
        from lk_audit.extractors import documents  # noqa: PLC0415 - most scans meet one kind of file only

        yield from documents.credentials(source, parsed, role)
        yield from documents.exposures(source, parsed, role)
        yield from documents.insecure_urls(source, parsed, role)
    else:
        yield from _code_facts(FileContext(source, parsed, role, sdk_major))


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
    handlers = endpoints.Endpoints(context)
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


_VERSION = re.compile(r"(\d+)")


def sdk_majors(sources: Sequence[Source]) -> dict[str, int]:
    """The major version of livekit-server-sdk that each `package.json` asks for, by its folder."""
    majors: dict[str, int] = {}
    for source in sources:
        if posixpath.basename(source.path) == "package.json" and b"livekit-server-sdk" in source.data:
            version = _VERSION.search(_requirement(source.text))
            if version is not None:
                majors[posixpath.dirname(source.path)] = int(version.group(1))
    return majors


def _requirement(text: str) -> str:
    try:
        manifest = json.loads(text)
    except ValueError:
        return ""
    groups = [manifest.get(name) for name in ("dependencies", "devDependencies")] if isinstance(manifest, dict) else []
    found = [
        group["livekit-server-sdk"] for group in groups if isinstance(group, dict) and "livekit-server-sdk" in group
    ]
    return str(found[0]) if found else ""


def _major_for(path: str, majors: dict[str, int]) -> int:
    """The version that the nearest `package.json` upwards asks for; 2 where none says."""
    folder = posixpath.dirname(path)
    while True:
        if folder in majors:
            return majors[folder]
        if not folder:
            return 2
        folder = posixpath.dirname(folder)
