"""What each language costs: to import its parser, and to parse and analyse a megabyte.

python -m benchmarks.language_costs TREE [--kilobytes N]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from lk_audit import frontends
from lk_audit.project.files import Files
from lk_audit.scanning import extraction
from lk_audit.source import NotText, Source

SUFFIXES = {
    "python": ".py",
    "javascript": ".ts",
    "go": ".go",
    "java": ".java",
    "kotlin": ".kt",
    "swift": ".swift",
    "dart": ".dart",
    "rust": ".rs",
    "elixir": ".ex",
    "csharp": ".cs",
    "php": ".php",
    "ruby": ".rb",
    "page": ".vue",
    "yaml": ".yaml",
    "json": ".json",
    "dotenv": ".env",
    "text": ".txt",
}
"""A file name's end for each frontend."""
_ROOT = Path(__file__).parent.parent
_IMPORT = """
import sys, time, tree_sitter
started = time.process_time()
for name in sys.argv[1:]:
    __import__(name)
print((time.process_time() - started) * 1000)
"""


@dataclass(frozen=True, slots=True)
class LanguageCost:
    """Seconds for parsing and for the whole analysis of a sample; milliseconds for imports; all of a processor.

    `grammar` is the import of the parsers alone, `first` all that the first file brings along.
    """

    language: str
    files: int
    size: int
    parse: float
    analyse: float
    grammar: float
    first: float


def costs(tree: Path, kilobytes: int) -> Iterator[LanguageCost]:
    """What each language costs, in a process of its own."""
    for language in SUFFIXES:
        command = (sys.executable, "-m", "benchmarks.language_costs", str(tree.resolve()), "--only", language)
        done = subprocess.run(
            (*command, "--kilobytes", str(kilobytes)), cwd=_ROOT, capture_output=True, text=True, check=True
        )
        yield LanguageCost(**json.loads(done.stdout))


def table(found: Sequence[LanguageCost]) -> Iterator[str]:
    """The costs as a Markdown table."""
    yield "| language | files, MB | parse: s per MB (MB/s) | and analyse: s per MB | grammar, ms | first file, ms |"
    yield "|---|---|---|---|---|---|"
    for item in found:
        size = item.size / 1e6
        sample = f"{item.files}, {size:.2f}"
        imports = f"{item.grammar:.1f} | {item.first:.1f}"
        if not item.size:
            yield f"| {item.language} | {sample} | no files | no files | {imports} |"
            continue
        parse = f"{item.parse / size:.2f} ({size / item.parse:.1f})"
        yield f"| {item.language} | {sample} | {parse} | {item.analyse / size:.2f} | {imports} |"
    yield "\nProcessor time; files that mention LiveKit. Imports: the grammars alone, and all that an empty file needs."


def measure(language: str, tree: Path, limit: int) -> LanguageCost:
    """What one language costs in this process, which must not have met it before; `limit` in bytes."""
    before = set(sys.modules)
    started = time.process_time()
    frontends.parse(Source.from_text(f"empty{SUFFIXES[language]}", ""))
    first = time.process_time() - started
    sources = [frontends.view(source) for source in _sample(language, tree, limit)]
    started = time.process_time()
    for source in sources:
        frontends.parse(source)
    parse = time.process_time() - started
    grammars = sorted(name for name in set(sys.modules) - before if _is_parser(name))
    started = time.process_time()
    extraction.extract(sources, Files(sources), jobs=1)
    analyse = time.process_time() - started
    size = sum(len(source.data) for source in sources)
    return LanguageCost(language, len(sources), size, parse, analyse, _import_time(grammars), first * 1000)


def _is_parser(module: str) -> bool:
    return "." not in module and (module.startswith("tree_sitter_") or module in {"libcst", "yaml"})


def _import_time(modules: Sequence[str]) -> float:
    """Milliseconds that importing them takes in a new process, the least of three."""
    command = (sys.executable, "-c", _IMPORT, *modules)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    runs = [subprocess.run(command, capture_output=True, text=True, check=True, env=environment) for _ in range(3)]
    return min(float(done.stdout) for done in runs)


def _sample(language: str, tree: Path, limit: int) -> Iterator[Source]:
    """Files of a language that mention LiveKit, in the order of their paths, from all over the tree."""
    paths = [path for path in _paths(tree) if frontends.frontend_for(path) == language]
    size = 0
    for path in [path for start in range(_STRIDE) for path in paths[start::_STRIDE]]:
        data = (tree / path).read_bytes()
        if size + len(data) > limit or b"livekit" not in data.lower():
            continue
        try:
            source = Source.from_bytes(path, data)
        except NotText:
            continue
        if frontends.read_as_text(source) is None:
            size += len(data)
            yield source


_STRIDE = 17


def _paths(tree: Path) -> list[str]:
    listed = subprocess.run(("git", "ls-files", "-z"), cwd=tree, check=True, capture_output=True).stdout
    return sorted(os.fsdecode(name) for name in listed.split(b"\0") if name)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, or what one language costs as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path)
    parser.add_argument("--kilobytes", type=int, default=500, help="how much of each language to read")
    parser.add_argument("--only", choices=SUFFIXES, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.only:
        print(json.dumps(asdict(measure(options.only, options.tree, options.kilobytes * 1000))))
    else:
        print("\n".join(table(list(costs(options.tree, options.kilobytes)))))


if __name__ == "__main__":
    main()
