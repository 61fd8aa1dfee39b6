"""Files that tell a scan what to look at, or how a project hangs together."""

from __future__ import annotations

from pathlib import Path

from tests.hostile.model import Hostile
from tests.samples import SECRET


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


def settings_of_paths(tree: Path, size: int) -> None:
    """A configuration that says something else for each of very many paths."""
    tables = (f'[per-path."**/a{number}*/**/*.env"]\nignore = ["LK301"]\n' for number in range(size))
    (tree / "lk-audit.toml").write_text("".join(tables))
    for number in range(300):
        (tree / f"b{number}.env").write_text(f"LIVEKIT_API_SECRET={number:03}{SECRET[3:]}\n")


def suppressions(tree: Path, size: int) -> None:
    """A configuration that accepts findings at very many keys of one file."""
    tables = (
        f'[[suppress]]\npath = "a.json"\nkey = "$.a{number}"\nrule = "LK301"\n'  # nothing is there
        for number in range(size)
    )
    (tree / "lk-audit.toml").write_text("".join(tables))
    secrets = ",".join(f'{{"livekit_api_secret": "{number:03}{SECRET[3:]}"}}' for number in range(900))
    (tree / "a.json").write_text(f"[{secrets}]")


STEERING = (
    Hostile("settings of very many paths", settings_of_paths, 1_000, 1_000),
    Hostile("suppressions at very many keys", suppressions, 2_000, 14_000),
    Hostile("very many ignore patterns", ignore_patterns, 2_000, 100_000, (".gitignore: not followed",)),
    Hostile("manifests", manifests, 200_000, 18_000_000),
)
