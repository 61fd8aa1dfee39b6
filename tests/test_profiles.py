"""The page about token profiles shows the code that is scanned, and nothing else under its name."""

from __future__ import annotations

from pathlib import Path

import pytest

PAGE = Path(__file__).parents[1] / "docs" / "profiles.md"
PROFILES = Path(__file__).parent / "fixtures" / "projects" / "profiles_clean"
FILES = sorted(path for path in PROFILES.rglob("*") if path.suffix in {".py", ".ts"})


def test_every_profile_is_written_in_both_languages() -> None:
    names = [path.stem.replace("_", "").lower() for path in FILES]

    assert len(names) == 8
    assert all(names.count(name) == 2 for name in names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_page_shows_a_profile_as_it_is_scanned(path: Path) -> None:
    language = {".py": "python", ".ts": "ts"}[path.suffix]

    assert f"```{language}\n{path.read_text()}```\n" in PAGE.read_text()
