"""How long do scans take and how much memory, beside other tools on the same files with the same processors?

python -m benchmarks.speed --trees FOLDER [--mirror FOLDER] [--table NAME]... [--skip TOOL]... [--output FILE]

Builds the trees that are not there (see trees.py), runs all tools in turn, and writes Markdown.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks import commits, language_costs, phases, trees
from benchmarks.goals import (
    CACHE,
    COLD,
    DENSE,
    GENERAL,
    GROWTH,
    MEBIBYTE,
    MINTING,
    ONE_CORE,
    ONE_CORE_DENSE,
    ORDINARY,
    SCALES,
    WARM,
    judged,
    scale,
)
from benchmarks.scanners import (
    FLOOR,
    OURS,
    PASS,
    SCANNERS,
    Scanner,
    cache_options,
    installed,
    on_commit,
    on_folder,
    version,
    without_cache,
)
from benchmarks.timing import Contestant, Cost, Figure, Limits, cost, in_turn, median, ratio

LANGUAGES, PHASES = "languages", "phases"
_WHOLE = (FLOOR, OURS, "kingfisher", "gitleaks", "semgrep")
_DENSE = (*_WHOLE, "detect-secrets", "bandit")
_HOOKS = (PASS, OURS, "ruff", "gitleaks", "kingfisher", "detect-secrets", "bandit", "semgrep")
_HOOK_RUNS = 3
"""A hook is over soon, and run so many times more often than a scan."""
_HOOK_PATIENCE = 2
"""Seconds; one run of a hook that takes longer must do."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What all tables need: where trees are and come from, the limits, what is left out, and whom to tell."""

    folder: Path
    supply: trees.Supply
    limits: Limits
    skipped: frozenset[str] = frozenset()
    say: Callable[[str], None] = trees.warn
    built: dict[str, trees.Built] = field(default_factory=dict)

    def tree(self, name: str) -> Path:
        """The tree of that name, built when it is not there."""
        if name not in self.built:
            self.built[name] = trees.tree(name, self.folder, self.supply, self.say)
        return self.built[name].folder

    def scanners(self, names: Sequence[str]) -> list[Scanner]:
        """Those of the scanners that are installed and not skipped."""
        found, absent = installed([name for name in names if name not in self.skipped])
        for name in absent:
            self.say(f"  {name} is not installed")
        return found


@dataclass(frozen=True, slots=True)
class Table:
    """A table of costs: what everything is compared with, and the costs by contestant; `remark` goes below."""

    base: str
    costs: Mapping[str, Sequence[Cost]]
    remark: str = ""


# --- tables -----------------------------------------------------------------------------------------------------------


def _whole(tree: str, names: Sequence[str], cores: int = 0) -> Callable[[Bench], Table]:
    def run(bench: Bench) -> Table:
        folder = bench.tree(tree)
        contestants = [
            on_folder(scanner, folder, without_cache() if scanner.name == OURS else ())
            for scanner in bench.scanners(names)
        ]
        return Table(FLOOR, in_turn(contestants, replace(bench.limits, cores=cores or bench.limits.cores), bench.say))

    return run


def _hook(files: Callable[[Bench, Path], list[str]]) -> Callable[[Bench], Table]:
    def run(bench: Bench) -> Table:
        limits = replace(bench.limits, runs=bench.limits.runs * _HOOK_RUNS, patience=_HOOK_PATIENCE)
        with tempfile.TemporaryDirectory() as work:
            names = files(bench, Path(work))
            contestants = [on_commit(scanner, Path(work), names) for scanner in bench.scanners(_HOOKS)]
            return Table(PASS, in_turn(contestants, limits, bench.say))

    return run


