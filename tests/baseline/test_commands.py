"""The commands that keep a baseline: what they write, how it merges, and what mistakes come to."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from lk_audit.cli import program as cli
from lk_audit.errors import UsageError
from tests.baseline.world import NAME, TOKEN, entries, said, scanned
from tests.commandline import invoke
from tests.configured import write

# --- create, update, prune --------------------------------------------------------------------------------------------


def test_create_says_what_it_wrote(project: Path) -> None:
    output = said("baseline", "create")

    assert output == (
        f"+ LK301 src/token.js  token lives 2 days; the maximum here is 1 hour\n{NAME}: 1 added, 0 removed, 0 kept\n"
    )
    assert project.exists()


def test_update_adds_what_is_new_and_takes_out_what_is_over(project: Path) -> None:
    said("baseline", "create")
    kept = write(project, "src/kept.js", TOKEN.format(ttl="72h"))
    said("baseline", "update")
    (project / "src/token.js").write_text(TOKEN.format(ttl="10m"))
    write(project, "src/new.js", TOKEN.format(ttl="96h"))
    before = next(line for line in entries(project) if kept.name in line)
    output = said("baseline", "update")

    assert output.splitlines() == [
        "+ LK301 src/new.js  token lives 4 days; the maximum here is 1 hour",
        "- LK301 src/token.js  token lives 2 days; the maximum here is 1 hour",
        f"{NAME}: 1 added, 1 removed, 1 kept",
    ]
    assert before in entries(project)
    assert scanned()[0] == 0


def test_prune_adds_nothing(project: Path) -> None:
    said("baseline", "create")
    (project / "src/token.js").unlink()
    write(project, "src/new.js", TOKEN.format(ttl="96h"))

    assert said("baseline", "prune").splitlines()[-1] == f"{NAME}: 0 added, 1 removed, 0 kept"
    assert entries(project) == []


def test_an_update_that_finds_nothing_to_do_leaves_the_bytes_alone(project: Path) -> None:
    said("baseline", "create")
    before = (project / NAME).read_bytes()

    assert said("baseline", "update") == f"{NAME}: 0 added, 0 removed, 1 kept\n"
    assert (project / NAME).read_bytes() == before


def test_a_line_keeps_its_words_when_messages_change(project: Path) -> None:
    said("baseline", "create")
    text = (project / NAME).read_text("utf-8").replace("token lives 2 days", "an older message")
    (project / NAME).write_text(text)
    said("baseline", "update")

    assert (project / NAME).read_text("utf-8") == text


def test_a_moved_file_is_written_under_its_new_name(project: Path) -> None:
    said("baseline", "create")
    (project / "src/token.js").rename(project / "src/join.js")

    assert said("baseline", "update") == f"{NAME}: 0 added, 0 removed, 1 kept\n"
    assert " src/join.js " in entries(project)[0]
    (project / "src/join.js").rename(project / "src/third.js")
    assert scanned()[0] == 0


def test_what_lies_outside_of_the_scan_stays(project: Path) -> None:
    write(project, "lib/token.js", TOKEN.format(ttl="72h"))
    said("baseline", "create")
    (project / "lib/token.js").unlink()
    (project / "src/token.js").unlink()
    output = said("baseline", "prune", NAME, "src")

    assert output.splitlines()[-1] == f"{NAME}: 0 added, 1 removed, 1 kept (1 of them beyond this scan)"
    assert " lib/token.js " in entries(project)[0]


def test_what_a_rule_that_did_not_run_found_stays(project: Path) -> None:
    said("baseline", "create")

    assert said("baseline", "prune", "--ignore", "LK301").splitlines()[-1] == (
        f"{NAME}: 0 added, 0 removed, 1 kept (1 of them beyond this scan)"
    )
    assert len(entries(project)) == 1


def test_what_a_file_held_that_cannot_be_read_stays(project: Path) -> None:
    said("baseline", "create")
    (project / "src/token.js").write_bytes(b"\0")

    assert "1 kept (1 of them beyond this scan)" in said("baseline", "prune")


def test_what_a_comment_accepts_does_not_get_in(project: Path) -> None:
    text = TOKEN.format(ttl="48h").replace("'48h',", "'48h',  // lk-audit: ignore[excessive-ttl] known")
    write(project, "src/token.js", text)
    said("baseline", "create")

    assert entries(project) == []


def test_what_is_below_the_severity_asked_for_does_not_get_in(project: Path) -> None:
    said("baseline", "create", "--min-severity", "critical")

    assert entries(project) == []


def test_create_does_not_write_through_a_link(project: Path) -> None:
    (project / NAME).symlink_to(project.parent / "elsewhere.txt")

    assert isinstance(invoke("baseline", "create").exception, UsageError)
    assert not (project.parent / "elsewhere.txt").exists()


# --- merges -----------------------------------------------------------------------------------------------------------


def git(*arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


@pytest.mark.parametrize("has_ancestor", [True, False], ids=["updated twice", "created twice"])
def test_branches_that_both_touch_the_baseline_merge_by_union(project: Path, has_ancestor: bool) -> None:
    write(project, ".gitattributes", f"{NAME} merge=union\n")
    if has_ancestor:
        said("baseline", "create")
    git("add", "-A")
    git("commit", "-m", "base")
    git("branch", "other")
    for branch in ("mine", "other"):
        git("checkout", "-q", *(["-b"] if branch == "mine" else []), branch)
        write(project, f"src/{branch}.js", TOKEN.format(ttl=f"{len(branch)}d"))
        said("baseline", "update" if has_ancestor else "create")
        git("add", "-A")
        git("commit", "-m", branch)
    git("merge", "mine", "-m", "both")

    assert scanned() == (0, "no findings; 0 suppressed; 3 in the baseline")
    said("baseline", "update")
    assert scanned() == (0, "no findings; 0 suppressed; 3 in the baseline")
    assert len(entries(project)) == 3


def test_what_merges_leave_behind_is_read(project: Path) -> None:
    said("baseline", "create")
    text = (project / NAME).read_text("utf-8")
    (project / NAME).write_bytes(("\ufeff" + text + "\n\n# a remark\n" + text).replace("\n", "\r\n").encode())

    assert scanned() == (0, "no findings; 0 suppressed; 1 in the baseline")
    said("baseline", "update")
    assert (project / NAME).read_text("utf-8") == text


# --- mistakes ---------------------------------------------------------------------------------------------------------

SALT = "# salt " + "0" * 32


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f'{NAME} is no lk-audit baseline: the line "# lk-audit baseline 1" is missing'),
        ("hello\n", f'{NAME} is no lk-audit baseline: the line "# lk-audit baseline 1" is missing'),
        (
            "# lk-audit baseline 2\n",
            f"{NAME}:1: a baseline of version 2, and this lk-audit reads version 1; use the lk-audit that wrote it",
        ),
        (
            "# lk-audit baseline 1\n",
            f"{NAME} is no complete baseline: the line with its salt is missing; make a new one",
        ),
        (
            f"# lk-audit baseline 1\n{SALT}\n<<<<<<< HEAD\n",
            f"{NAME}:3: an unresolved merge conflict; keep the lines of both sides, remove the marks, then run: ",
        ),
        ("<<<<<<< HEAD\n# lk-audit baseline 1\n", f"{NAME}:1: an unresolved merge conflict"),
        (f"# lk-audit baseline 1\n{SALT}\n\n=======\n", f"{NAME}:4: an unresolved merge conflict"),
        (
            f"# lk-audit baseline 1\n{SALT}\nabc LK301 a.py\n",
            f"{NAME}:3: not a line of a baseline (fingerprint, content, rule, path); correct or remove it, ",
        ),
        (
            "# lk-audit baseline 1\n" + "\n".join(f"# salt {number:032x}" for number in range(17)),
            f"{NAME} has 17 salts, more than any merge brings about; make a new one",
        ),
        (b"\xff\xfe\x00", f"{NAME} is no lk-audit baseline: it is not UTF-8 text"),
        (None, f"no such baseline: {NAME}; make it with: lk-audit baseline create {NAME}"),
    ],
)
@pytest.mark.parametrize("command", [("scan", "--baseline", NAME), ("baseline", "update"), ("baseline", "prune")])
def test_a_file_that_is_no_baseline_is_one_clear_line(
    project: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...], text: str | bytes | None, message: str
) -> None:
    if text is not None:
        (project / NAME).write_bytes(text if isinstance(text, bytes) else text.encode())
    code = cli.run(command)
    said = capsys.readouterr().err

    assert code == 2
    assert said.startswith(f"lk-audit: {message}")
    assert said.count("\n") == 1


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("create", "src"), f"src is a folder; the baseline file comes first: {NAME} src"),
        (("create", "no/such/a.txt"), "cannot write no/such/a.txt: No such file or directory"),
        (("create", "src/token.js"), "src/token.js exists already; bring it up to date with: lk-audit baseline update"),
        (
            ("update", "src/token.js"),
            'src/token.js is no lk-audit baseline: the line "# lk-audit baseline 1" is missing',
        ),
    ],
)
def test_wrong_usage_is_one_clear_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    code = cli.run(("baseline", *arguments))
    said = capsys.readouterr().err

    assert code == 2
    assert said.startswith(f"lk-audit: {message}")
    assert said.count("\n") == 1
