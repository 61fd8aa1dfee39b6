"""What one rule finds in one file."""

from __future__ import annotations

import jwt

from lk_audit.findings import Finding
from lk_audit.rule_api import Options
from lk_audit.rule_loader import load_rules
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.source import Source

RULES = {rule.name: rule for rule in load_rules(packs=False).rules}
NOW = 1_800_000_000.0
HOUR, DAY = 3_600, 86_400
SIGNING = "made-up-signing-key-of-a-test-that-nothing-accepts"


def found(rule: str, path: str, text: str) -> tuple[Finding, ...]:
    return scan_sources([Source.from_text(path, text)], [RULES[rule]], Options(now=NOW)).open_findings


def token(seconds: int, issuer: str = "APIexampLe23456", **grants: bool) -> str:
    claims = {"iss": issuer, "sub": "ada", "nbf": int(NOW), "exp": int(NOW) + seconds}
    return jwt.encode({**claims, "video": {"roomJoin": True, "room": "r", **grants}}, SIGNING, algorithm="HS256")
