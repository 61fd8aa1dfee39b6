"""How uses of a function or class look in the bytes of a file: as calls, as imports, as what is handed over.

What looks like none of them is not parsed. A declaration of the same name is no use: of the files that spell that of a
method, most declare one of their own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from lk_audit.patterns import regex
from lk_audit.standing import ANYWHERE, Form

_NO_WORD = regex(rb"(?<!\w)\Z")
RENAMED = (Form(_NO_WORD, regex(rb"\s{1,9}as\s")),)
"""How code that hands a name on under another looks."""
CALLED = (
    Form(_NO_WORD, regex(rb"\s?\(|\?\.\(|<|:|\s{1,9}as\s|\.bind\(")),
    Form(regex(rb"\bpartial\(\s{0,20}\Z"), ANYWHERE, 40),
)
"""How a call of a function looks, also one that waits for more (`partial(f, 1)`), or an import under another name."""
_AS_MEMBER = (Form(regex(rb"[.>:]\s{0,9}#?\Z"), regex(rb"\(|\?\.\(|::<|<|\[")),)
_TAKEN_OUT = Form(regex(rb"[{,]\s{0,9}\Z"), regex(rb"\s{0,9}(?:[,:][^{}()]{0,300})?\}\s{0,9}="))
"""`const { mint } = service`, `const { mint: other } = service`."""
_METHODS: Mapping[str, tuple[Form, ...]] = {
    "go": _AS_MEMBER,
    "javascript": (*_AS_MEMBER, _TAKEN_OUT),
    "php": _AS_MEMBER,
    "python": _AS_MEMBER,
    "ruby": (Form(regex(rb"[. ]\Z"), regex(rb"\b")),),
    "rust": _AS_MEMBER,
}
"""By language family; others call a method of their own class by its name only, and Ruby needs no parentheses."""
_CONSTRUCTORS: Mapping[str, tuple[Form, ...]] = {
    "javascript": (Form(regex(rb"\bnew\s{1,9}(?:[\w$]{1,60}\.){0,3}\Z"), regex(rb"\(|<"), 200), *RENAMED),
    "python": (Form(regex(rb"(?<!\w)(?<!class\s)\Z"), regex(rb"\(")), *RENAMED),
    "ruby": (Form(_NO_WORD, regex(rb"\.new")),),
}
_ANY_CALLED = (Form(_NO_WORD, regex(rb"\(|\?\.\(|<")),)
_NOT_USED = regex(rb"\b(?!\s{0,9}(?:\.(?!bind\b)|[(=\"'`]|\?\.|:(?!:<|\s{0,9}[\w$]{1,60}\s{0,9}[,}=])))")
PASSED = (Form(_NO_WORD, _NOT_USED),)
"""How a function looks that is handed over: not called, set or named, but for `const {name: other}` and `name.bind`."""
METHOD_PASSED = (
    Form(regex(rb"[.:>]\s{0,9}\Z"), _NOT_USED),
    Form(regex(rb"[{,]\s{0,9}\Z"), regex(rb"\s{0,9}[,}]|\s{0,9}:\s{0,9}[\w$]{1,60}\s{0,9}[,}=]")),
)
"""How a method looks that is handed over: as a member of something, or taken out of it as in `const {name} = it`."""
_LONGEST_IMPORT = 2_000
_BY_PATH = (
    Form(
        regex(rb"(?:\*/|\b(?:from|import|export|require))[\s(]{0,9}[\"'`][^\"'`\n]{0,200}\Z"),
        regex(rb"[^\"'`\n]{0,200}[\"'`]"),
        300,
    ),
)
IMPORTED: Mapping[str, tuple[Form, ...]] = {
    "javascript": _BY_PATH,
    "dart": _BY_PATH,
    "python": (
        Form(regex(rb"\b(?:from|import)\b(?:(?!\b(?:from|import)\b)[^\n\\]|\\\r?\n){0,400}\Z"), ANYWHERE, 500),
        Form(regex(rb"\bimport\s{0,9}\(.{0,2000}\Z", re.DOTALL), ANYWHERE, _LONGEST_IMPORT),
    ),
    "rust": (
        Form(regex(rb"\b(?:mod|use|crate)\b(?:(?!\b(?:mod|use|crate)\b)[^;]){0,2000}\Z"), ANYWHERE, _LONGEST_IMPORT),
    ),
}
"""How a part of a module's name looks in an import, by language family; in others it may stand anywhere.

What follows a keyword is read to the next one only: a row of keywords would else be read once for each of them.
"""
ALL_TAKEN = regex(rb"\bimport\s{0,9}\(?\s{0,9}\*(?!\s{0,9}as\b)")
"""How Python takes all names of a module."""


def method_called(family: str) -> tuple[Form, ...]:
    """How a call of a method looks in a language family, by the name of the method."""
    return _METHODS.get(family, _ANY_CALLED)


def constructed(family: str) -> tuple[Form, ...]:
    """How a call of a constructor looks in a language family, by the name of the class."""
    return _CONSTRUCTORS.get(family, _ANY_CALLED)
