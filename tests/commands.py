"""What is found out about commands that make tokens."""

from __future__ import annotations

from lk_audit.facts import Signer, TokenMint
from lk_audit.findings import Finding
from lk_audit.rule_loader import load_builtin_rules
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.source import Source
from tests.samples import extract_facts

RULES = load_builtin_rules()
JOIN = "lk token create --join --room r --identity i"
YEAR = f"{JOIN} --valid-for 8760h"


def mints(text: str, path: str = "a.sh") -> list[TokenMint]:
    facts, _ = extract_facts([Source.from_text(path, text)])
    return [fact for fact in facts if isinstance(fact, TokenMint) and fact.signer is Signer.COMMAND]


def mint(text: str, path: str = "a.sh") -> TokenMint:
    (found,) = mints(text, path)
    return found


def findings(text: str, path: str = "a.sh") -> tuple[Finding, ...]:
    report = scan_sources([Source.from_text(path, text)], RULES)
    assert not report.crashes
    return report.findings


def found(text: str, path: str = "a.sh") -> list[tuple[str, str]]:
    data = text.encode()
    return [(item.rule_id, data[item.place.start : item.place.end].decode()) for item in findings(text, path)]
