"""What nodes share."""

from __future__ import annotations

import pytest

from lk_audit import frontends
from lk_audit.frontends.lowering.interning import _Offsets, _Texts
from lk_audit.source import Source
from lk_audit.syntax import Module, Name, walk

CODE = {
    "a.py": "token = make(token)\nuse(token)\n",
    "a.ts": "const token = make(token)\nuse(token)\n",
    "a.go": "package a\nfunc f() {\n\ttoken := make(token)\n\tuse(token)\n}\n",
    "a.rb": "token = make(token)\nuse(token)\n",
}


@pytest.mark.parametrize("path", CODE)
def test_what_is_called_alike_has_one_text(path: str) -> None:
    (module,) = frontends.parse(Source.from_text(path, CODE[path]))
    assert isinstance(module, Module)

    names = [node.id for node in walk(module) if isinstance(node, Name) and node.id == "token"]

    assert len(names) > 2
    assert len({id(name) for name in names}) == 1


@pytest.mark.parametrize("path", CODE)
def test_nodes_that_begin_at_one_place_share_its_number(path: str) -> None:
    far = "\n" * 1_000  # small numbers are shared by Python
    source = CODE[path].replace("use(", f"{far}use(")
    (module,) = frontends.parse(Source.from_text(path, source))
    assert isinstance(module, Module)

    starts = [node.start for node in walk(module) if node.start == source.index("use(")]

    assert len(starts) > 2
    assert len({id(start) for start in starts}) < len(starts)


def test_texts_are_those_of_the_bytes_and_few_are_kept() -> None:
    texts = _Texts()

    found = [texts[f"name{number}".encode()] for number in range(10_000)]

    assert found == [f"name{number}" for number in range(10_000)]
    assert len(texts) < 10_000
    assert texts[b"\xff"] == "\ufffd"
    assert texts[b"x" * 100] == "x" * 100
    assert b"x" * 100 not in texts


def test_offsets_are_themselves_and_large_ones_are_not_kept() -> None:
    offsets = _Offsets()

    assert [offsets[number] for number in (0, 1_000, 10_000_000)] == [0, 1_000, 10_000_000]
    assert set(offsets) == {0, 1_000}
