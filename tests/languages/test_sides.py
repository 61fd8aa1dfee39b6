"""What tells where code runs, by imports, base classes and calls: a table of `sides/` for each kind of file."""

from __future__ import annotations

from pathlib import Path

import pytest

from lk_audit.facts import TokenMint
from tests.languages.minting import mint
from tests.tables import examples

FILES = {path.name.removesuffix(".txt"): path for path in sorted(Path(__file__).with_name("sides").glob("*.txt"))}


def side(fact: TokenMint) -> list[str]:
    return [fact.side.value, *(lead.note for lead in fact.side_leads)]


@pytest.mark.parametrize("path", FILES)
def test_where_code_runs_that_imports_or_calls_this(path: str) -> None:
    found = [(example, side(mint(path, example.file))) for example in examples(FILES[path])]

    wrong = [f"{item} BUT {signs}" for item, signs in found if not set(item.expected.split("; ")) <= set(signs)]
    assert not wrong, "\n".join(wrong)


_SCRIPT = "import { AccessToken } from 'livekit-server-sdk';\nconst token = new AccessToken('k', 's').toJwt();\n"


@pytest.mark.parametrize(
    "page",
    {
        "Room.vue": f"<script>\n{_SCRIPT}</script>\n",
        "Room.svelte": f"<script>\n{_SCRIPT}</script>\n",
        "room.html": f'<script type="module">\n{_SCRIPT}</script>\n',
        "Room.astro": f"<p>hall</p>\n<script>\n{_SCRIPT}</script>\n",
    }.items(),
    ids=lambda page: page[0],
)
def test_the_script_of_a_page_runs_in_browsers(page: tuple[str, str]) -> None:
    assert {"client", "a script of a page"} <= set(side(mint(*page)))
