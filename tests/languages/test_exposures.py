"""What lets secrets and tokens out, by the calls of each language's libraries: a table of `exposures/` each."""

from __future__ import annotations

from pathlib import Path

import pytest

from lk_audit.facts import DevTokenSource, SecretExposure, TokenLeftBehind
from tests.languages.minting import facts_of
from tests.tables import examples

FILES = {path.name.removesuffix(".txt"): path for path in sorted(Path(__file__).with_name("exposures").glob("*.txt"))}


def let_out(path: str, text: str) -> str:
    """What a file lets out, and by what."""
    found = []
    for fact in facts_of({path: text}):
        match fact:
            case SecretExposure(exposure=exposure, sink=sink):
                found.append(f"{exposure.value} by {sink}")
            case TokenLeftBehind(where=where):
                found.append(f"left in {where}")
            case DevTokenSource():
                found.append("development tokens")
            case _:
                pass
    return "; ".join(found) or "nothing"


@pytest.mark.parametrize("path", FILES)
def test_what_lets_secrets_and_tokens_out(path: str) -> None:
    found = [(example, let_out(path, example.file)) for example in examples(FILES[path])]

    wrong = [f"{example} BUT {outcome}" for example, outcome in found if outcome != example.expected]
    assert not wrong, "\n".join(wrong)
