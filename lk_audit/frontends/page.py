"""Pages: Vue, Svelte and Astro components and HTML. Their scripts are code; what is around them is text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct

from lk_audit.frontends import javascript, text
from lk_audit.frontends.parsing import MOST_PARTS, at_most
from lk_audit.frontends.shapes import named_in_text
from lk_audit.generated import is_minified
from lk_audit.patterns import regex
from lk_audit.syntax import Document, Pair, Parsed

if TYPE_CHECKING:
    from lk_audit.source import Source

_TAG = regex(rb"<!--|<script(?=[\s>/])(?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+>", re.IGNORECASE)
_END = regex(rb"</script", re.IGNORECASE)
_ATTRIBUTE = regex(rb"([\w:-]++)\s*+(?:=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>\"']++)))?+")
_FENCE = regex(rb"\s*+---[ \t]*+\r?\n")
_FENCE_END = regex(rb"^---[ \t]*+\r?$", re.MULTILINE)
_CODE_TYPES = frozenset(
    {"", "module", "text/javascript", "application/javascript", "text/babel", "text/typescript", "ts"}
)
_DIALECTS = {"ts": "typescript", "typescript": "typescript", "tsx": "tsx", "text/typescript": "typescript"}
_CONTAINERS = {".vue": "vue", ".svelte": "svelte", ".astro": "astro-script"}
_FRONTMATTER = "astro-frontmatter"
_MARKUP = ".html"
"""What is around the scripts of any page is read as: values need no quotes there, as they do in code."""


class _Script(Struct, frozen=True):
    """The span of one script without its tags, its dialect, and the kind of page part it is."""

    start: int
    end: int
    dialect: str
    container: str


def parse(source: Source, words: tuple[bytes, ...] = ()) -> tuple[Parsed, ...]:
    """The text of a page, and a module for what of its scripts runs together; `words` are as for `text.parse`.

    Raises:
        TooHardError: reading it takes far too long, or too much memory.
    """
    found = at_most(_scripts(source), MOST_PARTS)
    bundles = [script for script in found if is_minified(source.data[script.start : script.end])]
    scripts = [script for script in found if script not in bundles]
    pairs = at_most(chain(_pairs_around(source, found, words), _pairs_of_bundles(source, bundles, words)))
    document = Document(0, len(source.data), "text", (*pairs, *named_in_text(source.data, pairs)))
    containers = dict.fromkeys(script.container for script in scripts)
    return (document, *(_module(source, [item for item in scripts if item.container == name]) for name in containers))


def _module(source: Source, scripts: list[_Script]) -> Parsed:
    """One module of all scripts that share their names."""
    typed = [script.dialect for script in scripts if script.dialect != "javascript"]
    module = javascript.parse(
        source,
        dialect=typed[0] if typed else "javascript",
        parts=tuple((script.start, script.end) for script in scripts),
    )
    module.container = scripts[0].container
    return module


def _pairs_around(source: Source, scripts: Iterable[_Script], words: tuple[bytes, ...]) -> Iterator[Pair]:
    position = 0
    for script in scripts:
        yield from text.pairs_in(source, position, script.start, suffix=_MARKUP, words=words)
        position = script.end
    yield from text.pairs_in(source, position, len(source.data), suffix=_MARKUP, words=words)


def _pairs_of_bundles(source: Source, bundles: list[_Script], words: tuple[bytes, ...]) -> Iterator[Pair]:
    for bundle in bundles:
        yield from text.pairs_in(source, bundle.start, bundle.end, suffix=".js", words=words)


def _scripts(source: Source) -> Iterator[_Script]:
    """The scripts of a page in their order; what stands in a comment is none, and neither is JSON."""
    suffix = source.path[source.path.rfind(".") :].lower()
    data, position = source.data, 0
    if suffix == ".astro" and (fence := _FENCE.match(data)) is not None:
        closing = _FENCE_END.search(data, fence.end())
        position = closing.start() if closing is not None else len(data)
        yield _Script(fence.end(), position, "typescript", _FRONTMATTER)
    container = _CONTAINERS.get(suffix, "html")
    while (tag := _TAG.search(data, position)) is not None:
        if tag[0] == b"<!--":
            closing_comment = data.find(b"-->", tag.end())
            position = closing_comment + 3 if closing_comment != -1 else len(data)
            continue
        found = _END.search(data, tag.end())
        position = found.start() if found is not None else len(data)
        dialect = _dialect(tag[0], container)
        if dialect is not None and position > tag.end():
            yield _Script(tag.end(), position, dialect, container)


def _dialect(tag: bytes, container: str) -> str | None:
    """What a script tag says its language is; None for one that holds no code."""
    attributes = {
        found[1].decode("utf-8", "replace").lower(): b"".join(part or b"" for part in found.groups()[1:]).decode(
            "utf-8", "replace"
        )
        for found in _ATTRIBUTE.finditer(tag, len(b"<script"))
    }
    if attributes.get("type", "").lower() not in _CODE_TYPES:
        return None
    default = "typescript" if container == "astro-script" else "javascript"
    return _DIALECTS.get(attributes.get("lang", attributes.get("type", "")).lower(), default)
