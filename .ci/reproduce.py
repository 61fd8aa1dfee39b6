"""Builds the sdist and the wheel twice, differently, and leaves them in dist/ when both builds give the same bytes.

`python .ci/reproduce.py [FOLDER]` builds what git has at HEAD, in two folders of different depth, with other
times of the files, another umask, time zone, locale and hash seed. SOURCE_DATE_EPOCH is the time of the commit, so that
whoever builds the commit again gets the same files; FOLDER/SHA256SUMS has their hashes, in the form of `sha256sum`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Way:
    """How one build differs from the other; `touched` is when the files were changed, in seconds since 1970."""

    where: str
    umask: str
    touched: int
    environment: dict[str, str]


_WAYS = (
    Way("a", "022", 946_684_800, {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1"}),
    Way("b/c/d", "077", 1_500_000_000, {"TZ": "Pacific/Auckland", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"}),
)


def main() -> int:
    """Build twice; 1 when the builds differ."""
    target = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "dist").absolute()
    epoch = output("git", "log", "-1", "--format=%ct", "HEAD")
    with tempfile.TemporaryDirectory() as folder:
        built = [built_in(Path(folder), way, epoch) for way in _WAYS]
        hashes = [{file.name: digest(file) for file in sorted(item.iterdir())} for item in built]
        for name in sorted({*hashes[0], *hashes[1]}):
            same = hashes[0].get(name) == hashes[1].get(name)
            print(f"{'the same' if same else 'DIFFERENT'}  {name}  {hashes[0].get(name, 'missing')}")
        if hashes[0] != hashes[1]:
            return 1
        target.mkdir(parents=True, exist_ok=True)
        for file in built[0].iterdir():
            shutil.copyfile(file, target / file.name)
    (target / "SHA256SUMS").write_text("".join(f"{value}  {name}\n" for name, value in hashes[0].items()))
    return 0


def built_in(folder: Path, way: Way, epoch: str) -> Path:
    """The folder with the sdist of HEAD, and the wheel that is built from the sdist."""
    source, target = folder / way.where, folder / f"built-{way.umask}"
    source.mkdir(parents=True)
    environment = {**os.environ, **way.environment, "SOURCE_DATE_EPOCH": epoch}
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True).stdout  # noqa: S607
    begin = f"umask {way.umask} && exec"
    run(f"{begin} tar --extract --no-same-permissions", source, environment, archive)
    for file in source.rglob("*"):
        os.utime(file, (way.touched, way.touched))
    build = f'{begin} "$0" -m build --no-isolation --outdir "$1" .'
    run(build, source, environment, None, sys.executable, str(target))
    return target


def run(script: str, folder: Path, environment: dict[str, str], given: bytes | None, *words: str) -> None:
    command = ["sh", "-c", script, *words]
    done = subprocess.run(command, cwd=folder, env=environment, input=given, capture_output=True, check=False)  # noqa: S603 - our own script
    if done.returncode != 0:
        raise SystemExit((done.stdout + done.stderr).decode("utf-8", "replace"))


def output(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603 - our own command
    return done.stdout.strip()


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
