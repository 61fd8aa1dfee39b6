"""The baseline: a file of findings that are known, one sorted line each, that survives merges.

A line is `fingerprint content-id rule path  # hint`. The first two are HMAC-SHA-256, under the salt of the file, of
the finding's fingerprint and of its identity without the path. Line numbers and dates are left out: they would change
with every edit, and every change of a shared file is a conflict.
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote

from msgspec import Struct

from lk_audit.errors import UsageError
from lk_audit.files.replacing import in_place_of
from lk_audit.findings import Finding
from lk_audit.patterns import regex
from lk_audit.presence import is_file, is_there

DEFAULT_NAME = "lk-audit-baseline.txt"
VERSION = 1

_TITLE = f"# lk-audit baseline {VERSION}"
_ABOUT = (
    "# Known findings, one a line: they are counted and do not fail. Never edited by hand: `lk-audit baseline update`.",
    f"# In .gitattributes, `{DEFAULT_NAME} merge=union` merges it without conflicts.",
)
_SALT = "# salt "
_TITLE_LINE = regex(r"# lk-audit baseline (\d{1,9})")
_SALT_LINE = regex(r"# salt ([0-9a-f]{32})")
_ENTRY = regex(r"([0-9a-f]{24}) ([0-9a-f]{24}) ([A-Z]{2,6}\d{3}) (\S+)(?:  # (.*))?")
_CONFLICT = regex(r"(?:<{7}|>{7}|\|{7})(?: .*)?|={7}")
_LARGEST = 50_000_000
_MOST_SALTS = 16
_HASH_LENGTH = 24
_HINT_LENGTH = 100
_MASKED = regex(r"\S*…(?:\(\d+ characters\))?")
_SAFE = "/!$&'()*+,;=:@~[]{}^-._"


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A known finding. `path` is that of the repository, `hint` tells people what it is."""

    fingerprint: str
    content: str
    rule: str
    path: str
    hint: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)

    def __str__(self) -> str:
        path = quote(self.path.encode("utf-8", "surrogateescape"), safe=_SAFE)
        return f"{self.fingerprint} {self.content} {self.rule} {path}" + (f"  # {self.hint}" if self.hint else "")


class Baseline(Struct, frozen=True):
    """The entries of a file. It has one salt; after a merge of two files made independently, several."""

    salts: tuple[str, ...]
    entries: tuple[Entry, ...] = ()

    def text(self) -> str:
        """The file: a header, then a line for each entry."""
        header = [_TITLE, *_ABOUT, *(f"{_SALT}{salt}" for salt in self.salts)]
        return "\n".join([*header, *sorted({str(entry) for entry in self.entries})]) + "\n"

    def entry(self, finding: Finding, prefix: str) -> Entry:
        """The entry of a finding under the first salt; `prefix` is where its path starts in the repository."""
        fingerprint, content = hashes(self.salts[0], finding)
        return Entry(fingerprint, content, finding.rule_id, prefix + finding.place.path, _hint(finding.message))


def new_baseline() -> Baseline:
    """An empty baseline with a salt of its own."""
    return Baseline((secrets.token_hex(16),))


def hashes(salt: str, finding: Finding) -> tuple[str, str]:
    """What a baseline with that salt calls a finding: with its path, and without."""
    return _hash(salt, "fingerprint", finding.fingerprint), _hash(salt, "content", finding.content_id)


def _hash(salt: str, purpose: str, identity: str) -> str:
    return hmac.new(bytes.fromhex(salt), f"{purpose}\0{identity}".encode(), "sha256").hexdigest()[:_HASH_LENGTH]


def _hint(message: str) -> str:
    """A message without what it shows of a secret, on one line."""
    words = " ".join(_MASKED.sub("…", message).split())
    printable = "".join(character for character in words if character.isprintable())
    return printable if len(printable) <= _HINT_LENGTH else f"{printable[: _HINT_LENGTH - 1].rstrip()}…"


# --- reading ----------------------------------------------------------------------------------------------------------


def read_baseline(path: Path, name: str) -> Baseline:
    """The baseline in a file; `name` is what messages call it.

    Raises:
        UsageError: it cannot be read, or is no baseline that this version understands; says in which line.
    """
    text = _text(path, name)
    lines = [(number, line.rstrip()) for number, line in enumerate(text.split("\n"), 1)]
    _check_title(lines, name)
    salts: dict[str, None] = {}
    entries: dict[Entry, Entry] = {}
    for number, line in lines:
        entry = _read_line(line, number, name, salts)
        if entry is not None:
            entries.setdefault(entry, entry)
    if not salts:
        raise UsageError(f"{name} is no complete baseline: the line with its salt is missing; make a new one")
    if len(salts) > _MOST_SALTS:
        raise UsageError(f"{name} has {len(salts)} salts, more than any merge brings about; make a new one")
    return Baseline(tuple(salts), tuple(sorted(entries.values())))


def _text(path: Path, name: str) -> str:
    if is_there(path) and not is_file(path):
        raise UsageError(f"{name} is no file")
    try:
        with path.open("rb") as stream:
            raw = stream.read(_LARGEST + 1)
    except FileNotFoundError:
        raise UsageError(f"no such baseline: {name}; make it with: lk-audit baseline create {name}") from None
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror or type(error).__name__}") from None
    if len(raw) > _LARGEST:
        raise UsageError(f"cannot read {name}: it is larger than {_LARGEST // 1_000_000} MB")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{name} is no lk-audit baseline: it is not UTF-8 text") from None


