"""Reports in the formats that people and programs read; a reporter sees the report and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, cast

from msgspec import Struct

if TYPE_CHECKING:
    from lk_audit.findings import Report

REPORTERS: dict[str, str] = {
    "text": "lk_audit.reporters.text",
    "json": "lk_audit.reporters.json",
    "sarif": "lk_audit.reporters.sarif",
    "sarif-full": "lk_audit.reporters.sarif_full",
    "github": "lk_audit.reporters.github",
    "gitlab": "lk_audit.reporters.gitlab",
    "gitlab-sast": "lk_audit.reporters.gitlab_sast",
    "junit": "lk_audit.reporters.junit",
    "markdown": "lk_audit.reporters.markdown",
    "html": "lk_audit.reporters.html",
}
"""The module of each format, imported when it is asked for: `render(report, presentation)` returns the text."""


class Presentation(Struct, frozen=True):
    """What a report looks like and says besides the findings.

    `width` is in columns; `links` says whether the terminal makes links of addresses (OSC 8); `now` is the time of the
    scan in seconds since 1970, for the one format that must name it.
    """

    color: bool = False
    width: int = 100
    exit_code: int | None = None
    links: bool = False
    now: float = 0.0


def render(name: str, report: Report, presentation: Presentation | None = None) -> str:
    """The report in the format of that name, which is one of `REPORTERS`."""
    module = import_module(REPORTERS[name])
    reporter = cast("Callable[[Report, Presentation], str]", module.render)
    return reporter(report, presentation or Presentation())


def readable_path(path: str) -> str:
    """A path as text; bytes of a file name that are not UTF-8 become replacement characters."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
