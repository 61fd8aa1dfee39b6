"""The pages of the rules."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from lk_audit.rule_api import Fixable
from lk_audit.rule_docs import TABLE_END, TABLE_START, rule_page, rule_table, rules_document, with_table
from lk_audit.rule_loader import load_rules
from tests.samples import make_rule

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
        "| LK901 | [bad-word](docs/rules.md#lk901-bad-word) | medium | safe | A bad word is written down. |",
        "| LK902 | [rare-word](docs/rules.md#lk902-rare-word) | medium (off) |  | A bad word is written down. |",
    ]


def test_only_what_is_between_the_marks_changes() -> None:
    readme = f"before\n{TABLE_START}\nold\n{TABLE_END}\nafter\n"
    rules = [make_rule()]

    assert with_table(readme, rules) == f"before\n{TABLE_START}\n\n{rule_table(rules)}\n{TABLE_END}\nafter\n"
    assert with_table(with_table(readme, rules), rules) == with_table(readme, rules)
    assert with_table("no marks", rules) == "no marks"


def test_the_generated_documentation_is_current() -> None:
    rules = load_rules(packs=False).rules
    readme = ROOT / "README.md"

    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == rules_document(rules), REGENERATE
    if readme.is_file():
        text = readme.read_text(encoding="utf-8")
        assert with_table(text, rules) == text, REGENERATE
