"""Which planted LiveKit secrets and tokens do tools find, and what do they find where there is nothing?

python -m benchmarks.detection [--details] [--tool NAME]... [--semgrep-rules PATH]... [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cases import Case, all_cases, write_cases
from benchmarks.tools import Hit, Run, available, run, tools

CORPORA = ("carriers", "self-made", "examples", "projects")
OURS = "lk-audit"


@dataclass(frozen=True, slots=True)
class Score:
    """How a tool did on one corpus: planted lines found, and lines reported in cases where nothing is planted."""

    planted: int
    found: int
    invented: int
    clean_cases: int


def score(cases: Sequence[Case], hits: frozenset[Hit]) -> Score:
    """Compare what a tool found with what was planted."""
    places = {(hit.path, hit.line) for hit in hits}
    planted = {line for case in cases for line in case.lines}
    clean = tuple(f"{case.folder}/" for case in cases if not case.planted)
    return Score(
        planted=len(planted),
        found=len(planted & places),
        invented=sum(path.startswith(clean) for path, _ in places),
        clean_cases=len(clean),
    )


def table(cases: Sequence[Case], runs: Sequence[Run]) -> Iterator[str]:
    """The result as a Markdown table."""
    by_corpus = {corpus: [case for case in cases if case.corpus == corpus] for corpus in CORPORA}
    titles = [f"{corpus}: found, invented" for corpus in CORPORA]
    yield f"| tool | version | {' | '.join(titles)} | key ids and other lines | seconds | what it calls them |"
    yield "|---|---|" + "---|" * len(CORPORA) + "---|---|---|"
    for done in runs:
        scores = [score(by_corpus[corpus], done.hits) for corpus in CORPORA]
        cells = [f"{item.found} of {item.planted}, {item.invented} in {item.clean_cases}" for item in scores]
        beside = len(_beside(cases, done.hits))
        words = f"{beside} | {done.seconds:.1f} | {_labels(cases, done.hits)}"
        yield f"| {done.tool} | {done.version} | {' | '.join(cells)} | {words} |"


def _labels(cases: Sequence[Case], hits: frozenset[Hit]) -> str:
    planted = {line for case in cases for line in case.lines}
    counts = Counter(hit.label for hit in hits if (hit.path, hit.line) in planted)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{label} {count}" for label, count in ordered[:4]) or "nothing"


def _beside(cases: Sequence[Case], hits: frozenset[Hit]) -> set[tuple[str, int]]:
    """Lines that were reported in leaky cases although nothing is planted there."""
    leaky = tuple(f"{case.folder}/" for case in cases if case.planted)
    planted = {line for case in cases for line in case.lines}
    return {(hit.path, hit.line) for hit in hits if hit.path.startswith(leaky)} - planted


def details(cases: Sequence[Case], runs: Sequence[Run]) -> Iterator[str]:
    """What each tool missed and invented, and what others found that lk-audit did not."""
    planted = sorted(line for case in cases for line in case.lines)
    clean = tuple(f"{case.folder}/" for case in cases if not case.planted)
    for done in runs:
        places = {(hit.path, hit.line) for hit in done.hits}
        yield f"\n{done.tool}: missed"
        yield from (f"  {path}:{line}" for path, line in planted if (path, line) not in places)
        yield f"{done.tool}: invented"
        invented = sorted((hit.path, hit.line, hit.label) for hit in done.hits if hit.path.startswith(clean))
        yield from (f"  {path}:{line} {label}" for path, line, label in invented)
    ours = next(({(hit.path, hit.line) for hit in done.hits} for done in runs if done.tool == OURS), set())
    yield f"\nfound by another, not by {OURS}"
    for path, line in planted:
        others = [done.tool for done in runs if any((hit.path, hit.line) == (path, line) for hit in done.hits)]
        if others and (path, line) not in ours:
            yield f"  {path}:{line} {', '.join(others)}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Build the input, run the tools that are installed, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--details", action="store_true", help="what each tool missed and invented")
    parser.add_argument("--tool", action="append", default=[], help="only this tool; may be repeated")
    parser.add_argument("--semgrep-rules", action="append", default=[], type=Path, help="rules for semgrep")
    parser.add_argument("--keep", type=Path, help="write the input to this new folder, and keep it")
    options = parser.parse_args(arguments)
    chosen = tools([str(path.resolve()) for path in options.semgrep_rules])
    chosen = [tool for tool in available(chosen) if not options.tool or tool.name in options.tool]
    cases = all_cases()
    with tempfile.TemporaryDirectory() as work:
        folder = (options.keep or Path(work, "input")).resolve()
        folder.mkdir(parents=True)
        write_cases(cases, folder)
        runs = [run(tool, folder, Path(work, f"{number}.json")) for number, tool in enumerate(chosen)]
    print("\n".join(table(cases, runs)))
    if options.details:
        print("\n".join(details(cases, runs)))


if __name__ == "__main__":
    main()
