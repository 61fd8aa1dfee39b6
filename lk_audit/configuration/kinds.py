"""Kinds of settings: how a value is checked and read, and what the schema says of it."""

from __future__ import annotations

import os
import re
from collections.abc import Sized
from datetime import date, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, cast

from lk_audit.config import parse_duration, parse_severity
from lk_audit.configuration.values import (
    BadValue,
    Json,
    Kind,
    Scope,
    one_or_more,
    require,
    reworded,
    several,
    table_of,
    text_of,
    texts_of,
    type_name,
    within,
)
from lk_audit.files.listing import EXCLUDED_FOLDERS
from lk_audit.files.path_patterns import pattern_mistake
from lk_audit.hints import name_mistake
from lk_audit.patterns import regex
from lk_audit.reporters import REPORTERS
from lk_audit.rule_api import Severity
from lk_audit.suggestions import did_you_mean
from lk_audit.suppression.key_paths import KeyPath, read_key_path
from lk_audit.suppression.keys import KeySuppression
from lk_audit.suppression.overrides import EVERY_RULE

# --- rules and severities ---------------------------------------------------------------------------------------------


NO_RULE = "no rule is called"
"""How a complaint about the name of a rule begins."""


def _rule(name: str, scope: Scope, *where: str) -> str:
    """The id of a rule."""
    if name == EVERY_RULE:
        return EVERY_RULE
    if name not in scope.rules:
        hint = did_you_mean(name, scope.rules) or "; lk-audit rules lists them all"
        raise BadValue(f"{NO_RULE} {name}{hint}", *where)
    return scope.rules[name]


def _rules(value: object, scope: Scope) -> tuple[str, ...]:
    return tuple(_rule(name, scope) for name in texts_of(value, 'rules by id or name, such as ["excessive-ttl"]'))


def _severity(value: object, _scope: Scope) -> Severity:
    return cast("Severity", reworded(parse_severity, text_of(value, 'a severity, such as "high"')))


def _fail_on(value: object, _scope: Scope) -> Severity | None:
    text = text_of(value, 'a severity or "never"')
    if text.lower() == "never":
        return None
    return cast("Severity", reworded(lambda given: parse_severity(given, also=("never",)), text))


def _severities(value: object, scope: Scope) -> dict[str, Severity]:
    table = table_of(value, 'a table of rules, such as LK302 = "note"')
    found: dict[str, Severity] = {}
    for name, label in table.items():
        rule = _rule(name, scope, name)
        if rule in found:
            raise BadValue(f"{rule} is named twice, once by id and once by name", name)
        found[rule] = within(partial(_severity, label, scope), name)
    return found


_SEVERITY_LABELS = [severity.label for severity in Severity]
_RULE_SCHEMA: Json = {"type": "string", "description": 'A rule by id or name, such as "LK301" or "excessive-ttl".'}
_SEVERITY_SCHEMA: Json = {"enum": _SEVERITY_LABELS}
_SEVERITIES_SCHEMA: Json = {"type": "object", "additionalProperties": _SEVERITY_SCHEMA}
_RULES_SCHEMA: Json = {"type": "array", "items": _RULE_SCHEMA}

RULES = Kind("rules", _rules, _RULES_SCHEMA)
SEVERITY = Kind("severity", _severity, _SEVERITY_SCHEMA)
FAIL_ON = Kind('severity or "never"', _fail_on, {"enum": [*_SEVERITY_LABELS, "never"]})
SEVERITIES = Kind("table: severities by rule", _severities, _SEVERITIES_SCHEMA)


# --- paths ------------------------------------------------------------------------------------------------------------


_MOST_PATTERNS = 1_000
"""Each is held against the path of every file."""


def _patterns(value: object, _scope: Scope) -> tuple[str, ...]:
    patterns = texts_of(value, 'path patterns, such as ["tests/**"]')
    _check_count(patterns)
    for pattern in patterns:
        _check_pattern(pattern)
    return patterns


def _check_count(patterns: Sized) -> None:
    if len(patterns) > _MOST_PATTERNS:
        raise BadValue(f"has {len(patterns):,} patterns; {_MOST_PATTERNS:,} are the limit")


def _check_pattern(pattern: str, *where: str) -> None:
    mistake = pattern_mistake(pattern)
    if mistake is not None:
        raise BadValue(f'the pattern "{pattern[:80]}" {mistake}', *where)


def _included(value: object, scope: Scope) -> tuple[str, ...]:
    patterns = _patterns(value, scope)
    for pattern in patterns:
        name = PurePosixPath(pattern.rstrip("/*")).name
        if name not in EXCLUDED_FOLDERS:
            known = ", ".join(sorted(EXCLUDED_FOLDERS))
            hint = did_you_mean(name, EXCLUDED_FOLDERS) or f"; there are {known}"
            raise BadValue(f'"{pattern[:80]}" names no folder that is left out by default{hint}')
    return patterns


