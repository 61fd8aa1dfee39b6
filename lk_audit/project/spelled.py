"""Whether a file can hand out a name, told from its bytes: where it does not spell it, it is not parsed to see.

Sources: Python's reference on imports, ECMAScript's grammar of exports, Dart's language specification on libraries.
"""

from __future__ import annotations

import re

from lk_audit import frontends
from lk_audit.patterns import regex
from lk_audit.project.files import Files

_DECLARED = {
    "python": (rb"\b", rb"\b"),
    "javascript": (rb"(?<![\w$])", rb"(?![\w$])"),
    "dart": (
        rb"(?<![\w$.])",
        rb"(?![\w$])(?=\s{0,40}(?:[=;({</]|,\s{0,40}\w{1,60}\s{0,9}[=;,]|(?:extends|implements|with|on|async|sync)\b))",
    ),
}
"""How a name begins and ends where it is declared, by frontend. Dart declares no members of something else outside it,
as the other two do (`exports.name = ...`), and a name of Dart that is a type or an argument ends otherwise."""
_HANDED_ON = {
    "python": regex(rb"import[\s(\\]{1,20}\*"),
    "javascript": regex(rb"\bexports\b|\bexport\s{0,20}[*=]"),
    "dart": regex(rb"\bexport\s{0,20}['\"rR]"),
}
"""How names look that a file hands on from another without spelling them."""


class Spelled:
    """Asks the files of a project for names."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._known: dict[tuple[str, str], bool] = {}

    def may_hand_out(self, path: str, name: str) -> bool:
        """Whether an import of a name from a file can come out at anything."""
        language = frontends.frontend_for(path)
        if language not in _DECLARED:
            return True
        key = (path, name)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._hands_out(path, name, language)
        return known

    def forget(self) -> None:
        """Drop the answers, of which large scans make many."""
        self._known.clear()

    def _hands_out(self, path: str, name: str, language: str) -> bool:
        data, word = self._files.data(path), name.encode("utf-8", "replace")
        if not data:
            return True  # of very large files nothing is kept to search
        before, behind = _DECLARED[language]
        is_spelled = word in data and re.search(before + re.escape(word) + behind, data) is not None
        return is_spelled or _HANDED_ON[language].search(data) is not None
