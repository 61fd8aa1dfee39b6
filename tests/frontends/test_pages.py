"""Pages contribute their scripts as code, and the rest as text."""

from __future__ import annotations

import pytest

from lk_audit import frontends
from lk_audit.source import Source
from lk_audit.syntax import Call, Document, Literal, Module, Name, walk


def modules(path: str, text: str) -> list[Module]:
    return [part for part in frontends.parse(Source.from_text(path, text)) if isinstance(part, Module)]


def names(module: Module) -> set[str]:
    return {node.id for node in walk(module) if isinstance(node, Name)}


def called(module: Module) -> list[str]:
    return [node.callee.id for node in walk(module) if isinstance(node, Call) and isinstance(node.callee, Name)]


def test_positions_are_those_of_the_page() -> None:
    source = Source.from_text("a.html", "<p>«é»</p><script>mint('room')</script>")

    _, module = frontends.parse(source)

    (literal,) = [node for node in walk(module) if isinstance(node, Literal)]
    assert source.data[literal.start : literal.end] == b"'room'"


def test_the_scripts_of_a_page_share_their_names() -> None:
    (module,) = modules("a.html", "<script>const a = 1</script><p>x</p><script>use(a)</script>")

    assert (called(module), module.container) == (["use"], "html")


def test_both_scripts_of_a_vue_component_are_one_module_in_the_language_they_name() -> None:
    text = "<script>export const x = 1</script><script setup lang='ts'>const y: number = f(x)</script>"

    (module,) = modules("a.vue", text)

    assert (module.language, module.container, called(module)) == ("typescript", "vue", ["f"])


def test_the_frontmatter_of_an_astro_page_is_apart_from_its_scripts() -> None:
    server, browser = modules("a.astro", "---\nconst token = await mint()\n---\n<h1/>\n<script>join()</script>")

    assert (server.container, called(server)) == ("astro-frontmatter", ["mint"])
    assert (browser.container, called(browser)) == ("astro-script", ["join"])


@pytest.mark.parametrize(
    "text",
    [
        '<script type="application/json">{"a": f()}</script>',
        '<script type="importmap">f()</script>',
        "<!-- <script>f()</script> -->",
        "<scripted>f()</scripted>",
        '<script src="app.js"></script>',
        "<p>f()</p>",
    ],
)
def test_what_is_no_code_makes_no_module(text: str) -> None:
    assert modules("a.html", text) == []


def test_a_script_ends_at_the_first_end_tag_as_in_browsers() -> None:
    (module,) = modules("a.html", "<SCRIPT>a('</SCRIPT>')")

    assert module.end == len("<SCRIPT>a('")


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<script>a</script><script>b</script>\n<script>c</script>", ["a", "b", "c"]),
        ("<script>a // b</script><script>c</script>", ["a", "c"]),
        ("<script>a</script><script>(b)</script>", ["a", "b"]),
        ("<script>const a = 1</script><script setup>a</script>", ["a", "a"]),
        ("<script>a", ["a"]),
    ],
)
def test_a_statement_ends_with_its_script(page: str, expected: list[str]) -> None:
    (module,) = modules("a.html", page)

    assert [node.id for node in walk(module) if isinstance(node, Name)] == expected
    assert not any(isinstance(node, Call) for node in walk(module))
    assert not module.errors


def test_a_script_without_an_end_goes_to_the_end_of_the_page() -> None:
    (module,) = modules("a.html", "<script>f(); g()")

    assert called(module) == ["f", "g"]


def test_an_attribute_may_hold_the_end_of_a_tag() -> None:
    (module,) = modules("a.html", "<script data-x='a > b' type=module>f()</script>")

    assert called(module) == ["f"]


def test_text_around_scripts_is_read_as_text_and_scripts_are_not() -> None:
    source = Source.from_text("a.html", '<div data-key="x1"></div>\n<script>const key = "x2"</script>\n')

    document = frontends.parse(source)[0]

    assert isinstance(document, Document)
    assert "x2" not in [pair.value for pair in document.pairs]


def test_a_minified_script_is_left_to_the_text() -> None:
    assert modules("a.html", f"<script>{'a=1;' * 40_000}</script>") == []


@pytest.mark.parametrize("text", ["<script " * 20_000, "<!--" * 50_000, "<script>" * 20_000, "---\n" * 20_000])
def test_hostile_pages_are_read_in_time(text: str) -> None:
    for path in ("a.html", "a.vue", "a.astro"):
        assert frontends.parse(Source.from_text(path, text))


_LONG = "function a(b){return b+1};" * 1_000


@pytest.mark.parametrize("page", ["<p>{}</p>", "<script type='application/json'>{}</script>"])
def test_words_of_a_configuration_count_in_very_long_lines(page: str) -> None:
    name = "ACME_RTC_SIGNING_KEY"
    text = page.format(f'{_LONG}var c={{"{name}":"value of it"}};{_LONG}')
    source = Source.from_text("a.html", text)

    (without, *_), (document, *_) = frontends.parse(source), frontends.parse(source, (name.encode(),))

    assert isinstance(without, Document)
    assert isinstance(document, Document)
    assert [pair.value for pair in document.pairs if pair.path[-1] == name] == ["value of it"]
    assert not [pair for pair in without.pairs if pair.path[-1] == name]