_PATH_KEYS = ("ignore", "severity")


def _per_path(value: object, scope: Scope) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    tables = table_of(value, 'a table by path pattern, such as [per-path."tests/**"]')
    _check_count(tables)
    for pattern, settings in tables.items():
        _check_pattern(pattern, pattern)
        if pattern.startswith("!"):
            raise BadValue("a pattern of per-path cannot start with !", pattern)
        table = within(partial(table_of, settings, "a table with ignore and severity"), pattern)
        found[pattern] = {key: _of_path(key, item, scope, pattern) for key, item in table.items()}
    return found


def _of_path(key: str, value: object, scope: Scope, pattern: str) -> Any:  # noqa: ANN401 - by key
    if key not in _PATH_KEYS:
        raise BadValue(f"there is no such key; per-path has {' and '.join(_PATH_KEYS)}", pattern, key)
    if key == "ignore":
        return within(partial(_rules, value, scope), pattern, key)
    if isinstance(value, str):
        return {EVERY_RULE: within(partial(_severity, value, scope), pattern, key)}
    return within(partial(_severities, value, scope), pattern, key)


_PATTERNS_SCHEMA: Json = {"type": "array", "items": {"type": "string", "minLength": 1}}

PATTERNS = Kind("path patterns", _patterns, _PATTERNS_SCHEMA)
INCLUDED = Kind("path patterns", _included, _PATTERNS_SCHEMA)
PER_PATH = Kind(
    "tables by path pattern",
    _per_path,
    {
        "type": "object",
        "additionalProperties": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "ignore": {**_RULES_SCHEMA, "description": "Rules whose findings are accepted there."},
                "severity": {
                    "description": "The severity there: of every rule, or by rule.",
                    "oneOf": [_SEVERITY_SCHEMA, _SEVERITIES_SCHEMA],
                },
            },
        },
    },
)


# --- keys of data files -----------------------------------------------------------------------------------------------

_SUPPRESSION_KEYS = ("path", "key", "rule", "reason", "expires")
_SUPPRESSION_REQUIRED = ("path", "key", "rule")
_NAME = regex(r"[A-Za-z0-9-]{1,100}")


def _suppressions(value: object, _scope: Scope) -> tuple[KeySuppression, ...]:
    require(value, list, "an array of tables, [[suppress]]")
    items = enumerate(cast("list[object]", value), 1)
    return tuple(within(partial(_suppression, item), str(number)) for number, item in items)


def _suppression(value: object) -> KeySuppression:
    table = table_of(value, "a table with path, key and rule")
    unknown = next((key for key in table if key not in _SUPPRESSION_KEYS), None)
    if unknown is not None:
        hint = did_you_mean(unknown, _SUPPRESSION_KEYS) or f"; there are {', '.join(_SUPPRESSION_KEYS)}"
        raise BadValue(f"there is no such key{hint}", unknown)
    missing = next((key for key in _SUPPRESSION_REQUIRED if key not in table), None)
    if missing is not None:
        raise BadValue(f"says no {missing}; it takes path, key and rule")
    return KeySuppression(
        path=within(partial(_inner_path, table["path"]), "path"),
        key=within(partial(_key_path, table["key"]), "key"),
        names=within(partial(_rule_names, table["rule"]), "rule"),
        reason=within(partial(text_of, table.get("reason", ""), "a text"), "reason"),
        until=within(partial(_day, table.get("expires")), "expires"),
    )


def _inner_path(value: object) -> str:
    """The path of a file in the folder of the configuration, in one spelling."""
    path = PurePosixPath(text_of(value, "the path of a file"))
    is_of_windows = "\\" in str(path) and "/" not in str(path)
    if not path.parts or path.is_absolute() or is_of_windows or ".." in path.parts or "\0" in str(path):
        raise BadValue("must be the path of a file in the folder of the configuration, with forward slashes")
    return str(path)


def _key_path(value: object) -> KeyPath:
    return cast("KeyPath", reworded(read_key_path, text_of(value, "a key path, such as $.livekit.secret")))


def _rule_names(value: object) -> tuple[str, ...]:
    """Rules by id or name. One that does not exist is told in the notes: a pack that has it may be missing here."""
    names = texts_of(value if isinstance(value, list) else [value], 'rules by id or name, such as "leaked-api-secret"')
    wrong = next((name for name in names if not _NAME.fullmatch(name)), None)
    if not names or wrong is not None:
        raise BadValue("must be a rule by id or name, or an array of them")
    return names


def _day(value: object) -> date | None:
    wanted = "a date, such as 2027-01-01"
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise BadValue(f"must be {wanted}") from None
    if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
        raise BadValue(f"must be {wanted}, not {type_name(value)}")
    return value


