"""Patterns of `.gitignore` files, with git's meaning (gitignore(5); git:wildmatch.c), as regular expressions.

None of them goes back to try another split. All characters between two asterisks have one place each, so the first
place where such a part fits leaves most room for what comes after it: when the rest fits nowhere from there, it fits
from no later place either. The same holds for what stands between two `**`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from lk_audit.patterns import regex

_TOKEN = regex(
    r"""  (?P<asterisks> \*+ )
        | (?P<any> \? )
        | \[ (?P<negated> [!^]?+ ) (?P<set> \]?+ (?: \[:\w+:\] | \\. | [^\]\\] )*+ ) \]
        | (?P<one> \\. | [^\\\[] )""",
    re.VERBOSE | re.DOTALL,
)
_ITEM = regex(r"\[:(?P<kind>\w+):\]|(?P<first>\\.|[^\\])(?:-(?P<last>\\.|[^\\]))?", re.DOTALL)
_KINDS = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r" \t-\r",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}
"""Classes of characters in the locale "C", in which git compares names."""
_ANYWHERE = "**"


class IgnorePatterns:
    """Patterns of which the last one that means a path decides; `!` takes a path out again.

    Paths are relative to the folder of the patterns, with forward slashes, folders with one at their end.

    Raises:
        ValueError: one is no pattern, or means nothing.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        stated = [item if item.endswith("\\ ") else item.rstrip() for item in patterns]
        self.sources = [_source(item.removeprefix("!")) for item in stated]
        verdicts = [not item.startswith("!") for item in stated]
        self._patterns = list(zip(map(re.compile, self.sources), verdicts, strict=True))[::-1]

    def of(self, path: str) -> bool | None:
        """Whether the path itself is meant; None where no pattern says.

        That is what git asks of a path after all folders around it.
        """
        return next((verdict for is_itself, verdict in self._found(path) if is_itself), None)

    def within(self, path: str) -> bool | None:
        """Whether the path is meant, or where no pattern says, a folder around it."""
        around: bool | None = None
        for is_itself, verdict in self._found(path):
            if is_itself:
                return verdict
            around = verdict if around is None else around
        return around

    def _found(self, path: str) -> Iterator[tuple[bool, bool]]:
        """What each pattern says that means the path itself, or a folder around it, the last one first."""
        for pattern, verdict in self._patterns:
            found = pattern.match(path)
            if found is not None:
                yield found.lastindex is None, verdict


def _source(pattern: str) -> str:
    """A regular expression, whose group is there where the pattern means a folder around a path and not the path.

    Raises:
        ValueError: as above.
    """
    is_folder = pattern.endswith("/")
    parts = _parts(pattern.removesuffix("/"))
    if parts[-1] == _ANYWHERE and (is_folder or len(parts) == 1):
        parts.append("*")
    is_inside = parts[-1] == _ANYWHERE
    first, *groups = _groups(parts[:-1] if is_inside else parts)
    found = first
    for number, group in enumerate(groups, 1):
        slash = "/" if found else ""
        if number < len(groups) or is_inside:
            found += f"(?>{slash}(?:[^/]++/)*?{group}(?=/))"
        else:
            found += f"{slash}(?:[^/]++/)*{group}"  # the last place: where that is the end, the path itself is meant
    if is_inside:
        return rf"{found}/(\Z)?"
    return rf"{found}(?:/\Z|(/))" if is_folder else rf"{found}(?:/?\Z|(/))"


def _parts(pattern: str) -> list[str]:
    """What stands between the slashes, with what is left out: a pattern without slashes holds in every folder."""
    parts = pattern.split("/")
    if len(parts) == 1:
        parts.insert(0, _ANYWHERE)
    elif not parts[0]:
        del parts[0]
    if not all(parts):
        raise ValueError("no path has two slashes in a row")
    plain = (_ANYWHERE if len(part) > 1 and set(part) == {"*"} else part for part in parts)
    return [part for key, same in groupby(plain) for part in ([key] if key == _ANYWHERE else same)]


def _groups(parts: Iterable[str]) -> list[str]:
    """Regular expressions for what stands before, between and after parts that are `**`."""
    groups: list[list[str]] = [[]]
    for part in parts:
        if part == _ANYWHERE:
            groups.append([])
        else:
            groups[-1].append(_name(part))
    return list(map("/".join, groups))


def _name(pattern: str) -> str:
    """A regular expression for one name; a slash or the end must follow it."""
    pieces = [""]
    position = 0
    while position < len(pattern):
        token = _TOKEN.match(pattern, position)
        if token is None:
            raise ValueError("a bracket that is not closed, or a backslash at the end")
        position = token.end()
        if token["asterisks"]:
            pieces.append("")
        else:
            pieces[-1] += _character(token)
    if len(pieces) == 1:
        return pieces[0]
    if not any(pieces):
        return "[^/]++"
    first, *between, last = pieces
    return f"{first}{''.join(f'(?>[^/]*?{piece})' for piece in between if piece)}[^/]*{last}"


def _character(token: re.Match[str]) -> str:
    """A regular expression for one character, which is no slash."""
    if token["any"]:
        return "[^/]"
    if token["set"] is None:
        return re.escape(token["one"][-1])
    items = "".join(map(_item, _ITEM.finditer(token["set"])))
    return f"[^/{items}]" if token["negated"] else f"(?!/)[{items}]"


def _item(item: re.Match[str]) -> str:
    """What stands in brackets, as in brackets of a regular expression."""
    if item["kind"]:
        if item["kind"] not in _KINDS:
            raise ValueError("there is no such class of characters")
        return _KINDS[item["kind"]]
    first, last = item["first"][-1], (item["last"] or item["first"])[-1]
    return f"{re.escape(first)}-{re.escape(max(first, last))}"  # a range that goes backwards is its first character
