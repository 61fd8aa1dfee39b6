"""Which files can make a handler of another file's function."""

from __future__ import annotations

import pytest

from lk_audit.extractors.handlers.registering import may_register
from lk_audit.livekit.dotnet import MAPS
from lk_audit.livekit.requests import HANDLER_TAKERS, HTTP_EXPORTS, LOADER_EXPORTS, ROUTE_METHODS


def may(text: str, family: str = "javascript", *, looks_like_handler: bool = False) -> bool:
    return may_register(text.encode(), family, looks_like_handler=looks_like_handler)


@pytest.mark.parametrize("family", ["python", "javascript", "jvm", "dart"])
@pytest.mark.parametrize("method", sorted(ROUTE_METHODS))
def test_every_method_that_routes_may_register(method: str, family: str) -> None:
    assert may(f"app.{method}('/token', create)", family)
    assert may(f"app.route(PATH)\n    .{method}(create)", family)


@pytest.mark.parametrize("taker", sorted(HANDLER_TAKERS))
def test_every_taker_of_handlers_may_register(taker: str) -> None:
    assert may(f"{taker}(create)")
    assert may(f"import {{ {taker.rpartition('.')[2]} as other }} from 'x'")


@pytest.mark.parametrize("name", sorted(HTTP_EXPORTS | LOADER_EXPORTS))
def test_every_exported_name_that_serves_may_register(name: str) -> None:
    assert may(f"export {{\n  create as {name},\n}}")
    assert may(f"export const {name} = create")


@pytest.mark.parametrize("name", sorted(MAPS))
def test_every_call_that_maps_in_csharp_may_register(name: str) -> None:
    assert may(f'app.{name}("/token", Create)', "csharp")


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("ws.on('message', create)", "javascript"),
        ("this.socket\n  .on('join', create)", "javascript"),
        ("router.post('/x').handler(create)", "jvm"),
        ('"use server"\nexport { create }', "javascript"),
        ('.route("/token", get(create))', "rust"),
        ("web::post().to(create)", "rust"),
        ("import gradio as gr\ngr.Interface(create, ins, outs)", "python"),
        ("app.openapi(route, create)", "javascript"),
        ("anything", "ruby"),
    ],
)
def test_every_other_way_may_register(text: str, family: str) -> None:
    assert may(text, family)


@pytest.mark.parametrize("text", ["export default create", "export { create as default }", "module.exports = create"])
def test_only_what_looks_like_a_handler_is_one_by_being_exported(text: str) -> None:
    assert may(text, looks_like_handler=True)
    assert not may(text)


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("emitter.once('x', create); fetch('http://x', {action: 1})", "javascript"),
        ("cache.get(create)", "javascript"),
        ("threading.Thread(target=create)", "python"),
        ("button.clicked.connect(create)", "python"),
        ("items.iter().map(create)", "rust"),
        ("Task.Run(Create)", "csharp"),
    ],
)
def test_what_hands_a_function_to_somebody_else_may_not(text: str, family: str) -> None:
    assert not may(text, family)
