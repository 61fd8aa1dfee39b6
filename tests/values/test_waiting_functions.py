"""Functions that wait for the rest of what they call another with: Python's `partial`, JavaScript's `bind`."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in
from tests.values.snippets import look_in

PYTHON = "from functools import partial\nimport functools\ndef f(x, y=1):\n    look(x)\n"
SCRIPT = "function f(x, y) { look(x) }\n"
GIVEN = {
    ("a.py", f"{PYTHON}g = partial(f, 5)"): "5",
    ("a.py", f"{PYTHON}g = functools.partial(f, x=5)"): "5",
    ("a.py", f"{PYTHON}g = partial(f, y=5)\ng(6)"): "?",
    ("a.py", f"{PYTHON}g = partial(f)"): "given x",
    ("a.py", f"{PYTHON}g = partial(*f)"): "given x",
    ("a.js", f"{SCRIPT}const g = f.bind(null, 5)"): "5",
    ("a.js", f"{SCRIPT}const g = f.bind(this, 5)"): "5",
    ("a.js", f"{SCRIPT}const g = f.bind(undefined, 5)"): "5",
    ("a.js", f"{SCRIPT}const g = f.bind(this)"): "given x",
    ("a.js", f"{SCRIPT}const g = db.prepare(f).bind(null, 5)"): "given x",
    ("a.js", f"{SCRIPT}const g = f.bind(user, 5)"): "given x",
}
RESULTS = {
    ("a.py", "from functools import partial\ndef f(x): return x\nlook(partial(f, 5)())"): "5",
    ("a.js", "const f = (x, y) => y; look(f.bind(null, 1)(5))"): "5 | given y",
}


@pytest.mark.parametrize(("path", "code"), GIVEN)
def test_a_function_is_given_what_another_waits_with(path: str, code: str) -> None:
    assert look_in(path, code) == GIVEN[path, code]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("app/screens.py", "from functools import partial\nfrom app.tokens import mint\nscreen = partial(mint, {})\n"),
        (
            "app/screens.py",
            "from functools import partial\nfrom app.tokens import mint\nscreen = partial(\n    mint, {})\n",
        ),
    ],
)
@pytest.mark.parametrize(("ttl", "found"), [("timedelta(days=2)", True), ("timedelta(minutes=5)", False)])
def test_it_is_found_in_other_files(path: str, code: str, ttl: str, found: bool) -> None:
    minting = (
        "from livekit import api\ndef mint(ttl, identity):\n"
        "    return api.AccessToken().with_identity(identity).with_ttl(ttl).to_jwt()\n"
    )
    files = {"app/tokens.py": minting, path: f"from datetime import timedelta\n{code.format(ttl)}"}

    assert bool(found_in(files, "LK301")) is found


@pytest.mark.parametrize("serve", ["partial(serve, 5)", "partial(serve, settings=5)"])
def test_a_handler_may_be_given_some_already(serve: str) -> None:
    code = (
        "from functools import partial\nfrom aiohttp import web\nfrom livekit import api\n"
        "async def serve(settings, request):\n"
        "    token = api.AccessToken().with_identity(request.query['name']).with_grants(api.VideoGrants(room='a'))\n"
        "    return web.Response(text=token.to_jwt())\n"
        f"app = web.Application()\napp.router.add_get('/token', {serve})\n"
    )

    assert found_in({"app.py": code}, "LK601")


@pytest.mark.parametrize("gives", ["return", "yield"])
@pytest.mark.parametrize(
    ("head", "parameter"),
    [
        ("", "token=Depends(minter)"),
        ("", "token: Annotated[api.AccessToken, Depends(minter)]"),
        ("Minter = Annotated[api.AccessToken, Depends(minter)]", "token: Minter"),
    ],
)
@pytest.mark.parametrize("guard", ["", ", user=Depends(current_user)"])
def test_a_token_that_a_handler_depends_on_is_handed_out_by_it(
    gives: str, head: str, parameter: str, guard: str
) -> None:
    code = (
        "from typing import Annotated\nfrom fastapi import Depends, FastAPI\nfrom livekit import api\n"
        "from app.users import current_user\napp = FastAPI()\n"
        f"def minter():\n    {gives} api.AccessToken()\n{head}\n"
        f"@app.get('/token')\ndef join(room: str, name: str, {parameter}{guard}):\n"
        "    return token.with_identity(name).with_grants(api.VideoGrants(room_join=True, room=room)).to_jwt()\n"
    )

    assert bool(found_in({"app/main.py": code}, "LK601")) is not bool(guard)
