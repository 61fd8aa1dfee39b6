"""Jupyter notebooks: the code cells are one program, everything else that people wrote or code printed is text.

A view holds the text of all cells and outputs, one after the other; nodes are offsets into it, and its places are those
of the file, escapes and all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from msgspec import Struct, field
from msgspec.structs import replace

from lk_audit.frontends import text
from lk_audit.frontends.file_names import frontend_for
from lk_audit.frontends.notebook.json_texts import Cell, Datum, NotNotebook, Output, Span, read
from lk_audit.frontends.notebook.magics import cell_magic, line_magics
from lk_audit.frontends.parsing import TooHardError, at_most
from lk_audit.frontends.shapes import named_values
from lk_audit.machine.budget import MOST_PAIRS
from lk_audit.source import Source
from lk_audit.syntax import Document, Module, Pair, Parsed
from lk_audit.views import Part, View, ViewWriter

_PYTHON = frozenset({"python", "python3", "ipython", "ipython3", "python2"})
_JAVASCRIPT = {
    "javascript": "javascript",
    "js": "javascript",
    "jslab": "javascript",
    "typescript": "typescript",
    "ts": "typescript",
    "tslab": "typescript",
    "deno": "typescript",
}
_APART = b"\n" * 12
"""Between cells: what stands in two of them is not near each other."""
_NAME_OF_KIND = {"code": "sh", "markdown": "md", "raw": "txt", "heading": "md", "html": "md"}


class Stretch(Struct, frozen=True):
    """A part of a view that is read as a file of its own: `name` says of which kind. `is_prose` marks what explains."""

    start: int
    end: int
    name: str
    is_prose: bool = False


class Layout(Struct):
    """What of a view is what.

    `program` are the code cells in the kernel's `language`, `magics` what in them is none of it; `files` are the files
    of code that cells write, `texts` everything else.
    """

    language: str = ""
    program: list[Span] = field(default_factory=list)
    magics: list[Span] = field(default_factory=list)
    files: list[Stretch] = field(default_factory=list)
    texts: list[Stretch] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)


class NotebookView(View):
    """The text of a notebook's cells and outputs."""

    def __init__(self, writer: ViewWriter, layout: Layout) -> None:
        super().__init__(writer)
        self.layout = layout

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """What of the notebook is text: commands, documents, what was printed."""
        return tuple(self.layout.texts)

    @property
    def code(self) -> tuple[Span, ...]:
        """What of the notebook is code."""
        return (*self.layout.program, *((item.start, item.end) for item in self.layout.files))


def view(source: Source) -> Source:
    """The text that a notebook holds; the file itself when it is none."""
    try:
        notebook = read(source.data)
    except NotNotebook:
        return source
    writer, layout = ViewWriter(source), Layout()
    for number, cell in enumerate(notebook.cells, 1):
        _write_cell(writer, layout, number, cell)
        writer.begin(Part(f"output of cell {number}"))
        _write_data(writer, layout, cell.printed)
        for output in cell.outputs:
            layout.texts.append(Stretch(*_write_output(writer, output), "txt"))
        writer.begin(Part(f"metadata of cell {number}"))
        _write_data(writer, layout, cell.data)
    writer.begin(Part("the notebook's metadata"))
    _write_data(writer, layout, notebook.data)
    return NotebookView(writer, layout)


def parse(source: Source) -> tuple[Parsed, ...]:
    """The text of a notebook, and modules for its program and for the files of code that it writes.

    Raises:
        TooHardError: reading it takes far too long, or too much memory.
    """
    if not isinstance(source, NotebookView):
        return (_not_a_notebook(source),)
    layout = source.layout
    documents = [Document(0, len(source.data), kind, pairs) for kind, pairs in _documents(source)]
    modules = [_program(source)] if layout.program else []
    modules += [module for item in layout.files for module in _file(source, item)]
    return (*documents, *modules)


def _character(data: bytes, offset: int) -> tuple[int, int]:
    """The span of the character at an offset; that of the last one behind the end."""
    start = min(offset, max(0, len(data) - 1))
    while start and data[start] in _FURTHER_BYTES:
        start -= 1
    end = min(start + 1, len(data))
    while end < len(data) and data[end] in _FURTHER_BYTES:
        end += 1
    return start, end


_FURTHER_BYTES = range(0x80, 0xC0)
"""Bytes of a character of UTF-8 but its first."""


def _not_a_notebook(source: Source) -> Document:
    """JSON as such, or the text of what is no JSON, with the place where it breaks off."""
    try:
        read(source.data)
    except NotNotebook as error:
        if error.offset is not None:
            place = _character(source.data, error.offset)
            return replace(text.parse(source), errors=(place,))
    from lk_audit.frontends import json  # noqa: PLC0415 - hardly ever needed

    return json.parse(source)


# --- writing the view -------------------------------------------------------------------------------------------------


