"""A second opinion on Python that a fix has changed: tree-sitter, which reads almost anything, found its place."""

from __future__ import annotations

from lk_audit.source import Source


def breaks(before: Source, after: Source) -> bool:
    """Whether Python that libcst could read, as strictly as Python itself does, is none any more."""
    return before.path.endswith((".py", ".pyi")) and _is_python(before) and not _is_python(after)


def _is_python(source: Source) -> bool:
    import libcst  # noqa: PLC0415 - a quarter of a second, and only whoever fixes needs it

    try:
        libcst.parse_module(source.text)  # as text: the encoding that it declares is that of the file
    except (libcst.ParserSyntaxError, RecursionError):
        return False
    return True
