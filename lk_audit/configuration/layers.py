"""From what several places state to what holds: defaults, then the file and what it extends, then the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from lk_audit.configuration import files
from lk_audit.configuration.files import File
from lk_audit.configuration.table import BY_KEY, EXTEND, FORBIDDEN, SETTINGS, Merge, Setting
from lk_audit.configuration.values import BadValue, Scope
from lk_audit.errors import UsageError
from lk_audit.suggestions import did_you_mean
from lk_audit.suppression.overrides import EVERY_RULE

COMMAND_LINE = "command line"
DEFAULT = "default"


class Stated(Struct, frozen=True):
    """A value of a setting as somebody wrote it (`raw`) and as it was understood, and who wrote it.

    `source` is a file's path, `COMMAND_LINE` or `DEFAULT`; `line` counts from 1.
    """

    value: Any
    raw: Any
    source: str
    line: int | None = None

    @property
    def origin(self) -> str:
        return f"{self.source}:{self.line}" if self.line else self.source


class Effective(Struct, frozen=True):
    """What holds: for every setting the statements that count, in order; the default alone where nobody says more.

    `root` is the folder where the patterns start, `files` what was read, the most basic first.
    """

    settings: Mapping[str, tuple[Stated, ...]]
    root: Path
    files: tuple[File, ...] = ()

    def stated(self, key: str) -> tuple[Stated, ...]:
        return self.settings[key]

    def value(self, key: str) -> Any:  # noqa: ANN401 - by key
        """The value of a setting, whatever its statements make together."""
        return _merged([item.value for item in self.settings[key]], BY_KEY[key])

    def stated_value(self, key: str) -> tuple[str, ...]:
        """The value of a setting of several texts; nothing where only the default holds."""
        return () if self.settings[key][-1].source == DEFAULT else tuple(self.value(key))

    def raw(self, key: str) -> Any:  # noqa: ANN401 - by key
        """The value of a setting as it would be written in a file."""
        return _merged([item.raw for item in self.settings[key]], BY_KEY[key])


def _merged(values: Sequence[Any], setting: Setting) -> Any:  # noqa: ANN401 - by setting
    if setting.merge is Merge.ADD:
        # What is written in a file may be tables, which are no keys of a dict.
        return type(values[-1])({repr(item): item for value in values for item in value}.values())
    if setting.merge is Merge.BY_KEY:
        merged: dict[str, Any] = {}
        for value in values:
            for key, item in value.items():
                merged.pop(key, None)  # what is stated later comes later
                merged[key] = item
        return merged
    return values[-1]


class Asked(Struct, frozen=True):
    """What the command line says about configuration: a file, none at all, and settings by key (None to unset one)."""

    file: Path | None = None
    isolated: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)


def effective(asked: Asked, base: Path, rules: Mapping[str, str]) -> Effective:
    """The settings of a scan.

    Args:
        asked: what the command line says.
        base: the folder around all that is scanned.
        rules: rule ids by id and by name.

    Raises:
        UsageError: a file cannot be read, or something stated is not allowed.
    """
    file = _file(asked, base)
    chain = files.chain(file) if file is not None else []
    layers = [_of_file(item, rules) for item in chain]
    layers.append(_of_command_line(asked.settings, rules))
    root = file.path.parent if file is not None and asked.file is None else base
    return Effective({setting.key: _counting(setting, layers, rules) for setting in SETTINGS}, root, tuple(chain))


def _file(asked: Asked, base: Path) -> File | None:
    if asked.isolated and asked.file is not None:
        raise UsageError("--isolated ignores all configuration files, and --config names one; leave one of them out")
    if asked.isolated:
        return None
    return files.named(Path.cwd() / asked.file) if asked.file is not None else files.find(base)


_Layer = Mapping[str, Stated]


def _of_file(file: File, rules: Mapping[str, str]) -> _Layer:
    scope = Scope(rules, file.path.parent)
    found: dict[str, Stated] = {}
    for key, raw in file.stated.items():
        if key == EXTEND:
            continue
        if key in FORBIDDEN:
            raise file.error(FORBIDDEN[key], key)
        if key not in BY_KEY:
            raise file.error(f"there is no such setting{did_you_mean(key.replace('_', '-'), BY_KEY)}", key)
        try:
            value = BY_KEY[key].kind.read(raw, scope)
        except BadValue as error:
            raise file.error(str(error), key, *error.where) from None
        found[key] = Stated(value, raw, file.name, file.line(key))
    return found


def _of_command_line(settings: Mapping[str, Any], rules: Mapping[str, str]) -> _Layer:
    scope = Scope(rules, Path.cwd(), is_trusted=True)
    return {
        key: Stated(None, "", COMMAND_LINE)
        if raw is None
        else Stated(BY_KEY[key].kind.read(raw, scope), raw, COMMAND_LINE)
        for key, raw in settings.items()
    }


# --- what counts ------------------------------------------------------------------------------------------------------

_RESET_BY = {"extend-select": "select", "ignore": "select", "extend-exclude": "exclude"}
"""Settings that add to another one; stating that one afresh sets aside what was added before."""
_PAIR = {"format": "output", "output": "format"}
"""Settings that go together: the command line states both, or neither."""


def _counting(setting: Setting, layers: Sequence[_Layer], rules: Mapping[str, str]) -> tuple[Stated, ...]:
    """The statements of a setting that count, in order."""
    reset = _RESET_BY.get(setting.key)
    found: list[Stated] = []
    for layer in layers:
        if reset is not None and reset in layer:
            found.clear()
        if layer is layers[-1] and _PAIR.get(setting.key) in layer:
            found.clear()
        if setting.key in layer:
            found.append(layer[setting.key])
    if setting.merge is Merge.LAST:
        found = found[-1:]
    return tuple(found) or (_default(setting, rules),)


def _default(setting: Setting, rules: Mapping[str, str]) -> Stated:
    is_unset = setting.default == ""
    value = None if is_unset else setting.kind.read(setting.default, Scope(rules, is_trusted=True))
    return Stated(value, setting.default, DEFAULT)


def selected(settings: Effective, defaults: Iterable[str], known: Iterable[str]) -> frozenset[str]:
    """The ids of the rules to run.

    Each place works on what the places before it leave: `select` starts afresh, `extend-select` adds, `ignore` takes
    away.

    Args:
        settings: what holds.
        defaults: the ids of the rules that are on by default.
        known: all ids.

    Raises:
        UsageError: no rule is left.
    """
    everything = frozenset(known)
    wanted = settings.value("select")
    running = _ids(wanted, everything) if wanted else frozenset(defaults)
    for source in _sources(settings):
        running |= _ids(_from(settings, "extend-select", source), everything)
        running -= _ids(_from(settings, "ignore", source), everything)
    if not running:
        raise UsageError(f"no rule is left to run: {_taker(settings)} takes away everything that is selected")
    return running


def _sources(settings: Effective) -> list[str]:
    return [*(file.name for file in settings.files), COMMAND_LINE]


def _from(settings: Effective, key: str, source: str) -> tuple[str, ...]:
    return tuple(rule for item in settings.stated(key) if item.source == source for rule in item.value)


def _ids(rules: Iterable[str], everything: frozenset[str]) -> frozenset[str]:
    named = frozenset(rules)
    return everything if EVERY_RULE in named else named


def _taker(settings: Effective) -> str:
    last = settings.stated("ignore")[-1]
    return "--ignore" if last.source == COMMAND_LINE else f"ignore in {last.origin}"