_SUPPRESSION_SCHEMA: Json = {
    "type": "object",
    "additionalProperties": False,
    "required": list(_SUPPRESSION_REQUIRED),
    "properties": {
        "path": {"type": "string", "minLength": 1, "description": "The file, from the folder of the configuration on."},
        "key": {"type": "string", "pattern": r"^\$[.\[]", "examples": ["$.livekit.secret", "$.keys[0]"]},
        "rule": one_or_more(_RULE_SCHEMA),
        "reason": {"type": "string"},
        "expires": {"type": "string", "format": "date", "description": "The last day on which it is accepted."},
    },
}

SUPPRESSIONS = Kind("tables: path, key, rule", _suppressions, {"type": "array", "items": _SUPPRESSION_SCHEMA})


# --- files ------------------------------------------------------------------------------------------------------------

_REPORT = regex(r"lk-audit[\w.-]*\.(?:json|sarif|txt|md|html|xml)")


def _file(value: object, scope: Scope) -> Path:
    """A file below the folder of the configuration; anywhere when the command line names it."""
    text = text_of(value, "the path of a file")
    path = scope.folder / text
    if not text or "\0" in text:
        raise BadValue("must be the path of a file")
    if not scope.is_trusted and not _is_inside(path, scope.folder):
        raise BadValue("must lie in the folder of the configuration; only the command line can name files elsewhere")
    return path


def _is_inside(path: Path, folder: Path) -> bool:
    """Whether a path stays in a folder, whatever symbolic links say, and out of what git keeps there."""
    try:
        inner = Path(os.path.realpath(path)).relative_to(os.path.realpath(folder))
    except (ValueError, OSError):
        return False
    return ".git" not in {part.lower() for part in inner.parts}


def _report(value: object, scope: Scope) -> str:
    text = text_of(value, "the path of a file")
    if scope.is_trusted or text == "-":
        return text
    path = _file(value, scope)
    if not _REPORT.fullmatch(path.name) or path.is_symlink():
        raise BadValue(
            'must be called lk-audit*.json, .sarif, .txt, .md, .html or .xml, or "-", so that a scanned repository can '
            "overwrite nothing else; --output can name any file"
        )
    return str(path)


FILE = Kind("file", _file, {"type": "string", "minLength": 1})
REPORTS = Kind("file, or several", partial(several, _report), one_or_more({"type": "string", "minLength": 1}))


# --- the rest ---------------------------------------------------------------------------------------------------------

_SIZE = regex(r"(\d{1,12}(?:\.\d{1,6})?) ?(b|kb|mb|gb)?", re.IGNORECASE)
_BYTES = {"": 1, "b": 1, "kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000}
_LARGEST = 1_000_000_000


def _size(value: object, _scope: Scope) -> int:
    wanted = 'a size, such as "20 MB" or a number of bytes'
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise BadValue(f"must be {wanted}, not {type_name(value)}")
    found = _SIZE.fullmatch(str(value).strip())
    size = int(float(found[1]) * _BYTES[(found[2] or "").lower()]) if found else 0
    if not 0 < size <= _LARGEST:
        raise BadValue(f"not a size up to 1 GB: {str(value)[:80]!r}; write {wanted}")
    return size


def _duration(value: object, _scope: Scope) -> float:
    wanted = 'a duration, such as "1h", "15m" or a number of seconds'
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise BadValue(f"must be {wanted}, not {type_name(value)}")
    return cast("float", reworded(parse_duration, str(value)[:80]))


def _flag(value: object, _scope: Scope) -> bool:
    require(value, bool, "true or false")
    return cast("bool", value)


def _format(value: object, _scope: Scope) -> str:
    text = text_of(value, "the name of a format")
    if text not in REPORTERS:
        raise BadValue(
            f"no such format: {text[:80]!r}; there are {', '.join(REPORTERS)}{did_you_mean(text, REPORTERS)}"
        )
    return text


def _names(value: object, _scope: Scope) -> tuple[str, ...]:
    names = texts_of(value, 'names, such as ["ACME_RTC_SECRET"]')
    from lk_audit.livekit.credentials import judge  # noqa: PLC0415 - most configurations state no names

    for name in names:
        if judge(name, bound=False) is not None:
            raise BadValue(
                "holds a secret itself; write the names under which the code knows it, and change the secret"
            )
        mistake = name_mistake(name)
        if mistake is not None:
            raise BadValue(f'"{name[:80]}" {mistake}')
    return names


SIZE = Kind("size", _size, {"type": ["string", "integer"], "examples": ["20 MB", 20_000_000]})
DURATION = Kind("duration", _duration, {"type": ["string", "integer"], "examples": ["1h", "15m", 3600]})
FLAG = Kind("boolean", _flag, {"type": "boolean"})
FORMATS = Kind("format, or several", partial(several, _format), one_or_more({"enum": list(REPORTERS)}))
NAMES = Kind("names", _names, {"type": "array", "items": {"type": "string", "minLength": 4}})
