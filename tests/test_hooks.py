"""The hooks for pre-commit and prek: their manifest, the files they see, and real runs of both programs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from identify import identify

from lk_audit.cli.commands import commands
from tests.checkout import ROOT, commit, environment, git, registry_problem, snapshot
from tests.samples import SECRET

MANIFEST = ROOT / ".pre-commit-hooks.yaml"
HOOKS: dict[str, dict[str, Any]] = {hook["id"]: hook for hook in yaml.safe_load(MANIFEST.read_text())}
PROJECTS = ROOT / "tests" / "fixtures" / "projects"
MINT = "src/services/LiveKitService.ts"
LEAK = f"LIVEKIT_API_SECRET={SECRET}\n"
PROGRAMS = ("pre-commit", "prek")


def program(name: str) -> list[str]:
    """The program as installed beside this Python."""
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    assert found, f"{name} is not installed; pip install '.[test]' brings it"
    return [found]


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


# --- the manifest -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_manifest_is_valid(name: str) -> None:
    done = subprocess.run(
        [*program(name), "validate-manifest", MANIFEST], capture_output=True, text=True, check=False, cwd=ROOT
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_hooks_for_changed_files_staged_content_and_the_whole_repository() -> None:
    assert list(HOOKS) == ["lk-audit", "lk-audit-staged", "lk-audit-full"]
    assert {name: hook.get("pass_filenames", True) for name, hook in HOOKS.items()} == {
        "lk-audit": True,
        "lk-audit-staged": False,
        "lk-audit-full": False,
    }
    assert HOOKS["lk-audit-full"]["stages"] == ["pre-push", "manual"]


def test_every_hook_is_in_the_documentation() -> None:
    page = (ROOT / "docs" / "integration.md").read_text()

    assert [name for name in HOOKS if f"| `{name}` |" not in page] == []


@pytest.mark.parametrize("hook", HOOKS.values(), ids=HOOKS)
def test_every_hook_runs_alone_and_asks_for_the_version_that_knows_its_stages(hook: dict[str, Any]) -> None:
    # One process sees all files, so that one summary and one project are made of them.
    assert hook["require_serial"] is True
    assert hook["language"] == "python"
    # pre-commit 3.2.0 gave the stages the names of git's hooks.
    assert hook["minimum_pre_commit_version"] == "3.2.0"


@pytest.mark.parametrize("name", ["lk-audit", "lk-audit-staged", "lk-audit-full"])
def test_the_entry_uses_options_that_exist(name: str) -> None:
    scan = commands.commands.get("scan") or commands.get_command(None, "scan")  # type: ignore[arg-type]
    assert scan is not None
    known = {option for parameter in scan.params for option in parameter.opts}

    _, command, *options = HOOKS[name]["entry"].split()

    assert command == "scan"
    assert set(options) <= known


# --- the files --------------------------------------------------------------------------------------------------------

CARRIERS = """
    .env .env.local .env.production .env.example prod.env .envrc .flaskenv .dev.vars Procfile Caddyfile Makefile
    Jenkinsfile Dockerfile Dockerfile.dev api.Dockerfile livekit.yaml compose.yml values.yaml.gotmpl secret.yaml.j2
    a.json a.jsonc a.json5 a.toml a.ini a.cfg a.conf a.properties a.tf a.tfvars a.hcl a.plist a.xcconfig a.gradle a.py
    a.pyi a.js a.jsx a.mjs a.cjs a.ts a.tsx a.mts a.cts a.vue a.svelte a.astro a.html a.go a.rb a.php a.java a.kt
    a.swift a.dart a.rs a.cs a.ps1 a.ipynb a.md a.mdx a.rst a.txt a.sql a.lua a.sh a.bat a.har a.log a.bru a.http
    a.postman_collection a.pem a.svg main.bundle.js.map deploy CODEOWNERS notes
