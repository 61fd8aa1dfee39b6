"""How much code each language takes: frontend, values, SDK, what frameworks need, and tests.

python benchmarks/language_lines.py > docs/languages.md
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "lk_audit"
LANGUAGES: dict[str, tuple[str, ...]] = {
    "Python": ("python",),
    "JavaScript, TypeScript": ("javascript",),
    "Go": ("go",),
    "Java, Kotlin": ("java", "kotlin", "jvm", "spring", "annotations", "annotated"),
    "PHP": ("php",),
    "Ruby": ("ruby",),
    "Dart": ("dart",),
    "Swift": ("swift",),
    "C#": ("csharp", "dotnet"),
    "Rust": ("rust",),
    "Elixir": ("elixir", "joken"),
    "Shell": ("shell", "loose_json", "command"),
}
COLUMNS: dict[str, tuple[Path, ...]] = {
    "frontend": (PACKAGE / "frontends",),
    "values": (PACKAGE / "values",),
    "SDK": (PACKAGE / "livekit" / "sdks",),
    "frameworks": (
        *(PACKAGE / "extractors" / name for name in ("handlers", "callers", "mints", "sides")),
        PACKAGE / "livekit",
    ),
    "tests": (ROOT / "tests" / "frontends", ROOT / "tests" / "languages"),
}


def lines_of(folder: Path, words: tuple[str, ...]) -> int:
    """The lines of the modules and packages of a folder that are called after one of some words."""
    called = [path for path in folder.iterdir() if _is_called(path.stem.strip("_"), words)]
    modules = [module for path in called for module in (path.rglob("*.py") if path.is_dir() else [path])]
    return sum(len(module.read_text(encoding="utf-8").splitlines()) for module in modules)


def _is_called(name: str, words: tuple[str, ...]) -> bool:
    return name in words or not set(name.split("_")).isdisjoint(words)


def rows() -> list[list[str]]:
    found = []
    for name, words in LANGUAGES.items():
        counts = [sum(lines_of(folder, words) for folder in folders) for folders in COLUMNS.values()]
        found.append([name, *(str(count or "") for count in counts), str(sum(counts))])
    return found


def main() -> None:
    """Print the table."""
    header = ["language", *COLUMNS, "all"]
    table = [header, ["---", *["---:"] * (len(header) - 1)], *rows()]
    out = "".join(f"| {' | '.join(row)} |\n" for row in table)
    sys.stdout.write(
        "# Languages\n\nLines of code for each language (`benchmarks/language_lines.py` makes this table). What several"
        " languages share is\nnot counted; neither are rules: none of them knows a language.\n\n" + out
    )


if __name__ == "__main__":
    main()
