"""Values that are made of themselves end somewhere."""

from __future__ import annotations

import pytest

from lk_audit.facts import Expiry, TokenMint
from lk_audit.source import Source
from tests.samples import extract_facts

MINT = "at := auth.NewAccessToken(key, secret)\n\tat.SetIdentity(name)\n\treturn at.ToJWT()"
LOOPS = {
    "go: a text that grows in a loop": (
        "main.go",
        (
            'package main\n\nimport "github.com/livekit/protocol/auth"\n\n'
            "func mint(names []string) (string, error) {\n"
            '\tname := ""\n\tfor _, part := range names {\n\t\tname = join(name, part)\n'
            "\t\tpart = join(part, name)\n\t}\n"
            f"\t{MINT}\n}}\n"
        ),
    ),
    "javascript: two variables that are made of each other": (
        "mint.js",
        (
            "import { AccessToken } from 'livekit-server-sdk';\nexport function mint(a, b) {\n"
            "  while (more()) {\n"
            "    a = wrap(b);\n    b = a.next(b);\n  }\n"
            "  return new AccessToken(k, s, { identity: b.name }).toJwt();\n}\n"
        ),
    ),
    "python: a name that is cleaned again and again": (
        "mint.py",
        (
            "from livekit import api\n\ndef mint(name):\n    while dirty(name):\n"
            "        name = name.strip(clean(name))\n"
            "    return api.AccessToken().with_identity(name).to_jwt()\n"
        ),
    ),
    "python: grants that are replaced by more of themselves": (
        "mint.py",
        (
            "import dataclasses\nfrom livekit import api\n\ndef mint(names, grants):\n    for name in names:\n"
            "        grants = dataclasses.replace(grants, hidden=True)\n"
            "    return api.AccessToken().with_grants(grants).to_jwt()\n"
        ),
    ),
    "python: grants that are made of each other": (
        "mint.py",
        (
            "from livekit import api\n\ndef mint(one, other):\n    while more():\n"
            "        one = api.VideoGrants(**other)\n        other = api.VideoGrants(**one)\n"
            "    return api.AccessToken().with_grants(other).to_jwt()\n"
        ),
    ),
    "ruby: grants that are read from themselves": (
        "mint.rb",
        (
            "require 'livekit'\n\ndef mint(grant)\n  while more\n"
            "    grant = LiveKit::VideoGrant.from_hash(grant)\n  end\n"
            "  token = LiveKit::AccessToken.new\n  token.video_grant = grant\n  token.to_jwt\nend\n"
        ),
    ),
    "php: options that are made of themselves": (
        "mint.php",
        (
            "<?php\nuse Agence104\\LiveKit\\{AccessToken, AccessTokenOptions, VideoGrant};\n\n"
            "function mint($options) {\n"
            "  while (more()) {\n    $options = new AccessTokenOptions($options);\n  }\n"
            "  return (new AccessToken('k', 's'))->init($options)->setGrant(new VideoGrant())->toJwt();\n}\n"
        ),
    ),
}


@pytest.mark.parametrize(("path", "text"), LOOPS.values(), ids=LOOPS)
def test_a_value_made_of_itself_is_no_endless_question(path: str, text: str) -> None:
    facts, notes = extract_facts([Source.from_text(path, text)])

    assert [type(fact) for fact in facts] == [TokenMint]
    assert notes == []


FANS = (
    "const c = (x) => `" + "${x}" * 20 + "`;\n"
    "const b = (x) => `" + "${c(x)}" * 20 + "`;\n"
    "const a = (x) => `" + "${b(x)}" * 20 + "`;\n"
)
"""A call of `a` takes more work than is spent on one question."""


@pytest.mark.parametrize("costly", ["sub: a(user)", "sub: a(user), name: a(room), jti: a(seed)", "...a(user)"])
def test_what_one_part_costs_does_not_hide_the_others(costly: str) -> None:
    text = (
        f"import jwt from 'jsonwebtoken';\n{FANS}"
        "export const mint = (user, room, seed) => jwt.sign(\n"
        f"  {{ {costly}, exp: 4102444800, video: {{ roomJoin: true, room }} }}, process.env.LIVEKIT_API_SECRET);\n"
    )

    (fact,) = extract_facts([Source.from_text("mint.js", text)])[0]

    assert isinstance(fact, TokenMint)
    assert list(fact.grants.by_name) == ["roomJoin", "room"]
    assert [life.expiry for life in fact.lifetimes] == [Expiry.EXPLICIT]


