"""Reports in the formats that people and programs read; a reporter sees the report and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from lk_audit.findings import Report

REPORTERS: dict[str, str] = {
    "text": "lk_audit.reporters.text",
    "json": "lk_audit.reporters.json",
    "sarif": "lk_audit.reporters.sarif",
}
"""The module of each format; it has a function `render(report, presentation)` that returns the text."""


@dataclass(frozen=True, slots=True)
class Presentation:
    """What a report looks like and says besides the findings. `width` is in columns."""

    color: bool = False
    width: int = 100
    exit_code: int | None = None


def render(name: str, report: Report, presentation: Presentation | None = None) -> str:
    """The report in the format of that name, which is one of `REPORTERS`."""
    module = import_module(REPORTERS[name])
    reporter = cast("Callable[[Report, Presentation], str]", module.render)
    return reporter(report, presentation or Presentation())


def readable_path(path: str) -> str:
    """A path as text; bytes of a file name that are not UTF-8 become replacement characters."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
