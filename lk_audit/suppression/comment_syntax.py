"""Comments of any syntax, one line at a time: where one begins, and where it ends.

Files are not parsed for this: a suppression must be found in any file that a finding can be in, and in the scripts,
styles and code blocks inside of others. What would be a comment somewhere is taken for one everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from lk_audit.patterns import regex

MARK = "lk-audit:"
"""What a comment that speaks to lk-audit begins with."""

# The longest spelling first: they are tried in this order at the leftmost place.
_BLOCKS = {
    r"\{\{!--": "--}}",  # Handlebars
    r"\{\{!": "}}",
    r"<%--": "--%>",  # JSP, ERB
    r"<%#": "%>",
    r"<!--": "-->",  # HTML, XML, Markdown
    r"<#--": "-->",  # FreeMarker
    r"<#": "#>",  # PowerShell
    r"\{#-?": "#}",  # Jinja, Twig
    r"/\*{1,2}": "*/",  # C and its many heirs, CSS, JSX as {/* */}, Go templates as {{/* */}}
    r"\(\*": "*)",  # Pascal, OCaml
    r"@\*": "*@",  # Razor
}
_TO_LINE_END = (
    r"//{1,2}",  # C++, JavaScript, Go, Rust's ///
    r"#{1,6}",  # Python, shell, YAML, Dockerfile, TOML, Ruby
    r";{1,3}",  # INI, Lisp
    r"--",  # SQL, Lua, Haskell
    r"(?<!\S)%{1,3}",  # LaTeX, Erlang, Mermaid
    r"(?<![^&\s])(?:(?i:@?rem)|::)",  # batch files
)
# These begin a comment only where nothing stands before them.
_ALONE = {
    r"\*": "*/",  # a line inside a block comment
    r"!": "",  # .properties
    r"\.\.": "",  # reStructuredText
    r"\[[^\[\]]{0,40}\]:[ \t]*#?[ \t]*\(": ")",  # Markdown: [//]: # (comment)
    r"\[[^\[\]]{0,40}\]:[ \t]*#?[ \t]*\"": '"',
}
_CLOSERS = tuple({*_BLOCKS.values()})

_BLOCK = [(regex(rf"{opener}\Z"), closer) for opener, closer in _BLOCKS.items()]
_ANYWHERE = regex("(?:" + "|".join((*_BLOCKS, *_TO_LINE_END)) + r")\Z")
_LEADING = [(regex(opener), closer) for opener, closer in _ALONE.items()]
_WIDEST = 16
"""Characters; no opener that stands behind code is wider."""
_WIDEST_LEADING = 60
_DECORATION = " \t{-/#;*%"
"""What may surround a comment that is alone on its line: `{/* */}`, `{{- /* */ -}}`, a line of slashes."""


_JSON_STRING = regex(r'[ \t]*("(?:[^"\\]|\\.)*+")[ \t]*,?[ \t]*')


class Comment(Struct, frozen=True):
    """A comment that begins with a mark: what it says behind the mark, and what stands around it on its line.

    `before` is the code in front of it. `is_alone` says that there is no code on the line, on either side.
    """

    body: str
    before: str
    is_alone: bool


def marked_comment(text: str, *, in_block: bool) -> Comment | None:
    """The comment of a line that begins with the mark, if there is one.

    Args:
        text: the line.
        in_block: whether the line lies within a comment that began on a line before, so that it needs no opener.
    """
    for position in _positions(text):
        found = _opener(text[:position].rstrip(" \t"))
        if found is None and in_block and not text[:position].strip():
            found = ("", "")
        if found is not None:
            before, closer = found
            rest = text[position + len(MARK) :]
            if before.endswith("`") and "`" in rest:
                continue  # quoted, in a text about suppressions
            body, after = _closed(rest, closer)
            return Comment(body.strip(), before, not before.strip(_DECORATION) and not after.strip(" \t}-"))
    return None


def line_of(path: str, text: str) -> str:
    """A line as it was written: that of a notebook's cell is a string in the file."""
    found = _JSON_STRING.fullmatch(text) if path.endswith(".ipynb") else None
    if found is None:
        return text
    import json  # noqa: PLC0415 - notebooks only

    try:
        return str(json.loads(found[1])).rstrip("\n")
    except ValueError:
        return text


def opens_block(text: str) -> bool:
    """Whether a line is nothing but the opening of a comment that goes on, in JSX behind a brace."""
    bare = text.strip()
    return any(pattern.match(opener) for pattern, _ in _BLOCK for opener in (bare, bare.removeprefix("{")))


def closes_block(text: str) -> bool:
    """Whether a line is nothing but the end of a comment."""
    bare = text.strip()
    return bare in _CLOSERS or bare.rstrip("}- \t") in _CLOSERS


def _positions(text: str) -> Iterator[int]:
    position = text.find(MARK)
    while position != -1:
        yield position
        position = text.find(MARK, position + len(MARK))


def _opener(text: str) -> tuple[str, str] | None:
    """What stands before the comment opener that a text ends with, and what closes the comment."""
    start = max(0, len(text) - _WIDEST)
    found = _ANYWHERE.search(text, start)
    if found is not None:
        return text[: found.start()], _closer(found[0])
    bare = text.strip()
    if len(bare) <= _WIDEST_LEADING:
        return next((("", closer) for pattern, closer in _LEADING if pattern.fullmatch(bare)), None)
    return None


def _closer(opener: str) -> str:
    return next((closer for pattern, closer in _BLOCK if pattern.match(opener)), "")


def _closed(text: str, closer: str) -> tuple[str, str]:
    """A comment's text up to its end, and what follows it.

    Without an end of its own, an end of any kind that ends the line is not part of the text: `// reason -->`.
    """
    if closer:
        body, _, after = text.partition(closer)
        return body.rstrip(" \t-"), after
    body = text.rstrip()
    ending = next((end for end in _CLOSERS if body.endswith((end, end + "}"))), "")
    return (body.rstrip("}").removesuffix(ending) if ending else body), ""
