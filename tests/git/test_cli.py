"""`--staged` and `--history` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lk_audit.cli import program as cli
from tests.git.repo import CLEAN, LEAK, OTHER, Repo, new
from tests.samples import SECRET

MINT = (
    "import { AccessToken } from 'livekit-server-sdk';\n\nconst at = new AccessToken(k, s, { identity, ttl: '2d' });\n"
)


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """The working folder: a secret is in the history, a second one is staged, a third lies on the disk."""
    repo = new(tmp_path / "repo")
    repo.commit("old/.env", LEAK)
    repo.remove("old/.env")
    repo.commit("README.md", "# LiveKit\n")
    repo.add(".env", LEAK.replace(SECRET, OTHER))
    repo.put("disk.env", LEAK.replace(SECRET, OTHER[::-1]))
    monkeypatch.chdir(repo.root)
    return repo


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str], str]:
    """The exit code, the paths of the findings, and what is said on standard error."""
    code = cli.run(["scan", "--format", "json", *arguments])
    out, err = capsys.readouterr()
    return code, [item["location"]["path"] for item in json.loads(out)["findings"]] if out else [], err


@pytest.mark.usefixtures("repo")
@pytest.mark.parametrize(
    ("arguments", "paths"),
    [
        ([], [".env", "disk.env"]),
        (["--staged"], [".env"]),
        (["--history"], ["old/.env"]),
        (["--history", "."], ["old/.env"]),
        (["--history", "old"], ["old/.env"]),
        (["--history", "--", "old"], ["old/.env"]),
        (["--history=HEAD"], ["old/.env"]),
        (["--history=HEAD~1..HEAD"], []),
        (["README.md", "--history"], []),
    ],
)
def test_each_looks_at_its_own_files(
    capsys: pytest.CaptureFixture[str], arguments: list[str], paths: list[str]
) -> None:
    assert run(capsys, *arguments) == (1 if paths else 0, paths, "")


@pytest.mark.usefixtures("repo")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--staged", "--history"], "exclude each other"),
        (["--history=x..y"], "git does not know the range x..y"),
        (["--history", "x..y"], "a range is written --history=A..B"),
        (["--history", "--select", "LK301"], "none of the selected rules looks at the history"),
        (["--staged", "nowhere"], "no such file or folder, on disk or staged: nowhere"),
    ],
)
def test_a_wrong_use_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    code, _, err = run(capsys, *arguments)

    assert code == 2
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("option", ["--staged", "--history"])
def test_outside_git_they_are_a_wrong_use(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    monkeypatch.chdir(tmp_path)

    code, _, err = run(capsys, option)

    assert (code, err.count("\n")) == (2, 1)
    assert "not a git repository" in err


@pytest.mark.parametrize("option", ["--staged", "--history"])
def test_without_git_they_are_a_wrong_use(
    repo: Repo, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    monkeypatch.setenv("PATH", str(repo.root))

    code, _, err = run(capsys, option)

    assert (code, err.count("\n")) == (2, 1)
    assert "git cannot be run" in err


def test_a_shallow_history_is_incomplete_under_strict(
    repo: Repo, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    repo.git("clone", "--quiet", "--depth=1", repo.root.as_uri(), str(tmp_path / "shallow"))

    assert run(capsys, "--history", str(tmp_path / "shallow"))[0] == 0
    assert run(capsys, "--history", "--strict", str(tmp_path / "shallow"))[0] == 2


def test_a_clean_index_is_clean(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.add(".env", CLEAN)

    assert run(capsys, "--staged") == (0, [], "")


def test_the_configuration_at_the_root_counts_wherever_the_command_runs(
    repo: Repo, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.put("lk-audit.toml", 'fail-on = "never"\nexclude = ["old/"]\n')
    repo.put("sub/a.txt", "a")
    monkeypatch.chdir(repo.root / "sub")

    assert run(capsys, "--staged") == (0, [".env"], "")
    assert run(capsys, "--history") == (0, [], "")


@pytest.mark.parametrize("option", ["--staged", "--history"])
def test_known_findings_do_not_fail_and_none_is_said_to_be_over(
    repo: Repo, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    repo.commit()
    repo.put("mint.py", "from livekit import api\n\nT = api.AccessToken().with_ttl(9999999).to_jwt()\n")
    repo.git("add", "mint.py")
    assert cli.run(["baseline", "create", "known.txt"]) == 0
    capsys.readouterr()
    if option == "--history":
        repo.git("reset", "--quiet", "HEAD~1")
        repo.git("add", ".env")
        repo.commit()

    code = cli.run(["scan", "--baseline", "known.txt", "--format", "json", option])
    document = json.loads(capsys.readouterr().out)

    assert [note["kind"] for note in document["notes"]] == []
    states = {finding["location"]["path"]: finding["baselined"] for finding in document["findings"]}
    assert states == ({"mint.py": True} if option == "--staged" else {".env": True, "old/.env": False})
    assert code == (0 if option == "--staged" else 1)


@pytest.mark.usefixtures("repo")
@pytest.mark.parametrize("option", ["--staged", "--history"])
@pytest.mark.parametrize("arguments", [["--fix"], ["--diff"], ["-", "--stdin-filename", "a.py"]])
def test_what_git_has_is_not_fixed_and_not_standard_input(
    capsys: pytest.CaptureFixture[str], option: str, arguments: list[str]
) -> None:
    code = cli.run(["scan", option, *arguments])

    assert code == 2
    assert "report what git has, and change nothing" in capsys.readouterr().err


def test_fixes_of_staged_files_are_told_to_be_made_on_disk(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.add("mint.js", MINT)

    cli.run(["scan", "--staged", "mint.js"])

    footer = "[*] 1 fixable with --fix; on disk, that is without --staged, lk-audit scan --diff shows them\n"
    assert footer in capsys.readouterr().out
    assert cli.run(["scan", "--diff", "mint.js"]) == 1
