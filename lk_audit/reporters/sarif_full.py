"""SARIF with the accepted findings too, marked as such: for readers that, unlike GitHub, know suppressions."""

from __future__ import annotations

from lk_audit.reporters.sarif import render_full as render

__all__ = ["render"]
