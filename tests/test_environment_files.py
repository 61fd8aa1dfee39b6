"""Environment files with secrets: what git and images do with them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from lk_audit.config import Config
from lk_audit.facts import Custody
from lk_audit.files.discovery import discover
from lk_audit.findings import Finding
from lk_audit.git.process import Asked, Git
from lk_audit.project.files import Files
from lk_audit.rule_api import Options, Severity
from lk_audit.rule_loader import load_builtin_rules
from lk_audit.scanning.environment_files import EnvironmentFiles, Ignored
from lk_audit.scanning.pipeline import scan_paths
from lk_audit.scanning.staged import scan_staged
from tests.choices import NOW, token

SECRET = "LIVEKIT_API_SECRET=q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa\n"
AS_SOMEBODY = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
DOCKERFILE = "FROM node:22\nWORKDIR /app\nCOPY . .\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


def write(root: Path, **contents: str) -> None:
    """Files by name, with `__` for a slash."""
    for name, text in contents.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def git(root: Path, *command: str) -> None:
    subprocess.run(["git", *command], cwd=root, check=True, capture_output=True)


def leaks(root: Path) -> list[Finding]:
    report = scan_paths(["."], rules=load_builtin_rules(), folder=root)
    assert not report.crashes
    return [finding for finding in report.findings if finding.rule_id == "LK101"]


def staged(root: Path) -> list[Finding]:
    return list(scan_staged(["."], rules=load_builtin_rules(), folder=root).findings)


def test_a_committed_file_is_to_be_taken_out_of_git_and_its_secret_rotated(repository: Path) -> None:
    write(repository, **{".env": SECRET})
    git(repository, "add", ".env")
    git(repository, *AS_SOMEBODY, "commit", "-qm", "all of it")

    (finding,) = leaks(repository)

    assert finding.fix.startswith("Take the file out of git (`git rm --cached .env`) and list .env in .gitignore. ")
    assert "Rotate it now, deleting the line is not enough" in finding.fix
    assert "Read the new one from the environment" not in finding.fix


def test_a_file_that_the_next_commit_adds_is_to_be_taken_out_before_it_is_made(repository: Path) -> None:
    write(repository, **{"api/.env": SECRET})
    git(repository, "add", ".")

    for (finding,) in (leaks(repository), staged(repository)):
        assert finding.fix.startswith("Take the file out of git (`git rm --cached api/.env`)")
        assert "If the file was ever committed or shared, rotate the secret" in finding.fix


def test_a_committed_file_that_is_staged_again_has_its_secret_rotated(repository: Path) -> None:
    write(repository, **{".env": "LIVEKIT_URL=wss://live.acme.io\n"})
    git(repository, "add", ".env")
    git(repository, *AS_SOMEBODY, "commit", "-qm", "the address")
    write(repository, **{".env": SECRET})
    git(repository, "add", ".env")

    (finding,) = staged(repository)

    assert "`git rm --cached .env`" in finding.fix
    assert "Rotate it now" in finding.fix


def test_a_path_is_quoted_where_a_shell_needs_it(repository: Path) -> None:
    write(repository, **{"my app/.env": SECRET})
    git(repository, "add", ".")

    (finding,) = leaks(repository)

    assert "`git rm --cached 'my app/.env'`" in finding.fix


def test_a_file_that_git_would_add_is_to_be_listed_first(repository: Path) -> None:
    write(repository, **{"api/.env.production": SECRET})

    (finding,) = leaks(repository)

    assert finding.fix.startswith("List .env.production in .gitignore before the next `git add`")
    assert "If the file was ever committed or shared, rotate the secret" in finding.fix


def test_a_token_in_a_tracked_file_is_taken_out_of_git_too(repository: Path) -> None:
    write(repository, **{".env": f"LIVEKIT_TOKEN={token(600, roomJoin=True)}\n"})
    git(repository, "add", ".env")

    config = Config(options=Options(now=NOW))
    found = scan_paths(["."], rules=load_builtin_rules(), config=config, folder=repository).findings

    assert {finding.rule_id for finding in found} <= {"LK501", "LK502"}
    assert ["`git rm --cached .env`" in finding.fix for finding in found] == [True]


def test_a_file_that_git_ignores_is_where_secrets_belong(repository: Path) -> None:
    write(repository, **{".env": SECRET, ".gitignore": ".env\n"})

    assert leaks(repository) == []


def test_an_ignored_file_that_an_image_takes_along_is_found(repository: Path) -> None:
    write(repository, **{".env": SECRET, ".gitignore": ".env\n", "Dockerfile": DOCKERFILE})

    (finding,) = leaks(repository)

    assert finding.severity is Severity.MEDIUM
    assert "that git ignores but an image takes along" in finding.message
    assert "If such an image was ever pushed, rotate the secret" in finding.fix
    assert [(lead.place.path, lead.place.line) for lead in finding.related] == [("Dockerfile", 3)]
    assert "List .env in .dockerignore" in finding.fix


def test_what_dockerignore_leaves_out_is_no_business_of_ours(repository: Path) -> None:
    files = {".env": SECRET, ".gitignore": ".env\n", "Dockerfile": DOCKERFILE, ".dockerignore": ".env*\n"}
    write(repository, **files)

    assert leaks(repository) == []


def test_nothing_but_secrets_is_looked_for_in_an_ignored_file(repository: Path) -> None:
    text = f"NEXT_PUBLIC_LIVEKIT_API_SECRET=$X\nLIVEKIT_URL=ws://live.acme.io\n{SECRET}"
    write(repository, **{".env": text, ".gitignore": ".env\n", "Dockerfile": DOCKERFILE})

    report = scan_paths(["."], rules=load_builtin_rules(), folder=repository)

    assert [finding.rule_id for finding in report.findings] == ["LK101"]


def test_a_sample_file_belongs_into_git(repository: Path) -> None:
    write(repository, **{".env.example": SECRET})

    (finding,) = leaks(repository)

    assert ".gitignore" not in finding.fix


def test_outside_git_only_images_are_asked(tmp_path: Path) -> None:
    write(tmp_path, **{".env": SECRET, "Dockerfile": DOCKERFILE})

    (finding,) = leaks(tmp_path)

    assert finding.severity is Severity.CRITICAL
    assert ".gitignore" not in finding.fix
    assert "List .env in .dockerignore" in finding.fix


def test_a_secret_in_code_has_nothing_to_do_with_this(repository: Path) -> None:
    write(repository, **{"settings.py": 'LIVEKIT_API_SECRET = "q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa"\n'})

    (finding,) = leaks(repository)

    assert ".gitignore" not in finding.fix


def test_git_is_asked_for_ignored_files_only_where_an_image_may_take_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []
    ask = Git.ask

    def noted(self: Git, *arguments: str) -> Asked | None:
        asked.append(arguments)
        return ask(self, *arguments)

    monkeypatch.setattr(Git, "ask", noted)
    ignored = Ignored(tmp_path)
    ignored.hear(["a.py", "docs/dockerfiles.md"])
    assert asked == []
    ignored.hear(["web/Dockerfile"])
    ignored.hear(["api/Dockerfile"])
    assert len(asked) == 1
    assert ignored.answer() == ignored.answer() == b""


def test_git_is_asked_about_all_files_at_once(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(repository, **{f"part{number}/.env": SECRET * 20 for number in range(30)}, **{".gitignore": "part1*/\n"})
    git(repository, "add", "part2/.env")
    asked: list[tuple[str, ...]] = []
    attempt = Git.attempt

    def recorded(git: Git, *arguments: str, stdin: bytes = b"", code_for_none: int = 0) -> bytes | None:
        asked.append(arguments)
        return attempt(git, *arguments, stdin=stdin, code_for_none=code_for_none)

    monkeypatch.setattr(Git, "attempt", recorded)

    found = leaks(repository)

    assert {finding.place.path for finding in found} == {
        f"part{number}/.env" for number in range(30) if not str(number).startswith("1")
    }
    assert ["git rm --cached" in finding.fix for finding in found].count(True) == 20
    assert len(asked) <= 4, asked


def test_a_file_of_which_git_does_not_speak_leaves_the_others_known(repository: Path) -> None:
    write(repository, **{".env": SECRET, "inner/.env": SECRET, ".gitignore": ".env\n"})
    found = discover(["."], folder=repository)
    files = EnvironmentFiles(found, Files(()))

    custodies = files.custodies_of([".env", "inner/.env", "../outside/.env"])

    assert custodies == {".env": Custody.IGNORED, "inner/.env": Custody.IGNORED, "../outside/.env": Custody.LOOSE}
