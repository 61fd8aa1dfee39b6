"""What is fuzzed: a table of targets, each a function over bytes that raises when something does not hold."""

from __future__ import annotations

import json
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from fuzzing import invariants, projects
from fuzzing.invariants import is_writable, require, timed
from fuzzing.mutation import Mutate, recoded, spliced
from lk_audit import frontends
from lk_audit.configuration.building import build
from lk_audit.configuration.layers import Asked, effective
from lk_audit.errors import UsageError
from lk_audit.files.path_patterns import PathPatterns, pattern_mistake
from lk_audit.findings import AnyRule, Report
from lk_audit.livekit.tokens import decode_token, find_tokens, read_token, signing_secret
from lk_audit.rule_loader import load_builtin_rules
from lk_audit.secret import Secret
from lk_audit.source import Source
from lk_audit.suppression.baseline import read_baseline, write_baseline
from lk_audit.suppression.comments import rule_names
from lk_audit.syntax import Expr, Module, walk
from lk_audit.token_inspection import judge, properties, rights
from lk_audit.values.evaluator import Evaluator
from lk_audit.values.model import Text
from lk_audit.values.names import Names

FRONTENDS: dict[str, tuple[str, ...]] = {
    "python": ("a.py",),
    "javascript": ("a.ts", "a.tsx", "a.js", "a.jsx"),
    "page": ("a.vue", "a.svelte", "a.astro", "a.html"),
    "go": ("a.go",),
    "java": ("A.java",),
    "kotlin": ("a.kt",),
    "php": ("a.php",),
    "ruby": ("a.rb",),
    "dart": ("a.dart",),
    "swift": ("a.swift",),
    "csharp": ("a.cs",),
    "rust": ("a.rs",),
    "elixir": ("a.ex", "a.exs"),
    "notebook": ("a.ipynb",),
    "dotenv": (".env",),
    "yaml": ("a.yaml",),
    "json": ("a.json",),
    "text": ("a.md", "a.sh", "Dockerfile", "a.toml", "a.ini", "a.properties", "a.tf", "Makefile", "build.gradle"),
}
"""Names of files by the frontend that reads them."""

_SELDOM = 8
"""One in so many inputs is done twice, or reported in every format."""


@dataclass(frozen=True)
class Target:
    """Something to fuzz: what is run on an input, where to start, and how inputs are changed.

    `longest` is in bytes; `minutes` is how long a full run takes.
    """

    run: Callable[[bytes], None]
    seeds: Callable[[], Sequence[bytes]]
    mutations: Callable[[Sequence[bytes]], Sequence[Mutate]] = lambda seeds: (spliced(seeds),)
    longest: int = 4_000
    minutes: float = 3


@cache
def rules() -> tuple[AnyRule, ...]:
    """All rules, also those that are off by default."""
    return tuple(load_builtin_rules())


def _seldom(data: bytes) -> bool:
    return zlib.crc32(data) % _SELDOM == 0


SLOWER = [1.0]
"""How much slower than usual code runs, in the only item: instrumented code is."""


# --- frontends --------------------------------------------------------------------------------------------------------


def _parse(names: tuple[str, ...], data: bytes) -> None:
    """One file: every span is one, and a second run gives the same."""
    kinds = {frontends.frontend_for(name) for name in names}
    for source in projects.read_input(data, names[zlib.crc32(data[:1]) % len(names)])[:1]:
        file = source if frontends.frontend_for(source.path) in kinds else Source(names[0], source.data)
        parsed = timed(partial(invariants.check_syntax, file), len(data), SLOWER[0])
        if _seldom(data):
            again = invariants.check_syntax(Source(file.path, file.data))
            require(invariants.fingerprint(parsed) == invariants.fingerprint(again), "a second run gives another tree")


def _file_seeds(name: str) -> list[bytes]:
    return projects.file_seeds().get(name) or [projects.write_input([(FRONTENDS[name][0], b"x = 1\n")])]


# --- values -----------------------------------------------------------------------------------------------------------

_MOST_VALUES = 24
"""Of one expression; what has more is cut, or is not known."""


def evaluate(data: bytes) -> None:
    """One file of code: every expression in it has few values, soon, and the same ones a second time."""
    for source in projects.read_input(data, "a.py")[:1]:
        if frontends.frontend_for(source.path) in frontends.CODE:
            modules = [tree for tree in frontends.parse(source) if isinstance(tree, Module)]
            for module in modules:
                found = timed(partial(_values, module), len(data), SLOWER[0])
                require(not _seldom(data) or _values(module) == found, "a second run gives other values")


