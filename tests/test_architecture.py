"""Imports go one way only: the may-not table of ARCHITECTURE.md, enforced."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "lk_audit"

MAY_NOT_IMPORT = {
    "machine": ("source", "files", "git", "facts", "findings", "frontends", "values", "project", "scanning", "cli"),
    "git": ("livekit", "facts", "findings", "files", "project", "extractors", "rule_api", "scanning"),
    "files": ("livekit", "facts", "syntax", "values", "project", "extractors", "rule_api", "scanning", "cli"),
    "syntax": ("source", "facts", "values", "frontends", "livekit"),
    "frontends": ("livekit", "facts", "extractors", "values", "rule_api", "reporters", "scanning", "findings", "roles"),
    "values": ("livekit", "facts", "extractors", "frontends", "rule_api", "reporters", "source"),
    "livekit": ("syntax", "values", "frontends", "extractors", "source", "scanning", "findings", "reporters"),
    "facts": ("syntax", "values", "frontends", "extractors", "rule_api", "scanning", "findings"),
    "project": ("livekit", "extractors", "rule_api", "findings", "reporters", "scanning"),
    "extractors": ("rule_api", "rule_loader", "scanning", "findings", "reporters", "cli"),
    "rule_api": ("syntax", "values", "frontends", "extractors", "scanning", "findings", "reporters"),
    "repairs": ("syntax", "values", "frontends", "extractors", "fixes", "scanning", "findings"),
    "fixes": ("rule_api", "rule_loader", "findings", "scanning", "reporters", "cli"),
    "fixing": ("cli", "reporters"),
    "suppression": ("rule_loader", "scanning", "reporters", "cli"),
    "suppression/comments": ("frontends",),
    "suppression/baseline": ("frontends",),
    "suppression/overrides": ("frontends",),
    "hints": ("livekit", "facts", "findings", "scanning", "cli", "configuration"),
    "configuration": ("scanning", "frontends", "extractors", "values", "syntax", "project", "cli"),
    "cache": ("cli", "scanning", "extractors", "frontends", "syntax", "values", "livekit", "reporters", "secret"),
    "scanning": ("cli", "reporters"),
    "scanning/pipeline": ("configuration",),
    "reporters": ("files", "frontends", "extractors", "values", "syntax", "scanning", "cli"),
    "api": ("cli",),
}
PARSERS = ("tree_sitter", "tree_sitter_python", "tree_sitter_javascript", "tree_sitter_typescript", "yaml", "libcst")
RULES_MAY_IMPORT = (
    *("lk_audit.facts", "lk_audit.rule_api", "lk_audit.livekit", "lk_audit.repairs"),
    *("collections.abc", "re", "__future__"),
)
LAYERS_WITH_PARSERS = (
    "frontends",
    "cli/onboarding.py",  # extends a YAML file, and scans none
    "fixes/referee.py",  # judges what was written, and reads nothing out of it
)


def modules_of(layer: str) -> list[Path]:
    folder = PACKAGE / layer
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [PACKAGE / f"{layer}.py"]


def imports_of(path: Path, *, for_types: bool = True) -> set[str]:
    """The modules that a module imports, wherever in it, and what it takes from them.

    Those that only types need count unless `for_types` is false.
    """
    found: set[str] = set()
    tree = ast.parse(path.read_text())
    of_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in of_types and not for_types:
            continue
        if isinstance(node, ast.Import):
            found.update(item.name for item in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            if node.module.startswith("lk_audit"):
                found.update(f"{node.module}.{item.name}" for item in node.names)
    return found


@pytest.mark.parametrize("layer", MAY_NOT_IMPORT)
def test_a_layer_does_not_reach_into_a_layer_it_may_not_know(layer: str) -> None:
    forbidden = tuple(f"lk_audit.{name}" for name in MAY_NOT_IMPORT[layer])

    broken = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules_of(layer)
        for name in imports_of(path)
        if name in forbidden or name.startswith(tuple(f"{item}." for item in forbidden))
    }

    assert not broken


def test_only_frontends_know_a_parser() -> None:
    broken = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in PACKAGE.rglob("*.py")
        if not {path.relative_to(PACKAGE).parts[0], path.relative_to(PACKAGE).as_posix()} & set(LAYERS_WITH_PARSERS)
        for name in imports_of(path)
        if name.split(".")[0] in PARSERS
    }

    assert not broken


@pytest.mark.parametrize("path", sorted((ROOT / "rules").glob("*.py")), ids=lambda path: path.stem)
def test_a_rule_imports_facts_the_rule_api_and_livekit_words_only(path: Path) -> None:
    foreign = {
        name for name in imports_of(path) if not name.startswith(RULES_MAY_IMPORT) and name not in RULES_MAY_IMPORT
    }

    assert not foreign


def test_only_the_command_line_prints_or_exits() -> None:
    speakers = {"print", "exit", "quit"}
    allowed = {*PACKAGE.glob("cli/*.py"), PACKAGE / "__main__.py", PACKAGE / "rule_docs.py"}

    broken = {
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in PACKAGE.rglob("*.py")
        if path not in allowed
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in speakers
    }

    assert not broken


@pytest.mark.parametrize(
    "whole", [PACKAGE, PACKAGE / "extractors", PACKAGE / "frontends"], ids=lambda whole: whole.name
)
def test_no_part_of_the_house_needs_one_that_needs_it(whole: Path) -> None:
    """Parts are the packages and modules at the top; the version that `lk_audit` itself states counts for none."""
    own = ".".join(whole.relative_to(ROOT).parts)
    needs: dict[str, set[str]] = {}
    for path in whole.rglob("*.py"):
        part = path.relative_to(whole).with_suffix("").parts[0]
        imported = imports_of(path, for_types=False)
        named = {name.removeprefix(own).split(".")[1] for name in imported if name.startswith(f"{own}.")}
        needs.setdefault(part, set()).update(named - {part, "__version__"})

    in_circles = set(needs) - set(_in_order(needs))

    assert not in_circles


@pytest.mark.parametrize("front", sorted(PACKAGE.rglob("__init__.py")), ids=lambda path: path.parent.name)
def test_a_package_gives_no_name_of_its_modules_to_something_else(front: Path) -> None:
    """Importing the module would take the name away from what the package means by it."""
    package = ".".join(front.parent.relative_to(ROOT).parts)
    modules = {path.stem for path in front.parent.iterdir()}
    tree = ast.parse(front.read_text())
    taken = {
        item.asname or item.name: node.module
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for item in node.names
        if node.module != "__future__"
    }
    defined = {node.name: "" for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}

    assert not {name for name, source in {**taken, **defined}.items() if name in modules and source != package}


def _in_order(needs: dict[str, set[str]]) -> list[str]:
    """Parts so that each comes after all it needs; those in circles, and whoever needs them, are missing."""
    ordered: list[str] = []
    left = {part: needed & needs.keys() for part, needed in needs.items()}
    while ready := [part for part, needed in left.items() if needed <= set(ordered)]:
        ordered += ready
        for part in ready:
            del left[part]
    return ordered
