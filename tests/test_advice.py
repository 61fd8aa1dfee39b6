"""What a finding advises fits what was found."""

from __future__ import annotations

import pytest

from lk_audit.findings import Finding
from lk_audit.pipeline import scan_sources
from lk_audit.rule_api import Options
from lk_audit.rule_loader import load_rules
from lk_audit.source import Source

RULES = [rule for rule in load_rules(packs=False).rules if rule.id == "LK202"]


def finding(path: str, text: str) -> Finding:
    (found,) = scan_sources([Source.from_text(path, text)], RULES, Options(now=1.0)).open_findings
    return found


def test_a_name_with_a_public_prefix_should_lose_it() -> None:
    fix = finding(".env", "VITE_LIVEKIT_API_SECRET=from-elsewhere\n").fix

    assert "without the public prefix" in fix


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("next.config.js", "module.exports = { env: { LIVEKIT_API_SECRET: process.env.LIVEKIT_API_SECRET } };\n"),
        ("app.config.js", "export default { extra: { LIVEKIT_API_SECRET: process.env.LIVEKIT_API_SECRET } };\n"),
    ],
)
def test_a_place_that_publishes_everything_should_not_hold_it(path: str, text: str) -> None:
    fix = finding(path, text).fix

    assert fix.startswith("Take it out of what clients get")
    assert "prefix" not in fix
