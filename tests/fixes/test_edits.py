"""Edits, and which of them can be made together."""

from __future__ import annotations

from lk_audit.edits import Edit, Fix, chosen, edited, edits_by_path
from lk_audit.source import Source

TEXT = Source.from_text("a.py", "one two three")


def edit(start: int, end: int, text: str, source: Source = TEXT) -> Edit:
    return Edit(source.place(start, end), text)


def fix(*edits: Edit) -> Fix:
    return Fix("Do it", edits, is_safe=True)


def test_edits_replace_insert_and_remove() -> None:
    assert edited(TEXT.data, [edit(8, 13, "3"), edit(0, 0, "> "), edit(3, 7, "")]) == b"> one 3"


def test_of_two_fixes_that_touch_the_same_text_the_first_is_made() -> None:
    first, second, third = fix(edit(0, 5, "a")), fix(edit(4, 7, "b")), fix(edit(8, 9, "c"))

    assert chosen([first, second, third]) == [first, third]


def test_a_fix_of_which_one_edit_overlaps_is_not_made_by_half() -> None:
    first, second = fix(edit(0, 5, "a")), fix(edit(4, 7, "b"), edit(8, 9, "c"))

    assert chosen([first, second, fix(edit(8, 9, "d"))]) == [first, fix(edit(8, 9, "d"))]


def test_two_insertions_at_one_point_wait_for_each_other() -> None:
    assert chosen([fix(edit(3, 3, "a")), fix(edit(3, 3, "b"))]) == [fix(edit(3, 3, "a"))]


def test_two_fixes_may_need_the_same_import() -> None:
    line = edit(0, 0, "import os\n")
    fixes = [fix(edit(4, 7, "a"), line), fix(edit(8, 13, "b"), line)]

    assert chosen(fixes) == fixes
    assert edited(TEXT.data, edits_by_path(fixes)["a.py"]) == b"import os\none a b"


def test_places_of_different_files_do_not_overlap() -> None:
    other = Source.from_text("b.py", "one two three")
    fixes = [fix(edit(0, 3, "a")), fix(edit(0, 3, "a", other))]

    assert chosen(fixes) == fixes
