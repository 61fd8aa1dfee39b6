"""Finds the mistakes that give a stranger a LiveKit room, or the whole project.

`lk_audit.scan(...)` and what else `lk_audit.api` offers is for other programs, imported when it is asked for.
"""

from __future__ import annotations

# `typing` is half of what a glance at files costs; type checkers know the constant by its name.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lk_audit.api import Finding, LkAuditError, Report, RuleLoadError, Severity, UsageError, render, scan

__all__ = [
    "Finding",
    "LkAuditError",
    "Report",
    "RuleLoadError",
    "Severity",
    "UsageError",
    "__version__",
    "render",
    "scan",
]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from lk_audit import api  # noqa: PLC0415 - the command line and its help do without

    return getattr(api, name)
