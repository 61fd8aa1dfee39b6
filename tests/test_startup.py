"""What a run loads, and what it reads from its command line without click."""

from __future__ import annotations

import inspect
import os
import random
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256 as of_the_library
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lk_audit import digests
from lk_audit.cli import plain
from lk_audit.cli.scan import scan_command
from lk_audit.frontends import grammars
from lk_audit.livekit import sdks
from lk_audit.rule_api import cleaned
from lk_audit.values import dialects

ROOT = Path(__file__).parent.parent
FLAGS = (
    *("--staged", "--color", "--no-color", "--force-exclude", "--no-force-exclude", "--isolated", "--strict"),
    *("--no-strict", "--cache", "--no-cache", "--no-baseline", "--honor-foreign-comments", "--history", "--fix"),
    *("--diff", "--unsafe", "--no-honor-foreign-comments"),
)
VALUED = (
    *("--select", "--extend-select", "--ignore", "--exclude", "--format", "--output", "-o", "--min-severity"),
    *("--max-ttl", "--size-limit", "--fail-on", "--baseline", "--config", "--jobs", "--rules", "--stdin-filename"),
    "--cache-dir",
)
VALUES = (
    "a.py",
    "src",
    "tests",
    "README.md",
    "json",
    "sarif",
    "yaml",
    "3",
    "high",
    "1h",
    "all,LK101",
    "",
    "-",
    "--strict",
    "a=b",
    "--",
)


def click_reads(arguments: list[str]) -> object:
    """The parameters that click finds, or None where it finds a mistake."""
    try:
        return scan_command.make_context("scan", arguments).params
    except (click.ClickException, click.exceptions.Exit):
        return None


TOKENS = st.one_of(
    st.sampled_from(FLAGS),
    st.sampled_from(VALUED),
    st.sampled_from(VALUES),
    st.builds("{}={}".format, st.sampled_from((*VALUED, *FLAGS)), st.sampled_from(VALUES)),
    st.sampled_from(("--help", "-h", "-ojson", "--fail", "--strict=1", "--nothing")),
)


@given(st.lists(TOKENS, max_size=6))
def test_a_command_line_is_read_without_click_as_click_reads_it(arguments: list[str]) -> None:
    at_once = plain.scan_options(["scan", *arguments])

    assert at_once is None or at_once == click_reads(arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--force-exclude", "--", "a.py", "-b.py"],
        ["--staged"],
        ["src", "--format", "sarif", "-o", "a.sarif", "--fail-on=never", "--no-cache"],
        ["--select", "LK101", "--select=LK102", "--max-ttl", "2h", "a.py", "--isolated"],
        ["--cache-dir", "tests", "--cache-dir=not-there-yet/" + "a" * 300, "src"],
    ],
    ids=" ".join,
)
def test_ordinary_command_lines_need_no_click(arguments: list[str]) -> None:
    assert plain.scan_options(["scan", *arguments]) == click_reads(arguments) is not None


@pytest.mark.parametrize(
    "arguments",
    [
        ["rules"],
        ["scan", "--help"],
        ["scan", "--nothing"],
        ["scan", "--format", "yaml"],
        ["scan", "--select"],
        ["scan", "--history"],
        ["scan", "--cache-dir", __file__],
        ["scan", "-"],
        ["scan", "--fix"],
    ],
    ids=" ".join,
)
def test_unusual_command_lines_are_left_to_click(arguments: list[str]) -> None:
    assert plain.scan_options(arguments) is None


def test_shells_that_ask_for_completions_ask_click(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_LK_AUDIT_COMPLETE", "bash_complete")
    assert plain.scan_options(["scan"]) is None


PYTHON_MINT = """from datetime import timedelta

from fastapi import FastAPI
from livekit import api

app = FastAPI()


@app.get("/token")
def token(room: str, name: str):
    grants = api.VideoGrants(room_join=True, room=room)
    return api.AccessToken("k", "s").with_identity(name).with_grants(grants).with_ttl(timedelta(hours=48)).to_jwt()
"""
NODE_MINT = """import { AccessToken } from 'livekit-server-sdk';

export async function GET(request: Request) {
  const name = new URL(request.url).searchParams.get('name');
  const token = new AccessToken('k', 's', { identity: name, ttl: '48h' });
  token.addGrant({ roomJoin: true, room: 'a' });
  return Response.json({ token: await token.toJwt() });
}
"""
GO_MINT = """package main

import (
	"time"

	"github.com/livekit/protocol/auth"
)

func token(room, name string) (string, error) {
	grant := &auth.VideoGrant{RoomJoin: true, Room: room}
	return auth.NewAccessToken("k", "s").AddGrant(grant).SetIdentity(name).SetValidFor(48 * time.Hour).ToJWT()
}
"""
MINTS = {"python": ("a.py", PYTHON_MINT), "javascript": ("a.ts", NODE_MINT), "go": ("a.go", GO_MINT)}
LISTED = (
    "import sys; from lk_audit import cli\n"
    "cli._is_watched = lambda: True\n"
    "try: cli.main()\nfinally: print(*sys.modules, file=sys.stderr)"
)
SELDOM = (
    *("click", "inspect", "typing_extensions", "tempfile", "shutil", "tomllib", "difflib", "json", "hashlib", "html"),
    *(
        "importlib.resources",
        "concurrent.futures",
        "multiprocessing",
        "pickle",
        "libcst",
        "jwt",
        "detect_secrets",
        "yaml",
    ),
)
"""What a hook does without, though the scanner has a use for it."""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], set[str]]:
    """The modules that a hook over one file of a language loads."""
    known: dict[str, set[str]] = {}

    def modules(language: str) -> set[str]:
        if language not in known:
            name, text = MINTS[language]
            folder = tmp_path_factory.mktemp(language)
            (folder / name).write_text(text)
            subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
            ran = subprocess.run(
                [sys.executable, "-c", LISTED, "scan", "--force-exclude", "--", name],
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )
            assert ran.returncode == 1, ran.stderr
            assert "excessive-ttl" in ran.stdout
            known[language] = set(ran.stderr.split())
        return known[language]

    return modules


