"""Regular expressions that are compiled when they are first used."""

from __future__ import annotations

import re

import pytest

from lk_audit.patterns import compile_all, regex


def test_a_pattern_does_what_a_compiled_one_does() -> None:
    lazy = regex(r"(?P<word>[a-z]+)-(\d+)", re.IGNORECASE)
    found = lazy.search("see AB-12")
    assert found is not None
    assert (found["word"], found[2]) == ("AB", "12")
    assert lazy.sub("x", "ab-1 cd-2") == "x x"
    assert (lazy.pattern, lazy.groups) == (r"(?P<word>[a-z]+)-(\d+)", 2)
    assert regex(rb"\d+").findall(b"1 22") == [b"1", b"22"]


def test_a_mistake_is_told_at_the_first_use() -> None:
    broken = regex("(")
    with pytest.raises(re.error):
        broken.search("")


def test_patterns_compiled_ahead_are_not_compiled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    lazy = regex(r"compiled ahead (\d)")
    compile_all()
    monkeypatch.setattr(re, "compile", pytest.fail)

    assert lazy.search("compiled ahead 1") is not None
    assert lazy.match("behind") is None


def test_a_mistake_in_one_pattern_does_not_keep_the_others_from_being_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    broken, sound = regex("[z-a]"), regex(r"sound")
    compile_all()
    monkeypatch.setattr(re, "compile", pytest.fail)

    assert sound.search("sound") is not None
    with pytest.raises(pytest.fail.Exception):
        broken.search("")  # compiled when it is used
