"""The locked requirements of the project: written anew, or compared with what pyproject.toml asks for.

`python .ci/lock.py` resolves with uv and writes the files in .ci/requirements; versions that are locked stay as they
are while they fit, `--upgrade` takes the newest. Every lock serves all platforms and Pythons at once, and all but
`lowest.txt`, which pip reads as constraints, name the hashes of all files of a version.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(".ci/requirements")
OLDEST = "3.11"
"""The oldest Python that is supported; a lock holds for it and for all that come after it."""


@dataclass(frozen=True)
class Lock:
    """A lock: its file, the requirements and projects that it is made from, and its own options of `uv pip compile`."""

    name: str
    sources: tuple[str, ...]
    options: tuple[str, ...]


_HASHED = ("--universal", "--generate-hashes")
LOCKS = (
    Lock("action.txt", ("pyproject.toml", ".ci/requirements/action.in"), _HASHED),
    Lock("tools.txt", (".ci/requirements/tools.in",), _HASHED),
    Lock(
        "lowest.txt", ("pyproject.toml",), ("--universal", "--resolution=lowest-direct", "--no-annotate", "--no-deps")
    ),
)


def main() -> int:
    """Write the locks; 2 when uv is missing, 1 when it finds no solution."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that fit")
    upgrade = parser.parse_args().upgrade
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}:/usr/bin:/usr/local/bin") or shutil.which("uv")
    if uv is None:
        print("uv is not installed: pip install uv", file=sys.stderr)
        return 2
    return max(compile_lock(uv, lock, upgrade=upgrade) for lock in LOCKS)


def compile_lock(uv: str, lock: Lock, *, upgrade: bool) -> int:
    """Write one lock."""
    command = [uv, "pip", "compile", "--quiet", f"--python-version={OLDEST}", *lock.options]
    command += ["--upgrade"] if upgrade else []
    command += ["--custom-compile-command=python .ci/lock.py", *lock.sources]
    command += [f"--output-file={FOLDER / lock.name}"]
    done = subprocess.run(command, cwd=ROOT, check=False)  # noqa: S603 - a fixed program; no shell reads it
    print(f"{'wrote' if done.returncode == 0 else 'no'} {FOLDER / lock.name}")
    return min(done.returncode, 1)


if __name__ == "__main__":
    sys.exit(main())
