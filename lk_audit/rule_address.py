"""Where the page of a rule is to be read, for reports that link to it.

The pages are docs/rules/*.md. Their address is stated once, as `Rules` of `project.urls` in pyproject.toml; the
constant here is made of it by `python -m lk_audit.rule_docs`, because reading the metadata of an installed package
takes longer than writing a report. As long as no address is stated, a rule's link leads to its weakness.
"""

from __future__ import annotations

from lk_audit import cwe
from lk_audit.findings import AnyRule

PAGES = ""
"""The address of the folder of pages, without a slash at its end; empty as long as there is none."""


def page_name(rule: AnyRule) -> str:
    """The file name of a rule's page."""
    return f"{rule.id}-{rule.name}.md"


def address(rule: AnyRule) -> str:
    """The page of a built-in rule where pages have an address; else that of the weakness it is an instance of."""
    return f"{PAGES}/{page_name(rule)}" if PAGES and rule.is_builtin else cwe.url(rule.cwe)