@pytest.mark.parametrize("language", MINTS)
def test_a_hook_loads_the_tables_of_the_languages_it_meets(language: str, loaded: Callable[[str], set[str]]) -> None:
    modules = loaded(language)
    own = {f"lk_audit.values.{language}", f"lk_audit.livekit.sdks.{language}", f"lk_audit.frontends.{language}"}
    families = (set(dialects.LIBRARIES.values()) | set(sdks.FAMILIES)) - {language}
    others = {f"lk_audit.{layer}.{family}" for layer in ("values", "livekit.sdks", "frontends") for family in families}

    assert own <= modules
    assert not others & modules


@pytest.mark.parametrize("language", MINTS)
def test_a_hook_loads_the_extractors_of_the_languages_it_meets(
    language: str, loaded: Callable[[str], set[str]]
) -> None:
    of_one = {"dotnet", "rust", "go", "go_claims", "php", "ruby", "elixir", "jvm", "spring", "annotated", "joken"}
    ours = {"go", "go_claims"} if language == "go" else set()
    named = {name.rpartition(".")[2] for name in loaded(language) if name.startswith("lk_audit.extractors.")}

    assert not named & (of_one - ours)


@pytest.mark.parametrize("language", MINTS)
def test_a_hook_does_without_what_few_runs_need(language: str, loaded: Callable[[str], set[str]]) -> None:
    assert not loaded(language).intersection(SELDOM)


@pytest.mark.parametrize("language", MINTS)
def test_grammars_are_loaded_without_their_packages(language: str, loaded: Callable[[str], set[str]]) -> None:
    grammars = {name for name in loaded(language) if name.startswith("tree_sitter_") and "." not in name}

    assert not grammars


def test_a_grammar_is_the_same_whether_or_not_its_package_was_imported() -> None:
    code = (
        "from lk_audit.frontends.grammars import language\n"
        "first = language('tree_sitter_python')\n"
        "import tree_sitter_python; from tree_sitter import Language\n"
        "print(first == Language(tree_sitter_python.language()), first.abi_version)"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("True ")


def test_a_package_without_a_binding_of_its_own_is_imported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "tree_sitter_unheard_of.py").write_text("def language(): return 1\n")
    monkeypatch.syspath_prepend(tmp_path)

    assert grammars.binding("tree_sitter_unheard_of").language() == 1
    with pytest.raises(ImportError):
        grammars.binding("tree_sitter_that_nobody_has")


def test_a_digest_is_that_of_the_standard_library() -> None:
    texts = [bytes([number]) * 400_000 for number in range(5)]

    assert [digests.sha256(text) for text in texts] == [of_the_library(text).digest() for text in texts]


def test_the_text_of_a_rule_is_cleaned_as_docstrings_are() -> None:
    generator = random.Random(7)
    texts = ["".join(generator.choices(" \n\tab", k=generator.randrange(14))) for _ in range(5_000)]

    assert [cleaned(text) for text in texts] == [inspect.cleandoc(text) for text in texts]


def test_what_a_run_says_is_all_there_when_it_ends_at_once(tmp_path: Path) -> None:
    lines = "".join(f"LIVEKIT_URL_{number}=ws://livekit{number}.example.com\n" for number in range(500))
    (tmp_path / ".env").write_text(lines)
    command = [sys.executable, "-m", "lk_audit", "scan", "--select", "all", "--fail-on", "never", ".env"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, env=environment)

    assert ran.returncode == 0
    assert ran.stdout.endswith(" s\n")
    assert ran.stderr == ""


def test_whoever_measures_a_run_sees_its_end(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("a = 1\n")
    ran = subprocess.run(
        [sys.executable, "-m", "cProfile", "-m", "lk_audit", "scan", "a.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert "function calls" in ran.stdout
