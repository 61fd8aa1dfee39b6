"""Data files that code loads: what of them it gets, and which file is meant."""

from __future__ import annotations

import pytest

from lk_audit.facts import CredentialLiteral, TokenMint
from tests.languages.minting import facts_of, granted

PYTHON = (
    "from datetime import timedelta\nfrom livekit import api\n{0}\n"
    "def mint():\n    return api.AccessToken().with_ttl(timedelta(seconds={1})).to_jwt()\n"
)
SCRIPT = (
    "import {{ AccessToken }} from 'livekit-server-sdk';\n{0}\n"
    "export const mint = () => new AccessToken('a', 'b', {{ identity: 'a', ttl: {1} }}).toJwt();\n"
)
RUBY = (
    "require 'livekit'\n{0}\ndef mint\n"
    "  LiveKit::AccessToken.new(api_key: 'a', api_secret: 'b', ttl: {1}).to_jwt\nend\n"
)
JSON = '{"livekit": {"ttl": 7200}}'
SHORT = '{"livekit": {"ttl": "2h"}}'
YAML = "livekit:\n  ttl: 7200\n"
TOML = "[livekit]\nttl = 7200\n"
LOADS = {
    'import json\nc = json.load(open("c.json"))': JSON,
    'import json\nwith open("c.json") as f:\n    c = json.load(f)': JSON,
    'import json, pathlib\nc = json.loads((pathlib.Path(__file__).parent / "c.json").read_text())': JSON,
    'import json\ndef load(path="c.json"):\n    with open(path) as f:\n        return json.load(f)\nc = load()': JSON,
    'import yaml\nc = yaml.safe_load(open("c.yaml"))': YAML,
    'import tomllib\nc = tomllib.load(open("c.toml", "rb"))': TOML,
}
IMPORTS = {
    ("import c from './c.json';", "c.livekit.ttl"): SHORT,
    ("import * as c from './c.json';", "c.livekit.ttl"): SHORT,
    ("import { livekit } from './c.json';", "livekit.ttl"): SHORT,
    ("const c = require('./c.json');", "c.livekit.ttl"): SHORT,
    ("const { livekit } = require('./c.json');", "livekit.ttl"): SHORT,
    ("import fs from 'fs';\nconst c = JSON.parse(fs.readFileSync('./c.json'));", "c.livekit.ttl"): SHORT,
    ("import config from 'config';", "config.get('livekit.ttl')"): SHORT,
}
SUFFIXES = {JSON: "c.json", SHORT: "c.json", YAML: "c.yaml", TOML: "c.toml"}


def _lifetimes(files: dict[str, str]) -> list[float | None]:
    return [item.seconds for fact in facts_of(files) if isinstance(fact, TokenMint) for item in fact.lifetimes]


@pytest.mark.parametrize("load", LOADS)
def test_python_gets_what_the_file_holds_that_it_opens(load: str) -> None:
    files = {"app.py": PYTHON.format(load, 'c["livekit"]["ttl"]'), SUFFIXES[LOADS[load]]: LOADS[load]}

    assert _lifetimes(files) == [7200]


@pytest.mark.parametrize(("load", "read"), IMPORTS)
def test_javascript_gets_what_the_file_holds_that_it_imports_or_reads(load: str, read: str) -> None:
    data = "config/default.json" if "config'" in load else "c.json"

    assert _lifetimes({"app.ts": SCRIPT.format(load, read), data: IMPORTS[load, read]}) == [7200]


@pytest.mark.parametrize("load", ["YAML.load_file('c.yaml')", "YAML.load(File.read(File.join(__dir__, 'c.yaml')))"])
def test_ruby_gets_what_the_file_holds_that_it_loads(load: str) -> None:
    assert _lifetimes({"app.rb": RUBY.format(f"C = {load}", "C['livekit']['ttl']"), "c.yaml": YAML}) == [7200]


@pytest.mark.parametrize(
    ("data", "at", "known"),
    [
        (JSON, "c.json", True),
        (JSON, "app/c.json", True),
        (JSON, "other/c.json", False),
        ('{"livekit": {"ttl": "a while"}}', "c.json", False),
        ('{"other": 1}', "c.json", False),
        ("broken", "c.json", False),
        ("# livekit: 7200", "c.json", False),
    ],
)
def test_a_file_beside_the_code_counts_or_in_a_folder_around_it(data: str, at: str, known: bool) -> None:
    code = PYTHON.format('import json\nc = json.load(open("c.json"))', 'c["livekit"]["ttl"]')

    assert (_lifetimes({"app/main.py": code, at: data}) == [7200]) is known


def test_what_the_file_leaves_out_has_its_default() -> None:
    code = PYTHON.format('import json\nc = json.load(open("c.json"))', 'c.get("ttl", 60)')

    assert _lifetimes({"app.py": code, "c.json": '{"ttl": 7200}'}) == [7200]
    assert 60 in _lifetimes({"app.py": code, "c.json": '{"other": 7200}'})


@pytest.mark.parametrize("admin", [True, False])
def test_rights_may_stand_in_a_file(admin: bool) -> None:
    code = (
        "from livekit import api\nimport json\nr = json.load(open('r.json'))\n"
        "g = api.VideoGrants(room='a', room_admin=r['guest']['admin'])\n"
        "t = api.AccessToken().with_grants(g).to_jwt()\n"
    )
    data = f'{{"guest": {{"admin": {str(admin).lower()}}}}}'
    (made,) = (fact for fact in facts_of({"app.py": code, "r.json": data}) if isinstance(fact, TokenMint))

    assert granted(made)["roomAdmin"] is admin


def test_a_secret_is_told_once_where_it_stands() -> None:
    secret = "q7Zp2mVx9LkR" + "4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa"
    code = "import json\nfrom livekit import api\nc = json.load(open('c.json'))\napi.AccessToken('k', c['api_secret'])"
    found = facts_of({"app.py": code, "c.json": f'{{"livekit": 1, "api_secret": "{secret}"}}'})

    assert [item.place.path for item in found if isinstance(item, CredentialLiteral)] == ["c.json"]
