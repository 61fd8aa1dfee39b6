"""The documentation that is made of the rules and settings themselves.

`python -m lk_audit.rule_docs` writes docs/rules/*.md and docs/rules.md, which lists them, the table between the marks
in README.md, the pages of the configuration, and the address of the pages in lk_audit/rule_address.py.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from lk_audit.configuration.pages import pages as configuration_pages
from lk_audit.findings import AnyRule
from lk_audit.patterns import regex
from lk_audit.rule_address import page_name
from lk_audit.rule_loader import load_rules
from lk_audit.rule_pages import rule_page, rule_table

TABLE_START = "<!-- rules:start -->"
TABLE_END = "<!-- rules:end -->"

_INTRODUCTION = """\
# Rules

A page for every rule: what it finds, why that matters, what to do. `lk-audit explain RULE` shows it in a terminal. This
file and the pages are generated from the rules themselves: `python -m lk_audit.rule_docs`.
"""


def rules_document(rules: Sequence[AnyRule]) -> str:
    """The list of all rules."""
    return "\n".join([_INTRODUCTION, rule_table(rules, "rules/{page}")])


def with_table(readme: str, rules: Sequence[AnyRule]) -> str:
    """The README with a current table between its marks; unchanged when it has none."""
    before, start, rest = readme.partition(TABLE_START)
    _, end, after = rest.partition(TABLE_END)
    return f"{before}{start}\n\n{rule_table(rules)}\n{end}{after}" if start and end else readme


def documents(root: Path) -> dict[Path, str]:
    """The generated files below `root`, and what belongs in them."""
    rules = load_rules(packs=False).rules
    folder = root / "docs" / "rules"
    wanted = {folder / page_name(rule): rule_page(rule) for rule in rules}
    wanted |= {root / "docs" / "rules.md": rules_document(rules), **configuration_pages(root)}
    readme, address = root / "README.md", root / "lk_audit" / "rule_address.py"
    if readme.is_file():
        wanted[readme] = with_table(readme.read_text(encoding="utf-8"), rules)
    if address.is_file():
        wanted[address] = with_address(address.read_text(encoding="utf-8"), pages_address(root / "pyproject.toml"))
    return wanted


def pages_address(project: Path) -> str:
    """Where the project says that the pages of its rules are; empty when it does not say."""
    urls = tomllib.loads(project.read_text(encoding="utf-8"))["project"].get("urls", {})
    return str(urls.get("Rules", "")).rstrip("/")


def with_address(module: str, address: str) -> str:
    """The text of lk_audit/rule_address.py with a current address."""
    return _ADDRESS.sub(lambda _: f"PAGES = {json.dumps(address)}", module, count=1)


_ADDRESS = regex(r"^PAGES = .*$", re.MULTILINE)


def outdated(root: Path) -> list[Path]:
    """Pages of rules that there are no longer."""
    wanted = documents(root)
    return sorted(file for file in (root / "docs" / "rules").glob("*.md") if file not in wanted)


def write(root: Path) -> list[Path]:
    """Bring the generated documentation below `root` up to date; the files that changed."""
    wanted = documents(root)
    changed = [file for file, text in wanted.items() if not file.is_file() or file.read_text(encoding="utf-8") != text]
    for file in changed:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(wanted[file], encoding="utf-8")
    gone = outdated(root)
    for file in gone:
        file.unlink()
    return [*changed, *gone]


if __name__ == "__main__":
    for changed_file in write(Path.cwd()):
        sys.stdout.write(f"wrote {changed_file}\n")