"""
WIDE = [".env", ".env.local", "deploy", "settings.config", "a.http", "a.ps1", "a.ini", "a.txt"]


def is_passed(hook: dict[str, Any], root: Path, name: str) -> bool:
    """Whether pre-commit gives a file to a hook: its rules, with the tags of the library that it uses."""
    tags = identify.tags_from_path(str(root / name))
    return (
        tags >= set(hook.get("types", ["file"]))
        and (not hook.get("types_or") or bool(tags & set(hook["types_or"])))
        and not tags & set(hook.get("exclude_types", []))
        and re.search(hook.get("files", ""), name) is not None
        and re.search(hook.get("exclude", "^$"), name) is None
    )


@pytest.mark.parametrize("id_", ["lk-audit", "lk-audit-staged"])
@pytest.mark.parametrize("name", CARRIERS.split())
def test_no_file_that_can_carry_a_secret_is_filtered_away(id_: str, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(LEAK)

    assert is_passed(HOOKS[id_], tmp_path, name)


@pytest.mark.parametrize("name", WIDE)
def test_utf_16_is_no_hiding_place(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(LEAK.encode("utf-16"))

    assert is_passed(HOOKS["lk-audit"], tmp_path, name)


def test_the_usual_filter_for_text_would_lose_utf_16(tmp_path: Path) -> None:
    # This is why the hooks take every file: remove them from this list when identify changes its mind.
    for name in WIDE:
        (tmp_path / name).write_bytes(LEAK.encode("utf-16"))

    lost = [name for name in WIDE if not is_passed({"types": ["text"]}, tmp_path, name)]

    assert lost == [".env", ".env.local", "deploy", "settings.config", "a.http"]


def test_links_and_folders_are_not_passed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")

    assert not is_passed(HOOKS["lk-audit"], tmp_path, "folder")
    assert not is_passed(HOOKS["lk-audit"], tmp_path, "link")


# --- real runs --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of a test run share: the environments of the hooks are made once."""
    problem = registry_problem()
    if problem is not None:
        pytest.skip(f"the environment of a hook cannot be built: {problem}")
    base = tmp_path_factory.getbasetemp()
    folder = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    snapshot(folder)
    return folder


@pytest.fixture
def project(shared: Path, tmp_path: Path) -> Path:
    """A repository that uses the hooks; what a token's lifetime is stands in another file than what makes it."""
    folder = tmp_path / "project"
    shutil.copytree(PROJECTS / "express_config_leaky", folder, ignore=shutil.ignore_patterns("expected.txt"))
    (folder / ".pre-commit-config.yaml").write_text(
        f"repos:\n  - repo: {shared / 'lk-audit'}\n    rev: {git(shared / 'lk-audit', 'rev-parse', 'HEAD')}\n"
        "    hooks:\n      - id: lk-audit\n      - id: lk-audit-staged\n      - id: lk-audit-full\n"
    )
    commit(folder)
    return folder


