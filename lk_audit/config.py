"""What a scan is asked to do, and how the values of the command line are written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct, field

from lk_audit.errors import UsageError
from lk_audit.files.discovery import SIZE_LIMIT
from lk_audit.files.path_patterns import Exclusion
from lk_audit.hints import Hints
from lk_audit.patterns import regex
from lk_audit.rule_api import Options, Severity
from lk_audit.suppression.keys import KeySuppression
from lk_audit.suppression.overrides import Overrides

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_PART = regex(r"(\d+(?:\.\d+)?)([smhdw]?)")


class Config(Struct, frozen=True, kw_only=True):
    """The settings of one scan. `fail_on` is None for "never"; `size_limit` is in bytes.

    `select` and `ignore` name rules by id or name. `honor_foreign_comments` lets comments for other scanners
    (`gitleaks:allow`) accept findings too. `suppressions` accept findings at keys of data files. `files` are the
    configuration files that it came from; None where none were looked for. `jobs` is the number of processes, None for
    as many as pay.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    min_severity: Severity = Severity.NOTE
    fail_on: Severity | None = Severity.MEDIUM
    strict: bool = False
    honor_foreign_comments: bool = False
    rule_folders: tuple[Path, ...] = ()
    size_limit: int = SIZE_LIMIT
    jobs: int | None = None
    options: Options = field(default_factory=Options)
    exclusion: Exclusion = field(default_factory=Exclusion)
    overrides: Overrides = field(default_factory=Overrides)
    hints: Hints = field(default_factory=Hints)
    suppressions: tuple[KeySuppression, ...] = ()
    baseline: Path | None = None
    files: tuple[Path, ...] | None = None


def parse_duration(text: str) -> float:
    """Seconds of `15m`, `1h`, `1h30m`, `2d` or a bare number of seconds.

    Raises:
        UsageError: it is none of these, or not positive.
    """
    compact = text.strip().lower()
    parts = _PART.findall(compact)
    is_whole = "".join(number + unit for number, unit in parts) == compact
    has_units = all(unit for _, unit in parts) or len(parts) == 1
    seconds = sum(float(number) * _UNITS[unit] for number, unit in parts)
    if not (parts and is_whole and has_units and seconds > 0):
        raise UsageError(f"not a duration: {text!r}; write 15m, 1h, 2d or a number of seconds")
    return seconds


def parse_severity(text: str, *, also: Sequence[str] = ()) -> Severity:
    """The severity of that name. `also` are further words that stand in its place where the text comes from.

    Raises:
        UsageError: there is none.
    """
    if text.lower() not in {item.label for item in Severity}:
        labels = (*(item.label for item in Severity), *also)
        raise UsageError(f"not a severity: {text!r}; there are {', '.join(labels)}")
    return Severity.named(text.lower())
