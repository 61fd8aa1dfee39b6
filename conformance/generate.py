"""Mint every spelling with the real library and record what the tokens say: `python -m conformance.generate`."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from conformance.catalogue import FOLDER, Library, Outcome, Spelling, spellings, vectors_file

NOW = 1_767_225_600
"""The time at which tokens are minted, 2026-01-01 in UTC, in seconds."""
LATER = NOW + 100 * 24 * 3600
"""The time at which they are minted again: how `exp` moves between the two tells what it is."""

_ENVIRONMENT = {
    "LIVEKIT_API_KEY": "APImadeupkey",
    "LIVEKIT_API_SECRET": "made-up-secret-that-signs-nothing-but-conformance-tokens",
    "PATH": os.environ.get("PATH", ""),
    "PYTHONWARNINGS": "ignore",
    "TZ": "UTC",
}
_PYTHON_PACKAGES = {
    Library.PYTHON: ("livekit-api", "PyJWT"),
    Library.RAW_PYTHON: ("Authlib", "PyJWT", "joserfc", "python-jose"),
}
_NODE_FOLDERS = {
    Library.NODE: FOLDER / "javascript",
    Library.NODE_V1: FOLDER / "javascript_v1",
    Library.RAW_NODE: FOLDER / "javascript",
}
_NODE_PACKAGES = {
    Library.NODE: ("livekit-server-sdk", "livekit-server-sdk/node_modules/jose"),
    Library.NODE_V1: ("livekit-server-sdk", "jsonwebtoken", "ms"),
    Library.RAW_NODE: ("@tsndr/cloudflare-worker-jwt", "crypto-js", "hono", "jose", "jsonwebtoken", "jsrsasign", "ms"),
}
_REGISTERED = frozenset({"iss", "sub", "exp", "nbf", "iat", "jti", "name", "metadata", "attributes"})
"""Claims that no vector holds: they are not evaluated, or change with the clock."""

Results = list[list[dict[str, Any]]]
"""For each spelling, for each of its runs: the payload of the token, or the class of the exception."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a vector would change")
    check = parser.parse_args(arguments).check
    changed = [library for library in Library if update(library, write=not check)]
    for library in changed:
        sys.stdout.write(f"{'would change' if check else 'changed'}: {vectors_file(library).name}\n")
    return 1 if check and changed else 0


def update(library: Library, *, write: bool) -> bool:
    """Mint the spellings of a library; tell whether that changes its vectors."""
    listed = spellings(library)
    first, second = mint(library, listed, NOW), mint(library, listed, LATER)
    outcomes = {
        spelling.id: [outcome(*pair) for pair in zip(*runs, strict=True)]
        for spelling, *runs in zip(listed, first, second, strict=True)
    }
    text = render(versions(library), outcomes)
    file = vectors_file(library)
    changed = not file.exists() or file.read_text(encoding="utf-8") != text
    if write and changed:
        file.write_text(text, encoding="utf-8")
    return changed


def mint(library: Library, listed: Sequence[Spelling], now: int) -> Results:
    """Run every spelling in one fresh process whose clock stands still at `now`, in seconds."""
    if library.is_python:
        job = {"now": now, "codes": [spelling.code for spelling in listed]}
        return _run([sys.executable, "-m", "conformance.mint_python"], job)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "node_modules").symlink_to(_NODE_FOLDERS[library] / "node_modules")
        files = [_write(root, number, spelling) for number, spelling in enumerate(listed)]
        return _run(["node", str(FOLDER / "mint_javascript.mjs")], {"now": now, "files": files})


def _write(root: Path, number: int, spelling: Spelling) -> str:
    file = root / f"{number}-{spelling.path}"
    file.write_text(spelling.code, encoding="utf-8")
    return str(file)


def _run(command: list[str], job: dict[str, object]) -> Results:
    finished = subprocess.run(  # noqa: S603 - our own programs, with no outside input
        command, input=json.dumps(job), capture_output=True, text=True, cwd=FOLDER.parent, env=_ENVIRONMENT, check=False
    )
    if finished.returncode:
        raise RuntimeError(finished.stderr)
    results: Results = json.loads(finished.stdout)
    return results


def outcome(first: dict[str, Any], second: dict[str, Any]) -> Outcome:
    """What is recorded of one run of a spelling, from its results at `NOW` and at `LATER`."""
    if "error" in first:
        return {"outcome": "error", "error": first["error"]}
    payload = first["payload"]
    recorded: Outcome = {"outcome": "token", **expiry(payload.get("exp"), second["payload"].get("exp"))}
    recorded["video"] = payload.get("video")
    other = {name: value for name, value in payload.items() if name not in _REGISTERED | {"video", "kind"}}
    if other:
        recorded["other"] = other
    if "kind" in payload:
        recorded["kind"] = payload["kind"]
    return recorded


def expiry(first: float | None, second: float | None) -> Outcome:
    """What `exp` is, by how it moved while the clock went from `NOW` to `LATER`.

    Raises:
        ValueError: it moved in a way that makes no sense.
    """
    if first is None or second is None:
        return {"lifetime": None}
    speed = (second - first) / (LATER - NOW)
    match round(speed, 3):
        case 0:
            milliseconds = {"exp_in_milliseconds": True} if first > NOW * 100 else {}
            return {"lifetime": None, "absolute_exp": first, **milliseconds}
        case 1:
            return {"lifetime": round(first - NOW)}
        case 2:
            return {"lifetime": round(first - NOW), "lifetime_grows": True}
        case 1000:
            return {"lifetime": None, "exp_in_milliseconds": True}
    raise ValueError(f"exp moves {speed} times as fast as the clock")


def versions(library: Library) -> dict[str, str]:
    """The packages that sign, with their installed versions."""
    if library.is_python:
        return {name: version(name) for name in _PYTHON_PACKAGES[library]}
    folder = _NODE_FOLDERS[library] / "node_modules"
    return {name.rpartition("node_modules/")[2]: _node_version(folder / name) for name in _NODE_PACKAGES[library]}


def _node_version(folder: Path) -> str:
    return str(json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"])


def render(packages: dict[str, str], outcomes: dict[str, list[Outcome]]) -> str:
    """The vectors as JSON, a line for each spelling."""
    lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(outcomes[name])}" for name in outcomes)
    return f'{{\n  "packages": {json.dumps(packages)},\n  "spellings": {{\n{lines}\n  }}\n}}\n'


if __name__ == "__main__":
    sys.exit(main())
