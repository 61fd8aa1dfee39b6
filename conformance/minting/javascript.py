"""JavaScript: the spellings run in one process of Node, beside the modules of one folder."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from conformance.catalogue import FOLDER, Spelling
from conformance.minting.process import Minter, Results, missing_commands, run


def minter(folder: str, *packages: str) -> Minter:
    """What mints with these packages of a folder; a path leads to one that another brings along."""
    modules = FOLDER / folder / "node_modules"
    return Minter(lambda: _missing(modules), lambda *job: _mint(modules, *job), lambda: _versions(modules, packages))


def _missing(modules: Path) -> str | None:
    folder = modules.parent.relative_to(FOLDER.parent)
    return missing_commands("node") or (None if modules.is_dir() else f"no modules: npm ci --prefix {folder}")


def _mint(modules: Path, listed: Sequence[Spelling], times: Sequence[int]) -> list[Results]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "node_modules").symlink_to(modules)
        files = [_write(root, number, spelling) for number, spelling in enumerate(listed)]
        command = ["node", str(FOLDER / "mint_javascript.mjs")]
        return [json.loads(run(command, {"now": now, "files": files})) for now in times]


def _write(root: Path, number: int, spelling: Spelling) -> str:
    file = root / f"{number}-{spelling.path}"
    file.write_text(spelling.code, encoding="utf-8")
    return str(file)


def _versions(modules: Path, packages: Sequence[str]) -> dict[str, str]:
    return {name.rpartition("node_modules/")[2]: _version(modules / name) for name in packages}


def _version(folder: Path) -> str:
    return str(json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"])
