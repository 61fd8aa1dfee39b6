"""Hostile trees: what they hold, how large they get, and what a report must say of each.

Every one is built at a size that a test can afford; `LK_AUDIT_HOSTILE=full` builds them as large as people send them.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.git.repo import LEAK
from tests.hostile.related import alike_applications, environment_files, tokens_and_secrets
from tests.samples import SECRET

IS_FULL = os.environ.get("LK_AUDIT_HOSTILE") == "full"
GOOD = "good.env"
"""The file beside everything hostile: what it leaks must be reported whatever its neighbours are."""
Build = Callable[[Path, int], None]


@dataclass(frozen=True)
class Hostile:
    """A hostile tree.

    `size` and `full` are in the unit of its builder (bytes, levels, files), `says` what the report must name, `hidden`
    what it must not; `seconds` and `megabytes` are what a scan may take at `size`.
    """

    name: str
    build: Build
    size: int
    full: int
    says: tuple[str, ...] = ()
    code: int = 1
    seconds: float = 20.0
    megabytes: float = 400.0
    arguments: tuple[str, ...] = ()

    def built(self, folder: Path) -> Path:
        """The tree, beside a good file."""
        tree = folder / "tree"
        tree.mkdir()
        (tree / GOOD).write_text(LEAK)
        self.build(tree, self.full if IS_FULL else self.size)
        return tree


# --- large ------------------------------------------------------------------------------------------------------------


def written(name: str, head: str, unit: str, tail: str = "") -> Build:
    """A file of `size` bytes made of one text over and over."""

    def build(tree: Path, size: int) -> None:
        (tree / name).write_text(head + unit * (size // len(unit)) + tail, encoding="utf-8")

    return build


def repeated(name: str, head: str, unit: str, middle: str, close: str) -> Build:
    """A file in which `size` units open and as many close."""

    def build(tree: Path, size: int) -> None:
        (tree / name).write_text(head + unit * size + middle + close * size, encoding="utf-8")

    return build


def raw(name: str, content: Callable[[int], bytes]) -> Build:
    def build(tree: Path, size: int) -> None:
        (tree / name).write_bytes(content(size))

    return build


def sparse(tree: Path, size: int) -> None:
    """A file that is large and takes no room."""
    with (tree / "big.env").open("wb") as stream:
        stream.write(LEAK.encode())
        stream.truncate(size)


def many_files(tree: Path, size: int) -> None:
    folder = tree / "many"
    folder.mkdir()
    for number in range(size):
        (folder / f"f{number}.py").write_text("x = 1\n")


def many_findings(tree: Path, size: int) -> None:
    lines = (f"LIVEKIT_API_SECRET_{number}={number:06}{SECRET[6:]}\n" for number in range(size))
    (tree / "many.env").write_text("".join(lines))


def many_findings_on_a_line(tree: Path, size: int) -> None:
    pairs = ",".join(f'{{"LIVEKIT_API_SECRET":"{number:06}{SECRET[6:]}"}}' for number in range(size))
    (tree / "many.json").write_text(f"[{pairs}]")


def many_tokens(tree: Path, size: int) -> None:
    calls = "".join(f"const t{number} = new AccessToken('k', 's{number}');\n" for number in range(size))
    (tree / "many.ts").write_text("import { AccessToken } from 'livekit-server-sdk';\n" + calls)


# --- deep -------------------------------------------------------------------------------------------------------------

_NESTS = {
    "a.py": ("from livekit.api import AccessToken\nx = ", "(", "1", ")"),
    "b.py": ("from livekit.api import AccessToken\nx = ", "[", "", "]"),
    "c.py": ("from livekit.api import AccessToken\nx = ", "not ", "1", ""),
    "d.py": ("from livekit.api import AccessToken\nx = 1", " + 1", "", ""),
    "e.py": ("from livekit.api import AccessToken\nx = a", ".b()", "", ""),
    "f.py": ("from livekit.api import AccessToken\nx = ", "lambda: ", "1", ""),
    "a.ts": ("import {AccessToken} from 'livekit-server-sdk';\nconst x = ", "(", "1", ")"),
    "b.ts": ("import {AccessToken} from 'livekit-server-sdk';\n", "{", "", "}"),
    "c.ts": ("import {AccessToken} from 'livekit-server-sdk';\nconst x = ", "`${", "1", "}`"),
    "d.tsx": ("import {AccessToken} from 'livekit-server-sdk';\nconst x = ", "<a>", "", "</a>"),
    "e.js": ("import {AccessToken} from 'livekit-server-sdk';\nconst x = ", "() => ", "1", ""),
    "f.js": ("import {AccessToken} from 'livekit-server-sdk';\nconst x = a", ".b()", "", ""),
    "g.js": ("import {AccessToken} from 'livekit-server-sdk';\n", "if (a) ", "b()", ""),
    "h.js": ("import {AccessToken} from 'livekit-server-sdk';\n", "`", "", ""),
    "i.js": ("import {AccessToken} from 'livekit-server-sdk';\n", "a()", "", ""),
    "j.ts": ("import {AccessToken} from 'livekit-server-sdk';\nconst x = a", ".b()\n", "", ""),
    "a.vue": ("<script>import {AccessToken} from 'livekit-server-sdk';\nx = ", "[", "", "]"),
    "a.html": ("<p>livekit AccessToken</p>", "<div>", "", "</div>"),
    "a.go": ('package main\nimport "github.com/livekit/protocol/auth"\nvar x = ', "(", "auth.NewAccessToken", ")"),
    "b.go": ('package main\nimport "github.com/livekit/protocol/auth"\nfunc a() ', "{", "auth.NewAccessToken()", "}"),
    "a.php": ("<?php\nuse Agence104\\LiveKit\\AccessToken;\n$x = ", "[", "", "]"),
    "a.rb": ("require 'livekit'\nLiveKit::AccessToken\nx = ", "[", "", "]"),
    "b.rb": ("require 'livekit'\nLiveKit::AccessToken\nx = a", ".b()\n", "", ""),
    "a.dart": ("import 'package:livekit_server_sdk/livekit_server_sdk.dart';\nvar x = ", "[", "AccessToken", "]"),
    "a.swift": ("import LiveKit\nlet AccessToken = ", "[", "", "]"),
    "a.cs": ("using Livekit.Server.Sdk.Dotnet;\nvar AccessToken = ", "(", "1", ")"),
    "a.rs": ("use livekit_api::access_token::AccessToken;\nfn a() ", "{", "", "}"),
    "a.java": ("import io.livekit.server.AccessToken;\nclass A { int x = ", "(", "1", ")"),
    "a.kt": ("import io.livekit.server.AccessToken\nval x = ", "(", "1", ")"),
    "a.json": ('{"livekit_api_secret": ', '{"a":', "1", "}"),
    "b.json": ('{"livekit_api_secret": ', "[", "", "]"),
    "a.yaml": ("livekit_api_secret: ", "[", "", "]"),
    "b.yaml": ("livekit_api_secret: ", "{a: ", "", "}"),
    "c.yaml": ("livekit_api_secret:\n", "- ", "a", ""),
    "a.env": ("LIVEKIT_API_SECRET=", "${A:-", "", "}"),
    "a.toml": ("livekit_api_secret = ", "[", "", "]"),
    "a.sh": ("# livekit api_secret\nx=", "$(", "a", ")"),
    "a.ipynb": ('{"livekit_api_secret": 1, "cells": ', "[", "", "]"),
    "a.md": ("livekit api_secret ", "> ", "a", ""),
    "a.xml": ("<livekit api_secret='a'/>", "<a>", "", "</a>"),
    "a.tf": ('variable "livekit_api_secret" ', "{", "", "}"),
}

_CLASS, _WITH_USE = "AccessToken", "AccessToken_toJwt"
"""Code that names the class alone is not parsed: it must be used, or look as if it was."""
NESTED = tuple(
    Hostile(
        f"nesting in {name}: {unit.strip()}",
        repeated(name, head.replace(_CLASS, _WITH_USE), unit, middle.replace(_CLASS, _WITH_USE), close),
        3_000,
        100_000,
    )
    for name, (head, unit, middle, close) in _NESTS.items()
)


def indented(tree: Path, size: int) -> None:
    levels = "".join(f"{' ' * level}a:\n" for level in range(size))
    (tree / "deep.yaml").write_text(f"livekit_api_secret: 1\n{levels}")


def deep_folders(tree: Path, size: int) -> None:
    """Folders in folders, deeper than a path may be long."""
    start = os.open(tree, os.O_RDONLY)
    here = start
    for _ in range(size):
        os.mkdir("d", dir_fd=here)
        there = os.open("d", os.O_RDONLY, dir_fd=here)
        if here != start:
            os.close(here)
        here = there
    file = os.open(GOOD, os.O_WRONLY | os.O_CREAT, dir_fd=here)
    os.write(file, LEAK.encode())
    for number in (file, here, start):
        os.close(number)


# --- expanding --------------------------------------------------------------------------------------------------------


def yaml_bomb(tree: Path, size: int) -> None:
    levels = [f"a{level}: &a{level} [{','.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, size)]
    (tree / "bomb.yaml").write_text("livekit: 1\na0: &a0 [secret]\n" + "".join(levels))


def yaml_merges(tree: Path, size: int) -> None:
    levels = [f"a{level}: &a{level} {{<<: [*a{level - 1}, *a{level - 1}], k{level}: 1}}\n" for level in range(1, size)]
    (tree / "merge.yaml").write_text("livekit_api_secret: 1\na0: &a0 {k: 1}\n" + "".join(levels))


_GROWING = {
    "x.py": (
        "from livekit.api import AccessToken\n",
        (
            "A = 10 ** 10 ** 10\nB = 1 << 10 ** 12\nC = 'a' * 10 ** 12\nD = pow(10, 10 ** 9)\nE = 9 ** 9 ** 9 ** 9\n"
            "F = '%0999999999d' % 1\nG = '{:999999999}'.format(1)\nH = 'a'.ljust(10 ** 12)\nI = list(range(10 ** 12))\n"
            f"J = {'9' * 10_000}\nK = int('9' * 10000)\nL = f'{{1:999999999}}'\nM = 'a'.zfill(10 ** 12)\n"
            "N = ','.join(['a'] * 10 ** 12)\nO = 'a'.replace('a', 'a' * 10 ** 9)\nP = 1e400\nQ = 10 ** -10 ** 10\n"
            "R = sum(range(10 ** 12))\nS = b'a' * 10 ** 12\nT = bytes(10 ** 12)\nU = [0] * 10 ** 12\n"
        ),
        "t{0} = AccessToken('APIexample23456', {0}).to_jwt()\n",
        "ABCDEFGHIJKLMNOPQRSTU",
    ),
    "x.js": (
        "import { AccessToken } from 'livekit-server-sdk';\n",
        (
            "const A = 10 ** 10 ** 10, B = 1n << 1000000000n, C = 'a'.repeat(1e12), D = 'a'.padStart(1e12, 'b');\n"
            "const E = Math.pow(9, 999999999), F = new Array(1e12).join('a'), G = Array(1e9).fill('a').join('');\n"
            f"const H = {'9' * 10_000}n, I = Buffer.alloc(1e12).toString('hex'), J = 'a'.padEnd(1e12);\n"
            "const K = 'a'.split('').concat(Array(1e9)), L = 1e400, M = 0x" + "f" * 10_000 + ";\n"
        ),
        "new AccessToken('APIexample23456', {0}, {{ ttl: {0} }});\n",
        "ABCDEFGHIJKLM",
    ),
    "x.rb": (
        "require 'livekit'\n",
        "A = 10 ** 10 ** 10\nB = 'a' * 10 ** 12\nC = 1 << 10 ** 12\nD = 'a'.ljust(10 ** 12)\nE = (1..10**12).to_a\n",
        "LiveKit::AccessToken.new(api_key: 'APIexample23456', api_secret: {0}, ttl: {0})\n",
        "ABCDE",
    ),
    "x.php": (
        "<?php\nuse Agence104\\LiveKit\\AccessToken;\n",
        "$A = str_repeat('a', 10 ** 12); $B = 10 ** 10 ** 10; $C = str_pad('a', 10 ** 12); $D = 1 << 10 ** 12;\n",
        "new AccessToken('APIexample23456', ${0});\n",
        "ABCD",
    ),
}


def growing(tree: Path, _size: int) -> None:
    """Expressions of a few bytes whose values do not fit anywhere."""
    for name, (head, values, use, names) in _GROWING.items():
        (tree / name).write_text(head + values + "".join(use.format(letter) for letter in names))


def doubling(tree: Path, size: int) -> None:
    lines = "".join(f"a{level} = a{level - 1} + a{level - 1}\n" for level in range(1, size))
    text = f"from livekit.api import AccessToken\na0 = 'x'\n{lines}AccessToken('k', a{size - 1}).to_jwt()\n"
    (tree / "doubling.py").write_text(text)


def branching(tree: Path, size: int) -> None:
    lines = "".join(f"a{level} = a{level - 1} + '1' if x else a{level - 1} + '2'\n" for level in range(1, size))
    text = f"from livekit.api import AccessToken\na0 = 'x'\n{lines}AccessToken('k', a{size - 1}).to_jwt()\n"
    (tree / "branching.py").write_text(text)


# --- circular ---------------------------------------------------------------------------------------------------------


def circular_constants(tree: Path, size: int) -> None:
    chain = "".join(f"a{number} = a{(number + 1) % size}\n" for number in range(size))
    (tree / "c.py").write_text(f"from livekit.api import AccessToken\n{chain}AccessToken('k', a0).to_jwt()\n")
    functions = "".join(f"function f{number}() {{ return f{(number + 1) % size}(); }}\n" for number in range(size))
    mint = "new AccessToken('k', f0()).toJwt();\n"
    (tree / "c.js").write_text(f"import {{AccessToken}} from 'livekit-server-sdk';\n{functions}{mint}")


def circular_imports(tree: Path, size: int) -> None:
    for number in range(size):
        following = (number + 1) % size
        (tree / f"m{number}.py").write_text(
            "from livekit.api import AccessToken\n"
            f"from m{following} import secret as other, key\nsecret = other\n"
            f"def mint{number}(name):\n    return AccessToken(key, secret).with_identity(name).to_jwt()\n"
        )
        (tree / f"n{number}.ts").write_text(
            "import {AccessToken} from 'livekit-server-sdk';\n"
            f"import * as other from './n{following}';\nexport * from './n{following}';\n"
            f"export const secret{number} = other.secret{following};\n"
            f"export const at = new AccessToken('k', secret{number});\n"
        )


def import_of_everything(tree: Path, size: int) -> None:
    stars = "".join(f"from m{number} import *\n" for number in range(size))
    for number in range(size):
        (tree / f"m{number}.py").write_text(f"from livekit.api import AccessToken\n{stars}AccessToken(k, s).to_jwt()\n")


def circular_classes(tree: Path, size: int) -> None:
    classes = "".join(f"class C{number}(C{(number + 1) % size}):\n    pass\n" for number in range(size))
    (tree / "c.py").write_text(f"from livekit.api import AccessToken\n{classes}AccessToken(C0.key, C0().secret)\n")


# --- no text ----------------------------------------------------------------------------------------------------------

ARCHIVE = b"PK\x03\x04" + b"\x14\0\0\0\x08\0" + bytes(range(256)) * 50 + b"livekit AccessToken"


def binaries(tree: Path, _size: int) -> None:
    for name in ("zip.py", "zip.json", "zip.env", "zip.yaml", "zip.ts"):
        (tree / name).write_bytes(ARCHIVE)


def noise_without_nul(tree: Path, size: int) -> None:
    noise = bytes(byte for byte in range(1, 256) if byte not in b"\r\n")
    for suffix in _SUFFIXES:
        (tree / f"noise.{suffix}").write_bytes(b"livekit AccessToken api_secret eyJ " + noise * (size // len(noise)))


_SUFFIXES = (
    *("py", "ts", "tsx", "vue", "go", "php", "rb", "dart", "swift", "ipynb", "cs", "rs", "java", "kt"),
    *("yaml", "json", "env", "txt", "md", "sh", "toml", "html", "xml"),
)


def encodings(tree: Path, _size: int) -> None:
    for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        mark = "\ufeff".encode(encoding)
        (tree / f"{encoding}.env").write_bytes(mark + LEAK.encode(encoding))
        (tree / f"{encoding}-cut.env").write_bytes((mark + LEAK.encode(encoding))[:-1])
    (tree / "mixed.env").write_bytes(f"A=1\r\nB=2\r{LEAK}\r\n\r\r\n".encode())
    (tree / "surrogates.json").write_text('{"livekit": "\\ud800", "\\udfff": "\\ud83d", "api_secret": "\\udc00"}')
    (tree / "lone.py").write_bytes(b"from livekit import api\nx = '\xed\xa0\x80'\n")
    (tree / "nul.py").write_bytes(b"from livekit import api\nx = 1\0\n")


# --- no files ---------------------------------------------------------------------------------------------------------


def pipes_and_devices(tree: Path, _size: int) -> None:
    os.mkfifo(tree / "pipe.env")
    os.mkfifo(tree / ".gitignore")
    (tree / "zero.env").symlink_to("/dev/zero")
    (tree / "random.py").symlink_to("/dev/urandom")
    (tree / "stdin.env").symlink_to("/dev/stdin")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(tree)
        server.bind("socket.env")
        os.chdir(here)


def links(tree: Path, _size: int) -> None:
    (tree / "loop").symlink_to(tree)
    (tree / "self.env").symlink_to("self.env")
    (tree / "a.env").symlink_to("b.env")
    (tree / "b.env").symlink_to("a.env")
    (tree / "dangling.env").symlink_to("nowhere")
    (tree / "outside.env").symlink_to("/etc/passwd")
    (tree / "up").symlink_to("..")
    (tree / "root").symlink_to("/")
    (tree / "long.env").symlink_to("x" * 3000)


NAMES = (
    b"new\nline.env",
    b"esc\x1b[31m\x1b]0;title\x07.env",
    b"\xff\xfe.env",
    "bidi\u202etxt.env".encode(),
    b"--output=x.env",
    b"-rf.env",
    b":(glob)**.env",
    b"%0a::error::x.env",
    b"a\rb.env",
    b"<script>alert(1)<.env",
    b"`$(touch x)`.env",
    b"a'b\"c.env",
    b"a\\b.env",
    b" .env",
    b"x" * 250 + b".env",
)


def names(tree: Path, _size: int) -> None:
    """Names that are anything but names; each file leaks its own secret."""
    for number, name in enumerate(NAMES):
        with open(os.fsencode(tree) + b"/" + name, "w", encoding="utf-8") as stream:  # noqa: PTH123 - a name of bytes
            stream.write(f"LIVEKIT_API_SECRET={number:02}{SECRET[2:]}\n")


# --- what steers a scan -----------------------------------------------------------------------------------------------


def ignore_patterns(tree: Path, size: int) -> None:
    """A tree without git whose ignore file has very many and very slow patterns."""
    (tree / ".gitignore").write_text("".join(f"pattern{number}*\n" for number in range(size)) + "**/" * 50 + "a\n")
    for number in range(50):
        (tree / f"f{number}.py").write_text("x = 1\n")
    deep = tree.joinpath(*["a"] * 60)
    deep.mkdir(parents=True)
    (deep / "b.py").write_text("x = 1\n")


def manifests(tree: Path, size: int) -> None:
    names = ",".join(f'"package{number}": "1.0"' for number in range(size // 20))
    (tree / "package.json").write_text(f'{{"name": "livekit", "dependencies": {{{names}}}}}')
    (tree / "tsconfig.json").write_text('{"compilerOptions": {"paths": ' + '{"a":' * 5000 + "1" + "}" * 5000 + "}}")
    (tree / "a.ts").write_text(
        "import {AccessToken} from 'livekit-server-sdk';\nimport {x} from '@/x';\nnew AccessToken('k', x);\n"
    )
    (tree / "go.mod").write_text("module a\n" + "require (\n" * 1000)
    (tree / "pyproject.toml").write_text("x = " + "[" * 5000)
    (tree / "pnpm-workspace.yaml").write_text("packages: " + "[" * 5000)
    (tree / "Cargo.toml").write_text("x = " + "[" * 5000)
    (tree / "composer.json").write_text("[" * 5000)
    (tree / "docker-compose.yml").write_text("livekit: &a [*a, *a]\nservices: " + "{a: " * 400)


LARGE = (
    Hostile(
        "a bundle on one line",
        written("bundle.js", "/* livekit AccessToken */", "function a(b){return new AccessToken(b,c).toJwt()};"),
        2_000_000,
        19_000_000,
        ("bundle.js", "minified code"),
    ),
    Hostile(
        "a bundle over the limit of size",
        written("bundle.js", "/* livekit */", "function a(b){return new AccessToken(b,c)};"),
        21_000_000,
        200_000_000,
        ("bundle.js", "too large"),
    ),
    Hostile("a sparse file", sparse, 2_000_000_000, 2_000_000_000, ("big.env", "too large")),
    Hostile(
        "a sparse file within the limit",
        sparse,
        19_000_000,
        19_000_000,
        ("big.env", "binary content"),
    ),
    Hostile("many small files", many_files, 2_000, 50_000),
    Hostile("many findings in one file", many_findings, 3_000, 240_000, ("many.env", "more findings"), seconds=40),
    Hostile(
        "many findings on one line", many_findings_on_a_line, 3_000, 240_000, ("many.json", "more findings"), seconds=40
    ),
    Hostile(
        "very many statements",
        written("a.py", "from livekit.api import AccessToken\nAccessToken()\n", "a\n"),
        1_500_000,
        19_000_000,
        ("a.py", "far too much time or memory to parse"),
        megabytes=700,
    ),
    Hostile(
        "very many values",
        written("a.json", '{"livekit_api_secret": "", "numbers": [', "1,", "1]}"),
        2_100_000,
        19_000_000,
        ("a.json", "far too much time or memory to parse"),
        seconds=40,
        megabytes=700,
    ),
    Hostile(
        "very many settings of a script",
        written("a.sh", "# livekit api_secret\n", "a=1\n"),
        2_100_000,
        19_000_000,
        ("a.sh", "500,000 lines or values"),
        seconds=40,
    ),
    Hostile(
        "very many settings of an environment",
        written("a.env", "# livekit api_secret\n", "A=1\n"),
        2_100_000,
        19_000_000,
        ("a.env", "far too much time or memory to parse", "500,000 lines or values"),
        seconds=40,
    ),
    Hostile(
        "very many items of YAML",
        written("a.yaml", "livekit_api_secret:\n", "- é\n"),
        2_600_000,
        15_000_000,
        ("a.yaml", "far too much time or memory to parse"),
        seconds=40,
    ),
    Hostile(
        "very many scripts of a page",
        written("a.html", "<p>livekit AccessToken secret</p>\n", "<script>a=1;f(x)</script>\n"),
        1_300_000,
        19_000_000,
        ("a.html", "far too much time or memory to parse"),
    ),
    Hostile(
        "very many escapes of a text",
        written("a.json", '{"livekit_api_secret": "', "a=1\\n", '"}'),
        2_000_000,
        19_000_000,
        seconds=40,
    ),
    Hostile("many mints in one file", many_tokens, 1_500, 100_000, ("many.ts",), seconds=60),
)
SLOW = (
    Hostile(
        "JSON strings that do not end",
        written("a.json", '{"livekit": {"api_secret": "', '\\"'),
        200_000,
        19_000_000,
        ("syntax error",),
    ),
    Hostile("Python that breaks off", written("a.py", "x = AccessToken.toJwt", ".b()"), 160_000, 4_000_000),
    Hostile("Go that is no Go", written("a.go", "// AccessToken toJwt\n", "<!--"), 4_000, 500_000, seconds=60),
    Hostile(
        "Kotlin without ends of lines", written("a.kt", "// AccessToken toJwt\n", "a.b[c] + d\n"), 2_000_000, 19_000_000
    ),
    Hostile("Dart that is no Dart", written("a.dart", "// AccessToken toJwt\n", "]"), 20_000, 500_000),
    Hostile("Ruby without spaces", written("a.rb", "# AccessToken toJwt\n", "token"), 30_000, 2_000_000),
    Hostile("names of secrets", written("a.txt", "", "LIVEKIT_API_SECRET="), 100_000, 10_000_000),
    Hostile("beginnings of tokens", written("a.txt", "", "eyJhbGciOi."), 1_000_000, 19_000_000),
    Hostile("spaces", written("a.txt", "livekit_api_secret", " "), 1_000_000, 19_000_000),
    Hostile("backslashes", written("a.env", "LIVEKIT_API_SECRET=", "\\"), 1_000_000, 19_000_000),
    Hostile("quotes", written("a.yaml", "livekit_api_secret: ", '"'), 1_000_000, 19_000_000),
    Hostile("dollars and brackets", written("a.env", "LIVEKIT_API_SECRET=", "${"), 1_000_000, 19_000_000),
    Hostile("base64", written("a.txt", "livekit_api_secret ", "QUJDREVGR0hJSktM"), 1_000_000, 19_000_000),
)
DEEP = (
    Hostile("indentation", indented, 1_000, 4_000),
    Hostile("folders deeper than a path may be long", deep_folders, 2_500, 10_000, ("cannot be read",)),
)
EXPANDING = (
    Hostile("a YAML bomb", yaml_bomb, 30, 1_000),
    Hostile("YAML merges", yaml_merges, 100, 5_000),
    Hostile("values that do not fit anywhere", growing, 1, 1),
    Hostile("a text that doubles", doubling, 60, 5_000),
    Hostile("a value with very many forms", branching, 60, 5_000),
)
CIRCULAR = (
    Hostile("constants", circular_constants, 100, 10_000),
    Hostile("imports", circular_imports, 60, 1_000, seconds=40),
    Hostile("everybody imports everything", import_of_everything, 40, 200, seconds=40),
    Hostile("classes", circular_classes, 100, 5_000),
)
BINARY = (
    Hostile("archives", binaries, 1, 1, ("zip.py", "zip.json", "zip.env", "binary content")),
    Hostile("noise", noise_without_nul, 5_000, 500_000, seconds=40),
    Hostile("encodings", encodings, 1, 1, ("nul.py", "binary content")),
)
RELATED = (
    Hostile("tokens and secrets", tokens_and_secrets, 2_500, 5_000, ("tokens.txt",)),
    Hostile("environment files of images", environment_files, 40, 500),
    Hostile("applications that are alike", alike_applications, 300, 1_000),
)
SPECIAL = (
    Hostile("pipes and devices", pipes_and_devices, 1, 1, ("pipe.env", "not a regular file", "zero.env")),
    Hostile("links", links, 1, 1, ("self.env", "dangling.env", "outside.env", "a broken symbolic link")),
    Hostile("names", names, 1, 1),
)
STEERING = (
    Hostile("very many ignore patterns", ignore_patterns, 2_000, 100_000),
    Hostile("manifests", manifests, 200_000, 18_000_000),
)
TREES = (*LARGE, *SLOW, *DEEP, *EXPANDING, *CIRCULAR, *RELATED, *BINARY, *SPECIAL, *STEERING, *NESTED)
