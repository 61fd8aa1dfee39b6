"""PHP: every spelling runs in a process of its own, with the packages that Composer installed."""

from __future__ import annotations

import json
from collections.abc import Sequence

from conformance.catalogue import FOLDER, Spelling
from conformance.minting.process import Minter, Results, missing_commands, run, stopped, written

_HOME = FOLDER / "php"


def minter(*packages: str) -> Minter:
    """What mints with these packages."""
    return Minter(_missing, _mint, lambda: _versions(packages))


def _missing() -> str | None:
    absent = not (_HOME / "vendor" / "autoload.php").exists()
    return missing_commands("php", "faketime") or (
        "no packages: composer install --working-dir conformance/php" if absent else None
    )


def _mint(listed: Sequence[Spelling], times: Sequence[int]) -> list[Results]:
    php = ["php", "-d", "display_errors=stderr", str(_HOME / "mint.php")]
    with written(listed) as (_, files):
        return [[json.loads(run(stopped(now, [*php, str(file)]))) for file in files] for now in times]


def _versions(packages: Sequence[str]) -> dict[str, str]:
    installed = json.loads((_HOME / "vendor" / "composer" / "installed.json").read_text(encoding="utf-8"))["packages"]
    found = {it["name"]: it["version"].removeprefix("v") for it in installed}
    return {name: found[name] for name in packages}