def _values(module: Module) -> list[list[str]]:
    evaluator = Evaluator(Names(module))
    found = [evaluator.evaluate(node) for node in walk(module) if isinstance(node, Expr)]
    require(all(len(values) <= _MOST_VALUES for values in found), "an expression has too many values")
    texts = [value.text for values in found for value in values if isinstance(value, Text)]
    require(all(map(is_writable, texts)), "a value is no text")
    return [[type(value).__name__ for value in values] for values in found]


# --- scans ------------------------------------------------------------------------------------------------------------


@cache
def _validator() -> Any:  # noqa: ANN401 - of a library that only developers have
    import jsonschema_rs  # noqa: PLC0415 - the same

    schema = projects.ROOT / "tests" / "fixtures" / "sarif-schema-2.1.0.json"
    return jsonschema_rs.validator_for(json.loads(schema.read_text(encoding="utf-8")))


def scan(data: bytes) -> None:
    """A project: parsed, evaluated, judged by all rules, written as findings, now and then in every format."""
    sources = projects.read_input(data, "a.py")
    report = timed(partial(invariants.check_scan, sources, rules()), len(data), SLOWER[0])
    if report.findings and _seldom(data):
        texts = invariants.rendered(report)
        invariants.check_sarif(texts["sarif"], _validator())
        again = invariants.check_scan([Source(item.path, item.data) for item in reversed(sources)], rules())
        require(invariants.rendered(again) == texts, "files in another order give another report")


_SCANNED = {
    "scan-python": frozenset({"python", "notebook"}),
    "scan-javascript": frozenset({"javascript", "page"}),
    "scan-others": frozenset({"go", "java", "kotlin", "php", "ruby", "dart", "swift", "csharp", "rust", "elixir"}),
    "scan-documents": frozenset({"dotenv", "yaml", "json", "text"}),
}
"""The frontends that the seeds of a scan come from."""


def _scan_seeds(kinds: frozenset[str]) -> list[bytes]:
    def is_meant(seed: bytes) -> bool:
        return any(frontends.frontend_for(source.path) in kinds for source in projects.read_input(seed, "a.txt"))

    singles = [seed for kind in sorted(kinds) for seed in projects.file_seeds().get(kind, ())]
    return list(dict.fromkeys([*filter(is_meant, projects.project_seeds()), *singles]))


# --- suppression ------------------------------------------------------------------------------------------------------


def suppress(data: bytes) -> None:
    """Comments that accept findings mark them, and neither add nor drop one."""
    sources = projects.read_input(data, "a.py")
    unmarked = [Source(item.path, item.data.replace(b"lk-audit:", b"lk-audot:")) for item in sources]
    with_comments, without = (_found(invariants.check_scan(items, rules())) for items in (sources, unmarked))
    require(with_comments == without, "a comment changes which findings there are")


def _found(report: Report) -> list[tuple[str, str, int, int]]:
    return [(item.rule_id, item.place.path, item.place.start, item.place.end) for item in report.findings]


_COMMENTS = (
    *(b"# lk-audit: ignore[LK101] fine", b"// lk-audit: ignore[leaked-api-secret] until=2030-01-01 fine"),
    *(b"/* lk-audit: ignore[LK101, LK202] */", b"<!-- lk-audit: ignore[LK101] x -->", b"# lk-audit: ignore[]"),
    *(b"{/* lk-audit: ignore[implicit-ttl] */}", b"# lk-audit: ignore[LK101] until=2020-02-31", b"# lk-audit: disable"),
)


def _suppression_seeds() -> list[bytes]:
    return [
        b"".join(line + (b"  " + _COMMENTS[number % len(_COMMENTS)] if number else b"") + b"\n" for line in lines)
        for number, lines in enumerate(seed.splitlines() for seed in projects.example_texts())
        if len(lines) < 15  # noqa: PLR2004 - short ones are fast
    ]


# --- tokens -----------------------------------------------------------------------------------------------------------


def decode(data: bytes) -> None:
    """Text that may hold tokens: they are found, read, judged and described."""
    text = data.decode("latin-1")
    found = timed(lambda: list(find_tokens(data)), len(data), SLOWER[0])
    for start, end, token in found:
        require(data[start:end] == token.encode(), "the span of a token is not its text")
    for item in {text, text.strip(), *(token for _, _, token in found[:20])}:
        _inspect(item)


def _inspect(text: str) -> None:
    token = read_token(text)
    require(token == read_token(text), "a second reading gives another token")
    require(decode_token(text) in (None, token), "two readings of a token differ")
    if token is not None:
        signing_secret(token, [Secret("secret")])
        shown = repr((token, properties(token, 0.0), rights(token), token.validity(0.0), token.powers))
        require(text not in shown, "a token is shown in full")
        judge(token, rules(), invariants.OPTIONS)


