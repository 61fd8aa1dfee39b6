"""`lk-audit scan --fix` and `--diff`, as people meet them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lk_audit.errors import UsageError
from tests.commandline import invoke
from tests.samples import SECRET

if TYPE_CHECKING:
    from click.testing import Result

TOKEN = (
    "import { AccessToken } from 'livekit-server-sdk';\n\nexport function mint(identity, room) {\n"
    f"  const at = new AccessToken('APIexample23456', '{SECRET}', {{ identity, ttl: '24h' }});\n"
    "  at.addGrant({ roomJoin: true, room });\n  return at.toJwt();\n}\n"
)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with a safe and an unsafe fix, in the working folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "server.js").write_text(TOKEN)
    return tmp_path / "server.js"


def scan(*arguments: str) -> Result:
    return invoke("scan", *arguments)


def first_fix(*arguments: str) -> Any:  # noqa: ANN401
    return next(item for item in json.loads(scan("--format", "json", *arguments).stdout)["findings"])["automatic_fix"]


def test_diff_shows_the_safe_fixes_and_changes_nothing(file: Path) -> None:
    done = scan("--diff")

    assert done.return_value == 1
    assert "+++ b/server.js\n" in done.stdout
    assert "ttl: '1h'" in done.stdout
    assert SECRET not in done.output
    assert done.stderr == "Would fix 1 finding (1 more with --unsafe-fixes).\n"
    assert file.read_text() == TOKEN


def test_diff_ends_with_zero_when_there_is_nothing_to_fix(file: Path) -> None:
    file.write_text(TOKEN.replace("24h", "15m"))

    done = scan("--diff")

    assert (done.return_value, done.stdout) == (0, "")


def test_fix_writes_the_safe_fixes_and_reports_what_is_left(file: Path) -> None:
    done = scan("--fix", "--format", "json")

    assert file.read_text() == TOKEN.replace("24h", "1h")
    assert [item["rule_name"] for item in json.loads(done.stdout)["findings"]] == ["leaked-api-secret"]
    assert done.stderr == "Fixed 1 finding (1 more with --unsafe-fixes).\n"
    assert done.return_value == 1


@pytest.mark.parametrize("option", ["--unsafe-fixes", "--unsafe"])
def test_unsafe_fixes_come_on_request(file: Path, option: str) -> None:
    done = scan("--fix", option)

    assert file.read_text() == TOKEN.replace("24h", "1h").replace(f"'{SECRET}'", "process.env.LIVEKIT_API_SECRET")
    assert done.stderr == "Fixed 2 findings.\n"
    assert done.return_value == 0


def test_fixing_twice_changes_nothing_more(file: Path) -> None:
    scan("--fix", "--unsafe-fixes")
    once = file.read_bytes()

    assert scan("--fix", "--unsafe-fixes").stderr == "Fixed 0 findings.\n"
    assert file.read_bytes() == once


def test_only_the_scanned_paths_are_changed(file: Path, tmp_path: Path) -> None:
    (tmp_path / "other.js").write_text(TOKEN)

    scan("--fix", "server.js")

    assert file.read_text() != TOKEN
    assert (tmp_path / "other.js").read_text() == TOKEN


def test_only_the_selected_rules_fix(file: Path) -> None:
    scan("--fix", "--unsafe-fixes", "--select", "leaked-api-secret")

    assert "24h" in file.read_text()
    assert SECRET not in file.read_text()


def test_a_file_that_cannot_be_written_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("lk_audit.writing.os.replace", fail)
    done = scan("--fix")

    assert isinstance(done.exception, UsageError)
    assert done.stderr == "lk-audit: server.js is left as it was: Permission denied\n"
    assert file.read_text() == TOKEN
    assert [item.name for item in file.parent.iterdir()] == ["server.js"]


@pytest.mark.parametrize("arguments", [("--fix", "--diff"), ("--unsafe-fixes",), ("--diff", "--format", "json")])
def test_options_that_do_not_go_together_are_refused(file: Path, arguments: tuple[str, ...]) -> None:
    assert isinstance(scan(*arguments).exception, UsageError)
    assert file.read_text() == TOKEN


def test_the_text_report_marks_what_can_be_fixed(file: Path) -> None:
    del file
    done = scan()

    assert "LK301[excessive-ttl] [*]: " in done.stdout
    assert "= [*] fix available: shorten the lifetime to 1 hour (--fix)" in done.stdout
    assert "[*] 1 fixable with --fix, 1 more with --unsafe-fixes; --diff shows them\n" in done.stdout


@pytest.mark.usefixtures("file")
def test_the_json_report_holds_the_edits() -> None:
    assert first_fix("--select", "excessive-ttl") == {
        "title": "Shorten the lifetime to 1 hour",
        "safe": True,
        "edits": [
            {
                "location": {"path": "server.js", "line": 4, "column": 113, "end_line": 4, "end_column": 118},
                "text": "'1h'",
            }
        ],
    }


@pytest.mark.usefixtures("file")
def test_sarif_tells_what_to_put_where_and_not_what_was_there() -> None:
    text = scan("--format", "sarif", "--select", "leaked-api-secret").stdout
    (result,) = json.loads(text)["runs"][0]["results"]
    (fix,) = result["fixes"]
    (change,) = fix["artifactChanges"]

    assert SECRET not in json.dumps(result)
    assert change["artifactLocation"] == {"uri": "server.js", "uriBaseId": "%SRCROOT%"}
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 4, "startColumn": 49, "endLine": 4, "endColumn": 94},
            "insertedContent": {"text": "process.env.LIVEKIT_API_SECRET"},
        }
    ]


def test_a_clean_report_speaks_of_no_fixes(file: Path) -> None:
    file.write_text(TOKEN.replace("24h", "15m").replace(f"'{SECRET}'", "process.env.S"))

    assert "[*]" not in scan().stdout


def test_standard_input_is_not_fixed(file: Path) -> None:
    arguments = ["scan", "--diff", "--stdin-filename", file.name]
    done = invoke(*arguments, stdin=TOKEN)

    assert isinstance(done.exception, UsageError)
