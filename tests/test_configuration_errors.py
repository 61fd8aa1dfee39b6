"""Mistakes in a configuration are one clear line: file, line, key, what is wrong, and what was probably meant."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lk_audit.cli import program as cli
from lk_audit.configuration.toml_lines import line_of
from tests.configured import write
from tests.samples import SECRET


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def complaint(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What is said of a configuration that cannot be used: one line, exit code 2."""
    assert cli.run(arguments or ["scan"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("lk-audit: ")
    assert said.err.count("\n") == 1
    return said.err.removeprefix("lk-audit: ").strip()


SEVERITIES = "there are critical, high, medium, low, note"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('fail_on = "high"', 'lk-audit.toml:1: fail_on: there is no such setting; did you mean "fail-on"?'),
        ('\n\nselct = ["all"]', 'lk-audit.toml:3: selct: there is no such setting; did you mean "select"?'),
        ("zzz = 1", "lk-audit.toml:1: zzz: there is no such setting"),
        ('"a b" = 1', 'lk-audit.toml:1: "a b": there is no such setting'),
        (
            'rules = ["my-rules"]',
            "lk-audit.toml:1: rules: rules are code, and code of what is scanned is never run; name the folder",
        ),
        (
            '[tool.lk-audit]\nfail-on = "high"',
            "lk-audit.toml:1: tool: the settings stand at the top here; [tool.lk-audit] ",
        ),
        ('fail-on = "bad"', f"lk-audit.toml:1: fail-on: not a severity: 'bad'; {SEVERITIES}, never"),
        ("fail-on = 3", 'lk-audit.toml:1: fail-on: must be a severity or "never", not an integer'),
        ("min-severity = false", 'lk-audit.toml:1: min-severity: must be a severity, such as "high", not a boolean'),
        (
            'select = "LK301"',
            'lk-audit.toml:1: select: must be an array of rules by id or name, such as ["excessive-ttl"], not a string',
        ),
        ("ignore = [1]", "lk-audit.toml:1: ignore: must be an array of rules by id or name,"),
        ('ignore = ["LK999"]', "lk-audit.toml:1: ignore: no rule is called LK999"),
        (
            'ignore = [\n  "excesive-ttl",\n]',
            'lk-audit.toml:1: ignore: no rule is called excesive-ttl; did you mean "excessive-ttl"?',
        ),
        (
            'max-ttl = "soon"',
            "lk-audit.toml:1: max-ttl: not a duration: 'soon'; write 15m, 1h, 2d or a number of seconds",
        ),
        ("max-ttl = 0", "lk-audit.toml:1: max-ttl: not a duration: '0'"),
        ("max-ttl = 1.5", "lk-audit.toml:1: max-ttl: must be a duration, such as"),
        ("max-ttl = 2026-01-01", "lk-audit.toml:1: max-ttl: must be a duration, such as"),
        ('strict = "yes"', "lk-audit.toml:1: strict: must be true or false, not a string"),
        ("strict = 1", "lk-audit.toml:1: strict: must be true or false, not an integer"),
        ('size-limit = "big"', "lk-audit.toml:1: size-limit: not a size up to 1 GB: 'big'; write a size, such as"),
        ("size-limit = -1", "lk-audit.toml:1: size-limit: not a size up to 1 GB: '-1'"),
        ('size-limit = "9999 GB"', "lk-audit.toml:1: size-limit: not a size up to 1 GB"),
        (
            'format = "serif"',
            "lk-audit.toml:1: format: no such format: 'serif'; there are text, json, sarif, ",
        ),
        ('exclude = "a"', "lk-audit.toml:1: exclude: must be an array of path patterns"),
        ('exclude = [""]', 'lk-audit.toml:1: exclude: the pattern "" matches nothing'),
        ('exclude = ["../a"]', 'lk-audit.toml:1: exclude: the pattern "../a" goes by "." or ".."; patterns start at'),
        (
            "exclude = ['src\\gen']",
            'lk-audit.toml:1: exclude: the pattern "src\\gen" separates folders by backslashes;',
        ),
        (
            f'exclude = ["{"a" * 501}"]',
            f'lk-audit.toml:1: exclude: the pattern "{"a" * 80}" is too long: 500 characters are the limit',
        ),
        (f"exclude = {['a'] * 1001}", "exclude: has 1,001 patterns; 1,000 are the limit"),
        (
            "".join(f'[per-path."a{number}"]\n' for number in range(1001)),
            "lk-audit.toml:1: per-path: has 1,001 patterns; 1,000 are the limit",
        ),
        (
            'include = ["src"]',
            'lk-audit.toml:1: include: "src" names no folder that is left out by default; there are ',
        ),
        ('include = ["vender/"]', 'names no folder that is left out by default; did you mean "vendor"?'),
        ('[severity]\nLK302 = "bad"', f"lk-audit.toml:2: severity.LK302: not a severity: 'bad'; {SEVERITIES}"),
        ('[severity]\nLK999 = "low"', "lk-audit.toml:2: severity.LK999: no rule is called LK999"),
        (
            '[severity]\nLK302 = "low"\nimplicit-ttl = "note"',
            "lk-audit.toml:3: severity.implicit-ttl: LK302 is named twice, once by id and once by name",
        ),
        ('severity = "low"', "lk-audit.toml:1: severity: must be a table of rules, such as"),
        (
            '[per-path."app/[id]/**"]\nignor = ["all"]',
            'lk-audit.toml:2: per-path."app/[id]/**".ignor: there is no such key; per-path has ignore and severity',
        ),
        (
            '[per-path."a/**"]\nignore = ["all"]\nseverity = { LK999 = "low" }',
            'lk-audit.toml:3: per-path."a/**".severity.LK999: no rule is called LK999',
        ),
        (
            '[per-path]\n"a/**" = ["LK301"]',
            'lk-audit.toml:2: per-path."a/**": must be a table with ignore and severity',
        ),
        (
            '[per-path."!a"]\nseverity = "low"',
            'lk-audit.toml:1: per-path."!a": a pattern of per-path cannot start with !',
        ),
        ('secret-names = ["a b"]', 'lk-audit.toml:1: secret-names: "a b" is no name'),
        ('secret-names = ["*KEY"]', 'lk-audit.toml:1: secret-names: "*KEY" would match too much'),
        ('secret-names = ["A*B*C*KEYS"]', 'lk-audit.toml:1: secret-names: "A*B*C*KEYS" is too complicated'),
        ('baseline = ""', "lk-audit.toml:1: baseline: must be the path of a file"),
        ('baseline = "../known.txt"', "lk-audit.toml:1: baseline: must lie in the folder of the configuration; only"),
        ('baseline = "/etc/passwd"', "lk-audit.toml:1: baseline: must lie in the folder of the configuration; only"),
        ('output = "../lk-audit.json"', "lk-audit.toml:1: output: must lie in the folder of the configuration; only"),
        ('output = ".git/lk-audit.txt"', "lk-audit.toml:1: output: must lie in the folder of the configuration; only"),
        (
            'output = "src/main.py"',
            "lk-audit.toml:1: output: must be called lk-audit*.json, .sarif, .txt, .md, .html or",
        ),
        (
            'output = "lk-audit.toml"',
            "lk-audit.toml:1: output: must be called lk-audit*.json, .sarif, .txt, .md, .html or",
        ),
        ('extend = "nowhere.toml"', "lk-audit.toml:1: extend: no such file: nowhere.toml"),
        ('extend = "' + "a" * 300 + '"', "lk-audit.toml:1: extend: no such file: aaaa"),
        ("extend = 1", "lk-audit.toml:1: extend: must be the path of a file, not an integer"),
        ('extend = "lk-audit.toml"', "lk-audit.toml:1: extend: lk-audit.toml extends this file in turn: a circle"),
        ('extend = "/dev/zero"', "cannot read /dev/zero: it is no regular file"),
        ('fail-on = "high', "lk-audit.toml:1: not valid TOML: Unterminated string"),
        ('a = 1\nfail-on = "high" x', "lk-audit.toml:2: not valid TOML: "),
        ("a = 1\na = 2", "lk-audit.toml:2: not valid TOML: Cannot overwrite a value"),
        ("a = " + "[" * 5000, "lk-audit.toml: not TOML that can be read: nested too deeply"),
        ("\0", "cannot read lk-audit.toml: it is no text"),
    ],
)
def test_a_mistake_is_one_clear_line(
    project: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    write(project, "lk-audit.toml", text)

    assert message in complaint(capsys)


def test_every_command_that_scans_says_so(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, "lk-audit.toml", "zzz = 1")
    complaints = {complaint(capsys, *command) for command in (["scan"], ["config"], ["baseline", "create"])}

    assert complaints == {"lk-audit.toml:1: zzz: there is no such setting"}


def test_a_mistake_in_pyproject_names_its_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, "pyproject.toml", "[project]\nstrict = 1\n\n[tool.lk-audit]\n# on\nstrict = 1\n")
    assert complaint(capsys) == "pyproject.toml:6: strict: must be true or false, not an integer"

    write(project, "pyproject.toml", "[tool]\nlk-audit = 3\n")
    assert complaint(capsys) == "pyproject.toml:2: tool.lk-audit: must be a table, not an integer"

    write(project, "pyproject.toml", "[tool.lk-audit\n")
    assert complaint(capsys).startswith("pyproject.toml:1: not valid TOML: ")


