"""Scans of a history, and what they find, in short."""

from __future__ import annotations

from pathlib import Path

import jwt

from lk_audit.config import Config
from lk_audit.findings import CommitOrigin, Finding, Report
from lk_audit.rule_api import Options
from lk_audit.rule_loader import load_rules
from lk_audit.scanning.history import scan_history
from tests.git.repo import KEY, OTHER, Repo
from tests.samples import SECRET

RULES = load_rules(()).rules
NOW = 1_760_000_000.0
MINE = OTHER[::-1]
"""A secret that is in no example of a rule."""
PUBLISHED = "VITE_LIVEKIT_API_SECRET=\n"


def token(secret: str = SECRET, *, expires: float = NOW + 600) -> str:
    claims = {"iss": KEY, "sub": "ada", "nbf": expires - 900, "exp": expires, "video": {"roomJoin": True, "room": "a"}}
    return jwt.encode(claims, secret, algorithm="HS256")


def scan(repo: Repo, *paths: str, among: str = "", folder: Path | None = None, limit: int = 1_000_000) -> Report:
    config = Config(size_limit=limit, options=Options(now=NOW))
    return scan_history(paths, among, rules=RULES, known_rules=RULES, config=config, folder=folder or repo.root)


def only(report: Report) -> Finding:
    (finding,) = report.findings
    return finding


def origin(report: Report) -> CommitOrigin:
    found = only(report).origin
    assert found is not None
    return found


def found(report: Report) -> list[tuple[str, str]]:
    return [(finding.rule_id, finding.place.path) for finding in report.findings]
