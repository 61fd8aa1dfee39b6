"""Run the test suites of others: `python -m fuzzing.foreign --root FOLDER [--download] [--only NAME ...]`.

FOLDER holds checkouts as `owner/name`. Every file is parsed and scanned as it is and with every extractor woken;
nothing may crash, hang or lie outside of its file. Where a suite says what values a file holds, they are compared.
"""

from __future__ import annotations

import argparse
import faulthandler
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from fuzzing import invariants, vectors
from fuzzing.invariants import timed
from fuzzing.suites import SUITES, Suite, files_of, folder_of
from lk_audit import frontends
from lk_audit.findings import AnyRule
from lk_audit.rule_loader import load_builtin_rules
from lk_audit.source import NotText, Source

_LARGEST = 1_000_000
"""Bytes; a scan leaves out larger files."""
_HANGS_AFTER = 120.0
"""Seconds of the processor for one file."""
_DIES_AFTER = 1_200.0
"""Seconds of the clock; what does not come back to Python is ended with its process."""
_BATCH = 200
_SHOWN = 10


@dataclass
class Outcome:
    """What came of the files of a suite. `failures` are lines; `slowest` is in seconds, and which file that was."""

    files: int = 0
    size: int = 0
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")

    def add(self, other: Outcome) -> None:
        """Count what another one counted, too."""
        self.files += other.files
        self.size += other.size
        self.seconds += other.seconds
        self.failures += other.failures
        self.slowest = max(self.slowest, other.slowest)


def main() -> int:
    """Run suites and print a table; 1 when something failed."""
    parser = argparse.ArgumentParser(prog="python -m fuzzing.foreign", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--root", type=Path, required=True, help="the folder of the checkouts, as owner/name")
    parser.add_argument("--download", action="store_true", help="clone what is missing")
    parser.add_argument("--only", nargs="*", default=list(SUITES), choices=list(SUITES), metavar="NAME")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    _say("| suite | files | MB | seconds | failures | slowest |\n|---|---|---|---|---|---|")
    failed = False
    for name in asked.only:
        folder = folder_of(SUITES[name], asked.root, may_download=asked.download)
        if folder is None:
            _say(f"| {name} | not there: {SUITES[name].repository} | | | | |")
            continue
        outcome = _outcome(SUITES[name], folder, asked.jobs)
        _say(_row(name, outcome))
        failed = failed or bool(outcome.failures)
        for failure in outcome.failures[:_SHOWN]:
            print(f"{name}: {failure}", file=sys.stderr, flush=True)
    return 1 if failed else 0


def _say(line: str) -> None:
    print(line, flush=True)


def _row(name: str, outcome: Outcome) -> str:
    seconds, path = outcome.slowest
    size = outcome.size / 1e6
    figures = f"{outcome.files} | {size:.1f} | {outcome.seconds:.0f} | {len(outcome.failures)}"
    return f"| {name} | {figures} | {seconds:.2f} s: {path} |"


def _outcome(suite: Suite, folder: Path, jobs: int) -> Outcome:
    """What comes of a suite, by several processes. One that dies takes its batch with it, which is then run singly."""
    files = files_of(suite, folder)
    batches = [files[start : start + _BATCH] for start in range(0, len(files), _BATCH)]
    total, lost = _attempt(suite, folder, batches, jobs)
    for path in [path for batch in lost for path in batch]:
        alone, dead = _attempt(suite, folder, [[path]], 1)
        total.add(alone)
        total.failures += [f"{path}: the process died" for _ in dead]
    total.failures += vectors.differences(suite.repository, folder)
    return total


def _attempt(
    suite: Suite, folder: Path, batches: Sequence[Sequence[Path]], jobs: int
) -> tuple[Outcome, list[Sequence[Path]]]:
    total, lost = Outcome(), []
    name = next(name for name, item in SUITES.items() if item is suite)
    with ProcessPoolExecutor(jobs) as pool:
        for batch, future in [(batch, pool.submit(_run, name, folder, batch)) for batch in batches]:
            try:
                total.add(future.result())
            except BrokenProcessPool:
                lost.append(batch)
    return total, lost


# --- in a process of its own ------------------------------------------------------------------------------------------


def _run(name: str, folder: Path, files: Iterable[Path]) -> Outcome:
    total = Outcome()
    for file in files:
        for path, data in SUITES[name].pieces(file.relative_to(folder).as_posix(), file.read_bytes()):
            if len(data) <= _LARGEST:
                _one(path, data, total)
    return total


def _one(path: str, raw: bytes, total: Outcome) -> None:
    try:
        sources = list(_variants(Source.from_bytes(path, raw)))
    except NotText:
        return
    total.files += 1
    total.size += len(raw)
    started = time.process_time()
    faulthandler.dump_traceback_later(_DIES_AFTER, exit=True)
    signal.setitimer(signal.ITIMER_PROF, _HANGS_AFTER)
    try:
        for source in sources:
            timed(lambda source=source: invariants.check_syntax(source), len(raw))  # type: ignore[misc]
            timed(lambda source=source: invariants.check_scan([source], _rules()), len(raw))  # type: ignore[misc]
    except Exception as error:  # noqa: BLE001 - all that can go wrong is a failure
        total.failures.append(f"{path}: {type(error).__name__} {error}")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        faulthandler.cancel_dump_traceback_later()
    elapsed = time.process_time() - started
    total.seconds += elapsed
    total.slowest = max(total.slowest, (elapsed, path))


_MARKS = {"python": b"#", "ruby": b"#", "yaml": b"#", "dotenv": b"#", "text": b"#", "page": None, "notebook": None}


def _variants(source: Source) -> Iterator[Source]:
    """A file as it is, and with words that wake every extractor."""
    mark = _MARKS.get(frontends.frontend_for(source.path) or "text", b"//")
    yield source
    if mark is not None:
        yield Source(source.path, source.data + b"\n" + mark + b" AccessToken secret jwt ws:// http://a.b token\n")


@cache
def _rules() -> tuple[AnyRule, ...]:
    signal.signal(signal.SIGPROF, _ring)
    return tuple(load_builtin_rules())


def _ring(_number: int, _frame: object) -> None:
    raise TimeoutError(f"more than {_HANGS_AFTER:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