def test_what_one_field_of_a_struct_costs_does_not_hide_the_others() -> None:
    text = (
        'package main\n\nimport (\n\t"crypto/hmac"\n\t"fmt"\n)\n'
        + "".join(
            f'func {name}(x string) string {{ return fmt.Sprintf("{"%s" * 20}"{f", {inner}" * 20}) }}\n'
            for name, inner in (("c", "x"), ("b", "c(x)"), ("a", "b(x)"))
        )
        + 'type Grant struct {\n\tRoomJoin bool `json:"roomJoin"`\n}\n'
        'type Claims struct {\n\tSub string `json:"sub"`\n\tExp int64 `json:"exp"`\n\tVideo Grant `json:"video"`\n}\n'
        "func mint(user string) []byte {\n"
        "\tclaims := Claims{Sub: a(user), Exp: 4102444800, Video: Grant{RoomJoin: true}}\n"
        "\treturn hmac.New(h, key).Sum(encode(claims))\n}\n"
    )

    (fact,) = extract_facts([Source.from_text("main.go", text)])[0]

    assert isinstance(fact, TokenMint)
    assert list(fact.grants.by_name) == ["roomJoin"]


def test_a_guard_that_two_files_import_from_each_other_is_no_endless_question() -> None:
    handler = (
        "from fastapi import FastAPI\nfrom livekit import api\nfrom app.left import CurrentUser\n\napp = FastAPI()\n\n"
        '@app.get("/token")\ndef token(user: CurrentUser, name: str):\n'
        "    return api.AccessToken().with_identity(name).to_jwt()\n"
    )
    sources = [
        Source.from_text("app/main.py", handler),
        Source.from_text("app/left.py", "from app.right import CurrentUser\n"),
        Source.from_text("app/right.py", "from app.left import CurrentUser\n"),
    ]

    facts, notes = extract_facts(sources)

    assert [type(fact) for fact in facts] == [TokenMint]
    assert notes == []


def test_a_dependency_that_depends_on_itself_is_no_endless_question() -> None:
    service = (
        "from livekit import api\n\n\nclass Service:\n    def mint(self, name):\n"
        "        return api.AccessToken().with_identity(name).to_jwt()\n"
    )
    sources = [
        Source.from_text("app/service.py", service),
        Source.from_text(
            "app/deps.py", "from fastapi import Depends\n\n\ndef get(inner=Depends(get)):\n    return inner\n"
        ),
        Source.from_text(
            "app/main.py",
            "from fastapi import Depends\nfrom app.deps import get\nfrom app.service import Service\n\n\n"
            "def token(name: str, service=Depends(get)):\n    return service.mint(name)\n",
        ),
    ]

    facts, notes = extract_facts(sources)

    assert [type(fact) for fact in facts] == [TokenMint]
    assert notes == []


def test_plugs_that_run_each_other_are_no_endless_question() -> None:
    router = (
        "defmodule Web.Router do\n  use Web, :router\n\n  pipeline :members do\n    plug Web.One\n  end\n\n"
        '  scope "/api", Web do\n    pipe_through [:members]\n    post "/token", TokenController, :create\n  end\nend\n'
    )
    controller = (
        "defmodule Web.TokenController do\n  use Web, :controller\n\n  def create(conn, params) do\n"
        '    token = Livekit.AccessToken.new("key", "secret") |> Livekit.AccessToken.with_identity(params["name"])\n'
        "    json(conn, %{token: Livekit.AccessToken.to_jwt(token)})\n  end\nend\n"
    )
    plugs = {
        name: f"defmodule Web.{name.title()} do\n  use Plug.Builder\n  plug Web.{other}\nend\n"
        for name, other in (("one", "Two"), ("two", "One"))
    }
    sources = [
        Source.from_text("lib/web/router.ex", router),
        Source.from_text("lib/web/token_controller.ex", controller),
        *(Source.from_text(f"lib/web/{name}.ex", text) for name, text in plugs.items()),
    ]

    facts, notes = extract_facts(sources)

    assert any(isinstance(fact, TokenMint) for fact in facts)
    assert notes == []