def run(folder: Path, shared: Path, name: str, *arguments: str) -> tuple[int, str]:
    """The exit code and the output of a hook program."""
    done = subprocess.run(
        [*program(name), *arguments],
        cwd=folder,
        env=environment(
            PRE_COMMIT_HOME=str(shared / "pre-commit"), PREK_HOME=str(shared / "prek"), COLUMNS="100", NO_COLOR="1"
        ),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, plain(done.stdout + done.stderr)


def full_scan(folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "lk_audit", "scan"],
        cwd=folder,
        env=environment(PYTHONPATH=str(ROOT), COLUMNS="100"),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.stdout


def findings(output: str) -> list[str]:
    """The places of findings in a text report."""
    return re.findall(r"^ *--> (\S.*):\d+$", output, re.MULTILINE)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_repository_can_be_tried_out(name: str, project: Path, shared: Path) -> None:
    code, output = run(project, shared, name, "try-repo", str(shared / "lk-audit"), "lk-audit", "--files", MINT)

    assert code == 1, output
    assert "high LK301[excessive-ttl] [*]: token lives 7 days; the maximum here is 1 hour" in output


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_changed_file_alone_gives_the_finding_of_a_full_scan(name: str, project: Path, shared: Path) -> None:
    code, output = run(project, shared, name, "run", "lk-audit", "--files", MINT)
    told = [line.strip() for line in output.splitlines()]
    wanted = [line.strip() for line in full_scan(project).splitlines()]

    assert code == 1
    assert wanted[0].startswith("high LK301")
    # All but the summary, which counts files.
    assert set(wanted[:-2]) <= set(told)
    assert "1 file scanned" in output


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_commit_is_stopped_whatever_its_files_are_called(name: str, project: Path, shared: Path) -> None:
    names = [".env.local", "a file.env", "ümläut.env", "--fail-on=never.env", "it's.env", "$HOME.env", "Procfile"]
    # One secret in several places is one finding, so each file has its own.
    secrets = [SECRET[number:] + SECRET[:number] for number in range(1, len(names) + 1)]
    for file, secret in zip(names, secrets, strict=True):
        (project / file).write_text(f"LIVEKIT_API_SECRET={secret}\n")
    (project / "wide.config").write_bytes(LEAK.encode("utf-16"))
    (project / "link.env").symlink_to("a file.env")
    (project / "node_modules" / "a").mkdir(parents=True)
    (project / "node_modules" / "a" / ".env").write_text(LEAK)
    (project / MINT).unlink()
    git(project, "add", "--all", "--force")

    code, output = run(project, shared, name, "run", "lk-audit")

    assert code == 1
    assert sorted(re.sub(r":\d+$", "", place) for place in findings(output)) == sorted([*names, "wide.config"])
    assert not [secret for secret in (SECRET, *secrets) if secret in output]


def test_git_runs_the_installed_hook_and_does_not_commit(project: Path, shared: Path) -> None:
    run(project, shared, "pre-commit", "install")
    (project / "prod.env").write_text(LEAK)
    git(project, "add", "prod.env")

    done = subprocess.run(
        ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--message", "Configure"],
        cwd=project,
        env=environment(PRE_COMMIT_HOME=str(shared / "pre-commit")),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1, done.stderr
    assert "critical LK101[leaked-api-secret]" in done.stderr + done.stdout
    assert git(project, "log", "--oneline").count("\n") == 0


@pytest.mark.parametrize("name", PROGRAMS)
def test_more_files_than_one_command_line_holds_are_all_scanned(name: str, project: Path, shared: Path) -> None:
    folder = project / ("long-" + "x" * 180)
    folder.mkdir()
    for number in range(1200):
        (folder / f"{number:04}.txt").write_text("nothing\n")
    for number in (0, 600, 1199):
        (folder / f"{number:04}.txt").write_text(f"export {LEAK}")
    commit(project)

    code, output = run(project, shared, name, "run", "lk-audit", "--all-files")

    assert code == 1
    assert {"0000.txt", "0600.txt", "1199.txt"} <= set(re.findall(r"\d{4}\.txt", output))
    # prek fills a command line up to the system's limit, pre-commit stops at 128 KiB and begins another.
    assert output.count("scanned,") == (2 if name == "pre-commit" else 1)


@pytest.mark.parametrize("name", PROGRAMS)
def test_before_a_push_the_whole_repository_is_scanned(name: str, project: Path, shared: Path) -> None:
    (project / MINT).write_text((project / MINT).read_text().replace("identity,", "identity, "))
    (project / "README.md").write_text("# Unrelated\n")
    git(project, "add", "README.md", MINT)

    code, output = run(
        project, shared, name, "run", "lk-audit-full", f"--{'hook-' if name == 'pre-commit' else ''}stage", "pre-push"
    )

    assert code == 1
    assert f"{MINT}:8:7" in output
    assert "lk-audit (changed files)" not in output


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_clean_commit_passes(name: str, project: Path, shared: Path) -> None:
    (project / "src/config/index.ts").write_text("export const config = { livekit: { ttl: 600 } };\n")
    (project / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    git(project, "add", "--all")

    code, output = run(project, shared, name, "run", "lk-audit")

    assert code == 0, output
    assert "Passed" in output
