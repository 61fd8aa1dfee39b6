"""HTML that is escaped by construction: what is of type `Html` was made by `text`, `tag` or `joined`, or is our own."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import NewType

from lk_audit.patterns import regex
from lk_audit.reporters.screen import printable
from lk_audit.reporters.wording import one_line

Html = NewType("Html", str)

EMPTY = Html("")
_VOID = frozenset({"input", "meta"})
_CODE = regex(r"`([^`]+)`")


def text(content: str) -> Html:
    """Any text, as text."""
    return Html(escape(printable(content)))


def tag(name: str, /, *content: Html, **attributes: str | int | bool) -> Html:
    """An element. `data_rule` and `class_` are the attributes data-rule and class; True needs no value, False none."""
    written = "".join(_attribute(key, value) for key, value in attributes.items() if value is not False)
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{''.join(content)}</{name}>")


def _attribute(key: str, value: str | int | bool) -> str:
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(printable(str(value)))}"'


def joined(parts: Iterable[Html], separator: str = "") -> Html:
    """Several pieces in a row; the separator is our own."""
    return Html(separator.join(parts))


def prose(content: str) -> Html:
    """A message on one line, with code where it has backticks."""
    pieces = _CODE.split(one_line(content))
    return joined(tag("code", text(piece)) if number % 2 else text(piece) for number, piece in enumerate(pieces))


def paragraphs(content: str) -> Html:
    """Prose in paragraphs, which blank lines separate."""
    return joined(tag("p", prose(part)) for part in content.split("\n\n") if part.strip())
