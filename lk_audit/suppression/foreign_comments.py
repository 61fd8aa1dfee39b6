"""Comments for other scanners that accept a finding of theirs, honoured when asked to.

Most of them say that a secret is none, or is meant to be there: they accept findings of written-down secrets and
tokens, not what else may be wrong on the line. Sources: the documentation of gitleaks,
betterleaks, TruffleHog and ggshield; detect_secrets/filters/allowlist.py; bandit/core/manager.py.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from lk_audit.facts import CredentialLiteral, E2eeKeyLiteral, JwtLiteral
from lk_audit.findings import AnyRule, Finding, Suppression
from lk_audit.patterns import regex
from lk_audit.source import Source
from lk_audit.suppression.comment_syntax import line_of

SECRETS = (CredentialLiteral, E2eeKeyLiteral, JwtLiteral)
"""The facts that are a secret written down."""

_LONGEST_LINE = 10_000


class _Word(Struct, frozen=True):
    """What another scanner reads; `is_above` when it speaks of the next line, `of_secrets` when of secrets only."""

    pattern: re.Pattern[str]
    is_above: bool = False
    of_secrets: bool = True


_WORDS = (
    _Word(regex(r"(?:gitleaks|betterleaks):allow\b")),
    _Word(regex(r"trufflehog:ignore\b")),
    _Word(regex(r"\bggignore\b")),
    _Word(regex(r"pragma: ?(?:allow|white)list[ -]secret\b")),
    _Word(regex(r"pragma: ?(?:allow|white)list[ -]nextline[ -]secret\b"), is_above=True),
    # B105 to B107 are Bandit's passwords; a nosec that names other tests speaks of something else.
    _Word(regex(r"#[ \t]*nosec\b:?[ \t]*(?:[A-Z]\d{3}[, \t]+)*B10[567]\b")),
    _Word(regex(r"#[ \t]*nosec\b(?!:?[ \t]*(?:[A-Z]\d{3}|[a-z]+_[a-z_]+)\b)"), of_secrets=False),
)
_OPENERS = regex(r"#|//|/\*|<!--|--|;|%|\(\*|\{!|(?:^|\s)(?i:rem)\s")


def honored(findings: Sequence[Finding], sources: Iterable[Source], rules: Iterable[AnyRule]) -> list[Finding]:
    """The findings, with those marked that a comment for another scanner accepts."""
    by_path = {source.path: source for source in sources}
    of_secrets = {rule.id for rule in rules if issubclass(rule.fact, SECRETS)}
    return [_marked(finding, by_path, of_secrets) for finding in findings]


def _marked(finding: Finding, sources: Mapping[str, Source], of_secrets: Collection[str]) -> Finding:
    source = sources.get(finding.place.path)
    if finding.suppressed is not None or source is None:
        return finding
    for word in _WORDS:
        if word.of_secrets and finding.rule_id not in of_secrets:
            continue
        line = finding.place.line - word.is_above
        said = _said(word, line_of(source.path, source.file.line_text(line)[:_LONGEST_LINE]))
        if said:
            return replace(finding, suppressed=Suppression(source.path, line, (finding.rule_name,), said))
    return finding


def _said(word: _Word, text: str) -> str:
    """The word as it stands in a comment of the line; empty when it does not."""
    found = word.pattern.search(text)
    if found is None or not _OPENERS.search(text[: found.start() + 1]):
        return ""
    return found[0].lstrip("# \t").rstrip(" \t:")
