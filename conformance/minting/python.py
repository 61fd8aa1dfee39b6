"""Python: the spellings run in one process of this interpreter."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from conformance.catalogue import Spelling
from conformance.minting.process import Minter, Results, run

_CLOCK = "time-machine"


def minter(*packages: str) -> Minter:
    """What mints with these packages."""
    return Minter(lambda: _missing(*packages, _CLOCK), _mint, lambda: {name: version(name) for name in packages})


def _missing(*packages: str) -> str | None:
    absent = [name for name in packages if not _installed(name)]
    return f"no {', '.join(absent)} in this Python: pip install -r conformance/requirements.txt" if absent else None


def _installed(package: str) -> bool:
    try:
        return bool(version(package))
    except PackageNotFoundError:
        return False


def _mint(listed: Sequence[Spelling], times: Sequence[int]) -> list[Results]:
    codes = [spelling.code for spelling in listed]
    command = [sys.executable, "-m", "conformance.mint_python"]
    return [json.loads(run(command, {"now": now, "codes": codes})) for now in times]