def test_a_mistake_in_what_is_extended_names_that_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, "lk-audit.toml", 'extend = "ci/base.toml"')
    write(project, "ci/base.toml", "\nzzz = 1")

    assert complaint(capsys) == "ci/base.toml:2: zzz: there is no such setting"


def test_a_circle_of_files_ends(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, "lk-audit.toml", 'extend = "a.toml"')
    write(project, "a.toml", 'extend = "./b.toml"')
    write(project, "b.toml", 'extend = "../' + project.name + '/a.toml"')

    assert complaint(capsys) == f"b.toml:1: extend: ../{project.name}/a.toml extends this file in turn: a circle"


def test_a_long_chain_of_files_ends(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, "lk-audit.toml", 'extend = "0.toml"')
    for number in range(20):
        write(project, f"{number}.toml", f'extend = "{number + 1}.toml"')

    assert "more than 10 files extend each other" in complaint(capsys)


def test_two_configurations_in_a_folder_are_a_mistake(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, "lk-audit.toml", "")
    write(project, "pyproject.toml", "[tool.lk-audit]\n")

    assert complaint(capsys) == "lk-audit.toml and pyproject.toml both configure lk-audit; keep one of them"


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--config", "nowhere.toml"], "no such configuration file: nowhere.toml"),
        (["--config", "."], "cannot read .: it is no regular file"),
        (["--config", "pyproject.toml"], "pyproject.toml holds no table [tool.lk-audit]"),
        (["--config", "x.toml", "--isolated"], "--isolated ignores all configuration files, and --config names one;"),
        (["--ignore", "all"], "no rule is left to run: --ignore takes away everything that is selected"),
        (["--size-limit", "big"], "not a size up to 1 GB: 'big'"),
        (["--exclude", "../a"], 'the pattern "../a" goes by'),
    ],
)
def test_a_wrong_command_line_is_one_clear_line(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    write(project, "pyproject.toml", "[project]\n")

    assert complaint(capsys, "scan", *arguments).startswith(message)


def test_nothing_left_to_run_names_who_takes_it_away(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, "lk-audit.toml", '\nignore = ["all"]')

    assert (
        complaint(capsys) == "no rule is left to run: ignore in lk-audit.toml:2 takes away everything that is selected"
    )


def test_a_secret_where_its_name_belongs_is_not_repeated(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, "lk-audit.toml", f'secret-names = ["{SECRET}"]')
    said = complaint(capsys)

    assert said.startswith("lk-audit.toml:1: secret-names: holds a secret itself; write the names under which")
    assert SECRET[:8] not in said


@pytest.mark.skipif(os.name == "nt", reason="no pipes in the file system")
def test_a_configuration_that_is_no_file_does_not_hold_up_a_scan(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(project / "pipe.toml")
    write(project, "lk-audit.toml", 'extend = "pipe.toml"')

    assert complaint(capsys) == "cannot read pipe.toml: it is no regular file"


def test_an_output_through_a_link_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, "package.json", "{}")
    (project / "lk-audit.json").symlink_to(project / "package.json")
    write(project, "lk-audit.toml", 'output = "lk-audit.json"')

    assert "output: must be called" in complaint(capsys)


LINES = '''\
a = 1
# fake = 1
b."x y" = 1
[b.c]  # [fake]
d = [
"fake = 1" ]
[e."app/[id]"]
ignore = []
[[more]]
text = """
fake = 1
[fake]
"""
[z]
'''


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("a",), 1),
        (("b", "c"), 4),
        (("b", "c", "d"), 5),
        (("b", "x y"), 3),
        (("e", "app/[id]", "ignore"), 8),
        (("e",), 7),
        (("more",), 9),
        (("more", "text"), 10),
        (("fake",), None),
        (("z",), 14),
        (("b", "unknown"), 3),
    ],
)
def test_the_line_of_a_key_is_found(keys: tuple[str, ...], line: int | None) -> None:
    assert line_of(LINES, keys) == line