def _cache(bench: Bench) -> Table:
    """A scan with an empty cache and with a full one, where this version has one."""
    floor, *ours = [on_folder(scanner, bench.tree(GENERAL)) for scanner in bench.scanners((FLOOR, OURS))]
    if "--cache-dir" not in cache_options() or not ours:
        return Table(FLOOR, {}, "This version of lk-audit has no cache.")
    with tempfile.TemporaryDirectory() as work:
        cold = _cached(ours[0], COLD, Path(work, "cold"))
        emptied = replace(cold, prepare=lambda: shutil.rmtree(Path(work, "cold"), ignore_errors=True))
        warm = _cached(ours[0], WARM, Path(work, "warm"))
        cost(warm, bench.limits)
        return Table(FLOOR, in_turn([floor, emptied, warm], bench.limits, bench.say))


def _cached(ours: Contestant, name: str, folder: Path) -> Contestant:
    """With a cache of its own, and the options of every day: none."""
    return replace(ours, name=name, command=("env", f"LK_AUDIT_CACHE_DIR={folder}", *ours.command))


def _growth(bench: Bench) -> Table:
    """The same files once, twice, four and eight times."""
    ours = bench.scanners((OURS,))
    with tempfile.TemporaryDirectory() as work:
        contestants = []
        for times in SCALES:
            folder = Path(work, str(times))
            for number in range(times):
                # Links: eight copies need no room of their own.
                shutil.copytree(
                    bench.tree(GROWTH),
                    folder / f"copy{number}",
                    ignore=shutil.ignore_patterns(".git"),
                    copy_function=_link,
                )
            trees.under_git(folder)
            contestants += [replace(on_folder(each, folder, without_cache()), name=scale(times)) for each in ours]
        return Table(scale(1), in_turn(contestants, bench.limits, bench.say))


def _copy(tree: Path, to: Path) -> None:
    """The files of a tree without its history, linked: eight copies need no room of their own."""
    shutil.copytree(tree, to, ignore=shutil.ignore_patterns(".git"), copy_function=_link)


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def _minting(bench: Bench, into: Path) -> list[str]:
    return commits.minting(bench.tree(DENSE), into)


COSTS: dict[str, Callable[[Bench], Table]] = {
    GENERAL: _whole("general", _WHOLE),
    DENSE: _whole("dense", _DENSE),
    ONE_CORE: _whole("general", (FLOOR, OURS), cores=1),
    ONE_CORE_DENSE: _whole("dense", (FLOOR, OURS), cores=1),
    ORDINARY: _hook(lambda _bench, into: commits.ordinary(into)),
    MINTING: _hook(_minting),
    CACHE: _cache,
    GROWTH: _growth,
}
"""The tables of costs."""
OTHERS: dict[str, Callable[[Bench], Iterator[str]]] = {
    LANGUAGES: lambda bench: language_costs.table(list(language_costs.costs(bench.tree(DENSE), 500))),
    PHASES: lambda bench: phases.table(phases.by_phase(phases.measured(bench.tree(GROWTH)))),
}
"""Tables of another form."""


# --- text -------------------------------------------------------------------------------------------------------------


def rendered(table: Table) -> Iterator[str]:
    """A table of costs in Markdown."""
    if table.costs:
        columns = ("tool", "runs", "seconds: median (range)", f"/ {table.base}", "processor seconds")
        yield f"| {' | '.join((*columns, f'/ {table.base}', f'/ {OURS}', *_MEMORY))} |"
        yield "|" + "---|" * _COLUMNS
    for name, costs in table.costs.items():
        yield _row(name, costs, table)
    if table.remark:
        yield table.remark


_MEMORY = ("MiB, largest process", "MiB, all processes")
_COLUMNS = 9


def _row(name: str, costs: Sequence[Cost], table: Table) -> str:
    failed = next((each.failure for each in costs if each.failure), None)
    if failed is not None or not costs:
        return f"| {name} | failed: {failed or 'not run'} |" + " |" * (_COLUMNS - 2)
    base, ours = table.costs.get(table.base, ()), table.costs.get(OURS, ())
    is_over = any(each.is_over for each in costs)
    cells = (
        name,
        str(len(costs)),
        f"> {costs[-1].seconds:.0f}" if is_over else _seconds(costs),
        _times(ratio(costs, base)),
        # What the system says of processes that were ended leaves out those that they had started.
        "?" if is_over else f"{median(costs, lambda each: each.cpu):.2f}",
        _times(None if is_over else ratio(costs, base, lambda each: each.cpu)),
        _times(ratio(costs, ours)),
        f"{max(each.peak for each in costs) / MEBIBYTE:.0f}",
        f"{max(each.together for each in costs) / MEBIBYTE:.0f}",
    )
    return f"| {' | '.join(cells)} |"


