"""Fuzz one target: `python -m fuzzing.run python --minutes 15`. With atheris, guided by coverage; without, by chance.

Every failure is saved once, as small as it can be made, as `failures/<target>-<where>`, and fuzzing goes on. A process
that dies leaves libFuzzer's `crash-*` or `timeout-*` beside them.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import random
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

WORK = Path(__file__).parent / "work"
_INSTRUMENTED = 8.0
"""How much slower instrumented code may be."""
_TRIES = 400
_REPORT_EVERY = 30.0
"""Seconds."""


def main() -> int:
    """Fuzz a target for a while; 1 when something failed."""
    asked = _arguments()
    atheris = None if asked.blind else _atheris()
    if atheris is None:
        from fuzzing.targets import TARGETS  # noqa: PLC0415 - imported under instrumentation where there is any
    else:
        with atheris.instrument_imports(include=["lk_audit"]):
            _import_everything()
            from fuzzing.targets import TARGETS  # noqa: PLC0415
    if asked.target not in TARGETS:
        sys.exit(f"no such target: {asked.target}; there are {', '.join(TARGETS)}")
    from fuzzing import projects  # noqa: PLC0415

    target = TARGETS[asked.target]
    corpus = asked.work / "corpus" / asked.target
    seeds = list(target.seeds())
    if not any(corpus.glob("seed-*")):
        projects.write_seeds(corpus, seeds)
    seeds = [path.read_bytes() for path in sorted(corpus.glob("seed-*"))]
    run = Run(asked.target, target.run, asked.work, (asked.minutes or target.minutes) * 60)
    mutations = target.mutations(seeds)
    if atheris is None:
        return _by_chance(run, seeds, mutations, target.longest)
    _set_slower(_INSTRUMENTED)
    return _guided(atheris, run, mutations, corpus, target.longest)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m fuzzing.run", description=__doc__.partition("\n")[0])
    parser.add_argument("target")
    parser.add_argument("--minutes", type=float, help="by default what the table says")
    parser.add_argument("--work", type=Path, default=WORK, help="the folder of the corpus and the failures")
    parser.add_argument("--blind", action="store_true", help="without coverage, even where atheris is there")
    return parser.parse_args()


def _atheris() -> Any:  # noqa: ANN401 - an optional library without types
    try:
        return importlib.import_module("atheris")
    except ImportError:
        return None


def _import_everything() -> None:
    """Import what scans import late: later imports would not be instrumented."""
    import lk_audit  # noqa: PLC0415 - imported under instrumentation

    for info in pkgutil.walk_packages(lk_audit.__path__, f"{lk_audit.__name__}."):
        if not info.name.endswith("__main__"):
            importlib.import_module(info.name)


def _set_slower(factor: float) -> None:
    from fuzzing import targets  # noqa: PLC0415 - imported under instrumentation

    targets.SLOWER[0] = factor


class Run:
    """Executions of one target: counted, watched, and every new failure saved."""

    def __init__(self, name: str, work_on: Callable[[bytes], None], work: Path, seconds: float) -> None:
        self._name = name
        self._work_on = work_on
        self._failures = work / "failures"
        self._failures.mkdir(parents=True, exist_ok=True)
        self._started = self._reported = time.monotonic()
        self._seconds = seconds
        self.executions = 0
        self.failed: dict[str, int] = {}
        self.slowest = 0.0

    @property
    def is_over(self) -> bool:
        return time.monotonic() - self._started > self._seconds

    def once(self, data: bytes) -> None:
        """One input."""
        self.executions += 1
        started = time.process_time()
        where = _failure(self._work_on, data)
        self.slowest = max(self.slowest, time.process_time() - started)
        if where is not None:
            if where not in self.failed:
                self._save(where, data)
            self.failed[where] = self.failed.get(where, 0) + 1
        if time.monotonic() - self._reported > _REPORT_EVERY:
            self.report()

    def report(self) -> None:
        """Write down how far the run is; libFuzzer ends the process itself."""
        self._reported = time.monotonic()
        elapsed = round(self._reported - self._started)
        state = {"seconds": elapsed, "executions": self.executions, "failed": self.failed, "slowest": self.slowest}
        (self._failures.parent / f"{self._name}.json").write_text(json.dumps(state, indent=1), encoding="utf-8")

    def _save(self, where: str, data: bytes) -> None:
        name = "".join(character if character.isalnum() or character in "._" else "-" for character in where)
        path = self._failures / f"{self._name}-{name[:80]}"
        path.write_bytes(data)
        small = minimised(data, lambda smaller: _failure(self._work_on, smaller) == where)
        path.write_bytes(small)
        print(f"FAILED {where}: {path} ({len(data)} bytes, {len(small)} when minimised)", flush=True)


def _failure(work_on: Callable[[bytes], None], data: bytes) -> str | None:
    """Where an input fails and how; None when it does not."""
    try:
        work_on(data)
    except Exception as error:  # noqa: BLE001 - all that can go wrong is a failure
        frame = traceback.extract_tb(error.__traceback__)[-1]
        message = "".join(character for character in str(error)[:60] if not character.isdigit())
        what = f" {message}" if type(error).__name__ == "Broken" else ""
        return f"{type(error).__name__} {Path(frame.filename).name}:{frame.lineno}{what}"
    return None


def minimised(data: bytes, fails: Callable[[bytes], bool], tries: int = _TRIES) -> bytes:
    """A smaller input that fails in the same way: pieces are left out, ever smaller ones."""
    size = max(1, len(data) // 2)
    while size and tries > 0:
        start = 0
        while start < len(data) and tries > 0:
            tries -= 1
            smaller = data[:start] + data[start + size :]
            if fails(smaller):
                data = smaller
            else:
                start += size
        size //= 2
    return data


def _by_chance(run: Run, seeds: list[bytes], mutations: Any, longest: int) -> int:  # noqa: ANN401 - mutations
    chance = random.Random(0)
    for seed in seeds:
        run.once(seed)
    while not run.is_over:
        run.once(chance.choice(mutations)(chance.choice(seeds), chance)[:longest])
    run.report()
    return 1 if run.failed else 0


def _guided(atheris: Any, run: Run, mutations: Any, corpus: Path, longest: int) -> int:  # noqa: ANN401 - untyped
    def mutate(data: bytes, most: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if chance.random() < 0.4:  # noqa: PLR2004 - libFuzzer's own mutations know what was compared
            return bytes(atheris.Mutate(data, most))
        changed: bytes = chance.choice(mutations)(data, chance)
        return changed[:most]

    def once(data: bytes) -> None:
        run.once(data)
        if run.is_over:
            run.report()

    flags = (
        f"-max_total_time={int(run._seconds)}",  # noqa: SLF001 - of this module
        f"-max_len={longest}",
        "-timeout=60",
        "-rss_limit_mb=4096",
        "-len_control=0",
        f"-artifact_prefix={corpus.parent.parent}/failures/{corpus.name}-",
    )
    atheris.Setup([sys.argv[0], *flags, str(corpus)], once, custom_mutator=mutate)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
