"""Which files of a repository a scan of the index or the history takes, and which it leaves out."""

from __future__ import annotations

from pathlib import PurePosixPath

from lk_audit.files.listing import EXCLUDED_FOLDERS
from lk_audit.files.path_patterns import Exclusion
from lk_audit.findings import Skipped
from lk_audit.git.repository import Repository


class Selection:
    """Leaves out what a scan of the files leaves out, and remembers it: folders, and single files with the reason."""

    def __init__(self, repository: Repository, exclusion: Exclusion) -> None:
        self.excluded: set[str] = set()
        self.left_out: dict[str, Skipped] = {}
        self._repository = repository
        self._exclusion = exclusion

    def takes(self, path: str) -> bool:
        """Whether the scan takes a file; its path is relative to the root of the repository."""
        root = self._repository.root_of(path)
        folder = self._foreign_folder(path, root)
        if folder is not None:
            self.excluded.add(folder)
            return False
        matched = self._exclusion.below(root, is_folder=root != path).excluded.matched_by(path)
        if matched is None:
            return True
        if matched.endswith("/"):
            self.excluded.add(matched[:-1])
        else:
            self.left_out[path] = Skipped(path, "left out by the configuration", expected=True)
        return False

    def _foreign_folder(self, path: str, root: str) -> str | None:
        """The folder of other people's code that a file lies in, unless it, or one inside it, was asked for."""
        inside = path[len(root) :].lstrip("/")
        parts = PurePosixPath(inside).parts[:-1]
        for count, part in enumerate(parts, 1):
            folder = "/".join((*PurePosixPath(root).parts, *parts[:count]))
            if part in EXCLUDED_FOLDERS and not self._exclusion.takes_in(folder):
                return folder
        return None