def _seconds(costs: Sequence[Cost]) -> str:
    every = [each.seconds for each in costs]
    return f"{median(costs, lambda each: each.seconds):.2f} ({min(every):.2f} to {max(every):.2f})"


def _times(figure: Figure | None) -> str:
    return "?" if figure is None else f"{'> ' if figure.is_more else ''}{figure.value:.1f}x"


def described(bench: Bench) -> Iterator[str]:
    """The machine and the versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    yield f"Machine: {_processor()}, {cores} processors, {memory:.0f} GiB, {platform.system()} {platform.release()}.\n"
    names = [scanner.name for scanner in SCANNERS if scanner.name not in bench.skipped]
    found, absent = installed(names)
    yield "Versions: " + ", ".join(f"{each.name} {version(each)}" for each in found if each.name != PASS)
    yield f"on Python {platform.python_version()}. Not installed: {', '.join(absent) or 'none'}."
    yield f"Left out: {', '.join(sorted(bench.skipped)) or 'none'}."


def _trees(bench: Bench) -> Iterator[str]:
    for name, built in bench.built.items():
        lacking = f"; missing: {', '.join(built.missing)}" if built.missing else ""
        moved = f"; of another commit: {', '.join(built.moved)}" if built.moved else ""
        yield f"- tree {name}: {built.files:,} files, {built.size / 1e6:.0f} MB{lacking}{moved}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


# --- command line -----------------------------------------------------------------------------------------------------


def report(bench: Bench, names: Sequence[str]) -> Iterator[str]:
    """The tables of these names, in Markdown, each when it is done, and the goals that they decide."""
    done: dict[str, Table] = {}
    yield "# Speed\n"
    yield from described(bench)
    for name in [name for name in (*COSTS, *OTHERS) if name in names]:
        before = _load()
        bench.say(f"{name} (load {before})")
        yield f"\n## {name}\n"
        try:
            if name in COSTS:
                done[name] = COSTS[name](bench)
                yield from rendered(done[name])
            else:
                yield from OTHERS[name](bench)
        except ValueError as error:
            yield f"Not measured: {error}."
        yield f"\nLoad before {before}, after {_load()}."
    yield "\n## goals\n"
    yield from judged({name: table.costs for name, table in done.items() if table.costs})
    yield "\n## trees\n"
    yield from _trees(bench)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--trees", type=Path, required=True, help="where the trees are or will be")
    add("--table", action="append", choices=(*COSTS, *OTHERS), help="only this table; may be repeated")
    add("--skip", action="append", default=[], choices=[each.name for each in SCANNERS], help="leave a tool out")
    add("--runs", type=int, default=3, help="runs of each tool; hooks run three times as often (default: 3)")
    add("--timeout", type=float, default=100, help="seconds after which a tool is ended (default: 100)")
    add("--patience", type=float, default=10, help="seconds after which one run of a tool must do (default: 10)")
    add("--cores", type=int, default=0, help="processors to use (default: all)")
    add("--output", type=Path, help="write the tables to this file too")
    trees.add_options(parser)
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Build trees, run tools, print tables."""
    options = _parser().parse_args(arguments)
    options.trees.mkdir(parents=True, exist_ok=True)
    limits = Limits(options.runs, options.timeout, options.patience, options.cores)
    bench = Bench(options.trees.resolve(), trees.supply_of(options), limits, frozenset(options.skip))
    with ExitStack() as opened:
        file = opened.enter_context(options.output.open("w", encoding="utf-8")) if options.output else None
        for line in report(bench, options.table or (*COSTS, *OTHERS)):
            for out in filter(None, (sys.stdout, file)):
                print(line, file=out, flush=True)


if __name__ == "__main__":
    main()