def _check_title(lines: Sequence[tuple[int, str]], name: str) -> None:
    for number, line in lines:
        if _CONFLICT.fullmatch(line):
            raise _conflict(name, number)
        if line:
            break
    titles = [(number, found) for number, line in lines if (found := _TITLE_LINE.fullmatch(line))]
    if not titles:
        raise UsageError(f'{name} is no lk-audit baseline: the line "{_TITLE}" is missing')
    for number, found in titles:
        if int(found[1]) != VERSION:
            raise UsageError(
                f"{name}:{number}: a baseline of version {found[1]}, and this lk-audit reads version {VERSION}; "
                "use the lk-audit that wrote it, or make a new one"
            )


def _read_line(line: str, number: int, name: str, salts: dict[str, None]) -> Entry | None:
    """The entry on a line, if it is one; a salt is added to `salts`."""
    if _CONFLICT.fullmatch(line):
        raise _conflict(name, number)
    salt = _SALT_LINE.fullmatch(line)
    if salt:
        salts[salt[1]] = None
    if not line or line.startswith("#"):
        return None
    found = _ENTRY.fullmatch(line)
    if found is None:
        raise UsageError(
            f"{name}:{number}: not a line of a baseline (fingerprint, content, rule, path); correct or remove it, then "
            "run: lk-audit baseline update"
        )
    path = unquote(found[4], "utf-8", "surrogateescape")
    return Entry(found[1], found[2], found[3], path, found[5] or "", number)


def _conflict(name: str, number: int) -> UsageError:
    return UsageError(
        f"{name}:{number}: an unresolved merge conflict; keep the lines of both sides, remove the marks, then run: "
        "lk-audit baseline update"
    )


# --- writing ----------------------------------------------------------------------------------------------------------


def write_baseline(path: Path, baseline: Baseline, name: str) -> None:
    """Write a baseline, all of it or nothing.

    Raises:
        UsageError: the file cannot be written.
    """
    try:
        target = Path(os.path.realpath(path))
        with in_place_of(target, target.stat().st_mode & 0o777 if is_there(target) else 0o644) as stream:
            stream.write(baseline.text().encode())
    except OSError as error:
        raise UsageError(f"cannot write {name}: {error.strerror or type(error).__name__}") from None


# --- comparing --------------------------------------------------------------------------------------------------------


class Known(Struct, frozen=True):
    """A finding and its entry; `has_moved` tells that the file had another path when the entry was written."""

    finding: Finding
    entry: Entry
    has_moved: bool = False


class Comparison(Struct, frozen=True):
    """Findings against a baseline: those that it knows, those that are new, and the entries that do not occur."""

    known: tuple[Known, ...]
    new: tuple[Finding, ...]
    absent: tuple[Entry, ...]


def compare(findings: Iterable[Finding], baseline: Baseline, is_gone: Callable[[str], bool]) -> Comparison:
    """What of the findings is known.

    A finding in a file that moved is known when nothing else could be meant: the file of the entry is gone, and as many
    new findings of one other file have that content as entries of the old one, and nothing else has.

    Args:
        findings: those that nobody has accepted otherwise.
        baseline: what is known.
        is_gone: whether the file at the path of an entry does not exist any more.
    """
    by_print = {entry.fingerprint: entry for entry in baseline.entries}
    known: dict[int, Known] = {}
    ordered = list(findings)
    for index, finding in enumerate(ordered):
        entry = _found(finding, baseline.salts, by_print)
        if entry is not None:
            known[index] = Known(finding, entry)
    absent = _unused(baseline.entries, known)
    fresh = {index: finding for index, finding in enumerate(ordered) if index not in known}
    known |= _moved(fresh, [entry for entry in absent if is_gone(entry.path)], baseline.salts) if fresh else {}
    return Comparison(
        known=tuple(known[index] for index in sorted(known)),
        new=tuple(finding for index, finding in fresh.items() if index not in known),
        absent=tuple(_unused(absent, known)),
    )


def _unused(entries: Iterable[Entry], known: Mapping[int, Known]) -> list[Entry]:
    used = {item.entry for item in known.values()}
    return [entry for entry in entries if entry not in used]


def _found(finding: Finding, salts: Iterable[str], by_print: dict[str, Entry]) -> Entry | None:
    return next((entry for salt in salts if (entry := by_print.get(hashes(salt, finding)[0]))), None)


def _moved(fresh: Mapping[int, Finding], gone: Sequence[Entry], salts: Sequence[str]) -> dict[int, Known]:
    entries: dict[str, list[Entry]] = {}
    for entry in gone:
        entries.setdefault(entry.content, []).append(entry)
    wanted: dict[str, list[int]] = {}
    for index, finding in fresh.items() if gone else ():
        for salt in salts:
            wanted.setdefault(hashes(salt, finding)[1], []).append(index)
    return {
        index: Known(fresh[index], entry, has_moved=True)
        for content, indexes in wanted.items()
        if _is_one_move([fresh[index] for index in indexes], entries.get(content, []))
        for index, entry in zip(indexes, entries[content], strict=True)
    }


def _is_one_move(findings: Sequence[Finding], entries: Sequence[Entry]) -> bool:
    same_count = len(findings) == len(entries)
    return same_count and len({item.place.path for item in findings}) == len({item.path for item in entries}) == 1
