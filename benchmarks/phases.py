"""Where the time of a scan goes: listing, reading, parsing, looking values up, facts, rules, report.

python -m benchmarks.phases FOLDER [--modules]
"""

from __future__ import annotations

import argparse
import cProfile
import io
import json
import pstats
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import Any, TypeAlias
from unittest.mock import patch

Function: TypeAlias = tuple[str, int, str]
"""File, line and name, as the profiler has them."""
Profile: TypeAlias = Mapping[Function, tuple[int, int, float, float, Mapping[Function, tuple[Any, ...]]]]
"""Calls, seconds in the function, seconds with those that it calls, and the same by caller."""

_ROOT = Path(__file__).parent.parent
PACKAGE = _ROOT / "lk_audit"
PHASES = {
    "listing": ("files", "git", "scanning.environment_files"),
    "reading and prefilter": (
        *("scanning.reading", "files.prefilter", "files.sources", "source"),
        *("hints", "roles", "machine"),
    ),
    "parsing": ("frontends", "syntax"),
    "values and modules": ("project", "values"),
    "facts": (
        *("scanning.extraction", "scanning.extracted", "scanning.file_analysis", "scanning.finders"),
        *("scanning.candidates", "scanning.written_down"),
        *("extractors", "livekit", "facts", "secret"),
    ),
    "rules": ("rules", "rule_api", "scanning.rule_runs"),
    "report": (
        *("scanning.finding_writer", "scanning.redaction", "scanning.linehash", "findings", "suppression"),
        *("scanning.fix_making", "reporters", "fixes", "fixing", "edits", "writing", "cli.pages"),
    ),
    "start and configuration": (
        *("scanning.preparation", "scanning.selection", "cli", "config", "configuration", "rule_loader", "rule_packs"),
        *("importlib", "cache", "progress", "errors"),
    ),
    "the rest": (),
}
"""The packages and modules that a phase consists of; a module counts where it is named, not with its package."""
_PHASE_OF = {module: phase for phase, modules in PHASES.items() for module in modules}
_ROUNDS = 30
"""How far time is handed up from library to caller; chains of calls between libraries are shorter."""


def module_of(function: Function) -> str:
    """The module or package of the project that a function belongs to; "" for those of others."""
    file, _, name = function
    if name == "<module>" or file.startswith("<frozen importlib"):
        return "importlib"
    path = Path(file)
    for root in (PACKAGE, _ROOT / "rules"):
        if path.is_relative_to(root):
            return "rules" if root.name == "rules" else _named(path.relative_to(root).with_suffix("").parts)
    return ""


def _named(parts: Sequence[str]) -> str:
    """A module of the package, by the name under which a phase has it; otherwise by that of its topmost folder."""
    dotted = ".".join(parts)
    return dotted if dotted in _PHASE_OF else parts[0]


def by_module(profile: Profile) -> dict[str, float]:
    """Seconds by module; those of libraries count for the modules that call them."""
    shares = {function: {module: 1.0} for function in profile if (module := module_of(function))}
    foreign = [function for function in profile if function not in shares]
    for _ in range(_ROUNDS):
        shares.update({function: found for function in foreign if (found := _from_callers(function, profile, shares))})
    seconds: defaultdict[str, float] = defaultdict(float)
    for function, (_, _, own, _, _) in profile.items():
        for module, share in shares.get(function, {"": 1.0}).items():
            seconds[module] += own * share
    return seconds


def _from_callers(
    function: Function, profile: Profile, shares: Mapping[Function, Mapping[str, float]]
) -> dict[str, float]:
    """For whom a function of a library works, as far as that is known of its callers."""
    found: defaultdict[str, float] = defaultdict(float)
    for caller, (_, _, _, seconds) in profile[function][4].items():
        for module, share in shares.get(caller, {}).items():
            found[module] += share * max(seconds, 1e-9)
    total = sum(found.values())
    return {module: seconds / total for module, seconds in found.items()} if total else {}


def by_phase(seconds: Mapping[str, float]) -> dict[str, float]:
    """Seconds by phase, in the order of a scan."""
    found: dict[str, float] = dict.fromkeys(PHASES, 0.0)
    for module, each in seconds.items():
        found[_PHASE_OF.get(module, "the rest")] += each
    return found


def table(seconds: Mapping[str, float]) -> Iterator[str]:
    """Phases, or modules, as a Markdown table."""
    total = sum(seconds.values()) or 1.0
    yield "| part of a scan | seconds under the profiler | share |"
    yield "|---|---|---|"
    for name, each in seconds.items():
        yield f"| {name or 'the rest'} | {each:.2f} | {each / total:.0%} |"
    yield "\nOne process under cProfile, which makes small functions dear: the shares are rough."


def measured(folder: Path) -> dict[str, float]:
    """Seconds by module of a scan in a new process, its start included."""
    command = (sys.executable, "-m", "benchmarks.phases", str(folder.resolve()), "--raw")
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _scan(folder: Path) -> Profile:
    """What the profiler says of a scan that keeps to this process: of work in another it would see the waiting."""
    profiler = cProfile.Profile()
    profiler.enable()
    from lk_audit.cli import main as lk_audit  # noqa: PLC0415 - the start of the program is a part of what is measured
    from lk_audit.machine import processes  # noqa: PLC0415 - as above

    sys.argv = ["lk-audit", "scan", "--jobs", "1", "--no-cache", "--fail-on", "never", str(folder)]
    alone = patch.object(processes, "can_spread", lambda: False)
    with alone, redirect_stdout(io.StringIO()), suppress(SystemExit):
        lk_audit()
    profiler.disable()
    stats: Profile = pstats.Stats(profiler).stats  # type: ignore[attr-defined] # not in its types, though documented
    return stats


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--modules", action="store_true", help="by module instead of by phase")
    parser.add_argument("--raw", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.raw:
        print(json.dumps(by_module(_scan(options.folder))))
        return
    seconds = measured(options.folder)
    ordered = dict(sorted(seconds.items(), key=lambda item: -item[1]))
    print("\n".join(table(ordered if options.modules else by_phase(seconds))))


if __name__ == "__main__":
    main()
