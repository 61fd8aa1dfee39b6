"""Rust: every spelling is a module of one program, built once for every release of the crate."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from conformance.catalogue import FOLDER, Spelling
from conformance.minting.process import (
    DOES_NOT_COMPILE,
    Minter,
    Results,
    attempt,
    missing_commands,
    run,
    stopped,
    written,
)
from conformance.minting.signatures import rust_calls

_NUMBER = re.compile(r"(?:^|/)s(\d+)/")


def minter(folder: str, *crates: str) -> Minter:
    """What mints with the crates of one folder's lock file."""
    home = FOLDER / folder
    return Minter(
        lambda: missing_commands("cargo", "faketime"), lambda *job: _mint(home, *job), lambda: _versions(home, crates)
    )


def _mint(home: Path, listed: Sequence[Spelling], times: Sequence[int]) -> list[Results]:
    with written(listed) as (root, _):
        for name in ("Cargo.toml", "Cargo.lock"):
            shutil.copy(home / name, root / name)
        shutil.copy(FOLDER / "rust" / "mint.rs", root / "mint.rs")
        broken: set[int] = set()
        while failed := _build(root, home, listed, broken):
            broken |= failed
        program = str(home / "target" / "debug" / "conformance")
        found = [json.loads(run(stopped(now, [program]))) for now in times]
    return [[DOES_NOT_COMPILE if it in broken else results[it] for it in range(len(listed))] for results in found]


def _build(root: Path, home: Path, listed: Sequence[Spelling], broken: set[int]) -> set[int]:
    """Build all but the broken ones; which did not compile, by number.

    Raises:
        RuntimeError: something else did not.
    """
    (root / "main.rs").write_text(_main(listed, broken), encoding="utf-8")
    command = ["cargo", "build", "--locked", "--quiet", "--message-format=json"]
    said = attempt(command, cwd=root, CARGO_TARGET_DIR=str(home / "target"))
    failed = set(_mistakes(said.stdout)) if said.returncode else set()
    if said.returncode and not failed:
        raise RuntimeError(said.stderr or said.stdout)
    return failed


def _mistakes(said: str) -> Iterator[int]:
    for line in said.splitlines():
        message = json.loads(line).get("message") if line.startswith("{") else None
        if message and message.get("level") == "error":
            for span in message["spans"]:
                if match := _NUMBER.search(span["file_name"]):
                    yield int(match[1])


def _main(listed: Sequence[Spelling], broken: set[int]) -> str:
    kept = [number for number in range(len(listed)) if number not in broken]
    modules = "\n".join(f'#[path = "s{number}/token_server.rs"]\nmod s{number};' for number in kept)
    runs = "\n".join(f"        vec![{_runs(number, listed[number], broken)}]," for number in range(len(listed)))
    return f'include!("mint.rs");\n{modules}\n\nfn spellings() -> Vec<Vec<Run>> {{\n    vec![\n{runs}\n    ]\n}}\n'


def _runs(number: int, spelling: Spelling, broken: set[int]) -> str:
    if number in broken:
        return ""
    given = rust_calls(spelling.code)
    return ", ".join(f"Box::new(|| made(s{number}::create_token({arguments})))" for arguments in given)


def _versions(home: Path, crates: Sequence[str]) -> dict[str, str]:
    locked = tomllib.loads((home / "Cargo.lock").read_text(encoding="utf-8"))["package"]
    return {it["name"]: it["version"] for it in locked if it["name"] in crates}
