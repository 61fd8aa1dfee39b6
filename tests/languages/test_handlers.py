"""What answers requests, and what keeps strangers out of it: a table of `handlers/` for each language.

A frame may hold several files, each below a line `--- path`. A line is `open` where anybody is given the token,
`checked` where it is asked who somebody is, and `no handler` where no request is answered. What the request decides of
the token follows.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lk_audit.facts import TokenMint
from tests.languages.minting import facts_of
from tests.tables import examples

FILES = {path.name.removesuffix(".txt"): path for path in sorted(Path(__file__).with_name("handlers").glob("*.txt"))}


def files_of(path: str, text: str) -> dict[str, str]:
    """The files of a frame; one without paths is one file."""
    _, *parts = _PATH.split(text)
    return dict(zip(parts[::2], parts[1::2], strict=True)) or {path: text}


_PATH = re.compile(r"^--- (.+)\n", re.MULTILINE)


def access(fact: TokenMint) -> str:
    if not fact.endpoints:
        return "no handler"
    return "checked" if all(endpoint.authenticated_by for endpoint in fact.endpoints) else "open"


@pytest.mark.parametrize("path", FILES)
def test_who_is_given_a_token(path: str) -> None:
    wrong = []
    for example in examples(FILES[path]):
        (fact,) = [item for item in facts_of(files_of(path, example.file)) if isinstance(item, TokenMint)]
        found = {access(fact), *(f"asks for {item.target}" for item in fact.inputs)}
        expected = set(example.expected.split("; "))
        if not (expected == found if "open" in expected else expected <= found):
            wrong.append(f"{example} BUT {found}")

    assert not wrong, "\n".join(wrong)
