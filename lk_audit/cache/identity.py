"""What decides about a report besides the files: the tool, what reads for it, rules of others, the configuration."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import structs

from lk_audit import __version__
from lk_audit.config import Config
from lk_audit.findings import AnyRule
from lk_audit.rule_loader import BUILTIN, builtin_rules_folder

_READERS = ("ahocorasick", "libcst", "msgspec", "pyjwt", "pyyaml", "tree_sitter", "tree-sitter")
"""How the names of packages begin on which it depends what is found."""
_MOST_FILES = 5_000

WITHOUT_EFFECT = frozenset({"min_severity", "fail_on", "strict", "jobs", "baseline", "rule_folders"})
"""Settings that a report, as it is kept, does not depend on: they come later, or show in what the key holds anyway."""


def identity_of_tool() -> bytes:
    """A digest of all code that makes the report; of a checkout as of an installation."""
    package = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256(f"{__version__}\0{sys.version}\0{sys.platform}".encode())
    _add_code(digest, package)
    _add_code(digest, builtin_rules_folder())
    digest.update("\0".join(sorted(_readers())).encode("utf-8", "surrogateescape"))
    return digest.digest()


def _readers() -> Iterator[str]:
    """The packages that read for lk-audit, with their versions, as the names of their metadata give them."""
    for folder in dict.fromkeys(sys.path):
        try:
            names = os.listdir(folder)  # noqa: PTH208 - names are all that counts
        except OSError:
            continue
        yield from (name for name in names if name.endswith(".dist-info") and name.lower().startswith(_READERS))


def _add_code(digest: hashlib._Hash, folder: Path) -> None:
    for file in sorted(_code_below(str(folder))):
        with open(file, "rb") as code:  # noqa: PTH123 - half the time of Path for hundreds of files
            content = code.read()
        digest.update(f"{os.path.relpath(file, folder)}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
        digest.update(content)


def _code_below(folder: str) -> Iterator[str]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        yield from (f"{place}{os.sep}{name}" for name in names if name.endswith(".py"))


def is_builtin(rule: AnyRule) -> bool:
    return rule.check.__module__.startswith(f"{BUILTIN}.")


def identity_of_rules(rules: Sequence[AnyRule]) -> bytes | None:
    """A digest of all rules, other people's with all code in their folders; None when their code cannot be told."""
    digest = hashlib.sha256("\0".join(rule.id for rule in rules).encode())
    foreign = [rule for rule in rules if not is_builtin(rule)]
    files = [getattr(sys.modules.get(rule.check.__module__), "__file__", None) for rule in foreign]
    folders = {Path(file).parent for file in files if file is not None}
    if None in files or not _are_small(folders):
        return None
    for folder in sorted(folders):
        try:
            _add_code(digest, folder)
        except OSError:
            return None
    return digest.digest()


def _are_small(folders: Iterable[Path]) -> bool:
    count = 0
    for folder in folders:
        for _ in _code_below(str(folder)):
            count += 1
            if count > _MOST_FILES:
                return False
    return True


def identity_of_settings(config: Config, base: Path) -> bytes:
    """A digest of the settings that change the report; places of files count from the base of the scan."""
    stated = {key: value for key, value in structs.asdict(config).items() if key not in WITHOUT_EFFECT}
    stated["options"] = structs.replace(config.options, now=0.0)
    files = None if config.files is None else [os.path.relpath(os.path.realpath(file), base) for file in config.files]
    stated["files"] = files
    return hashlib.sha256(repr(sorted(stated.items())).encode("utf-8", "surrogateescape")).digest()
