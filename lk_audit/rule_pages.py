"""The pages of the rules, as Markdown: for `explain`, the documentation, SARIF, and the table in the README."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from lk_audit import cwe
from lk_audit.findings import AnyRule
from lk_audit.rule_address import page_name
from lk_audit.rule_api import Fixable

_FENCES = {
    **dict.fromkeys((".py", ".pyi"), "python"),
    **dict.fromkeys((".js", ".mjs", ".cjs"), "js"),
    **dict.fromkeys((".ts", ".mts", ".cts"), "ts"),
    **dict.fromkeys((".yaml", ".yml"), "yaml"),
    **dict.fromkeys((".sh", ".env"), "sh"),
    **{suffix: suffix[1:] for suffix in (".jsx", ".tsx", ".json", ".toml", ".md", ".html", ".go")},
}


def rule_page(rule: AnyRule) -> str:
    """A rule as a Markdown page."""
    usual = "" if rule.on_by_default else " · off by default"
    parts = [
        f"# {rule.id} {rule.name}",
        f"**{rule.severity.label.capitalize()}** · [{cwe.title(rule.cwe)}]({cwe.url(rule.cwe)}){usual}{_fixable(rule)}",
        rule.explanation,
        "## What to do",
        rule.fix,
        "## Found",
        *(_example(text) for text in rule.bad),
        "## Not found",
        *(_example(text) for text in rule.good),
    ]
    if rule.references:
        parts += ["## Further reading", "\n".join(f"- <{address}>" for address in rule.references)]
    return "\n\n".join(parts) + "\n"


def rule_table(rules: Iterable[AnyRule], link: str = "docs/rules/{page}") -> str:
    """A Markdown table of rules; `link` is the address of a rule's page."""
    return "\n".join(["| id | rule | severity | fix | finds |", "|---|---|---|---|---|", *_rows(rules, link), ""])


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
