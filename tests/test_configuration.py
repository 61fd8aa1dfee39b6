"""Configuration files: which one counts, what comes before what, and what `lk-audit config` tells of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lk_audit.cli import program as cli
from tests.commandline import invoke
from tests.configured import LEAK, scan, settings, write


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The root of a repository with a leaked secret, as the working folder."""
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    write(root, "web/.env", LEAK)
    monkeypatch.chdir(root)
    return root


def fail_on(*arguments: str) -> tuple[str, str]:
    """What fails, and who says so."""
    item = settings(*arguments)["settings"]["fail-on"]
    (origin,) = item["from"]
    return item["value"], origin.get("file", origin["kind"])


# --- which file counts ------------------------------------------------------------------------------------------------


def test_without_a_file_the_defaults_hold(project: Path) -> None:
    document = settings()

    assert document["files"] == []
    assert {item["from"][0]["kind"] for item in document["settings"].values()} == {"default"}
    assert document["settings"]["fail-on"]["value"] == "medium"
    assert project.exists()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("lk-audit.toml", 'fail-on = "never"'),
        (".lk-audit.toml", 'fail-on = "never"'),
        ("pyproject.toml", '[tool.lk-audit]\nfail-on = "never"'),
        ("pyproject.toml", '[project]\nname = "x"\n[tool."lk-audit"]\nfail-on = "never"'),
        ("lk-audit.toml", '\ufefffail-on = "never"\r\n'),
    ],
)
def test_a_file_in_the_folder_counts(project: Path, name: str, text: str) -> None:
    assert invoke("scan").return_value == 1
    write(project, name, text)

    assert fail_on() == ("never", name)
    assert invoke("scan").return_value == 0


def test_a_pyproject_without_the_table_is_passed_by(project: Path) -> None:
    write(project, "lk-audit.toml", 'fail-on = "never"')
    write(project, "web/pyproject.toml", '[project]\nname = "web"\ndependencies = ["lk-audit"]\n')
    os.chdir(project / "web")

    assert fail_on() == ("never", str(project / "lk-audit.toml"))


def test_a_broken_pyproject_that_is_not_about_lk_audit_is_none_of_its_business(project: Path) -> None:
    write(project, "pyproject.toml", "[project\n")

    assert fail_on() == ("medium", "default")


def test_the_closest_file_counts(project: Path) -> None:
    write(project, "lk-audit.toml", 'fail-on = "never"')
    write(project, "web/lk-audit.toml", 'fail-on = "low"')

    assert fail_on() == ("never", "lk-audit.toml")
    os.chdir(project / "web")
    assert fail_on() == ("low", "lk-audit.toml")


def test_what_is_scanned_inside_the_working_folder_does_not_change_the_configuration(project: Path) -> None:
    write(project, "lk-audit.toml", 'fail-on = "never"')
    write(project, "web/lk-audit.toml", 'fail-on = "low"')

    assert fail_on("web") == fail_on("web/.env") == fail_on() == ("never", "lk-audit.toml")