def _write_cell(writer: ViewWriter, layout: Layout, number: int, cell: Cell) -> None:
    writer.begin(Part(f"cell {number}", counts_lines=True))
    start, end = _write(writer, cell.source)
    if cell.kind == "code" and cell.language in _PYTHON:
        _sort_python(writer, layout, start, end)
    elif cell.kind == "code" and cell.language in _JAVASCRIPT and layout.language != "python":
        layout.language = "javascript" if _JAVASCRIPT[cell.language] == "javascript" else "typescript"
        layout.program.append((start, end))
    else:
        is_prose = cell.kind in {"markdown", "heading"}
        layout.texts.append(Stretch(start, end, _NAME_OF_KIND.get(cell.kind, "txt"), is_prose))


def _sort_python(writer: ViewWriter, layout: Layout, start: int, end: int) -> None:
    """Tell the code of a cell from its magics."""
    data = bytes(writer.data[start:end])
    magic = cell_magic(data, 0, len(data))
    if magic is not None and not magic.is_program:
        body = start + magic.start
        is_code = frontend_for(magic.file) in {"python", "javascript"}
        layout.texts.append(Stretch(start, body if is_code else end, magic.file if not is_code else "sh"))
        if is_code:
            layout.files.append(Stretch(body, end, magic.file))
        return
    begin = magic.start if magic is not None else 0
    layout.language = "python"
    layout.program.append((start + begin, end))
    for first, last in line_magics(data, begin, len(data)):
        layout.magics.append((start + first, start + last))
        layout.texts.append(Stretch(start + first, start + last, "sh"))


def _write(writer: ViewWriter, pieces: Iterable[Span], *, colored: bool = False, between: bytes = b"") -> Span:
    """Write the pieces of a text; what of the view they take."""
    start = len(writer.data)
    end_of_file = 0
    for first, last in pieces:
        writer.copy_json(first, last, colored=colored)
        writer.write(between, last, last)
        end_of_file = last
    end = len(writer.data)
    writer.write(_APART, end_of_file, end_of_file)
    return start, end


def _write_output(writer: ViewWriter, output: Output) -> Span:
    return _write(writer, output.pieces, colored=True, between=b"\n" if output.are_lines else b"")


def _write_data(writer: ViewWriter, layout: Layout, data: Iterable[Datum]) -> None:
    for item in data:
        start, end = _write(writer, (item.span,))
        value = writer.data[start:end].decode("utf-8", "replace")
        layout.pairs.append(Pair(start, end, item.path, value, start))


# --- reading it -------------------------------------------------------------------------------------------------------


def _documents(source: NotebookView) -> Iterator[tuple[str, tuple[Pair, ...]]]:
    """The pairs of a notebook: those of environment files that it writes, those of everything else."""
    settings: list[Pair] = []
    others = list(source.layout.pairs)
    for item in source.layout.texts:
        is_settings = frontend_for(item.name) == "dotenv"
        found = text.pairs_in(source, item.start, item.end, suffix="env" if is_settings else _suffix(item.name))
        (settings if is_settings else others).extend(found)
        if len(settings) + len(others) > MOST_PAIRS:
            raise TooHardError
    if settings:
        yield "dotenv", tuple(settings)
    yield "text", at_most(chain(others, named_values(others)))


def _suffix(name: str) -> str:
    return name[name.rfind(".") + 1 :].lower()


def _program(source: NotebookView) -> Module:
    layout = source.layout
    if layout.language == "python":
        return _python(_without(source, layout.magics), layout.program)
    return _javascript(source, layout.language, layout.program)


def _file(source: NotebookView, item: Stretch) -> Iterator[Module]:
    """The module of a file that a cell writes."""
    span = (item.start, item.end)
    if frontend_for(item.name) == "python":
        yield _python(source, [span])
    else:
        from lk_audit.frontends.javascript import dialect_of  # noqa: PLC0415 - most notebooks hold Python only

        yield _javascript(source, dialect_of(item.name), [span])


def _python(source: Source, parts: list[Span]) -> Module:
    from lk_audit.frontends import python  # noqa: PLC0415 - brings its parser along

    return _in_notebook(python.parse(source, parts=parts))


def _javascript(source: Source, dialect: str, parts: list[Span]) -> Module:
    from lk_audit.frontends import javascript  # noqa: PLC0415 - brings its parser along

    return _in_notebook(javascript.parse(source, dialect=dialect, parts=parts))


def _in_notebook(module: Module) -> Module:
    module.container = "notebook"
    return module


def _without(source: Source, spans: Iterable[Span]) -> Source:
    """The same text with each span replaced by a name that nothing is known about, and blanks."""
    data = bytearray(source.data)
    for start, end in spans:
        data[start:end] = b"_" + b" " * (end - start - 1)
    return Source(source.path, bytes(data))
