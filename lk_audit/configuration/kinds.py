"""Kinds of settings: how a value is checked and read, and what the schema says of it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, TypeAlias, cast

from msgspec import Struct, field

from lk_audit.config import parse_duration, parse_severity
from lk_audit.errors import UsageError
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

Json: TypeAlias = dict[str, Any]


class BadValue(UsageError):  # noqa: N818 - it names what the value is
    """A value that a setting cannot have; `where` leads to it inside the setting."""

    def __init__(self, message: str, *where: str) -> None:
        super().__init__(message)
        self.where = where


class Scope(Struct, frozen=True):
    """What values are read against.

    Args:
        rules: rule ids by id and by name.
        folder: the folder of the file that states the value, or the working folder for the command line.
        is_trusted: whether a person named it on the command line, who may name any file.
    """

    rules: Mapping[str, str]
    folder: Path = field(default_factory=Path)
    is_trusted: bool = False


class Kind(Struct, frozen=True):
    """One kind of value: `name` as documentation calls it, `read` from TOML or the command line, `schema` for editors.

    `read` raises `BadValue`.
    """

    name: str
    read: Callable[[Any, Scope], Any]
    schema: Json


_TYPES: tuple[tuple[type, str], ...] = (
    (bool, "a boolean"),
    (str, "a string"),
    (int, "an integer"),
    (float, "a float"),
    (list, "an array"),
    (dict, "a table"),
    (datetime, "a date with time"),
    (date, "a date"),
    (time, "a time"),
)


def type_name(value: object) -> str:
    """What TOML calls the type of a value."""
    return next((name for kind, name in _TYPES if isinstance(value, kind)), "something else")


def _is(value: object, kind: type, wanted: str) -> None:
    if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
        raise BadValue(f"must be {wanted}, not {type_name(value)}")


def _text(value: object, wanted: str) -> str:
    _is(value, str, wanted)
    return cast("str", value)


def _texts(value: object, wanted: str) -> tuple[str, ...]:
    wanted = f"an array of {wanted}"
    _is(value, list, wanted)
    for item in cast("list[object]", value):
        _is(item, str, wanted)
    return tuple(cast("list[str]", value))


def _table(value: object, wanted: str) -> dict[str, Any]:
    _is(value, dict, wanted)
    return cast("dict[str, Any]", value)


def _reworded(read: Callable[[str], Any], value: str) -> Any:  # noqa: ANN401 - whatever `read` gives
    try:
        return read(value)
    except UsageError as error:
        raise BadValue(str(error)) from None


def _several(read: Callable[[object, Scope], str], value: object, scope: Scope) -> tuple[str, ...]:
    """One value, or an array of them."""
    items = cast("list[object]", value) if isinstance(value, list) else [value]
    if not items:
        raise BadValue("must not be empty")
    return tuple(read(item, scope) for item in items)


def _one_or_more(item: Json) -> Json:
    return {"oneOf": [item, {"type": "array", "items": item, "minItems": 1}]}


# --- rules and severities ---------------------------------------------------------------------------------------------


def _rule(name: str, scope: Scope, *where: str) -> str:
    """The id of a rule."""
    if name == EVERY_RULE:
        return EVERY_RULE
    if name not in scope.rules:
        raise BadValue(f"no rule is called {name}{did_you_mean(name, scope.rules)}", *where)
    return scope.rules[name]


def _rules(value: object, scope: Scope) -> tuple[str, ...]:
    return tuple(_rule(name, scope) for name in _texts(value, 'rules by id or name, such as ["excessive-ttl"]'))


def _severity(value: object, _scope: Scope) -> Severity:
    return cast("Severity", _reworded(parse_severity, _text(value, 'a severity, such as "high"')))


def _fail_on(value: object, _scope: Scope) -> Severity | None:
    text = _text(value, 'a severity or "never"')
    return None if text.lower() == "never" else cast("Severity", _reworded(parse_severity, text))


def _severities(value: object, scope: Scope) -> dict[str, Severity]:
    table = _table(value, 'a table of rules, such as LK302 = "note"')
    found: dict[str, Severity] = {}
    for name, label in table.items():
        rule = _rule(name, scope, name)
        if rule in found:
            raise BadValue(f"{rule} is named twice, once by id and once by name", name)
        found[rule] = _within(partial(_severity, label, scope), name)
    return found


def _within(read: Callable[[], Any], *where: str) -> Any:  # noqa: ANN401 - whatever `read` gives
    try:
        return read()
    except BadValue as error:
        raise BadValue(str(error), *where, *error.where) from None


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


def _patterns(value: object, _scope: Scope) -> tuple[str, ...]:
    patterns = _texts(value, 'path patterns, such as ["tests/**"]')
    for pattern in patterns:
        _check_pattern(pattern)
    return patterns


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
    for pattern, settings in _table(value, 'a table by path pattern, such as [per-path."tests/**"]').items():
        _check_pattern(pattern, pattern)
        if pattern.startswith("!"):
            raise BadValue("a pattern of per-path cannot start with !", pattern)
        table = _within(partial(_table, settings, "a table with ignore and severity"), pattern)
        found[pattern] = {key: _of_path(key, item, scope, pattern) for key, item in table.items()}
    return found


def _of_path(key: str, value: object, scope: Scope, pattern: str) -> Any:  # noqa: ANN401 - by key
    if key not in _PATH_KEYS:
        raise BadValue(f"there is no such key; per-path has {' and '.join(_PATH_KEYS)}", pattern, key)
    if key == "ignore":
        return _within(partial(_rules, value, scope), pattern, key)
    if isinstance(value, str):
        return {EVERY_RULE: _within(partial(_severity, value, scope), pattern, key)}
    return _within(partial(_severities, value, scope), pattern, key)


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
    _is(value, list, "an array of tables, [[suppress]]")
    items = enumerate(cast("list[object]", value), 1)
    return tuple(_within(partial(_suppression, item), str(number)) for number, item in items)


def _suppression(value: object) -> KeySuppression:
    table = _table(value, "a table with path, key and rule")
    unknown = next((key for key in table if key not in _SUPPRESSION_KEYS), None)
    if unknown is not None:
        hint = did_you_mean(unknown, _SUPPRESSION_KEYS) or f"; there are {', '.join(_SUPPRESSION_KEYS)}"
        raise BadValue(f"there is no such key{hint}", unknown)
    missing = next((key for key in _SUPPRESSION_REQUIRED if key not in table), None)
    if missing is not None:
        raise BadValue(f"says no {missing}; it takes path, key and rule")
    return KeySuppression(
        path=_within(partial(_inner_path, table["path"]), "path"),
        key=_within(partial(_key_path, table["key"]), "key"),
        names=_within(partial(_rule_names, table["rule"]), "rule"),
        reason=_within(partial(_text, table.get("reason", ""), "a text"), "reason"),
        until=_within(partial(_day, table.get("expires")), "expires"),
    )


def _inner_path(value: object) -> str:
    """The path of a file in the folder of the configuration, in one spelling."""
    path = PurePosixPath(_text(value, "the path of a file"))
    if not path.parts or path.is_absolute() or ".." in path.parts or "\0" in str(path):
        raise BadValue("must be the path of a file in the folder of the configuration, with forward slashes")
    return str(path)


def _key_path(value: object) -> KeyPath:
    return cast("KeyPath", _reworded(read_key_path, _text(value, "a key path, such as $.livekit.secret")))


def _rule_names(value: object) -> tuple[str, ...]:
    """Rules by id or name. One that does not exist is told in the notes: a pack that has it may be missing here."""
    names = _texts(value if isinstance(value, list) else [value], 'rules by id or name, such as "leaked-api-secret"')
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
        "rule": _one_or_more(_RULE_SCHEMA),
        "reason": {"type": "string"},
        "expires": {"type": "string", "format": "date", "description": "The last day on which it is accepted."},
    },
}

SUPPRESSIONS = Kind("tables: path, key, rule", _suppressions, {"type": "array", "items": _SUPPRESSION_SCHEMA})


# --- files ------------------------------------------------------------------------------------------------------------

_REPORT = regex(r"lk-audit[\w.-]*\.(?:json|sarif|txt|md|html|xml)")


def _file(value: object, scope: Scope) -> Path:
    """A file below the folder of the configuration; anywhere when the command line names it."""
    text = _text(value, "the path of a file")
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
    text = _text(value, "the path of a file")
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
REPORTS = Kind("file, or several", partial(_several, _report), _one_or_more({"type": "string", "minLength": 1}))


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
    return cast("float", _reworded(parse_duration, str(value)[:80]))


def _flag(value: object, _scope: Scope) -> bool:
    _is(value, bool, "true or false")
    return cast("bool", value)


def _format(value: object, _scope: Scope) -> str:
    text = _text(value, "the name of a format")
    if text not in REPORTERS:
        raise BadValue(
            f"no such format: {text[:80]!r}; there are {', '.join(REPORTERS)}{did_you_mean(text, REPORTERS)}"
        )
    return text


def _names(value: object, _scope: Scope) -> tuple[str, ...]:
    names = _texts(value, 'names, such as ["ACME_RTC_SECRET"]')
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
FORMATS = Kind("format, or several", partial(_several, _format), _one_or_more({"enum": list(REPORTERS)}))
NAMES = Kind("names", _names, {"type": "array", "items": {"type": "string", "minLength": 4}})
