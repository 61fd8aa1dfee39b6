"""Where commands that make tokens are written: every carrier, and the words of a command line."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lk_audit.frontends.shell import words_in
from tests.commands import YEAR, findings, found, mints
from tests.samples import SECRET

CARRIERS = [
    ("run.sh", f"{YEAR}\n"),
    ("run.bash", f"if true; then\n  {YEAR} | pbcopy\nfi\n"),
    ("run.ps1", f"{YEAR}\n"),
    ("Makefile", f"token:\n\t@{YEAR}\n"),
    ("justfile", f"token:\n  {YEAR}\n"),
    ("Dockerfile", f"FROM a\nRUN {YEAR} > /token\n"),
    ("Dockerfile", 'CMD ["lk", "token", "create", "--join", "--room", "r", "--valid-for", "8760h"]\n'),
    ("package.json", json.dumps({"scripts": {"token": f"{YEAR} --metadata '{{\"a\": 1}}'"}})),
    ("package.json", json.dumps({"scripts": {"token": f'{YEAR} --metadata "x" && echo'}})),
    ("tasks.json", json.dumps({"command": "lk", "args": ["a"], "run": YEAR.split()})),
    (".github/workflows/a.yml", f"jobs:\n  a:\n    steps:\n      - run: {YEAR}\n"),
    (".github/workflows/a.yml", f"jobs:\n  a:\n    steps:\n      - run: |\n          set -e\n          {YEAR}\n"),
    (".github/workflows/a.yml", f'steps:\n  - run: "{YEAR} --metadata \\"x\\""\n'),
    (".github/workflows/a.yml", f"steps:\n  - run: >\n      {YEAR.replace(' --', chr(10) + '      --')}\n"),
    (".gitlab-ci.yml", f"token:\n  script:\n    - {YEAR}\n"),
    (
        "docker-compose.yml",
        'services:\n  a:\n    command: ["lk", "token", "create", "--join", "--valid-for", "8760h"]\n',
    ),
    ("pyproject.toml", f'[tool.poe.tasks]\ntoken = "{YEAR}"\n'),
    (
        "a.py",
        'subprocess.run(["lk", "token", "create", "--join", "--room", room, "--valid-for", "8760h"], check=True)\n',
    ),
    ("a.py", f'os.system("{YEAR}")\n'),
    ("a.py", f'out = subprocess.check_output(\n    f"{YEAR} --name {{name}}", shell=True\n)\n'),
    ("a.js", 'execFileSync("lk", ["token", "create", "--join", "--room", room, "--valid-for", "8760h"]);\n'),
    ("a.ts", f"const token = execSync(`{YEAR} --name ${{name}}`);\n"),
    ("a.go", 'exec.Command("livekit-cli", "create-token", "--join", "--room", room, "--valid-for", "8760h")\n'),
    ("a.rb", f'token = system("{YEAR}")\n'),
    ("Justfile.md", f"Type `{YEAR}` and paste it.\n"),
]


@pytest.mark.parametrize(("path", "text"), CARRIERS)
def test_a_command_is_found_in_every_carrier(path: str, text: str) -> None:
    (finding,) = [item for item in findings(text, path) if item.rule_id == "LK301"]

    written = text.encode()[finding.place.start : finding.place.end].decode()
    assert (written.startswith("--valid-for"), "8760h" in written) == (True, True)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", f'print("{YEAR}")\n'),
        ("a.py", f'"""Usage:\n\n    {YEAR}\n"""\n'),
        ("a.py", f"# {YEAR}\n"),
        ("a.js", f"console.log('{YEAR}')\n"),
        ("a.go", f'fmt.Println("{YEAR}")\n'),
        ("package-lock.json", json.dumps({"scripts": {"token": YEAR}})),
    ],
)
def test_code_that_only_mentions_a_command_makes_no_token(path: str, text: str) -> None:
    assert mints(f"{text}\n# livekit\n", path) == []


@pytest.mark.parametrize(("path", "text"), CARRIERS)
def test_an_api_secret_on_the_command_line_is_found_in_every_carrier(path: str, text: str) -> None:
    if '"--join"' in text:
        given_to = text.replace('"--join"', f'"--api-key", "APIexample23456", "--api-secret", "{SECRET}", "--join"')
    else:
        given_to = text.replace("--join", f"--api-key APIexample23456 --api-secret {SECRET} --join")

    assert ("LK101", SECRET) in found(given_to, path)


def test_a_secret_is_found_in_any_command_that_code_runs() -> None:
    text = f'subprocess.run(["lk", "room", "list", "--api-secret={SECRET}", "--api-key", "APIexample23456"])\n'

    (finding,) = findings(text, "a.py")

    assert (finding.rule_id, "APIexample23456" in finding.message) == ("LK101", True)
    assert text[finding.place.start : finding.place.end] == SECRET


@given(st.lists(st.text("abc-=./ \"'$`\\{}<>#|;\n", max_size=8), max_size=6))
@settings(max_examples=300, deadline=None)
def test_quoted_words_come_back_as_they_were(words: list[str]) -> None:
    quoted = " ".join("'" + word.replace("'", "'\\''") + "'" for word in words)
    # Of words that go over several lines only a grant in JSON is read, in one pair of quotes.
    if any("\n" in word and (not word.startswith("{") or "'" in word) for word in words):
        return

    assert [word.text for word in words_in(quoted.encode(), 0, len(quoted))] == words


@given(st.text("abc-=./ \"'$`\\{}()<>#|;&\n", max_size=60))
@settings(max_examples=300, deadline=None)
def test_words_stand_in_order_and_inside_the_text(text: str) -> None:
    words = list(words_in(text.encode(), 0, len(text)))

    edges = [edge for word in words for edge in (word.start, word.end)]
    assert edges == sorted(edges)
    assert all(word.end > word.start for word in words)
    assert not edges or edges[-1] <= len(text)


@pytest.mark.parametrize("path", ["a.sh", "a.json", "a.rb", "a.md"])
@pytest.mark.parametrize(
    "text",
    [
        "lk token create " * 50_000,
        "lk token create --join '" * 30_000,
        'lk token create --join "{' * 20_000,
        '"lk", "token", "create", ' * 20_000,
        "T=1h\nlk token create --join --valid-for $T\n" * 3_000,
        "lk token create --join --valid-for " + "$" * 200_000,
        "lk token create --valid-for ${" * 30_000,
        "`lk token create" * 30_000,
        "a/" * 200_000 + "lk token create",
    ],
)
def test_hostile_files_cost_little_time(path: str, text: str) -> None:
    started = time.perf_counter()

    findings(f"livekit {text}", path)

    assert time.perf_counter() - started < 5