def _token_seeds() -> list[bytes]:
    texts = [text for seed in projects.project_seeds() for _, _, text in find_tokens(seed)]
    made = "eyJhbGciOiJIUzI1NiJ9.eyJ2aWRlbyI6eyJyb29tSm9pbiI6dHJ1ZX0sImV4cCI6MTc2NzIyNTYwMH0." + "a" * 43
    return [text.encode() for text in dict.fromkeys([*texts, made])]


# --- what users write -------------------------------------------------------------------------------------------------


def configure(data: bytes) -> None:
    """A configuration is understood, or one line tells what is wrong with it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lk-audit.toml"
        path.write_bytes(data)
        try:
            settings = timed(partial(effective, Asked(path), path.parent, rule_names(rules())), len(data), SLOWER[0])
            build(settings, path.parent, rules())
        except UsageError as error:
            require(str(error) and "\n" not in str(error), "the message is no line")


_SETTINGS = b"""\
select = ["all"]
extend-select = ["LK101", "leaked-api-secret"]
ignore = ["implicit-ttl"]
exclude = ["docs/", "*.min.js", "!keep/**"]
min-severity = "low"
fail-on = "never"
max-ttl = "1h"
strict = true
size-limit = "2 MB"
secret-names = ["MY_*", "lk_secret"]
client-paths = ["web/"]

[severity]
LK101 = "low"

[per-path."tests/**"]
ignore = ["all"]
"""


def _configuration_seeds() -> list[bytes]:
    return [_SETTINGS, *(line + b"\n" for line in _SETTINGS.splitlines() if b"=" in line)]


def baseline(data: bytes) -> None:
    """A baseline is read, or one line tells what is wrong with it; written and read again it is the same."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "baseline.txt"
        path.write_bytes(data)
        try:
            first = timed(lambda: read_baseline(path, "baseline.txt"), len(data), SLOWER[0])
        except UsageError as error:
            require(str(error) and "\n" not in str(error), "the message is no line")
            return
        write_baseline(path, first, "baseline.txt")
        require(read_baseline(path, "baseline.txt") == first, "written and read again it is another baseline")


def _baseline_seeds() -> list[bytes]:
    entry = b"0123456789abcdef01234567 89abcdef0123456789abcdef LK101 src/a%20b.py  # API secret is written down\n"
    head = b"# lk-audit baseline 1\n# salt 0123456789abcdef0123456789abcdef\n"
    conflict = b"<<<<<<< HEAD\n" + entry + b"=======\n>>>>>>> other\n"
    return [head, head + entry, head + entry * 2, head + head + entry, head + conflict]


def match_paths(data: bytes) -> None:
    """A pattern and paths, a line each: matching ends soon, and what matches a folder matches what is in it."""
    pattern, *paths = data.decode("utf-8", "replace").split("\n")
    if pattern_mistake(pattern) is not None:
        return
    patterns = PathPatterns((pattern,))
    for path in paths[:20]:
        found = timed(partial(patterns.matched_by, path[:1000]), len(data), SLOWER[0])
        require(found is None or path.startswith(found.rstrip("/")), f"{found!r} is no part of {path!r}")


def _pattern_seeds() -> list[bytes]:
    patterns = (b"*.py", b"docs/", b"/src/**/test_*.ts", b"!a", b"[a-z]*", b"\\#x", b"a/**", b"**/b", b"?", b"{a,b}")
    return [pattern + b"\nsrc/a.py\ndocs/b/c.md\nsrc/x/test_a.ts\n#x\na\n" for pattern in patterns]


# --- all --------------------------------------------------------------------------------------------------------------


def _with_tokens(seeds: Sequence[bytes]) -> tuple[Mutate, ...]:
    return (spliced(seeds), recoded, recoded)


_LONG = {"python": 15.0, "javascript": 15.0, "dotenv": 5.0, "yaml": 5.0, "json": 5.0, "text": 15.0}


def _targets() -> Iterator[tuple[str, Target]]:
    for name, files in FRONTENDS.items():
        yield name, Target(partial(_parse, files), partial(_file_seeds, name), minutes=_LONG.get(name, 3))
    for name, kinds in _SCANNED.items():
        yield name, Target(scan, partial(_scan_seeds, kinds), longest=6_000, minutes=5)
    yield "values", Target(evaluate, partial(_scan_seeds, frontends.CODE), minutes=15)
    yield "token", Target(decode, _token_seeds, _with_tokens, longest=2_000, minutes=15)
    yield "suppression", Target(suppress, _suppression_seeds)
    yield "configuration", Target(configure, _configuration_seeds)
    yield "baseline", Target(baseline, _baseline_seeds)
    yield "patterns", Target(match_paths, _pattern_seeds)


TARGETS: Mapping[str, Target] = dict(_targets())
