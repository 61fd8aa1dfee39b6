"""The fixes of what was found, made by several processes where there are many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from lk_audit import frontends
from lk_audit.edits import Fix
from lk_audit.files.sources import Sources, sizes
from lk_audit.findings import Crash
from lk_audit.fixes import Fixer, path_of
from lk_audit.machine import processes
from lk_audit.project.files import Files
from lk_audit.repairs import Repair

_MANY_REPAIRS = 16
"""Fewer are made before other processes have started."""
_WORTH_PROCESSES = 300_000
"""Bytes of sources; what is repaired in less takes less time than starting processes, and fills none."""


def fixes_of(
    repairs: Sequence[Repair], sources: Sources, files: Files, jobs: int | None
) -> tuple[list[Fix | None], list[Crash]]:
    """The fix for each repair, if there is one, and defects; made by several processes where it is much to do.

    A process does all of a file: a large one would have to be read again for each, for it fills a process at once.
    """
    # A view, such as the code of a notebook, has its places in another text than its syntax.
    fixer = Fixer(files, (path for path in sources.paths if not frontends.has_view(path)))
    is_much = len(repairs) >= _MANY_REPAIRS and sum(sizes(sources)) >= _WORTH_PROCESSES

    def made(some: Iterable[Sequence[Repair]]) -> tuple[list[Fix | None], list[Crash]]:
        fixer.errors.clear()
        fixes = [fixer.fix(repair) for of_file in some for repair in of_file]
        return fixes, [Crash.of(error, path) for path, error in fixer.errors]

    wanted = jobs or processes.cores()
    may_part = processes.can_spread() if wanted > 1 else processes.is_replaceable()
    if not may_part or not is_much:
        return made([repairs])
    by_file = [list(of_file) for _, of_file in groupby(repairs, path_of)]
    fixes: list[Fix | None] = []
    crashes: list[Crash] = []
    for batch, found in processes.spread(made, by_file, list(map(len, by_file)), wanted):
        fixes += found[0] if found else [None] * sum(map(len, batch))
        crashes += found[1] if found else [Crash(None, None, "ProcessEnded", "by the system")]
    return fixes, crashes
