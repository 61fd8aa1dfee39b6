"""The Go frontend."""

from __future__ import annotations

import pytest

from lk_audit.frontends import go
from lk_audit.source import Source
from lk_audit.syntax import Assign, Call, Import, Literal, Module, Name, walk


def parse(text: str) -> Module:
    return go.parse(Source.from_text("main.go", text))


def names(text: str) -> list[str]:
    return [node.id for node in walk(parse(text)) if isinstance(node, Name)]


def test_an_import_is_known_by_the_last_part_of_its_path_or_by_its_alias() -> None:
    module = parse('package m\nimport (\n\t"github.com/livekit/protocol/auth"\n\tlk "example.org/sdk"\n)\n')

    imports = [(node.module, [item.local for item in node.names]) for node in walk(module) if isinstance(node, Import)]
    assert imports == [("github.com/livekit/protocol/auth", ["auth"]), ("example.org/sdk", ["lk"])]


def test_a_field_has_what_its_tag_says_with_places_in_the_file() -> None:
    text = 'package m\ntype C struct {\n\tKey string `json:"key,omitempty" env:"LK_KEY" envDefault:"é"`\n}\n'
    source = Source.from_text("main.go", text)

    (field,) = [node for node in walk(go.parse(source)) if isinstance(node, Assign) and node.tags]
    told = [(tag.key, tag.value) for tag in field.tags]
    assert [
        (key.value, value.value) for key, value in told if isinstance(key, Literal) and isinstance(value, Literal)
    ] == [
        ("json", "key,omitempty"),
        ("env", "LK_KEY"),
        ("envDefault", "é"),
    ]
    assert [source.data[value.start : value.end].decode() for _, value in told] == ["key,omitempty", "LK_KEY", "é"]


def test_positions_are_bytes_of_the_file() -> None:
    source = Source.from_text("main.go", 'package m\nvar é = "«»"\n')

    (literal,) = [node for node in walk(go.parse(source)) if isinstance(node, Literal) and node.value == "«»"]
    assert source.data[literal.start : literal.end] == '"«»"'.encode()


def test_a_broken_file_still_gives_what_is_whole() -> None:
    module = parse("package m\nfunc f() { mint(room) }\nfunc g( {\n")

    assert module.errors
    assert "mint" in [
        node.callee.id for node in walk(module) if isinstance(node, Call) and isinstance(node.callee, Name)
    ]


@pytest.mark.parametrize(
    "text", ["(" * 20_000, "{" * 20_000, "package m\nvar x = " + "f(" * 5_000, "package m\n" + "-" * 9_000]
)
def test_nesting_of_any_depth_is_read(text: str) -> None:
    assert parse(text).language == "go"
