"""LiveKit API secrets and tokens for detect-secrets: `detect-secrets scan -p FILE` with this file.

detect-secrets asks line by line, and what a line holds often shows in its file only: by the key id beside it, `keys:`
above it, the language. So each file is analysed once, as a scan would, and every line is answered from that.

Source for how detect-secrets calls plugins: Yelp/detect-secrets 1.5.0, detect_secrets/core/scan.py (scans) and
detect_secrets/audit/common.py (audits), detect_secrets/core/plugins/util.py (which classes of a file are plugins).
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Generator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from detect_secrets.core.log import log
from detect_secrets.core.potential_secret import PotentialSecret
from detect_secrets.plugins.base import RegexBasedDetector
from detect_secrets.settings import get_filters, get_settings
from detect_secrets.transformers import get_transformed_file
from detect_secrets.util.code_snippet import CodeSnippet, get_code_snippet
from detect_secrets.util.inject import call_function_with_arguments

from lk_audit.files.discovery import SIZE_LIMIT, Found
from lk_audit.files.prefilter import opens_any
from lk_audit.scanning.reading import read
from lk_audit.source import Place, Source

if TYPE_CHECKING:
    from detect_secrets.types import NamedIO

    from lk_audit.scanning.written_down import WrittenDown
    from lk_audit.secret import Secret

_OF_LINES = frozenset({"filename", "line", "context"})
_TOO_GENERAL = "detect_secrets.filters.heuristic.is_indirect_reference"
"""Drops `name = call(...)` before a plugin sees it, and `AccessToken("API...", "...")` is such a line."""
_SHORTEST_PIECE = 16
"""Characters; the hash of a shorter piece of a secret would give the piece away."""


class _Literal(NamedTuple):
    """A secret or token: where it starts, its text as far as it stands there, and the class that reports it."""

    line: int
    text: str
    detector: str


class _Answers(NamedTuple):
    """What to say of each line of a file: in a scan, and in an audit, which asks for every line without filters."""

    scan: Mapping[int, tuple[_Literal, ...]]
    audit: Mapping[int, tuple[_Literal, ...]]


class _LiveKitDetector(RegexBasedDetector):
    """Answers from the analysis of the whole file.

    It derives from the detectors of exact forms, which are spared detect-secrets' guess that what follows an `_id` is
    an id. It has no expressions of its own.
    """

    denylist = ()

    def analyze_string(self, string: str, **_: Any) -> Generator[str, None, None]:  # noqa: ANN401 - like its base
        """The secrets in a piece of text without a file."""
        for literal in _in_text("text", string):
            if literal.detector == type(self).__name__:
                yield literal.text

    def analyze_line(
        self,
        filename: str,
        line: str,
        line_number: int = 0,
        context: CodeSnippet | None = None,  # noqa: ARG002 - part of the interface
        enable_eager_search: bool | None = None,
        **_: Any,  # noqa: ANN401 - like its base
    ) -> set[PotentialSecret]:
        """The secrets to report when `line` comes up; audits give `enable_eager_search`, scans do not."""
        answers = _answers(filename)
        if answers is None:
            literals = tuple(item._replace(line=line_number) for item in _in_text(filename, line))
        else:
            literals = (answers.scan if enable_eager_search is None else answers.audit).get(line_number, ())
        return {
            PotentialSecret(type=self.secret_type, filename=filename, secret=item.text, line_number=item.line)
            for item in literals
            if item.detector == type(self).__name__
        }


class LiveKitApiSecretDetector(_LiveKitDetector):
    """API secrets: they sign access tokens."""

    secret_type = "LiveKit API Secret"  # noqa: S105 - a name


class LiveKitTokenDetector(_LiveKitDetector):
    """Access tokens, expired ones too."""

    secret_type = "LiveKit Access Token"  # noqa: S105 - a name


# --- files ------------------------------------------------------------------------------------------------------------


def _answers(filename: str) -> _Answers | None:
    """What to say of a file; None when it cannot be read, and the line is all there is."""
    try:
        status = os.stat(filename)  # noqa: PTH116 - asked for every line
    except OSError:
        return None
    return _analysed(filename, status.st_mtime_ns, status.st_size, tuple(get_settings().filters))


@lru_cache(maxsize=16)
def _analysed(filename: str, _modified: int, size: int, _filters: tuple[str, ...]) -> _Answers | None:
    if size > SIZE_LIMIT:
        log.warning(f"{filename} is too large to be searched for LiveKit secrets")
        return _Answers({}, {})
    content = read(Found(_path_in_project(filename), filename))
    if content.skipped is not None and not content.skipped.expected:
        return None
    literals = _in_source(content.source) if content.source is not None else ()
    return _by_line(filename, literals) if literals else _Answers({}, {})


def _path_in_project(filename: str) -> str:
    """The path that tells what a file is for: relative to the working folder, else to its repository or own folder."""
    path, working = Path(filename).absolute(), Path.cwd()
    if path.is_relative_to(working):
        return path.relative_to(working).as_posix()
    root = next((folder for folder in path.parents if (folder / ".git").exists()), path.parent)
    return path.relative_to(root).as_posix()


def _in_text(filename: str, text: str) -> tuple[_Literal, ...]:
    source = Source.from_text(Path(filename).name, text)
    return _in_source(source) if opens_any(source.path, source.data) else ()


def _in_source(source: Source) -> tuple[_Literal, ...]:
    from lk_audit.scanning.written_down import written_down  # noqa: PLC0415 - brings the analysis along

    found, crashes = written_down(source)
    for crash in crashes:
        log.error(f"lk-audit failed on {source.path} with {crash.error} at {crash.raised_at}; please report this")
    return tuple(_literal(source, fact) for fact in found)


def _literal(source: Source, fact: WrittenDown) -> _Literal:
    from lk_audit.facts import CredentialLiteral  # noqa: PLC0415 - a file has been analysed by now

    if isinstance(fact, CredentialLiteral):
        return _Literal(
            fact.place.line, _as_written(source, fact.place, fact.secret), LiveKitApiSecretDetector.__name__
        )
    return _Literal(fact.place.line, fact.token.secret.reveal(), LiveKitTokenDetector.__name__)


def _as_written(source: Source, place: Place, secret: Secret) -> str:
    """The secret as it stands on its line, for an audit shows it there: encoded, say, or the first of its pieces."""
    if secret.reveal() in source.line_text(place.line):
        return secret.reveal()
    spelled = source.data[place.start : place.end].decode("utf-8", "replace")
    piece = spelled.split("\n", 1)[0].strip(" \t\r\"'`")
    return piece if len(piece) >= _SHORTEST_PIECE else secret.reveal()


# --- lines ------------------------------------------------------------------------------------------------------------


def _by_line(filename: str, literals: tuple[_Literal, ...]) -> _Answers:
    """Which lines bring up which secrets.

    Usually its own. In a scan it is the closest that a filter does not keep back when that is the only reason why its
    own never comes up; in an audit the last one when the file, as detect-secrets reads it, ends before.
    """
    raw = Path(filename).read_text(encoding="utf-8", errors="replace").split("\n")
    seen = _lines_as_read(filename) or raw
    scan: dict[int, tuple[_Literal, ...]] = defaultdict(tuple)
    audit: dict[int, tuple[_Literal, ...]] = defaultdict(tuple)
    for literal in literals:
        if literal.line <= len(seen):
            audit[literal.line] += (literal,)
        else:
            audit[len(seen)] += (literal._replace(line=len(seen)),)
        if not _is_kept_back(filename, raw, literal.line, but=_TOO_GENERAL):
            scan[_closest(filename, seen, literal.line)] += (literal,)
    return _Answers(scan, audit)


def _lines_as_read(filename: str) -> list[str]:
    """The lines that detect-secrets makes of a file; some formats it rewrites, and then they may be fewer."""
    try:
        with Path(filename).open(encoding="utf-8") as file:
            return list(get_transformed_file(cast("NamedIO", file)) or ())
    except (OSError, UnicodeDecodeError):
        return []


def _closest(filename: str, lines: list[str], wanted: int) -> int:
    """The number of the line nearest to `wanted` that comes up in a scan; `wanted` itself when none does."""
    last = len(lines)
    for distance in range(max(wanted, last) + 1):
        for number in (wanted - distance, wanted + distance):
            if 1 <= number <= last and not _is_kept_back(filename, lines, number):
                return number
    return wanted


def _is_kept_back(filename: str, lines: list[str], number: int, but: str = "") -> bool:
    """Whether a filter that looks at lines keeps a line from all plugins; `but` names one that shall not count."""
    line = lines[number - 1].rstrip() if number <= len(lines) else ""
    context = get_code_snippet(lines=lines, line_number=number)
    return any(
        call_function_with_arguments(check, filename=filename, line=line, context=context)
        for check in get_filters()
        if "line" in check.injectable_variables <= _OF_LINES and check.path != but
    )


if __name__ == "__main__":
    from detect_secrets.core.plugins import initialize
    from detect_secrets.main import main

    # An audit does not load the plugins that its baseline names: Yelp/detect-secrets#611.
    initialize.from_file(__file__)
    sys.exit(main())
