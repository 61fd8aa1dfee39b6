"""The pages of the rules: for `explain`, the documentation, SARIF, and the table in the README.

`python -m lk_audit.rule_docs` writes docs/rules/*.md and docs/rules.md, which lists them, the table between the marks
in README.md, the pages of the configuration, and the address of the pages in lk_audit/rule_address.py.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from lk_audit import cwe
from lk_audit.findings import AnyRule
from lk_audit.patterns import regex
from lk_audit.rule_address import page_name
from lk_audit.rule_api import Fixable
from lk_audit.rule_loader import load_rules

TABLE_START = "<!-- rules:start -->"
TABLE_END = "<!-- rules:end -->"

_FENCES = {
    **dict.fromkeys((".py", ".pyi"), "python"),
    **dict.fromkeys((".js", ".mjs", ".cjs"), "js"),
    **dict.fromkeys((".ts", ".mts", ".cts"), "ts"),
    **dict.fromkeys((".yaml", ".yml"), "yaml"),
    **dict.fromkeys((".sh", ".env"), "sh"),
    **{suffix: suffix[1:] for suffix in (".jsx", ".tsx", ".json", ".toml", ".md", ".html", ".go")},
}
_INTRODUCTION = """\
# Rules

A page for every rule: what it finds, why that matters, what to do. `lk-audit explain RULE` shows it in a terminal. This
file and the pages are generated from the rules themselves: `python -m lk_audit.rule_docs`.
"""


def rule_page(rule: AnyRule, level: int = 1) -> str:
    """A rule as a Markdown page whose first heading has the given level."""
    heading, below = "#" * level, "#" * (level + 1)
    usual = "" if rule.on_by_default else " · off by default"
    parts = [
        f"{heading} {rule.id} {rule.name}",
        f"**{rule.severity.label.capitalize()}** · [{cwe.title(rule.cwe)}]({cwe.url(rule.cwe)}){usual}{_fixable(rule)}",
        rule.explanation,
        f"{below} What to do",
        rule.fix,
        f"{below} Found",
        *(_example(text) for text in rule.bad),
        f"{below} Not found",
        *(_example(text) for text in rule.good),
    ]
    if rule.references:
        parts += [f"{below} Further reading", "\n".join(f"- <{address}>" for address in rule.references)]
    return "\n\n".join(parts) + "\n"


def rules_document(rules: Sequence[AnyRule]) -> str:
    """The list of all rules."""
    return "\n".join([_INTRODUCTION, rule_table(rules, "rules/{page}")])


def rule_table(rules: Iterable[AnyRule], link: str = "docs/rules/{page}") -> str:
    """A Markdown table of rules; `link` is the address of a rule's page."""
    return "\n".join(["| id | rule | severity | fix | finds |", "|---|---|---|---|---|", *_rows(rules, link), ""])


def with_table(readme: str, rules: Sequence[AnyRule]) -> str:
    """The README with a current table between its marks; unchanged when it has none."""
    before, start, rest = readme.partition(TABLE_START)
    _, end, after = rest.partition(TABLE_END)
    return f"{before}{start}\n\n{rule_table(rules)}\n{end}{after}" if start and end else readme


def anchor(rule: AnyRule) -> str:
    """The fragment that GitHub gives the rule's heading."""
    return f"{rule.id} {rule.name}".lower().replace(" ", "-")


def _rows(rules: Iterable[AnyRule], link: str) -> Iterator[str]:
    for rule in rules:
        address = link.format(page=page_name(rule))
        severity = rule.severity.label + ("" if rule.on_by_default else " (off)")
        summary = rule.summary.replace("|", r"\|")
        yield f"| {rule.id} | [{rule.name}]({address}) | {severity} | {_MARKS[rule.fixable]} | {summary} |"


def _fixable(rule: AnyRule) -> str:
    return f" · fixable with `{rule.fixable.value}`" if rule.fixable else ""


_MARKS = {None: "", Fixable.SAFE: "safe", Fixable.UNSAFE: "unsafe"}


def _example(text: str) -> str:
    return "\n\n".join(_file(path, body) for path, body in _files(text))


def _files(text: str) -> Iterator[tuple[str, str]]:
    for part in f"\n{text}".split("\n--- ")[1:]:
        path, _, body = part.partition("\n")
        yield path.strip(), body.strip("\n")


def _file(path: str, body: str) -> str:
    name = PurePosixPath(path)
    language = "sh" if name.name.startswith(".env") else _FENCES.get(name.suffix, "")
    fence = "````" if "```" in body else "```"
    return f"`{path}`\n\n{fence}{language}\n{body}\n{fence}"


def documents(root: Path) -> dict[Path, str]:
    """The generated files below `root`, and what belongs in them."""
    from lk_audit.configuration.pages import pages as configuration_pages  # noqa: PLC0415 - scans do not need it

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
