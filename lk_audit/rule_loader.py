"""Rules from folders of rule files: the built-in ones, installed rule packs, and folders named on the command line.

Loading a rule runs its code, so folders never come from the configuration of what is scanned.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType

from msgspec import Struct
from msgspec.structs import replace

from lk_audit.errors import RuleLoadError, UsageError
from lk_audit.findings import AnyRule
from lk_audit.rule_api import Rule
from lk_audit.rule_packs import Pack, installed_packs

BUILTIN = "lk_audit.rules"


class Rules(Struct, frozen=True):
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
    return [replace(rule, is_builtin=True) for rule in load_folder(builtin_rules_folder(), BUILTIN)]


def load_rules(folders: Sequence[Path] = (), *, packs: bool = True) -> Rules:
    """The built-in rules, those of installed packs, and those in `folders`.

    A broken built-in stops everything; a broken rule of someone else is named and the others go on.

    Raises:
        RuleLoadError: a built-in rule is broken, or there are none.
        UsageError: one of `folders` does not exist or holds no rules.
    """
    rules = {rule.id: rule for rule in load_builtin_rules()}
    owners = dict.fromkeys(rules, "lk-audit")
    errors: list[str] = []
    outside = [outcome for folder in folders for outcome in _named_folder(folder)]
    outside += [outcome for pack in installed_packs() for outcome in _pack(pack)] if packs else []
    for outcome in outside:
        if isinstance(outcome, str):
            errors.append(outcome)
            continue
        owner = _owner(outcome.rule, rules, owners)
        if owner is not None:
            errors.append(f"{outcome.where}: {owner}")
        else:
            rules[outcome.rule.id] = outcome.rule
            owners[outcome.rule.id] = outcome.origin
    return Rules(tuple(rules[key] for key in sorted(rules)), tuple(errors))


def _owner(rule: AnyRule, rules: Mapping[str, AnyRule], owners: Mapping[str, str]) -> str | None:
    """Why someone else's rule is left out: its id or name belongs to another one."""
    other = _holder(rule, rules)
    if other is None:
        return None
    what = f"id {rule.id}" if other.id == rule.id else f"name {rule.name}"
    return (
        f"rule {rule.id} {rule.name} is left out: the {what} belongs to {other.id} {other.name} of {owners[other.id]}; "
        "a rule needs an id and a name of its own"
    )


def load_folder(folder: Path, package: str) -> list[AnyRule]:
    """The rules of a folder, one a file, by id; modules are registered as `package.file`.

    Raises:
        RuleLoadError: a file is broken, two rules share an id or a name, or the folder holds no rules.
    """
    rules: dict[str, AnyRule] = {}
    for file in _rule_files(folder):
        rule = _rule_of(_load_file(file, f"{package}.{file.stem}"), file)
        other = _holder(rule, rules)
        if other is not None:
            what = f"id {rule.id}" if other.id == rule.id else f"name {rule.name}"
            raise RuleLoadError(f"{file}: the {what} belongs to {other.id} {other.name}")
        rules[rule.id] = rule
    if not rules:
        raise RuleLoadError(f"no rules in {folder}: a scan without rules would find nothing and look clean")
    return [rules[key] for key in sorted(rules)]


def _holder(rule: AnyRule, rules: Mapping[str, AnyRule]) -> AnyRule | None:
    """The rule that has the id or the name of another one already."""
    return rules.get(rule.id) or next((other for other in rules.values() if other.name == rule.name), None)


def _rule_files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.glob("*.py") if not file.name.startswith("_"))


class _Loaded(Struct, frozen=True):
    """A rule of someone else: who brings it, and where it stands, both as a message names them."""

    rule: AnyRule
    origin: str
    where: str


def _named_folder(folder: Path) -> Iterator[_Loaded | str]:
    if not folder.is_dir():
        raise UsageError(f"no such rules folder: {folder}")
    files = _rule_files(folder)
    if not files:
        raise UsageError(f"no rules in {folder}")
    package = f"lk_audit_rules_from_{abs(hash(folder.resolve())):x}"
    for file in files:
        try:
            rule = _rule_of(_load_file(file, f"{package}.{file.stem}"), file)
        except RuleLoadError as error:
            yield str(error)
        else:
            yield _Loaded(rule, str(folder), str(file))


def _pack(pack: Pack) -> Iterator[_Loaded | str]:
    """The rules of an installed pack, or what is wrong with it."""
    origin = f"rule pack {pack.name}"
    try:
        package = pack.entry.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the code is someone else's
        yield f"{origin}: cannot import {pack.entry.value}: {_told(error)}"
        return
    files = [file for folder in getattr(package, "__path__", ()) for file in _rule_files(Path(folder))]
    if not files:
        yield f"{origin}: no rules in {pack.entry.value}; its entry point names the package that holds the rule files"
    for file in files:
        try:
            rule = _rule_of(_import(f"{package.__name__}.{file.stem}", file), file)
        except RuleLoadError as error:
            yield f"{origin}: {error}"
        else:
            yield _Loaded(rule, origin, f"{origin}: {file}")


def _import(name: str, file: Path) -> ModuleType:
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
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
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise _broken(file, error) from error
    return module


def _broken(file: Path, error: BaseException) -> RuleLoadError:
    line = error.lineno if isinstance(error, SyntaxError) else None
    return RuleLoadError(f"{file}:{line}: {_told(error)}" if line else f"{file}: {_told(error)}")


def _told(error: BaseException) -> str:
    """An exception in one line."""
    text = " ".join(str(error.msg if isinstance(error, SyntaxError) else error).split())
    return text if isinstance(error, RuleLoadError) else f"{type(error).__name__}: {text}".rstrip(": ")


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
