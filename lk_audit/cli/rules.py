"""`lk-audit explain` and `lk-audit rules`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lk_audit.cli.looks import presentation
from lk_audit.cli.options import Choice, color_option, rule_names, rules_option
from lk_audit.cli.pages import catalogue, rule_text
from lk_audit.cli.saying import complain, say
from lk_audit.errors import UsageError
from lk_audit.rule_loader import Rules, load_rules
from lk_audit.suggestions import did_you_mean

if TYPE_CHECKING:
    from lk_audit.findings import AnyRule


@click.command("explain")
@click.argument("rule", shell_complete=rule_names)
@rules_option
@color_option
def explain_command(rule: str, rule_folders: tuple[Path, ...], color: bool | None) -> None:
    """Explain a rule, given by its id or name."""
    say(rule_text(_rule(rule, _loaded(rule_folders)), presentation(color=color)))


def _loaded(folders: tuple[Path, ...]) -> Rules:
    loaded = load_rules(folders)
    for message in loaded.errors:
        complain(message)
    return loaded


def _hint(wanted: str, loaded: Rules) -> str:
    """Which rules may be meant: a close name, else those that have the word in theirs."""
    names = [key for rule in loaded.rules for key in (rule.id, rule.name)]
    alike = [rule.name for rule in loaded.rules if {wanted} & {*rule.name.split("-")} or _begins(rule.id, wanted)]
    found = f"; there are {', '.join(alike)}" if len(alike) > 1 else did_you_mean(alike[0] if alike else wanted, names)
    return found or "; lk-audit rules lists them all"


def _begins(rule_id: str, wanted: str) -> bool:
    """Whether what is wanted is the beginning of an id, with the digit that its group has."""
    return rule_id.lower().startswith(wanted) and wanted[-1:].isdigit()


def _rule(name: str, loaded: Rules) -> AnyRule:
    by_name = {key.lower(): rule for rule in loaded.rules for key in (rule.id, rule.name)}
    wanted = name.lower().replace("_", "-")
    if wanted not in by_name:
        raise UsageError(f"no rule is called {name}{_hint(wanted, loaded)}")
    return by_name[wanted]


@click.command("rules")
@click.option("--format", "style", type=Choice(["text", "json", "markdown"]), default="text", show_default=True)
@rules_option
@color_option
def rules_command(style: str, rule_folders: tuple[Path, ...], color: bool | None) -> None:
    """List all rules."""
    say(catalogue(_loaded(rule_folders).rules, style, presentation(color=color)))
