"""How a use looks in the bytes of a file, and a declaration of the same name does not."""

from __future__ import annotations

import time

import pytest

from lk_audit.project.use_forms import CALLED, IMPORTED, constructed, method_called
from lk_audit.standing import stands


@pytest.mark.parametrize(
    "text",
    [
        "mint(",
        "await mint (x)",
        "tokens.mint(",
        "mint?.(",
        "mint<T>(",
        "return mint(",
        "undef mint(",
        "{mint: x",
        "mint as m",
    ],
)
def test_a_function_is_called_or_given_another_name(text: str) -> None:
    assert stands(text.encode(), b"mint", CALLED)


@pytest.mark.parametrize("text", ["remint(", "mint;", "mint.name", "mints("])
def test_a_function_is_not_called_by_part_of_another_name_or_without_a_bracket(text: str) -> None:
    assert not stands(text.encode(), b"mint", CALLED)


@pytest.mark.parametrize(
    ("family", "text"),
    [
        ("go", "s.Tokens.mint("),
        ("go", "s.\n\tmint("),
        ("javascript", "service.mint("),
        ("javascript", "this\n  .mint<T>("),
        ("javascript", "this.#mint("),
        ("javascript", "service?.mint?.("),
        ("javascript", "const { mint } = service"),
        ("javascript", "const {a, mint, b} = service"),
        ("javascript", "const {mint: other} = service"),
        ("jvm", "mint("),
        ("php", "$this->mint("),
        ("php", "self::mint("),
        ("python", "self.mint("),
        ("ruby", "service.mint name"),
        ("rust", "service.mint::<T>("),
        ("rust", "Self::mint("),
    ],
)
def test_a_method_is_called_as_a_member_of_something(family: str, text: str) -> None:
    assert stands(text.encode(), b"mint", method_called(family))


@pytest.mark.parametrize(
    ("family", "text"),
    [
        ("go", "func (s *Tokens) mint("),
        ("javascript", "mint(room) {"),
        ("javascript", "async mint(room) {"),
        ("javascript", "f(a, mint)"),
        ("php", "public function mint("),
        ("python", "def mint(self)"),
        ("rust", "fn mint(&self)"),
    ],
)
def test_what_declares_a_method_of_that_name_does_not_call_it(family: str, text: str) -> None:
    assert not stands(text.encode(), b"mint", method_called(family))


@pytest.mark.parametrize(
    ("family", "text"),
    [
        ("csharp", "new Tokens("),
        ("javascript", "new Tokens("),
        ("javascript", "new a.b.Tokens<T>("),
        ("javascript", "import { Tokens as Other }"),
        ("python", "Tokens("),
        ("python", "app.Tokens("),
        ("ruby", "Tokens.new"),
    ],
)
def test_an_instance_is_made_by_the_name_of_a_class(family: str, text: str) -> None:
    assert stands(text.encode(), b"Tokens", constructed(family))


@pytest.mark.parametrize(
    ("family", "text"),
    [
        ("javascript", "class Tokens<T> {"),
        ("javascript", "class Other extends Tokens<T> {"),
        ("python", "class Tokens(Base):"),
        ("ruby", "class Tokens"),
    ],
)
def test_who_declares_a_class_or_inherits_from_it_makes_no_instance(family: str, text: str) -> None:
    assert not stands(text.encode(), b"Tokens", constructed(family))


@pytest.mark.parametrize(
    ("family", "text"),
    [("python", b"from " * 50 + b"\n" + b"w " * 125), ("rust", b"use " * 250 + b";" + b"w " * 500)],
)
def test_looking_for_a_word_that_stands_very_often_ends(family: str, text: bytes) -> None:
    started = time.process_time()

    assert stands(text * 1_000, b"w", IMPORTED[family])
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("family", "text", "is_imported"),
    [
        ("python", "from a import b, mint", True),
        ("python", "from from import import mint", True),
        ("python", "from a import b, \\\n mint", True),
        ("python", "from a import b\nmint", False),
        ("rust", "use crate::use::{a, mint", True),
        ("rust", "use crate::a;\nmint", False),
    ],
)
def test_an_import_is_told_by_its_last_keyword(family: str, text: str, *, is_imported: bool) -> None:
    assert stands(text.encode(), b"mint", IMPORTED[family]) is is_imported
