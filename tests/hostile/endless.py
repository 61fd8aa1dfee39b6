"""A few bytes that mean very much, and what leads back to itself."""

from __future__ import annotations

from pathlib import Path

from tests.hostile.model import Hostile

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
