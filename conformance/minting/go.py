"""Go: every spelling is a package of one module, built once with a standard library whose clock can be stopped."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from conformance.catalogue import FOLDER, Spelling
from conformance.minting.process import DOES_NOT_COMPILE, Minter, Results, attempt, missing_commands, run, written
from conformance.minting.signatures import go_calls

_HOME = FOLDER / "go"
_NOW = "func Now() Time {\n"
_SPELLING = re.compile(r"conformance/s(\d+)")
_STOPPED = "// Stopped is when now is, in seconds since 1970; nothing lets the clock go.\nvar Stopped int64\n\n"


def _missing() -> str | None:
    return missing_commands("go")


def _mint(listed: Sequence[Spelling], times: Sequence[int]) -> list[Results]:
    with written(listed) as (root, _):
        for name in ("go.mod", "go.sum"):
            shutil.copy(_HOME / name, root / name)
        overlay = _clock(root)
        broken = _broken(root, overlay)
        shutil.copy(_HOME / "mint.go", root / "mint.go")
        (root / "calls.go").write_text(_calls(listed, broken), encoding="utf-8")
        run(["go", "build", f"-overlay={overlay}", "-o", "mint", "."], cwd=root)
        found = [json.loads(run([str(root / "mint")], {"now": now}, root)) for now in times]
    return [[DOES_NOT_COMPILE if it in broken else results[it] for it in range(len(listed))] for results in found]


def _clock(root: Path) -> Path:
    """What replaces the file of Go's own that tells the time.

    Raises:
        LookupError: this release of Go tells it elsewhere.
    """
    original = Path(run(["go", "env", "GOROOT"]).strip()) / "src" / "time" / "time.go"
    source = original.read_text(encoding="utf-8")
    if source.count(_NOW) != 1:
        raise LookupError("time.Now is not where it was in Go 1.26")
    stopped = f"{_STOPPED}{_NOW}\tif Stopped != 0 {{\n\t\treturn Unix(Stopped, 0)\n\t}}\n"
    replacement = root / "time.go.txt"
    replacement.write_text(source.replace(_NOW, stopped), encoding="utf-8")
    overlay = root / "overlay.json"
    overlay.write_text(json.dumps({"Replace": {str(original): str(replacement)}}), encoding="utf-8")
    return overlay


def _broken(root: Path, overlay: Path) -> set[int]:
    """The spellings that do not compile, by number.

    Raises:
        RuntimeError: something else does not.
    """
    said = attempt(["go", "build", "-json", f"-overlay={overlay}", "./..."], cwd=root)
    failed = [json.loads(line)["ImportPath"] for line in said.stdout.splitlines() if '"build-fail"' in line]
    ours = [_SPELLING.fullmatch(path) for path in failed]
    if not all(ours):
        raise RuntimeError(said.stdout)
    return {int(match[1]) for match in ours if match}


def _calls(listed: Sequence[Spelling], broken: set[int]) -> str:
    """The source of what calls every spelling that compiles, as often as it has runs."""
    kept = [number for number in range(len(listed)) if number not in broken]
    imports = "\n".join(f'\ts{number} "conformance/s{number}"' for number in kept)
    runs = "\n".join(f"\t\t{{{_runs(number, listed[number], broken)}}}," for number in range(len(listed)))
    return f"package main\n\nimport (\n{imports}\n)\n\nvar spellings = [][]func() result{{\n{runs}\n}}\n"


def _runs(number: int, spelling: Spelling, broken: set[int]) -> str:
    if number in broken:
        return ""
    given = go_calls(spelling.code)
    return ", ".join(f"func() result {{ return made(s{number}.CreateToken({arguments})) }}" for arguments in given)


def _versions(*modules: str) -> dict[str, str]:
    required = (_HOME / "go.mod").read_text(encoding="utf-8")
    found = {module: re.search(rf"{re.escape(module)} v(\S+)", required) for module in modules}
    return {module: match[1] for module, match in found.items() if match}


def minter(*modules: str) -> Minter:
    """What mints the spellings that use these modules."""
    return Minter(_missing, _mint, lambda: _versions(*modules))
