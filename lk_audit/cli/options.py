"""Options and their values, as several commands share them."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from lk_audit.config import parse_duration
from lk_audit.errors import LkAuditError
from lk_audit.reporters import Presentation
from lk_audit.rule_api import Severity
from lk_audit.suggestions import did_you_mean

_WIDEST = 100
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


def names(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


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


def presentation(*, color: bool | None, to_terminal: bool = True, exit_code: int | None = None) -> Presentation:
    width = min(_WIDEST, shutil.get_terminal_size((_WIDEST, 24)).columns)
    is_colored = _wants_color(color) if to_terminal else bool(color)
    return Presentation(is_colored, width, exit_code, links=to_terminal and wants_links(color))


def _wants_color(asked: bool | None) -> bool:
    """The option decides, then NO_COLOR (no-color.org) and FORCE_COLOR, then whether a terminal reads."""
    if asked is not None:
        return asked
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()


def wants_links(asked: bool | None) -> bool:
    """Whether standard output makes links of addresses: FORCE_HYPERLINK decides, then what terminal this is.

    There is no way to ask a terminal. The signs are those that the npm package and the Rust crate supports-hyperlinks
    go by; whoever wants no colours gets no links.
    """
    forced = os.environ.get("FORCE_HYPERLINK")
    if forced:
        return forced.strip() != "0"
    if asked is False or os.environ.get("NO_COLOR") or os.environ.get("CI") or not sys.stdout.isatty():
        return False
    return _is_linking_terminal(os.environ)


_LINKING: dict[str, frozenset[str]] = {
    "TERM_PROGRAM": frozenset({"Hyper", "iTerm.app", "terminology", "WezTerm", "vscode", "ghostty", "zed"}),
    "TERM": frozenset({"xterm-kitty", "alacritty", "alacritty-direct", "xterm-ghostty"}),
    "COLORTERM": frozenset({"xfce4-terminal"}),
}
_LINKING_WHEN_SET = ("DOMTERM", "WT_SESSION", "KONSOLE_VERSION")
_FIRST_LINKING_VTE = 5_000


def _is_linking_terminal(environment: Mapping[str, str]) -> bool:
    vte = environment.get("VTE_VERSION", "")
    return (
        any(environment.get(name) in values for name, values in _LINKING.items())
        or any(environment.get(name) for name in _LINKING_WHEN_SET)
        or (vte.isdecimal() and int(vte) >= _FIRST_LINKING_VTE)
    )
