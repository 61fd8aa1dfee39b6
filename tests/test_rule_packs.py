"""Rule packs, installed as people install them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from lk_audit import testing
from lk_audit.facts import Lead, TokenMint
from lk_audit.rule_api import Options, Problem, Severity, rule
from lk_audit.rule_packs import installed_packs
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.source import Source

ROOT = Path(__file__).parent.parent
PACK = ROOT / "tests" / "fixtures" / "packs" / "acme-livekit-rules"
MINT = """\
from datetime import timedelta
from livekit import api


def mint(patient: str, room: str) -> str:
    grants = api.VideoGrants(room_join=True, room=room, can_publish=True)
    return api.AccessToken().with_identity(patient).with_ttl(timedelta(minutes=10)).with_grants(grants).to_jwt()
"""
Run = Callable[..., subprocess.CompletedProcess[str]]


def install(pack: Path, target: Path) -> None:
    """Install a pack with pip into a folder of modules; the backend that builds it is the one of lk-audit itself."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index"]
    done = subprocess.run(
        [*command, "--no-deps", "--no-build-isolation", "--target", target, pack],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of modules with the example pack, built and installed by pip."""
    folder = tmp_path_factory.mktemp("packs")
    shutil.copytree(PACK, folder / "source")
    install(folder / "source", folder / "modules")
    return folder / "modules"


@pytest.fixture
def modules_to_break(modules: Path, tmp_path: Path) -> Path:
    """A copy of the folder of modules, to break something in."""
    shutil.copytree(modules, tmp_path / "modules")
    return tmp_path / "modules"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the command line in a project that makes a token, with a folder of modules."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "mint.py").write_text(MINT)

    def command(modules: Path, *arguments: str, folder: Path = project) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "lk_audit", *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{modules}"},
            capture_output=True,
            text=True,
            check=False,
        )

    return command


# --- a pack that works ------------------------------------------------------------------------------------------------


def test_the_finding_of_an_installed_pack_appears(run: Run, modules: Path) -> None:
    done = run(modules, "scan")

    assert (done.returncode, done.stderr) == (1, "")
    assert "medium ACME001[unlimited-sources]: the token may publish from every source, screens included" in done.stdout
    assert " --> mint.py:6:" in done.stdout


def test_without_the_pack_the_same_project_is_clean(run: Run, tmp_path: Path) -> None:
    assert run(tmp_path, "scan").returncode == 0


def test_a_rule_of_a_pack_is_selected_suppressed_and_configured_like_any_other(run: Run, modules: Path) -> None:
    assert run(modules, "scan", "--ignore", "unlimited-sources").returncode == 0
    assert run(modules, "scan", "--select", "ACME001").returncode == 1
    assert 'did you mean "ACME001"?' in run(modules, "scan", "--select", "ACM001").stderr


def test_sarif_carries_the_page_of_the_rule(run: Run, modules: Path) -> None:
    log = json.loads(run(modules, "scan", "--format", "sarif").stdout)
    rules = {rule["id"]: rule for rule in log["runs"][0]["tool"]["driver"]["rules"]}

    assert rules["ACME001"]["name"] == "UnlimitedSources"
    assert "other patients" in rules["ACME001"]["fullDescription"]["text"] + rules["ACME001"]["help"]["text"]


def test_explain_shows_the_rule_with_its_examples(run: Run, modules: Path) -> None:
    page = run(modules, "explain", "unlimited-sources").stdout

    assert page.startswith("ACME001 unlimited-sources  medium  CWE-1220")
    assert "can_publish_sources=[" in page
    assert "<- finding" in page


def test_the_catalogue_lists_the_rule(run: Run, modules: Path) -> None:
    listed = [rule["id"] for rule in json.loads(run(modules, "rules", "--format", "json").stdout)]

    assert "ACME001" in listed
    assert listed == sorted(listed)


def test_the_tests_of_the_pack_pass_against_what_was_installed(modules: Path, tmp_path: Path) -> None:
    shutil.copy(PACK / "tests" / "test_rules.py", tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_rules.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{modules}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


# --- packs that do not ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("broken.py", "import nothing_like_this\n", "ModuleNotFoundError: No module named 'nothing_like_this'"),
        ("broken.py", "def\n", "SyntaxError: invalid syntax"),
        ("broken.py", "raise ValueError('two\\nlines')\n", "ValueError: two lines"),
        ("broken.py", "raise SystemExit(4)\n", "SystemExit: 4"),
        ("empty.py", "", "a rule file holds exactly one rule; this one holds 0"),
    ],
)
def test_a_broken_rule_is_named_with_pack_file_and_reason_and_the_others_go_on(
    run: Run, modules_to_break: Path, file: str, text: str, reason: str
) -> None:
    (modules_to_break / "acme_livekit_rules" / file).write_text(text)
    done = run(modules_to_break, "scan", "--format", "json")

    assert done.returncode == 3
    assert re.fullmatch(rf"lk-audit: rule pack acme-livekit-rules: \S+/{file}(:1)?: {reason}\n", done.stderr)
    assert [finding["rule_id"] for finding in json.loads(done.stdout)["findings"]] == ["ACME001"]


def test_the_text_report_names_the_broken_rule_too(run: Run, modules_to_break: Path) -> None:
    (modules_to_break / "acme_livekit_rules" / "broken.py").write_text("x = 1")
    done = run(modules_to_break, "scan")

    assert done.returncode == 3
    assert "rule pack acme-livekit-rules: " in done.stdout
    assert "ACME001[unlimited-sources]" in done.stdout


def test_an_id_of_a_built_in_rule_is_refused(run: Run, modules_to_break: Path) -> None:
    rule = modules_to_break / "acme_livekit_rules" / "unlimited_sources.py"
    rule.write_text(rule.read_text().replace("ACME001", "LK301"))
    done = run(modules_to_break, "rules")

    assert "LK301  excessive-ttl" in done.stdout
    assert "unlimited-sources" not in done.stdout
    assert "rule LK301 unlimited-sources is left out: the id LK301 belongs to LK301 excessive-ttl of lk-audit" in (
        done.stderr
    )


def test_a_rule_that_gives_something_else_than_problems_fails_alone(run: Run, modules_to_break: Path) -> None:
    rule = modules_to_break / "acme_livekit_rules" / "unlimited_sources.py"
    rule.write_text(re.sub(r"yield Problem\(.*\)", 'yield "no problem"', rule.read_text()))
    done = run(modules_to_break, "scan", "--max-ttl", "5m")

    assert done.returncode == 3
    assert (
        "rules that failed, and are not lk-audit's:\n  ACME001 on mint.py: str yielded, where a Problem is"
        in done.stdout
    )
    assert "LK301[excessive-ttl]" in done.stdout


def test_a_rule_that_is_asked_for_and_could_not_be_loaded_is_told_with_the_reason(
    run: Run, modules_to_break: Path
) -> None:
    rule = modules_to_break / "acme_livekit_rules" / "unlimited_sources.py"
    rule.write_text(rule.read_text().replace("cwe=1220,", ""))
    done = run(modules_to_break, "scan", "--select", "ACME001")

    assert done.returncode == 2
    assert done.stderr.startswith("lk-audit: no rule is called ACME001; ")
    assert "missing 1 required keyword-only argument: 'cwe'" in done.stderr


def test_a_scanned_repository_cannot_pose_as_a_rule_pack(run: Run, tmp_path: Path) -> None:
    metadata = tmp_path / "project" / "evil-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[lk_audit.rules]\nevil = evil\n")
    (tmp_path / "project" / "evil.py").write_text("open('was-here', 'w').close()")
    (tmp_path / "elsewhere").mkdir()
    done = run(tmp_path / "elsewhere", "scan")

    assert (done.returncode, done.stderr) == (0, "")
    assert not (tmp_path / "project" / "was-here").exists()


# --- what a start costs -----------------------------------------------------------------------------------------------


def loaded_modules(folder: Path) -> list[str]:
    """The modules that are there when all rules are loaded, with a folder on the path."""
    code = "import sys; from lk_audit.rule_loader import load_rules; load_rules(); print(*sys.modules)"
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}"}
    return subprocess.run(
        [sys.executable, "-P", "-c", code], env=environment, capture_output=True, text=True, check=True
    ).stdout.split()


@pytest.mark.skipif(bool(installed_packs()), reason="a rule pack is installed here")
def test_metadata_is_read_only_where_a_pack_is_installed(modules: Path, tmp_path: Path) -> None:
    (tmp_path / "other-1.0.dist-info").mkdir()
    (tmp_path / "other-1.0.dist-info" / "entry_points.txt").write_text("[console_scripts]\nother = other:main\n")

    assert "importlib.metadata" not in loaded_modules(tmp_path)
    assert {"importlib.metadata", "acme_livekit_rules.unlimited_sources"} <= set(loaded_modules(modules))


def test_a_pack_in_an_egg_info_folder_or_twice_on_the_path_is_one_pack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("one", "two"):
        metadata = tmp_path / folder / "old_rules.egg-info"
        metadata.mkdir(parents=True)
        (metadata / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: old-rules\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[lk_audit.rules]\nold = {folder}\n")
        monkeypatch.syspath_prepend(tmp_path / folder)

    assert [(pack.name, pack.entry.value) for pack in installed_packs() if "old" in pack.name] == [("old-rules", "two")]


# --- for those who write packs ----------------------------------------------------------------------------------------


def test_the_page_on_rule_packs_shows_the_files_of_the_example() -> None:
    page = (ROOT / "docs" / "rule-packs.md").read_text(encoding="utf-8")

    for name in ("pyproject.toml", "acme_livekit_rules/unlimited_sources.py", "tests/test_rules.py"):
        fence = "toml" if name.endswith("toml") else "python"
        assert f"`{name}`:\n\n```{fence}\n{(PACK / name).read_text(encoding='utf-8')}```\n" in page


RULE = '''
from lk_audit.facts import InsecureUrl
from lk_audit.rule_api import Problem, Severity, rule


@rule(InsecureUrl, id="XX101", severity=Severity.LOW, cwe=319, fix="No.", bad=[{bad!r}], good=[{good!r}])
def some_rule(url):
    """Something."""
    yield Problem(url.place, "something")
'''
URL = "--- a.env\nLIVEKIT_URL=ws://live.acme.io"


@pytest.mark.parametrize(
    ("bad", "good", "mistakes"),
    [
        (f"{URL}  # <- finding", "--- a.env\nA=b", []),
        (URL, "--- a.env\nA=b", ["bad example 1: no line is marked", "bad example 1: XX101 finds a.env:1: something"]),
        ("--- a.env\nA=b  # <- finding", "--- a.env\nA=b", ["bad example 1: nothing is found on a.env:1"]),
        (f"{URL}  # <- finding", URL, ["good example 1: LK203 finds a.env:1", "good example 1: XX101 finds a.env:1"]),
        (f"{URL}  # <- finding", "A=b", ["good example 1: the example does not start with a header"]),
    ],
)
def test_examples_that_do_not_hold_are_told_line_by_line(
    tmp_path: Path, bad: str, good: str, mistakes: list[str]
) -> None:
    (tmp_path / "some_rule.py").write_text(RULE.format(bad=bad, good=good))
    package = ModuleType(f"pack_with_examples_{tmp_path.name}")
    package.__path__ = [str(tmp_path)]

    found = testing.mistakes_in_examples(testing.rules_of(package))

    assert len(found) == len(mistakes)
    for line, mistake in zip(found, mistakes, strict=True):
        assert line.startswith(f"XX101 some-rule, {mistake}")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("return Problem(mint.place, 'x')", "Problem returned, where problems are to be yielded,"),
        ("yield 3", "int yielded, where a Problem is expected,"),
        ("yield Problem('here', 'x')", "a Problem whose place is str"),
        ("yield Problem(mint.place, 3)", "a Problem whose message is int"),
        ("yield Problem(mint.place, 'x', 'high')", "a Problem whose severity is str"),
        ("yield Problem(mint.place, 'x', trace=(Lead('here', 'y'),))", "a Problem whose place is str"),
    ],
)
def test_what_is_wrong_with_a_rules_problem_is_said(given: str, told: str) -> None:
    names: dict[str, Any] = {"Problem": Problem, "Lead": Lead}
    exec(f"def guest(mint):\n    'Guests.'\n    {given}\n", names)  # noqa: S102 - a rule in words
    bad = rule(TokenMint, id="TEAM001", severity=Severity.LOW, cwe=1, fix="x", bad=["a"], good=["b"])(names["guest"])
    source = Source.from_text("a.py", "from livekit import api\napi.AccessToken().to_jwt()\n")

    (crash,) = scan_sources([source], [bad], Options()).crashes
    assert (crash.rule_id, crash.error, crash.raised_at) == ("TEAM001", told, "guest.py")
