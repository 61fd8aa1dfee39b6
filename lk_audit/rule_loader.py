"""Rules from folders of rule files: the built-in ones, installed rule packs, and folders named on the command line.

Loading a rule runs its code, so folders never come from the configuration of what is scanned.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

from lk_audit.errors import RuleLoadError, UsageError
from lk_audit.findings import AnyRule
from lk_audit.rule_api import Rule
from lk_audit.suggestions import did_you_mean

BUILTIN = "lk_audit.rules"
GROUP = "lk_audit.rules"
"""The entry point group of rule packs; each entry names a package of rule files."""

ALL = "all"


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules there are, by id, and what could not be loaded (of other people's rules)."""

    rules: tuple[AnyRule, ...]
    errors: tuple[str, ...] = ()


def builtin_rules_folder() -> Path:
    """A wheel carries rules/ inside the package, a checkout keeps it beside the package."""
    package = Path(__file__).resolve().parent
    inside = package / "rules"
    return inside if any(inside.glob("*.py")) else package.parent / "rules"


def load_builtin_rules() -> list[AnyRule]:
    """The rules that come with lk-audit, by id.

    Raises:
        RuleLoadError: one is broken, or there are none.
    """
    return load_folder(builtin_rules_folder(), BUILTIN)


def load_rules(folders: Sequence[Path] = (), *, packs: bool = True) -> Rules:
    """The built-in rules, those of installed packs, and those in `folders`.

    A broken built-in stops everything; a broken rule of someone else is named and the others go on.

    Raises:
        RuleLoadError: a built-in rule is broken, or there are none.
        UsageError: one of `folders` does not exist or holds no rules.
    """
    rules = {rule.id: rule for rule in load_builtin_rules()}
    errors: list[str] = []
    outside = [outcome for folder in folders for outcome in _named_folder(folder)]
    outside += [outcome for entry in _packs() for outcome in _pack(entry)] if packs else []
    for outcome in outside:
        taken = _taken(outcome, rules) if isinstance(outcome, Rule) else None
        if isinstance(outcome, str):
            errors.append(outcome)
        elif taken is not None:
            errors.append(f"rule {outcome.id} {outcome.name}: {taken}")
        else:
            rules[outcome.id] = outcome
    return Rules(tuple(rules[key] for key in sorted(rules)), tuple(errors))


def load_folder(folder: Path, package: str) -> list[AnyRule]:
    """The rules of a folder, one a file, by id; modules are registered as `package.file`.

    Raises:
        RuleLoadError: a file is broken, two rules share an id or a name, or the folder holds no rules.
    """
    rules: dict[str, AnyRule] = {}
    for file in _rule_files(folder):
        rule = _rule_of(_load_file(file, f"{package}.{file.stem}"), file)
        taken = _taken(rule, rules)
        if taken is not None:
            raise RuleLoadError(f"{file}: {taken}")
        rules[rule.id] = rule
    if not rules:
        raise RuleLoadError(f"no rules in {folder}: a scan without rules would find nothing and look clean")
    return [rules[key] for key in sorted(rules)]


def select_rules(rules: Iterable[AnyRule], select: Sequence[str] = (), ignore: Sequence[str] = ()) -> list[AnyRule]:
    """The rules to run: those selected by id or name ("all" for every one), else the default ones; less the ignored.

    Raises:
        UsageError: a name is no rule's, or no rule is left.
    """
    rules = list(rules)
    names = {name: rule.id for rule in rules for name in (rule.id, rule.name)}
    for name in (*select, *ignore):
        if name not in names and name != ALL:
            raise UsageError(f"no rule is called {name}{did_you_mean(name, names)}")
    everything = set(names.values())
    default = {rule.id for rule in rules if rule.on_by_default}
    wanted = everything if ALL in select else {names[name] for name in select} if select else default
    unwanted = everything if ALL in ignore else {names[name] for name in ignore}
    chosen = [rule for rule in rules if rule.id in wanted - unwanted]
    if not chosen:
        raise UsageError("no rule is left to run: --ignore takes away everything that --select asks for")
    return chosen


def _taken(rule: AnyRule, rules: dict[str, AnyRule]) -> str | None:
    """Why a rule cannot join the others, if it cannot."""
    if rule.id in rules:
        return f"the id {rule.id} belongs to {rules[rule.id].name}"
    if any(other.name == rule.name for other in rules.values()):
        return f"the name {rule.name} is taken"
    return None


def _rule_files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.glob("*.py") if not file.name.startswith("_"))


def _named_folder(folder: Path) -> Iterator[AnyRule | str]:
    if not folder.is_dir():
        raise UsageError(f"no such rules folder: {folder}")
    files = _rule_files(folder)
    if not files:
        raise UsageError(f"no rules in {folder}")
    package = f"lk_audit_rules_from_{abs(hash(folder.resolve())):x}"
    for file in files:
        try:
            yield _rule_of(_load_file(file, f"{package}.{file.stem}"), file)
        except RuleLoadError as error:
            yield str(error)


def _packs() -> list[EntryPoint]:
    return sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value))


def _pack(entry: EntryPoint) -> Iterator[AnyRule | str]:
    """The rules of an installed pack, or what is wrong with it."""
    try:
        package = entry.load()
        folders = [Path(folder) for folder in package.__path__]
    except Exception as error:  # noqa: BLE001 - the code is someone else's
        yield f"rule pack {entry.name}: {type(error).__name__} while importing {entry.value}"
        return
    files = [file for folder in folders for file in _rule_files(folder)]
    if not files:
        yield f"rule pack {entry.name}: no rules in {entry.value}"
    for file in files:
        try:
            yield _rule_of(_import(f"{package.__name__}.{file.stem}", file), file)
        except RuleLoadError as error:
            yield f"rule pack {entry.name}: {error}"


def _import(name: str, file: Path) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:
        raise _broken(file, error) from error


def _load_file(file: Path, name: str) -> ModuleType:
    """A module from a file, registered under `name` so that tools that look modules up (pickle, inspect) find it."""
    known = sys.modules.get(name)
    if known is not None and getattr(known, "__file__", None) == str(file):
        return known
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise RuleLoadError(f"{file}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise _broken(file, error) from error
    return module


def _broken(file: Path, error: Exception) -> RuleLoadError:
    line = error.lineno if isinstance(error, SyntaxError) else None
    place = f"{file}:{line}" if line else str(file)
    detail = str(error) if isinstance(error, RuleLoadError) else f"{type(error).__name__}: {error}"
    return RuleLoadError(f"{place}: {detail}")


def _rule_of(module: ModuleType, file: Path) -> AnyRule:
    """The one rule of a rule file.

    Raises:
        RuleLoadError: there is none or more than one, or it is not named like the file.
    """
    found = [value for value in vars(module).values() if isinstance(value, Rule)]
    if len(found) != 1:
        raise RuleLoadError(f"{file}: a rule file holds exactly one rule; this one holds {len(found)}")
    rule = found[0]
    expected = file.stem.replace("_", "-")
    if rule.name != expected:
        raise RuleLoadError(f"{file}: the rule is called {rule.name}; its function must be named like the file")
    return rule
