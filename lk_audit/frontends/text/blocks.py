"""Blocks in braces, as HOCON and HCL have them: what the lines between two braces belong to."""

from __future__ import annotations

from lk_audit.frontends.shapes import MAX_DEPTH, decode
from lk_audit.patterns import regex

SUFFIXES = frozenset({"conf", "hocon", "hcl", "tf", "tfvars", "nomad"})
_OPENING = regex(rb"(?P<key>[\w.\"' /-]{1,200}?)[ \t]*[:=]?[ \t]*\{[ \t\r]*")


class Blocks:
    """The blocks that are open, line after line: `livekit {`, `module "livekit" {`, `environment = {`."""

    def __init__(self) -> None:
        self._open: list[tuple[str, ...]] = []

    def keys(self) -> tuple[str, ...]:
        """The path of the next line."""
        return tuple(key for block in self._open for key in block)

    def read(self, line: bytes) -> None:
        """Note what a line opens or closes."""
        opened = line.count(b"{") - line.count(b"}")
        if opened > 0 and len(self._open) < MAX_DEPTH:
            named = _OPENING.fullmatch(line)
            self._open += [_keys_of(decode(named["key"], 0, 200)) if named else (), *[()] * (opened - 1)]
        elif opened < 0:
            del self._open[opened:]


def _keys_of(text: str) -> tuple[str, ...]:
    """The path of a block, or its kind and the last of its labels."""
    words = text.replace('"', " ").replace("'", " ").split()
    return (words[0], words[-1]) if len(words) > 1 else tuple(words[0].split(".")) if words else ()
