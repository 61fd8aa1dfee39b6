"""The pages of the rules."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest  # noqa: TC002 - tests import in one place
from msgspec.structs import replace

from lk_audit import rule_address
from lk_audit.cli.pages import rule_text
from lk_audit.reporters import Presentation, render
from lk_audit.rule_address import PAGES, address, page_name
from lk_audit.rule_api import Fixable
from lk_audit.rule_docs import (
    TABLE_END,
    TABLE_START,
    documents,
    outdated,
    pages_address,
    with_address,
    with_table,
    write,
)
from lk_audit.rule_loader import load_rules
from lk_audit.rule_pages import rule_page, rule_table
from tests.samples import make_rule, report_on

ROOT = Path(__file__).parent.parent
REGENERATE = "run: python -m lk_audit.rule_docs"


def test_a_page_says_what_why_and_what_to_do() -> None:
    page = rule_page(replace(make_rule(), references=("https://example.com/a",)))

    assert page == (
        "# LK901 bad-word\n\n"
        "**Medium** · [CWE-798: Use of Hard-coded Credentials](https://cwe.mitre.org/data/definitions/798.html)\n\n"
        "A bad word is written down.\n\nIt should not be.\n\n"
        "## What to do\n\nLeave it out.\n\n"
        "## Found\n\n`a.py`\n\n```python\nBAD  # <- finding\n```\n\n"
        "## Not found\n\n`a.py`\n\n```python\nfine\n```\n\n"
        "## Further reading\n\n- <https://example.com/a>\n"
    )


def test_every_file_of_an_example_has_its_title_and_language() -> None:
    page = rule_page(replace(make_rule(), bad=("--- .env\nA=b\n--- web/x.tsx\ny\n--- README.md\n```\nz\n```",)))

    assert "`.env`\n\n```sh\nA=b\n```" in page
    assert "`web/x.tsx`\n\n```tsx\ny\n```" in page
    assert "`README.md`\n\n````md\n```\nz\n```\n````" in page


def test_a_table_links_to_the_pages() -> None:
    rules = [replace(make_rule(), fixable=Fixable.SAFE), make_rule("rare-word", id="LK902", on_by_default=False)]

    assert rule_table(rules).splitlines()[2:] == [
        "| LK901 | [bad-word](docs/rules/LK901-bad-word.md) | medium | safe | A bad word is written down. |",
        "| LK902 | [rare-word](docs/rules/LK902-rare-word.md) | medium (off) |  | A bad word is written down. |",
    ]


def test_only_what_is_between_the_marks_changes() -> None:
    readme = f"before\n{TABLE_START}\nold\n{TABLE_END}\nafter\n"
    rules = [make_rule()]

    assert with_table(readme, rules) == f"before\n{TABLE_START}\n\n{rule_table(rules)}\n{TABLE_END}\nafter\n"
    assert with_table(with_table(readme, rules), rules) == with_table(readme, rules)
    assert with_table("no marks", rules) == "no marks"


def test_the_generated_documentation_is_current() -> None:
    for file, text in documents(ROOT).items():
        assert file.read_text(encoding="utf-8") == text, f"{file}: {REGENERATE}"
    assert outdated(ROOT) == [], REGENERATE


def test_a_rule_has_a_page_of_its_own_and_the_list_leads_there() -> None:
    rules = load_rules(packs=False).rules
    listed = re.findall(r"\(rules/(.+?\.md)\)", (ROOT / "docs" / "rules.md").read_text(encoding="utf-8"))

    assert listed == [page_name(rule) for rule in rules]
    for rule in rules:
        page = (ROOT / "docs" / "rules" / page_name(rule)).read_text(encoding="utf-8")
        assert page.startswith(f"# {rule.id} {rule.name}\n")


def test_links_between_the_pages_lead_somewhere() -> None:
    for file in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#:\s]+\.md)(?:#[^)]*)?\)", file.read_text(encoding="utf-8")):
            assert (file.parent / target).is_file(), f"{file.name}: {target}"


def test_pages_of_rules_that_are_gone_go_too(tmp_path: Path) -> None:
    (tmp_path / "docs" / "rules").mkdir(parents=True)
    old = tmp_path / "docs" / "rules" / "LK999-old.md"
    old.touch()

    assert old in write(tmp_path)
    assert not old.exists()
    assert write(tmp_path) == []


# --- addresses --------------------------------------------------------------------------------------------------------


def test_the_address_of_the_pages_is_stated_in_one_place() -> None:
    assert pages_address(ROOT / "pyproject.toml") == PAGES, REGENERATE


def test_an_address_is_taken_from_the_project(tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text('[project.urls]\nRules = "https://example.com/docs/rules/"\n')

    assert pages_address(project) == "https://example.com/docs/rules"
    assert with_address('a\nPAGES = ""\nb', pages_address(project)) == 'a\nPAGES = "https://example.com/docs/rules"\nb'


def test_a_link_leads_to_the_weakness_until_pages_have_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, of_a_pack = replace(make_rule(), is_builtin=True), make_rule()
    weakness = "https://cwe.mitre.org/data/definitions/798.html"
    monkeypatch.setattr(rule_address, "PAGES", "")
    assert (address(ours), address(of_a_pack)) == (weakness, weakness)

    monkeypatch.setattr(rule_address, "PAGES", "https://example.com/rules")

    page = "https://example.com/rules/LK901-bad-word.md"
    assert (address(ours), address(of_a_pack)) == (page, weakness)
    report = report_on(("a.py", "BAD"), rules=[ours])
    sarif = json.loads(render("sarif", report))["runs"][0]["tool"]["driver"]["rules"][0]
    assert sarif["helpUri"] == page
    assert page in rule_text(ours, Presentation())
    assert f"\x1b]8;;{page}\x1b\\" in render("text", report, Presentation(links=True))
