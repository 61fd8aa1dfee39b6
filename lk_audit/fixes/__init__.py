"""Fixes: what a rule says should change, as edits of the files of a scan.

Reading and rewriting use the same syntax and the same positions, and an edit replaces nothing but its own bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from lk_audit.edits import Fix
    from lk_audit.fixes.ground import Ground
    from lk_audit.project.files import Files
    from lk_audit.repairs import Repair

_FIXERS: dict[str, str] = {
    "LimitLifetime": "lifetimes.limit",
    "CorrectUnit": "lifetimes.correct_unit",
    "AddLifetime": "new_lifetimes.add",
    "RemoveGrants": "grants.remove",
    "CorrectGrant": "grants.correct",
    "DenyData": "denials.deny_data",
    "DenyPublishing": "denials.deny_publishing",
    "NameRoom": "grants.name_room",
    "ReadFromEnvironment": "secrets.read_from_environment",
    "EncryptAddress": "addresses.encrypt",
    "RenameVariable": "variables.rename",
    "CheckSignature": "signatures.check",
}
"""The function of this package for each kind of repair, as module and name: imported when there is one to make."""


class Fixer:
    """Makes fixes for one scan; `errors` are the defects met on the way, each with the path of its file.

    Args:
        files: all files of the project, to look values and uses up in.
        scanned: the paths that may be changed.
    """

    def __init__(self, files: Files, scanned: Iterable[str]) -> None:
        self._files = files
        self._scanned = frozenset(scanned)
        self.errors: list[tuple[str | None, Exception]] = []

    def fix(self, repair: Repair) -> Fix | None:
        """The edits that a repair amounts to; None where they are not clear, or would reach outside the scan."""
        module, _, name = _FIXERS[type(repair).__name__].partition(".")
        make = cast("Callable[[Ground, Repair], Fix | None]", getattr(import_module(f"{__name__}.{module}"), name))
        try:
            fix = make(self._ground, repair)
        except Exception as error:  # noqa: BLE001 - a defect must not end the scan, and is reported
            self.errors.append((path_of(repair), error))
            return None
        self._ground.tidy()
        if fix is None or not fix.edits or any(edit.place.path not in self._scanned for edit in fix.edits):
            return None
        return fix

    @cached_property
    def _ground(self) -> Ground:
        from lk_audit.fixes.ground import Ground  # noqa: PLC0415 - brings the parsers along

        return Ground(self._files, self._scanned)


def path_of(repair: Repair) -> str | None:
    """The file that a repair begins in."""
    places = (getattr(repair, name, None) for name in ("place", "mint"))
    return next((place.path for place in places if place is not None), None)
