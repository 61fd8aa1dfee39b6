"""How values are written on the command line."""

from __future__ import annotations

import pytest

from lk_audit.config import parse_duration, parse_severity
from lk_audit.errors import UsageError
from lk_audit.rule_api import Severity


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("15m", 900),
        ("1h", 3600),
        ("2d", 172_800),
        ("90s", 90),
        ("3600", 3600),
        ("1h30m", 5400),
        ("1.5h", 5400),
        ("1W", 604_800),
    ],
)
def test_a_duration_is_a_number_with_a_unit_or_seconds(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "h", "1x", "-1h", "0", "1h 30", "1h30", "one hour", "1h?", "nan", "inf"])
def test_anything_else_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match="not a duration"):
        parse_duration(text)


def test_severities_go_by_name() -> None:
    assert parse_severity("High") is Severity.HIGH
    with pytest.raises(UsageError, match="there are critical, high, medium, low, note"):
        parse_severity("severe")
