"""The input of the comparison: small projects with planted LiveKit secrets and tokens, and the same without them."""

from __future__ import annotations

import base64
import random
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import jwt

from lk_audit.rule_loader import load_builtin_rules
from lk_audit.testing import marked_lines, read_example, without_marks

HERE = Path(__file__).parent
PROJECTS = HERE.parent / "tests" / "fixtures" / "projects"
RULES = ("LK101", "LK102", "LK202", "LK501", "LK502")
"""The rules on what is written down."""

_MARKS = re.compile(r"@(SECRET64|SECRET|TOKEN|FIRST|SECOND|KEY64|KEY)@")
_PLANTED = re.compile(r"@(?:SECRET64|SECRET|TOKEN|FIRST)@")
_ALPHABET = string.ascii_letters + string.digits
_KEY_ALPHABET = "".join(sorted(set(_ALPHABET) - set("01IOl")))
"""What key ids are made of (livekit/protocol:utils/guid/id.go)."""
_VALID_FROM = 4_102_441_200
"""Seconds since 1970: the tokens begin in 2099 and last ten minutes, so that the input never changes."""
_PLACEHOLDERS = (
    ("your-api-key", "your-livekit-api-secret", "your-token"),
    ("YOUR_API_KEY", "YOUR_API_SECRET", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9..."),
    ("APIxxxxxxxxxxxx", "x" * 43, "eyJhbGciOiJIUzI1NiJ9.xxxxxxxx.xxxxxxxx"),
    ("insert-key-here", "insert-your-secret-here", "paste-a-token-here"),
    ("example_api_key", "REPLACE_WITH_YOUR_SECRET", "YOUR_JWT"),
)
"""Key id, secret and token as documentation writes them."""


@dataclass(frozen=True, slots=True)
class Case:
    """One project: its folder below the input, its files, and the lines, as (file, line), that hold what is planted."""

    corpus: str
    folder: str
    files: dict[str, str]
    planted: frozenset[tuple[str, int]] = field(default_factory=frozenset)

    @property
    def lines(self) -> frozenset[tuple[str, int]]:
        """The planted lines with paths relative to the input."""
        return frozenset((f"{self.folder}/{path}", line) for path, line in self.planted)


def all_cases() -> list[Case]:
    """Every case there is."""
    return [*carrier_cases(), *example_cases(), *project_cases()]


def write_cases(cases: list[Case], folder: Path) -> None:
    """Write the files of all cases below a folder."""
    for case in cases:
        for path, text in case.files.items():
            file = folder / case.folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")


# --- carriers ---------------------------------------------------------------------------------------------------------


def carrier_cases() -> Iterator[Case]:
    """Every carrier leaky with two kinds of pairs, with a placeholder, and with a reference."""
    for number, (title, path, leaky, reference) in enumerate(_carriers()):
        slug = re.sub(r"\W+", "-", title.lower()).strip("-")
        planted = frozenset((path, line) for line, text in enumerate(leaky.splitlines(), 1) if _PLANTED.search(text))
        yield Case("carriers", f"carriers/leaky/{slug}", {path: _filled(leaky, _credentials(title))}, planted)
        if "@TOKEN@" not in leaky:
            yield Case("self-made", f"carriers/self-made/{slug}", {path: _filled(leaky, _self_made(title))}, planted)
        placeholders = _as_marks(*_PLACEHOLDERS[number % len(_PLACEHOLDERS)])
        yield Case("carriers", f"carriers/placeholder/{slug}", {path: _filled(leaky, placeholders)})
        yield Case("carriers", f"carriers/reference/{slug}", {path: reference})


def _carriers() -> Iterator[tuple[str, str, str, str]]:
    """Title, path, leaky text and reference text of each carrier."""
    text = (HERE / "carriers.txt").read_text(encoding="utf-8")
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title, _, body = section.partition("\n")
        path, _, rest = body.removeprefix("--- ").partition("\n")
        leaky, _, reference = rest.partition("--- reference\n")
        yield title, path, leaky, reference


def _credentials(seed: str) -> dict[str, str]:
    """A made-up pair, in the form that LiveKit generates, and a token that it signed; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - made-up, and the same in every run
    key = "API" + "".join(chance.choices(_KEY_ALPHABET, k=12))
    secret = "".join(chance.choices(_ALPHABET, k=43))
    claims = {
        "iss": key,
        "sub": seed,
        "nbf": _VALID_FROM,
        "exp": _VALID_FROM + 600,
        "video": {"roomJoin": True, "room": "lobby"},
    }
    return _as_marks(key, secret, jwt.encode(claims, secret, algorithm="HS256"))


def _self_made(seed: str) -> dict[str, str]:
    """A pair as people make it for a server of their own: a name, and what `openssl rand -hex 32` prints."""
    chance = random.Random(seed)  # noqa: S311 - made-up, and the same in every run
    return _as_marks("meet-prod", "".join(chance.choices("0123456789abcdef", k=64)), "")


def _as_marks(key: str, secret: str, token: str) -> dict[str, str]:
    half = len(secret) // 2
    return {
        "KEY": key,
        "SECRET": secret,
        "TOKEN": token,
        "FIRST": secret[:half],
        "SECOND": secret[half:],
        "KEY64": base64.b64encode(key.encode()).decode(),
        "SECRET64": base64.b64encode(secret.encode()).decode(),
    }


def _filled(text: str, values: dict[str, str]) -> str:
    return _MARKS.sub(lambda mark: values[mark[1]], text)


# --- this repository's examples and projects --------------------------------------------------------------------------


def example_cases() -> Iterator[Case]:
    """The examples of the rules on what is written down."""
    for rule in load_builtin_rules():
        if rule.id not in RULES:
            continue
        for form in ("bad", "good"):
            for number, text in enumerate(getattr(rule, form), 1):
                sources = read_example(text)
                files = {source.path: without_marks(source.text) for source in sources}
                yield Case("examples", f"rules/{rule.id}-{form}-{number}", files, marked_lines(sources))


def project_cases() -> Iterator[Case]:
    """The projects in which one of these rules finds something, and every clean one."""
    for project in sorted(PROJECTS.iterdir()):
        expected = (project / "expected.txt").read_text(encoding="utf-8").split("\n")
        planted = frozenset(_place(line) for line in expected if line.endswith(RULES))
        if planted or not any(expected):
            files = {
                file.relative_to(project).as_posix(): file.read_text(encoding="utf-8")
                for file in sorted(project.rglob("*"))
                if file.is_file() and file.name != "expected.txt"
            }
            yield Case("projects", f"projects/{project.name}", files, planted)


def _place(line: str) -> tuple[str, int]:
    path, _, number = line.rpartition(" ")[0].rpartition(":")
    return path, int(number)
