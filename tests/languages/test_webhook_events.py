"""Which events of webhooks are used without a look at who sent them: a table of `webhooks/` for each language."""

from __future__ import annotations

from pathlib import Path

import pytest

from lk_audit.facts import WebhookUse
from tests.languages.minting import facts_of
from tests.tables import examples

FILES = {path.name.removesuffix(".txt"): path for path in sorted(Path(__file__).with_name("webhooks").glob("*.txt"))}


@pytest.mark.parametrize("path", FILES)
def test_which_events_are_trusted(path: str) -> None:
    wrong = []
    for example in examples(FILES[path]):
        said = " and ".join(fact.how for fact in facts_of({path: example.file}) if isinstance(fact, WebhookUse))
        if example.expected not in (said or "nothing"):
            wrong.append(f"{example} BUT {said}")

    assert not wrong, "\n".join(wrong)
