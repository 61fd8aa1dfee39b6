"""Options and their values, as several commands share them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from lk_audit.config import parse_duration
from lk_audit.errors import LkAuditError
from lk_audit.rule_api import Severity
from lk_audit.suggestions import did_you_mean

Command = TypeVar("Command", bound=Callable[..., Any])
SEVERITIES = [severity.label for severity in Severity]


class Choice(click.Choice):  # type: ignore[type-arg]  # generic since click 8.2 only
    """One of some words; a mistyped one gets a suggestion."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - as in click
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            message = f"{error.message.rstrip('.')}{did_you_mean(str(value), self.choices)}"
            raise click.BadParameter(message, ctx, param) from None


def parsed(parse: Callable[[str], Any]) -> Callable[[click.Context, click.Parameter, str | None], Any]:
    def callback(_context: click.Context, _parameter: click.Parameter, value: str | None) -> Any:  # noqa: ANN401
        return None if value is None else parse(value)

    return callback


def rule_names(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """For the shell: the rules whose name or id begins with what is typed behind the last comma."""
    from lk_audit.rule_loader import load_rules  # noqa: PLC0415 - all rules, needed when the shell asks only

    before, comma, last = typed.rpartition(",")
    try:
        rules = load_rules().rules
    except LkAuditError:
        return []  # the command itself will say what is wrong
    named = [(name, rule.summary) for key in ("name", "id") for rule in rules for name in [getattr(rule, key)]]
    return [CompletionItem(before + comma + name, help=summary) for name, summary in named if name.startswith(last)]


def words(*choices: str) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    """For the shell: those of some fixed words that begin with what is typed."""

    def complete(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem]:
        return [CompletionItem(choice) for choice in choices if choice.startswith(typed)]

    return complete


color_option = click.option(
    "--color/--no-color",
    default=None,
    help="Colours; by default on a terminal only. NO_COLOR and FORCE_COLOR are honoured.",
)
rules_option = click.option(
    "--rules",
    "rule_folders",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Further rules from the files in FOLDER; runs their code.",
)
cache_folder_option = click.option(
    "--cache-dir",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Where the cache is; by default LK_AUDIT_CACHE_DIR, or your cache folder.",
)
ttl_option = click.option(
    "--max-ttl",
    default="1h",
    show_default=True,
    metavar="DURATION",
    callback=parsed(parse_duration),
    help="The longest life a token may have: 15m, 1h, 2d or seconds.",
)
_FIXES = (
    click.option(
        "--fix", "wants_fix", is_flag=True, help="Write the safe fixes into the files, then report what is left."
    ),
    click.option("--diff", "wants_diff", is_flag=True, help="Show what --fix would do and change nothing."),
    click.option(
        "--unsafe-fixes",
        "--unsafe",
        "unsafe",
        is_flag=True,
        help="With --fix or --diff: also fixes that take something away or need more done, such as a variable set.",
    ),
)


def fix_options(command: Command) -> Command:
    """Options that ask for fixes."""
    for option in reversed(_FIXES):
        command = option(command)
    return command
