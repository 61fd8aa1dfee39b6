"""What a program calls things by itself does not decide what is found in it."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lk_audit import frontends
from tests.properties.aliases import RENAMING, imported, renamed
from tests.properties.seeds import found, law, projects, scan

ALIASES = ("Quux", "tk", "_Imported")


@pytest.mark.parametrize("language", RENAMING)
@law(12)
@given(st.data())
def test_renaming_an_import_keeps_the_findings(language: str, data: st.DataObject) -> None:
    choices = [
        (number, place, name)
        for number, sources in enumerate(projects(language))
        for place, source in enumerate(sources)
        if frontends.frontend_for(source.path) == language
        for name in imported(source)
    ]
    assume(choices)
    number, place, name = data.draw(st.sampled_from(choices), "what is renamed")
    sources = projects(language)[number]
    changed = renamed(sources[place], name, data.draw(st.sampled_from(ALIASES), "alias"))
    assume(changed is not None)

    others = [item for item in sources if item is not sources[place]]

    assert changed is not None
    assert found(scan([*others, changed])) == found(scan(sources))


@pytest.mark.parametrize("language", RENAMING)
def test_there_is_something_to_rename(language: str) -> None:
    files = [item for sources in projects(language) for item in sources]

    assert any(imported(item) for item in files if frontends.frontend_for(item.path) == language)
