"""What a project knows of its files without reading them."""

from __future__ import annotations

import pytest

from lk_audit.project.files import Files
from lk_audit.source import Source

PATHS = ("a-b/c.py", "a.py", "a/b/c.py", "a/c.ts", "a/x.py", "a/\U0010ffff.py", "a/\udcff.py", "ab/c.py", "b/c.py")


@pytest.mark.parametrize("folder", ["", "a", "a/b", "ab", "a-b", "b", "c", "a/c", "a/x.py"])
def test_the_code_below_a_folder_is_that_whose_path_begins_with_it(folder: str) -> None:
    files = Files([Source.from_text(path, "") for path in PATHS])
    inside = f"{folder}/" if folder else ""

    expected = [path for path in sorted(PATHS) if path.startswith(inside) and path.endswith(".py")]
    assert list(files.code_below("python", folder)) == expected
