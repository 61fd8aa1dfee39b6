"""YAML that is a template: Helm charts, and what Jinja fills in (Ansible, Salt, cookiecutter).

Source: Go's text/template ("Actions", "Text and spaces"), Jinja's "Template Designer Documentation".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lk_audit.patterns import regex

_BEGINNING = regex(rb"(?<!\$)\{\{|\{%|\{#")
"""`${{ ... }}` of GitHub's workflows is plain text to YAML."""
_ENDS = {b"{{": b"}}", b"{%": b"%}", b"{#": b"#}"}
_ACTION = b"\0"
"""What stands for a byte of an action while there are others; no text holds it."""
_OF_ACTION = regex(rb"[^\r\n]")
_ALONE = regex(rb"^[ \t]*+\0[ \t\0]*+\r?$", re.MULTILINE)


def without_actions(data: bytes) -> bytes | None:
    """A template with its actions out of the way, every byte at its place; None where there are none.

    An action on lines of its own leaves nothing, another one a word.
    """
    parts: list[bytes] = []
    position = 0
    for start, end in _actions(data):
        parts += (data[position:start], _OF_ACTION.sub(_ACTION, data[start:end]))
        position = end
    if not parts:
        return None
    marked = b"".join((*parts, data[position:]))
    return _ALONE.sub(lambda line: line[0].replace(_ACTION, b" "), marked).replace(_ACTION, b"x")


def _actions(data: bytes) -> Iterator[tuple[int, int]]:
    """The spans of what a template replaces."""
    position, never = 0, set[bytes]()
    for found in _BEGINNING.finditer(data):
        if found.start() < position or found[0] in never:
            continue
        end = data.find(_ENDS[found[0]], found.end())
        if end == -1:
            never.add(found[0])
        else:
            position = end + 2
            yield found.start(), position
