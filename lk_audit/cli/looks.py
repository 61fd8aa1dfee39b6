"""What a report looks like where it is read: how wide, with colours, with links."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from lk_audit.reporters import Presentation

_WIDEST = 100


def presentation(*, color: bool | None, to_terminal: bool = True, exit_code: int | None = None) -> Presentation:
    width = min(_WIDEST, _columns())
    is_colored = _wants_color(color) if to_terminal else bool(color)
    return Presentation(is_colored, width, exit_code, links=to_terminal and wants_links(color))


def _columns() -> int:
    """The width of the terminal: COLUMNS, or what the terminal says; wide where nobody can tell.

    As `shutil.get_terminal_size` has it, which brings the libraries for archives along.
    """
    stated = os.environ.get("COLUMNS", "")
    if stated.isdecimal() and int(stated):
        return int(stated)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or _WIDEST  # type: ignore[union-attr]  # no stream
    except (AttributeError, OSError, ValueError):
        return _WIDEST


def _wants_color(asked: bool | None) -> bool:
    """The option decides, then NO_COLOR (no-color.org) and FORCE_COLOR, then whether a terminal reads."""
    if asked is not None:
        return asked
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or _is_able_terminal()


def _is_able_terminal() -> bool:
    """Whether a terminal reads that knows more than text: Emacs' shell and the like call themselves dumb."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def wants_links(asked: bool | None) -> bool:
    """Whether standard output makes links of addresses: FORCE_HYPERLINK decides, then what terminal this is.

    There is no way to ask a terminal. The signs are those that the npm package and the Rust crate supports-hyperlinks
    go by; whoever wants no colours gets no links.
    """
    forced = os.environ.get("FORCE_HYPERLINK")
    if forced:
        return forced.strip() != "0"
    if asked is False or os.environ.get("NO_COLOR") or os.environ.get("CI") or not _is_able_terminal():
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
