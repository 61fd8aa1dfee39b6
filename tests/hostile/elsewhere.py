"""What other files tell, where there is very much of it: data that code loads, heirs, options, dependencies."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tests.hostile.model import Build, Hostile

_PYTHON = (
    "import json\nimport yaml\nfrom datetime import timedelta\nfrom fastapi import Depends\nfrom livekit import api\n"
)
_SCRIPT = "import { AccessToken } from 'livekit-server-sdk';\n"
_GO = 'package tokens\nimport ("time"; "github.com/livekit/protocol/auth")\n'
_MINT = "def mint{0}():\n    return api.AccessToken().with_ttl(timedelta(seconds={1})).to_jwt()\n"
_MINT_IN_GO = 'at := auth.NewAccessToken("a", "b"); at.SetValidFor({0}); return at.ToJWT() }}\n'


def _loading(tree: Path, name: str, path: str) -> None:
    load = "yaml.safe_load" if name.endswith(".yaml") else "json.load"
    (tree / "app.py").write_text(f"{_PYTHON}c = {load}(open('{name}'))\n" + _MINT.format("", path))


def deep_data(tree: Path, size: int) -> None:
    (tree / "c.json").write_text('{"a":' * size + "60" + "}" * size)
    _loading(tree, "c.json", "c['a']['a']")


def circular_data(tree: Path, size: int) -> None:
    anchors = "".join(f"k{level}: &k{level} [{', '.join([f'*k{level - 1}'] * 9)}]\n" for level in range(1, size))
    (tree / "c.yaml").write_text(f"livekit: &l {{ttl: 7200, <<: *l, x: &x [*x, *l]}}\n{anchors}")
    _loading(tree, "c.yaml", "c['livekit']['ttl']")


def data_from_a_pipe(tree: Path, _size: int) -> None:
    os.mkfifo(tree / "c.json")
    _loading(tree, "c.json", "c['ttl']")


def data_loaded_everywhere(tree: Path, size: int) -> None:
    """Every load is a value of its own, and the file has as many entries as are read of one."""
    (tree / "c.json").write_text(json.dumps({f"k{number}": number for number in range(1_990)}))
    loads = (
        f"c{number} = json.load(open('c.json'))\n" + _MINT.format(number, f"c{number}['k{number}']")
        for number in range(size)
    )
    (tree / "app.py").write_text(_PYTHON + "".join(loads))


def names_of_data_of_names(tree: Path, size: int) -> None:
    """The name of a file is a sum of names, each of which is a sum of names."""
    names = "".join(f"a{level} = {' + '.join([f'a{level + 1}'] * size)}\n" for level in range(5, -1, -1))
    (tree / "app.py").write_text(f"{_PYTHON}a6 = 'x'\n{names}c = json.load(open(a0))\n" + _MINT.format("", "c['ttl']"))


def heirs_of_each_other(tree: Path, size: int) -> None:
    for number in range(size):
        following = f"{(number + 1) % size}"
        (tree / f"m{number}.py").write_text(
            f"{_PYTHON}from m{following} import C{following}\nclass C{number}(C{following}):\n"
            "    def ttl(self):\n        raise NotImplementedError\n"
            "    def mint(self):\n        return api.AccessToken().with_ttl(timedelta(seconds=self.ttl())).to_jwt()\n"
        )


def heirs_in_one_file(tree: Path, size: int) -> None:
    made = "new AccessToken('a', 'b', { identity: 'a', ttl: this.ttl() }).toJwt()"
    heirs = (
        f"export class H{number} extends Base {{ ttl() {{ return '{number}d'; }} mint() {{ return {made}; }} }}\n"
        for number in range(size)
    )
    (tree / "a.ts").write_text(f"{_SCRIPT}export abstract class Base {{ abstract ttl(): string; }}\n{''.join(heirs)}")


def methods_of_one_name(tree: Path, size: int) -> None:
    """A package of Go in which every file declares the same method, and asks an interface for it."""
    (tree / "go.mod").write_text("module acme.io/x\n")
    for number in range(size):
        (tree / f"f{number}.go").write_text(
            f"{_GO}type S{number} interface {{ TTL() time.Duration }}\ntype T{number} struct {{ ttl time.Duration }}\n"
            f"func (t *T{number}) TTL() time.Duration {{ return t.ttl }}\n"
            f"func Mint{number}(s S{number}) (string, error) {{ " + _MINT_IN_GO.format("s.TTL()")
        )


def options(tree: Path, size: int) -> None:
    """Every token takes options, and each option may have been given to each."""
    made = (
        f"func With{number}(ttl time.Duration) Option {{ return func(s *settings) {{ s.ttl = s.ttl + ttl }} }}\n"
        f"func Mint{number}(opts ...Option) (string, error) {{ s := settings{{ttl: time.Hour}}\n"
        "for _, o := range opts { o(&s) }\n" + _MINT_IN_GO.format("s.ttl")
        for number in range(size)
    )
    head = f"{_GO}type settings struct {{ ttl time.Duration }}\ntype Option func(*settings)\n"
    (tree / "a.go").write_text(head + "".join(made))


def dependencies(tree: Path, size: int) -> None:
    made = (
        f"def t{number}(x=Depends(t{(number + 1) % size})):\n    return api.AccessToken('a', 'b').to_jwt()\n"
        f"@app.get('/{number}')\ndef h{number}(t=Depends(t{number})):\n    return t\n"
        for number in range(size)
    )
    (tree / "a.py").write_text(f"{_PYTHON}from fastapi import FastAPI\napp = FastAPI()\n{''.join(made)}")


def words_everywhere(name: str, unit: str, code: str) -> Build:
    """A file in which a word stands very often, in no way that matters, beside one that asks who uses it."""

    def build(tree: Path, size: int) -> None:
        (tree / f"mint.{name}").write_text(code)
        (tree / f"other.{name}").write_text(unit * (size // len(unit)))

    return build


_TOLD_OF = _PYTHON + "def w(ttl):\n    return api.AccessToken('k', 's').with_ttl(timedelta(seconds=ttl)).to_jwt()\n"
ELSEWHERE = (
    Hostile("deep data that code loads", deep_data, 1_000, 100_000),
    Hostile("circular data that code loads", circular_data, 100, 1_000),
    Hostile("data that code loads from a pipe", data_from_a_pipe, 1, 1, ("not a regular file",)),
    Hostile("data that is loaded everywhere", data_loaded_everywhere, 300, 1_500, megabytes=200),
    Hostile("names of data files of names", names_of_data_of_names, 300, 3_000, seconds=10),
    Hostile("classes that inherit from each other", heirs_of_each_other, 100, 5_000),
    Hostile("heirs in one file", heirs_in_one_file, 500, 5_000),
    Hostile("methods of one name", methods_of_one_name, 200, 3_000),
    Hostile("options", options, 300, 1_500, seconds=10),
    Hostile("dependencies", dependencies, 300, 3_000, seconds=10),
    Hostile("a word everywhere", words_everywhere("py", "from " * 50 + "\n" + "w " * 125, _TOLD_OF), 100_000, 900_000),
)
