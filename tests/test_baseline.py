"""The baseline: findings that are known do not fail, and the file of them survives edits, moves and merges."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lk_audit.baseline import Baseline, Entry, compare, hashes, new_baseline, read_baseline
from lk_audit.cli import program as cli
from lk_audit.cli.commands import commands
from lk_audit.errors import UsageError
from lk_audit.findings import Finding
from tests.samples import SECRET, report_on

NAME = "lk-audit-baseline.txt"
TOKEN = """\
import {{ AccessToken }} from 'livekit-server-sdk';
export function token() {{
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {{
    identity: 'a', ttl: '{ttl}',
  }});
  at.addGrant({{ roomJoin: true, room: 'a' }});
  return at.toJwt();
}}
"""
OTHER_SALT = "f" * 32


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository with a token that lives too long, as the working folder."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    write(tmp_path, "src/token.js", TOKEN.format(ttl="48h"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, path: str, text: str) -> Path:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(commands, arguments, standalone_mode=False)


def said(*arguments: str) -> str:
    result = invoke(*arguments)
    assert result.exception is None
    assert result.return_value == 0
    return result.output


def entries(project: Path, name: str = NAME) -> list[str]:
    return [line for line in (project / name).read_text("utf-8").splitlines() if not line.startswith("#")]


def scanned(*arguments: str) -> tuple[int, str]:
    """The exit code of a scan with the baseline, and the line that sums it up."""
    result = invoke("scan", "--baseline", NAME, *arguments)
    return result.return_value, result.output.splitlines()[-2]


# --- the file ---------------------------------------------------------------------------------------------------------


def test_a_baseline_has_a_header_and_a_line_for_each_finding(project: Path) -> None:
    said("baseline", "create")
    title, *_, salt = [line for line in (project / NAME).read_text("utf-8").splitlines() if line.startswith("#")]

    assert title == "# lk-audit baseline 1"
    assert re.fullmatch(r"# salt [0-9a-f]{32}", salt)
    assert [re.sub(r"^[0-9a-f]{24} [0-9a-f]{24} ", "", line) for line in entries(project)] == [
        "LK301 src/token.js  # token lives 2 days; the maximum here is 1 hour"
    ]


def test_its_lines_are_sorted_and_hold_no_line_numbers(project: Path) -> None:
    for number in range(8):
        write(project, f"src/{number}.js", "\n" * 70 + TOKEN.format(ttl="48h"))
    said("baseline", "create")

    assert entries(project) == sorted(entries(project))
    assert len(entries(project)) == 9
    assert not re.search(r"\b7[0-9]\b", " ".join(line.split(" ", 2)[2] for line in entries(project)))


def test_no_secret_gets_into_a_baseline(project: Path) -> None:
    write(project, ".env", f"LIVEKIT_API_KEY=APIexample23456\nLIVEKIT_API_SECRET={SECRET}\n")
    write(project, "config.py", 'LIVEKIT_API_SECRET = "hunter22"\n')
    output = said("baseline", "create")
    text = (project / NAME).read_text("utf-8")

    assert len(entries(project)) == 3
    assert not any(SECRET[:length] in text + output for length in range(3, 44))
    assert "hun" not in text + output


def test_the_same_finding_has_another_hash_in_every_baseline(project: Path) -> None:
    said("baseline", "create", "a.txt")
    said("baseline", "create", "b.txt")
    first, second = (line.split()[:2] for name in ("a.txt", "b.txt") for line in entries(project, name))

    assert not set(first) & set(second)


def test_a_path_of_any_characters_is_one_word_and_comes_back(project: Path) -> None:
    path = "src/a b/ü#1%20/(app)/[id]/token.js"
    write(project, path, TOKEN.format(ttl="48h"))
    said("baseline", "create")

    assert all(len(line.split("  # ")[0].split(" ")) == 4 for line in entries(project))
    assert path in {entry.path for entry in read_baseline(project / NAME, NAME).entries}


def test_a_hint_is_one_line_that_prints(project: Path) -> None:
    finding = report_on(("a.py", "BAD")).findings[0]
    text = new_baseline().entry(finding, "").hint

    assert text == "a bad word"
    assert project.exists()


# --- scanning with it -------------------------------------------------------------------------------------------------


def test_known_findings_do_not_fail_and_are_counted(project: Path) -> None:
    assert invoke("scan").return_value == 1
    said("baseline", "create")

    assert scanned() == (0, "no findings; 0 suppressed; 1 in the baseline")
    assert project.exists()


def test_a_new_finding_fails_and_is_the_only_one_shown(project: Path) -> None:
    said("baseline", "create")
    write(project, "src/other.js", TOKEN.format(ttl="72h"))
    result = invoke("scan", "--baseline", NAME)

    assert result.return_value == 1
    assert "src/other.js" in result.output
    assert "src/token.js" not in result.output
    assert "1 finding: 1 high; 0 suppressed; 1 in the baseline" in result.output


def test_a_second_finding_of_the_same_kind_in_the_same_file_is_new(project: Path) -> None:
    said("baseline", "create")
    write(
        project,
        "src/token.js",
        TOKEN.format(ttl="48h") + TOKEN.format(ttl="48h").split("\n", 1)[1].replace("token", "b"),
    )

    assert scanned() == (1, "1 finding: 1 high; 0 suppressed; 1 in the baseline")


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: "\n\n// moved\n" + text,
        lambda text: text.replace("  ", "\t\t"),
        lambda text: text.replace("ttl: '48h'", 'ttl:   "48h",\n'),
        lambda text: text.replace("identity: 'a'", "identity: `a`"),
        lambda text: text.replace("token()", "renamed()").replace("const at", "const t").replace("at.", "t."),
        lambda text: text + "\nexport const more = 1;\n",
        lambda text: text.replace("\n", "\r\n"),
    ],
    ids=["moved lines", "tabs", "reformatted", "other quotes", "renamed around", "more code", "line ends"],
)
def test_a_finding_stays_known_through_edits_that_are_not_about_it(project: Path, edit: object) -> None:
    assert callable(edit)
    said("baseline", "create")
    write(project, "src/token.js", edit(TOKEN.format(ttl="48h")))

    assert scanned() == (0, "no findings; 0 suppressed; 1 in the baseline")


def test_a_finding_that_gets_worse_is_new(project: Path) -> None:
    said("baseline", "create")
    write(project, "src/token.js", TOKEN.format(ttl="480h"))

    assert scanned()[0] == 1


def test_a_moved_file_is_recognised(project: Path) -> None:
    write(
        project,
        "src/token.js",
        TOKEN.format(ttl="48h") + TOKEN.format(ttl="48h").split("\n", 1)[1].replace("token", "b"),
    )
    said("baseline", "create")
    (project / "lib").mkdir()
    (project / "src/token.js").rename(project / "lib/join.js")

    assert scanned() == (0, "no findings; 0 suppressed; 2 in the baseline")


def test_a_copied_file_is_new(project: Path) -> None:
    said("baseline", "create")
    write(project, "lib/copy.js", TOKEN.format(ttl="48h"))

    assert scanned("lib") == (1, "1 finding: 1 high; 0 suppressed")
    assert scanned() == (1, "1 finding: 1 high; 0 suppressed; 1 in the baseline")


def test_a_file_that_moved_to_two_places_is_new_in_both(project: Path) -> None:
    said("baseline", "create")
    write(project, "lib/one.js", TOKEN.format(ttl="48h"))
    write(project, "lib/two.js", TOKEN.format(ttl="48h"))
    (project / "src/token.js").unlink()

    assert scanned() == (1, "2 findings: 2 high; 0 suppressed")


def test_the_folder_that_a_scan_starts_in_does_not_matter(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said("baseline", "create")
    monkeypatch.chdir(project / "src")
    result = invoke("scan", "--baseline", f"../{NAME}")

    assert result.return_value == 0
    assert "1 in the baseline" in result.output


def test_what_a_comment_accepts_is_not_counted_as_baselined(project: Path) -> None:
    text = TOKEN.format(ttl="48h").replace("'48h',", "'48h',  // lk-audit: ignore[excessive-ttl] known")
    said("baseline", "create")
    write(project, "src/token.js", text)

    assert scanned() == (0, "no findings; 1 suppressed")


def test_a_scan_tells_of_entries_that_are_over(project: Path) -> None:
    said("baseline", "create")
    write(project, "src/token.js", TOKEN.format(ttl="10m"))
    output = invoke("scan", "--baseline", NAME).output

    assert f"{NAME}:5: this finding no longer occurs; lk-audit baseline prune takes it out" in output
    assert "no longer occurs" not in invoke("scan", "--baseline", NAME, "README.md", "--ignore", "all").output


def test_a_scan_of_a_part_tells_nothing_of_the_rest(project: Path) -> None:
    said("baseline", "create")
    write(project, "src/token.js", TOKEN.format(ttl="10m"))
    write(project, "lib/a.py", "import livekit\n")

    assert "no longer occurs" not in invoke("scan", "--baseline", NAME, "lib").output


def test_severities_that_are_not_shown_are_known_all_the_same(project: Path) -> None:
    said("baseline", "create")

    assert "no longer occurs" not in invoke("scan", "--baseline", NAME, "--min-severity", "critical").output
    assert project.exists()


def test_programs_are_told_what_is_known(project: Path) -> None:
    said("baseline", "create")
    write(project, "src/other.js", TOKEN.format(ttl="72h"))
    document = json.loads(invoke("scan", "--baseline", NAME, "--format", "json").output)

    assert document["summary"]["baselined"] == 1
    assert {item["location"]["path"]: item["baselined"] for item in document["findings"]} == {
        "src/other.js": False,
        "src/token.js": True,
    }
    without = json.loads(invoke("scan", "--format", "json").output)
    assert without["summary"]["baselined"] == 0
    assert {item["baselined"] for item in without["findings"]} == {None}


def test_sarif_tells_new_from_unchanged(project: Path) -> None:
    said("baseline", "create")
    write(project, "src/other.js", TOKEN.format(ttl="72h"))
    results = json.loads(invoke("scan", "--baseline", NAME, "--format", "sarif-full").output)["runs"][0]["results"]

    assert [item["baselineState"] for item in results] == ["new", "unchanged"]
    without = json.loads(invoke("scan", "--format", "sarif").output)["runs"][0]["results"]
    assert not any("baselineState" in item for item in without)


def test_the_configuration_can_name_the_baseline(project: Path) -> None:
    write(project, "lk-audit.toml", 'baseline = "ci/known.txt"\n')
    (project / "ci").mkdir()

    assert "ci/known.txt: 1 added, 0 removed, 0 kept" in said("baseline", "create")
    assert invoke("scan").return_value == 0
    assert invoke("scan", "--no-baseline").return_value == 1
    assert "ci/known.txt: 0 added, 0 removed, 1 kept" in said("baseline", "update")


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


# --- comparing --------------------------------------------------------------------------------------------------------


def findings(*files: tuple[str, str]) -> list[Finding]:
    return list(report_on(*files).findings)


def test_an_entry_is_used_under_whatever_salt_it_was_made() -> None:
    one, two = findings(("a.py", "BAD"), ("b.py", "BAD"))
    first, second = Baseline(("0" * 32,)), Baseline((OTHER_SALT,))
    merged = Baseline(("0" * 32, OTHER_SALT), (first.entry(one, ""), second.entry(two, "")))
    outcome = compare([one, two], merged, lambda _: False)

    assert [item.finding for item in outcome.known] == [one, two]
    assert not outcome.new
    assert not outcome.absent


def test_the_two_hashes_of_a_finding_differ_and_depend_on_the_salt() -> None:
    (finding,) = findings(("a.py", "BAD"))
    every = {*hashes("0" * 32, finding), *hashes(OTHER_SALT, finding)}

    assert len(every) == 4
    assert not any(finding.fingerprint.startswith(item) for item in every)


def test_an_entry_whose_file_is_still_there_does_not_move() -> None:
    old, new = findings(("a.py", "BAD"), ("b.py", "BAD"))
    baseline = Baseline(("0" * 32,))
    baseline = Baseline(baseline.salts, (baseline.entry(old, ""),))

    assert compare([new], baseline, lambda _: False).new == (new,)
    assert [item.has_moved for item in compare([new], baseline, lambda path: path == "a.py").known] == [True]


def test_reading_says_on_which_line_an_entry_stands(tmp_path: Path) -> None:
    entry = Entry("0" * 24, "1" * 24, "LK301", "a b.py", "x")
    (tmp_path / NAME).write_text(Baseline(("0" * 32,), (entry,)).text())

    assert read_baseline(tmp_path / NAME, NAME).entries == (entry,)
    assert read_baseline(tmp_path / NAME, NAME).entries[0].line == 5
    with pytest.raises(UsageError, match="is no file"):
        read_baseline(tmp_path, NAME)