def test_what_is_scanned_elsewhere_brings_its_configuration(project: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    write(elsewhere, "lk-audit.toml", 'fail-on = "low"')
    write(elsewhere, "a/.env", LEAK)
    write(project, "lk-audit.toml", 'fail-on = "never"')

    assert fail_on(str(elsewhere / "a")) == ("low", str(elsewhere / "lk-audit.toml"))


def test_the_search_ends_at_the_root_of_the_repository(project: Path) -> None:
    write(project.parent, "lk-audit.toml", 'fail-on = "never"')

    assert fail_on() == ("medium", "default")
    (project / ".git").rmdir()
    assert fail_on() == ("never", str(project.parent / "lk-audit.toml"))


def test_configurations_further_down_are_named_as_not_used(project: Path) -> None:
    write(project, "lk-audit.toml", "strict = true")
    write(project, "web/.lk-audit.toml", "strict = true")
    write(project, "api/pyproject.toml", "[tool.lk-audit]\nstrict = true")
    write(project, "lib/pyproject.toml", "[project]\n")
    notes = [(note["kind"], note["path"]) for note in scan()["notes"]]

    assert notes == [("configuration", "api/pyproject.toml"), ("configuration", "web/.lk-audit.toml")]
    assert scan("--isolated")["notes"] == []


def test_a_file_that_is_extended_is_used(project: Path) -> None:
    write(project, "lk-audit.toml", 'extend = "ci/lk-audit.toml"')
    write(project, "ci/lk-audit.toml", "strict = true")

    assert scan()["notes"] == []
    assert scan()["configuration"] == ["ci/lk-audit.toml", "lk-audit.toml"]


def test_a_file_can_be_named(project: Path) -> None:
    write(project, "lk-audit.toml", 'fail-on = "low"')
    write(project, "ci/strict.toml", 'fail-on = "never"')

    assert fail_on("--config", "ci/strict.toml") == ("never", "ci/strict.toml")


def test_all_files_can_be_ignored(project: Path) -> None:
    write(project, "lk-audit.toml", 'fail-on = "low"')

    assert fail_on("--isolated") == ("medium", "default")


def test_the_report_says_what_configured_it(project: Path) -> None:
    assert "configured by" not in invoke("scan").output
    write(project, "lk-audit.toml", "")

    assert "configured by lk-audit.toml;" in invoke("scan").output


# --- what comes before what -------------------------------------------------------------------------------------------


def test_the_command_line_comes_before_the_file_and_that_before_the_default(project: Path) -> None:
    write(project, "lk-audit.toml", 'fail-on = "never"\nmax-ttl = "15m"\n')
    told = settings("--fail-on", "high")["settings"]

    assert told["fail-on"] == {"value": "high", "from": [{"kind": "command line"}]}
    assert told["max-ttl"] == {
        "value": "15m",
        "from": [{"kind": "file", "file": "lk-audit.toml", "line": 2, "key": "max-ttl"}],
    }
    assert told["min-severity"] == {"value": "note", "from": [{"kind": "default"}]}


@pytest.mark.parametrize("name", ["strict", "force-exclude"])
def test_a_switch_can_be_turned_off_again(project: Path, name: str) -> None:
    write(project, "lk-audit.toml", f"{name} = true\n")

    assert settings()["settings"][name]["value"] is True
    assert settings(f"--no-{name}")["settings"][name]["value"] is False


def test_a_file_goes_on_top_of_what_it_extends(project: Path) -> None:
    write(project, "base.toml", 'extend = "deep/first.toml"\nmax-ttl = "30m"\nfail-on = "low"')
    write(project, "deep/first.toml", 'max-ttl = "2h"\nmin-severity = "low"')
    write(project, "lk-audit.toml", 'extend = "base.toml"\nfail-on = "high"')
    document = settings()

    assert document["files"] == ["deep/first.toml", "base.toml", "lk-audit.toml"]
    told = {key: (item["value"], item["from"][0].get("file")) for key, item in document["settings"].items()}
    assert told["fail-on"] == ("high", "lk-audit.toml")
    assert told["max-ttl"] == ("30m", "base.toml")
    assert told["min-severity"] == ("low", "deep/first.toml")


def test_a_pyproject_can_extend_and_be_extended(project: Path) -> None:
    write(project, "pyproject.toml", '[tool.lk-audit]\nfail-on = "low"')
    write(project, "web/lk-audit.toml", 'extend = "../pyproject.toml"')
    os.chdir(project / "web")

    assert fail_on() == ("low", str(project / "pyproject.toml"))


DEFAULTS = 25
ALL = 27


@pytest.mark.parametrize(
    ("base", "own", "arguments", "count"),
    [
        ("", "", (), DEFAULTS),
        ("", 'select = ["all"]', (), ALL),
        ("", 'select = ["LK301", "leaked-api-secret"]', (), 2),
        ("", 'extend-select = ["self-metadata"]', (), DEFAULTS + 1),
        ("", 'ignore = ["LK301"]', (), DEFAULTS - 1),
        ("", 'select = ["all"]\nignore = ["LK301"]', (), ALL - 1),
        ("", 'ignore = ["LK301"]', ("--ignore", "LK302"), DEFAULTS - 2),
        ("", 'ignore = ["LK301"]', ("--select", "LK301"), 1),
        ("", 'ignore = ["LK301"]', ("--extend-select", "LK301"), DEFAULTS),
        ("", 'extend-select = ["self-metadata"]', ("--ignore", "LK407"), DEFAULTS),
        ('ignore = ["LK301"]', 'ignore = ["LK302"]', (), DEFAULTS - 2),
        ('ignore = ["LK301"]', 'select = ["all"]', (), ALL),
        ('select = ["LK301"]', 'extend-select = ["LK302"]', (), 2),
        ('select = ["LK301"]', 'select = ["LK302", "LK303"]', ("--ignore", "LK303"), 1),
        ('ignore = ["all"]', 'extend-select = ["LK302"]', (), 1),
    ],
)
def test_rules_are_chosen_place_after_place(
    project: Path, base: str, own: str, arguments: tuple[str, ...], count: int
) -> None:
    write(project, "base.toml", base)
    write(project, "lk-audit.toml", f'extend = "base.toml"\n{own}')

    assert settings(*arguments)["rules"] == {"running": count, "known": ALL}


def test_exclusions_add_up_and_can_start_afresh(project: Path) -> None:
    write(project, "base.toml", 'exclude = ["a/"]\nextend-exclude = ["b/"]')
    write(project, "lk-audit.toml", 'extend = "base.toml"\nextend-exclude = ["c/"]')
    told = settings("--exclude", "d/")["settings"]

    assert told["exclude"]["value"] == ["a/"]
    assert told["extend-exclude"]["value"] == ["b/", "c/", "d/"]
    assert [origin["kind"] for origin in told["extend-exclude"]["from"]] == ["file", "file", "command line"]

    write(project, "lk-audit.toml", 'extend = "base.toml"\nexclude = ["c/"]')
    told = settings()["settings"]
    assert (told["exclude"]["value"], told["extend-exclude"]["value"]) == (["c/"], [])


def test_tables_add_up_key_by_key(project: Path) -> None:
    write(project, "base.toml", '[severity]\nLK301 = "low"\nLK302 = "low"\n[per-path."a/**"]\nignore = ["LK301"]')
    write(
        project,
        "lk-audit.toml",
        'extend = "base.toml"\n[severity]\nLK302 = "note"\n[per-path."b/**"]\nseverity = "note"',
    )
    told = settings()["settings"]

    assert told["severity"]["value"] == {"LK301": "low", "LK302": "note"}
    assert list(told["per-path"]["value"]) == ["a/**", "b/**"]


# --- the page ---------------------------------------------------------------------------------------------------------


def test_what_holds_is_told_for_people(project: Path) -> None:
    write(project, "base.toml", 'max-ttl = "30m"')
    write(project, "lk-audit.toml", '\nignore = ["LK302"]\nextend = "base.toml"\n[severity]\nLK301 = "low"')
    lines = [" ".join(line.split()) for line in invoke("config", "--ignore", "LK301").output.splitlines()]

    assert lines[:3] == ["configured by lk-audit.toml, which extends base.toml", "23 of 27 rules run", ""]
    assert 'ignore ["LK302", "LK301"] # lk-audit.toml:2, command line' in lines
    assert 'severity { LK301 = "low" } # lk-audit.toml:4' in lines
    assert 'max-ttl "30m" # base.toml:1' in lines
    assert 'fail-on "medium" # default' in lines


def test_what_holds_without_a_file_is_told_too(project: Path) -> None:
    assert invoke("config").output.startswith("no configuration file\n25 of 27 rules run\n")
    assert project.exists()


def test_a_name_that_would_confuse_a_terminal_is_shown_harmlessly(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, "lk-audit.toml", 'exclude = ["\\u001b31m"]\nclient-paths = ["\\u202e"]')

    assert cli.run(["config"]) == 0
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "\u202e" not in said
