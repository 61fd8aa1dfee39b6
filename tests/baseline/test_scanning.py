"""Scans with a baseline: what is known does not fail, and stays known through edits and moves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.baseline.world import NAME, TOKEN, said, scanned
from tests.commandline import invoke
from tests.configured import write


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
