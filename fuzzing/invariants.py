"""What must hold for every input, whatever it is. A `Broken` names what does not."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from lk_audit import frontends
from lk_audit.findings import AnyRule, Report
from lk_audit.reporters import REPORTERS, Presentation, render
from lk_audit.rule_api import Options
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.source import Place, Source
from lk_audit.syntax import (
    Argument,
    Await,
    Call,
    Document,
    Evaluate,
    Name,
    Node,
    Parsed,
    Raise,
    Record,
    Return,
    children,
    walk,
)

Result = TypeVar("Result")

OPTIONS = Options(now=1_767_225_600.0)
"""The start of 2026."""
SECONDS = 1.0
SECONDS_PER_BYTE = 1e-4
"""A hundred times what a scan takes, which is about a second for each megabyte."""

_AROUND = (Argument, Await, Call, Evaluate, Raise, Record, Return)
"""Nodes that hold their children. Others are made of text from elsewhere, or have the span of their beginning: a
pattern and its value, a decorator, the arms of a choice.
"""


_MADE_UP = ("#", "_", "this", "super")
"""What names begin with that stand for what has none, or another one in its language."""
_STANDING_FOR = frozenset({b"Self", b"self", b"static"})
"""What is written where a class names itself."""


_SPACE = rb"(?:\s|(?://|#)[^\n]*(?![^\n])|/\*(?:(?!\*/).)*\*/)*"
"""White space and comments; each can be read in one way only, or a row of slashes takes for ever."""
_AROUND_SIGN = re.compile(_SPACE + rb"(\.|:|^[@&$])" + _SPACE, re.DOTALL)
_QUOTES = (b"'", b'"', b"`", b"[")
"""What a name that is any text stands in."""


class Broken(AssertionError):  # noqa: N818 - it names what an invariant is then
    """Something that must hold for every input does not."""


def require(holds: object, message: str) -> None:
    """Raise `Broken` unless something holds."""
    if not holds:
        raise Broken(message)


# --- time -------------------------------------------------------------------------------------------------------------


def timed(work: Callable[[], Result], size: int, factor: float = 1.0) -> Result:
    """What work gives. It is tried again before it counts as slow: a busy machine has its pauses.

    `factor` is how much slower than usual it may be, as instrumented code is.
    """
    bound = (SECONDS + SECONDS_PER_BYTE * size) * factor
    for attempt in range(2):
        started = time.process_time()
        result = work()
        elapsed = time.process_time() - started
        if elapsed <= bound:
            return result
        require(attempt == 0, f"slow: {elapsed:.1f} s for {size} bytes")
    raise AssertionError


# --- syntax -----------------------------------------------------------------------------------------------------------


def check_syntax(source: Source) -> list[Parsed]:
    """The parsed forms of a file, after a check of every span in them."""
    view = frontends.view(source)
    parsed = list(frontends.parse(view))
    for tree in parsed:
        _check_tree(tree, view)
    return parsed


def _check_tree(tree: Parsed, view: Source) -> None:
    data = view.data
    for node in walk(tree):
        _check_span(node.start, node.end, data, node)
        _check_texts(node)
        if isinstance(node, Name):
            check_name(node, data)
        if isinstance(node, _AROUND) and node.start < node.end:
            _check_inside(node)
    for start, end in tree.errors:
        _check_span(start, end, data, tree)
    if isinstance(tree, Document):
        for pair in tree.pairs:
            require(0 <= pair.key_start <= len(data), f"key at {pair.key_start} of {len(data)}")
    for node in (tree, *(tree.pairs if isinstance(tree, Document) else tree.body.statements)):
        check_place(view.place(node.start, node.end), view.file)


def _check_span(start: int, end: int, data: bytes, node: Node) -> None:
    kind = type(node).__name__
    require(0 <= start <= end <= len(data), f"{kind} at {start}:{end} of {len(data)}")
    for offset in (start, end):
        require(offset == len(data) or not _is_inside_character(data[offset]), f"{kind} at {offset} splits a character")


_CONTINUATION = 0b1000_0000
"""How the further bytes of a character in UTF-8 begin."""


def _is_inside_character(byte: int) -> bool:
    return byte & 0b1100_0000 == _CONTINUATION


def _check_texts(node: Node) -> None:
    for name, value in _plain(node):
        if isinstance(value, str):
            require(is_writable(value), f"{type(node).__name__}.{name} is no text: {value[:40]!r}")


def is_writable(text: str) -> bool:
    """Whether text can be written as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def check_name(name: Name, data: bytes) -> None:
    """A name is written where its node says, and has no space in it even where its parts stand apart."""
    text = data[name.start : name.end]
    # What another language says inside, as PHP in the scripts of its pages, is blank in the name.
    is_plain = text.isascii() and b"\\" not in text and b"<?" not in text
    is_number = text[:1].isdigit() or text[:1] == b"."
    if text and is_plain and not (is_number or text in _STANDING_FOR or name.id.startswith(_MADE_UP)):
        require(
            _is_spelled(name.id.encode("utf-8", "replace"), text), f"name {name.id!r} at {name.start} is {text[:40]!r}"
        )
        is_one = text[:1] in _QUOTES or not re.search(r"\s", name.id)
        require(is_one, f"name {name.id!r} at {name.start} has a space in it")


