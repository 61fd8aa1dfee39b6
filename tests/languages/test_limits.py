"""Whether a lifetime that a request asks for is kept below a limit: a table of `limits/` for each language."""

from __future__ import annotations

from pathlib import Path

import pytest

from lk_audit.facts import TokenMint
from tests.languages.minting import facts_of
from tests.tables import examples

FILES = {path.name.removesuffix(".txt"): path for path in sorted(Path(__file__).with_name("limits").glob("*.txt"))}


@pytest.mark.parametrize("path", FILES)
def test_what_is_too_much_is_refused_or_cut_or_neither(path: str) -> None:
    wrong = []
    for example in examples(FILES[path]):
        (fact,) = [item for item in facts_of({path: example.file}) if isinstance(item, TokenMint)]
        found = ["kept" if item.is_bounded else "open" for item in fact.inputs if item.target == "ttl"]
        if found != [example.expected]:
            wrong.append(f"{example} BUT {found}")

    assert not wrong, "\n".join(wrong)
