"""The trees of the speed benchmark, built from public repositories, a wheel and the standard library.

python -m benchmarks.trees FOLDER [--mirror FOLDER] [--no-clone] [--wheels FOLDER] [--tree NAME]...
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from benchmarks.snapshots import Absent, Entry, clone, mirrored, snapshot
from lk_audit.files.listing import EXCLUDED_FOLDERS

LIST = Path(__file__).parent / "trees.txt"
NAMES = ("general", "dense", "growth")
_GIT = ("git", "-c", "core.autocrlf=false", "-c", "core.compression=0", "-c", "core.safecrlf=false", "-c", "gc.auto=0")


@dataclass(frozen=True, slots=True)
class Origin:
    """One part of a tree: a repository ("git"), a wheel ("wheel", as `name==version`), or the standard library."""

    trees: tuple[str, ...]
    kind: str
    name: str
    commit: str = ""
    folder: str = ""

    @property
    def place(self) -> str:
        """The folder of a tree that it is written to."""
        return self.name.replace("/", "+").partition("==")[0]


@dataclass(frozen=True, slots=True)
class Supply:
    """Where origins come from: bare repositories as OWNER+NAME[/repo[/.git]], wheels, and whether to download more."""

    mirror: Path | None = None
    wheels: Path | None = None
    may_download: bool = True


@dataclass(frozen=True, slots=True)
class Built:
    """A finished tree: how many files and bytes it has, what is missing, and which origins are of another commit."""

    folder: Path
    files: int
    size: int
    missing: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()


def origins(text: str) -> list[Origin]:
    """The origins that a list names.

    Raises:
        ValueError: a line is none.
    """
    found = []
    for line in text.splitlines():
        words = line.split()
        if words and not line.startswith("#"):
            found.append(_origin(words))
    return found


def _origin(words: Sequence[str]) -> Origin:
    try:
        named, kind, name, *more = words
        origin = Origin(tuple(named.split(",")), kind, name, *more)
    except (ValueError, TypeError):
        origin = None
    if origin is None or origin.kind not in _WRITERS or not set(origin.trees) <= set(NAMES):
        raise ValueError(f"not an origin: {' '.join(words)}")
    return origin


def tree(name: str, into: Path, supply: Supply, say: Callable[[str], None], listed: Sequence[Origin] = ()) -> Built:
    """The tree of that name, as it lies below `into` or newly built there.

    A tree that lacks something is built anew, in case it can be had by now.
    """
    wanted = [origin for origin in listed or origins(LIST.read_text(encoding="utf-8")) if name in origin.trees]
    record = into / f"{name}.json"
    known = _recorded(record, wanted, into / name)
    if known is not None:
        return known
    built = _build(into / name, wanted, supply, say)
    described = {**asdict(built), "folder": name, "origins": [asdict(origin) for origin in wanted]}
    record.write_text(json.dumps(described, indent=1), encoding="utf-8")
    return built


def _recorded(record: Path, wanted: Sequence[Origin], folder: Path) -> Built | None:
    if not record.exists() or not folder.is_dir():
        return None
    said = json.loads(record.read_text(encoding="utf-8"))
    if said["origins"] != json.loads(json.dumps([asdict(origin) for origin in wanted])) or said["missing"]:
        return None
    return Built(folder, said["files"], said["size"], (), tuple(said["moved"]))


def _build(folder: Path, wanted: Sequence[Origin], supply: Supply, say: Callable[[str], None]) -> Built:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    missing, moved = [], []
    for origin in wanted:
        try:
            note = _write(origin, folder, supply)
        except Absent as error:
            missing.append(origin.name)
            say(f"{folder.name}: {origin.name} is missing: {error}")
        else:
            moved += [origin.name] if note else []
            say(f"{folder.name}: {origin.name}{note}")
    paths = under_git(folder)
    size = sum(os.lstat(folder / path).st_size for path in paths)
    return Built(folder, len(paths), size, tuple(missing), tuple(moved))


def _write(origin: Origin, folder: Path, supply: Supply) -> str:
    """Write one origin; what is to be said about it, often nothing."""
    entries, note = _WRITERS[origin.kind](origin, supply)
    below = PurePosixPath(origin.folder)
    for path, data in entries:
        if is_wanted(path) and PurePosixPath(path).is_relative_to(below):
            file = folder / origin.place / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
    return note


def is_wanted(path: str) -> bool:
    """Whether a file belongs to a tree: nothing outside of it, and no folder that some tools leave out by default."""
    parts = PurePosixPath(path).parts
    return not path.startswith("/") and ".." not in parts and not EXCLUDED_FOLDERS & set(parts)


def under_git(folder: Path) -> list[str]:
    """Make a repository of a tree, without the files that it ignores; the paths of the others."""
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}

    def git(*arguments: str) -> bytes:
        return subprocess.run([*_GIT, *arguments], cwd=folder, env=environment, check=True, capture_output=True).stdout

    git("init", "--quiet", "--initial-branch", "main")
    git("add", "--all")
    git("clean", "-ffdXq")
    return [os.fsdecode(name) for name in git("ls-files", "-z").split(b"\0") if name]


# --- origins ----------------------------------------------------------------------------------------------------------


def _repository(origin: Origin, supply: Supply) -> tuple[Iterable[Entry], str]:
    found = mirrored(supply.mirror, origin.name) if supply.mirror else None
    if found is None and not supply.may_download:
        raise Absent("it is not in the mirror")
    with tempfile.TemporaryDirectory() as work:
        commit, entries = snapshot(found or clone(origin.name, origin.commit, Path(work)), origin.commit)
        note = "" if commit == origin.commit else f" at {commit[:12]} instead of {origin.commit[:12]}"
        return list(entries) if found is None else entries, note


def _wheel(origin: Origin, supply: Supply) -> tuple[Iterator[Entry], str]:
    folder = supply.wheels or Path(tempfile.gettempdir(), "lk-audit-benchmark-wheels")
    pattern = origin.name.replace("==", "-") + "-*.whl"
    if not any(folder.glob(pattern)) and supply.may_download:
        pip = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:")
        subprocess.run([*pip, "--dest", str(folder), origin.name], check=False, capture_output=True)
    found = sorted(folder.glob(pattern))
    if not found:
        raise Absent(f"there is no {pattern} in {folder}")
    return _zipped(found[0]), ""


def _zipped(file: Path) -> Iterator[Entry]:
    with zipfile.ZipFile(file) as archive:
        for item in archive.infolist():
            if not item.is_dir():
                yield item.filename, archive.read(item)


def _standard_library(_origin: Origin, _supply: Supply) -> tuple[Iterator[Entry], str]:
    return _folder(Path(sysconfig.get_paths()["stdlib"])), ""


def _folder(root: Path) -> Iterator[Entry]:
    for place, folders, files in os.walk(root):
        folders[:] = sorted(set(folders) - EXCLUDED_FOLDERS)
        for name in sorted(files):
            file = Path(place, name)
            if file.is_file() and not file.is_symlink():
                yield file.relative_to(root).as_posix(), file.read_bytes()


_WRITERS: dict[str, Callable[[Origin, Supply], tuple[Iterable[Entry], str]]] = {
    "git": _repository,
    "wheel": _wheel,
    "python": _standard_library,
}


# --- command line -----------------------------------------------------------------------------------------------------


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options that say where the parts of trees come from."""
    parser.add_argument("--mirror", type=Path, help="bare repositories as OWNER+NAME[/repo[/.git]]")
    parser.add_argument("--wheels", type=Path, help="where wheels are, and are downloaded to")
    parser.add_argument("--no-clone", action="store_true", help="download nothing; what is absent is said")


def supply_of(options: argparse.Namespace) -> Supply:
    """What those options say."""
    return Supply(options.mirror, options.wheels, may_download=not options.no_clone)


def warn(text: str) -> None:
    """Speak without disturbing the tables."""
    print(text, file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> None:
    """Build trees and say what they are."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tree", action="append", choices=NAMES, help="only this tree; may be repeated")
    add_options(parser)
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    for name in options.tree or NAMES:
        built = tree(name, options.folder, supply_of(options), warn)
        print(f"{built.folder}: {built.files} files, {built.size / 1e6:.0f} MB, {len(built.missing)} origins missing")


if __name__ == "__main__":
    main()