def _is_spelled(name: bytes, text: bytes) -> bool:
    """Whether a name is in text; parts may stand apart (`Shop. Web`, `@ ttl`), and the first be an alias in Elixir.

    What several modules of a file in Elixir have says whose it is: `@ttl/Shop`, `Shop.total/1`.
    """
    written = _AROUND_SIGN.sub(rb"\1", text)
    _, sign, rest = written.partition(b".")
    own, slash, _ = name.partition(b"/")
    if slash and own in (written, own.rpartition(b".")[0] + b"." + written.rpartition(b".")[2]):
        return True
    return name in text or name == written or (bool(sign) and name.endswith(sign + rest))


def _check_inside(node: Node) -> None:
    # The type that `new()` in C# leaves out stands where the variable is declared.
    for child in node.arguments if isinstance(node, Call) else children(node):
        is_inside = child.start == child.end or (node.start <= child.start and child.end <= node.end)
        kinds = f"{type(node).__name__} {node.start}:{node.end}, {type(child).__name__} {child.start}:{child.end}"
        require(is_inside, f"not nested: {kinds}")


def fingerprint(parsed: Sequence[Parsed]) -> list[tuple[object, ...]]:
    """All that trees say, flat, so that two can be compared however deep they are."""
    return [
        (type(node).__name__, *(repr(value) for _, value in _plain(node))) for tree in parsed for node in walk(tree)
    ]


def _plain(node: Node) -> Iterator[tuple[str, object]]:
    for name in _fields(type(node)):
        value = getattr(node, name)
        if isinstance(value, str | bytes | int | float | bool | None):
            yield name, value
        elif isinstance(value, tuple):
            yield from ((name, item) for item in value if isinstance(item, str))


def _fields(kind: type) -> tuple[str, ...]:
    names: tuple[str, ...] = getattr(kind, "__struct_fields__", ())
    return names


# --- places -----------------------------------------------------------------------------------------------------------


def check_place(place: Place, file: Source) -> None:
    """A place lies in its file, and its lines and columns are those of its offsets."""
    data = file.data
    require(0 <= place.start <= place.end <= len(data), f"place {place.start}:{place.end} of {len(data)}")
    _check_position(data, place.start, (place.line, place.column))
    _check_position(data, place.end, (place.end_line, place.end_column))


def _check_position(data: bytes, offset: int, stated: tuple[int, int]) -> None:
    before = data[:offset]
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
    require(stated == (line, column), f"offset {offset} is {line}:{column}, not {stated[0]}:{stated[1]}")


# --- scans ------------------------------------------------------------------------------------------------------------


def check_scan(sources: Sequence[Source], rules: Sequence[AnyRule]) -> Report:
    """The report on sources, after a check that nothing crashed and that every place in it is one."""
    report = scan_sources(sources, rules, OPTIONS)
    require(not report.crashes, f"crash: {[(crash.error, crash.raised_at, crash.rule_id) for crash in report.crashes]}")
    files = {source.path: source.file for source in sources}
    for place in places_of(report):
        check_place(place, files[place.path])
    for note in report.notes:
        require(note.path in files and 0 < note.line <= len(files[note.path].line_starts), f"note at {note.line}")
    return report


def places_of(report: Report) -> Iterator[Place]:
    """Every place that a report names."""
    for finding in report.findings:
        yield finding.place
        yield from (lead.place for lead in (*finding.trace, *finding.related))
        if finding.automatic is not None:
            yield from (edit.place for edit in finding.automatic.edits)


def rendered(report: Report, names: Sequence[str] = tuple(REPORTERS)) -> dict[str, str]:
    """The report in formats, by their names."""
    return {name: render(name, report, Presentation()) for name in names}


def check_sarif(text: str, validator: Any) -> None:  # noqa: ANN401 - of a library that only developers have
    """A SARIF log is one by its schema."""
    errors = [error.message for error in validator.iter_errors(json.loads(text))]
    require(not errors, f"SARIF: {errors[:1]}")
