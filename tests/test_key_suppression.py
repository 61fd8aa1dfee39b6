"""Findings that the configuration accepts at a key of a data file."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from lk_audit.errors import UsageError
from lk_audit.suppression.key_paths import read_key_path, shown_key_path
from tests.commandline import invoke
from tests.configured import scan, write
from tests.samples import SECRET

JSON = json.dumps({"livekit": {"key": "APIexample23456", "secret": SECRET}}, indent=1)
ENTRY = """
[[suppress]]
path = "config/livekit.json"
key = "$.livekit.secret"
rule = "leaked-api-secret"
reason = "of the test server"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "config/livekit.json", JSON)
    return tmp_path


def states(document: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Rule and reason of every finding; None for the open ones."""
    return [(item["rule_id"], item["suppressed"] and item["suppressed"]["reason"]) for item in document["findings"]]


def notes(document: dict[str, Any]) -> list[str]:
    return [f"{item['path']}:{item['line']}: {item['message']}" for item in document["notes"]]


# --- what is accepted -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "text", "key"),
    [
        ("a.json", JSON, "$.livekit.secret"),
        ("a.json", JSON, "$['livekit'][\"secret\"]"),
        ("a.json", json.dumps({"a.b": [{"livekit_api_secret": SECRET}]}), '$["a.b"][0].livekit_api_secret'),
        (
            "a.json",
            json.dumps({"keys": {"APIexample23456": SECRET}, "livekit": 1, "port": 1}),
            "$.keys.APIexample23456",
        ),
        ("a.json", json.dumps({"env": [{"name": "LIVEKIT_API_SECRET", "value": SECRET}]}), "$.env[0].value"),
        ("a.yaml", f"livekit:\n  apps:\n    - api_secret: {SECRET}\n", "$.livekit.apps[0].api_secret"),
        ("a.yaml", f"other: 1\n---\nlivekit:\n  api_secret: {SECRET}\n", "$.livekit.api_secret"),
        ("a.toml", f'[livekit]\napi_secret = "{SECRET}"\n', "$.livekit.api_secret"),
        ("a.toml", f'[servers.livekit]\napi_secret = "{SECRET}"\n', "$.servers.livekit.api_secret"),
        ("a.ini", f"[livekit]\napi_secret = {SECRET}\n", "$.livekit.api_secret"),
        (".env", f"export LIVEKIT_API_SECRET='{SECRET}'\n", "$.LIVEKIT_API_SECRET"),
    ],
)
def test_a_finding_at_the_key_is_accepted_and_the_same_elsewhere_is_not(
    path: str, text: str, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, path, text)
    write(
        tmp_path,
        "lk-audit.toml",
        f'[[suppress]]\npath = {json.dumps(path)}\nkey = {json.dumps(key)}\nrule = "LK101"\nreason = "a test server"\n',
    )

    assert ("LK101", "a test server") in states(scan())
    assert not [state for state in states(scan()) if state == ("LK101", None)]
    assert notes(scan()) == []

    write(tmp_path, f"other/{path}", text)
    assert ("LK101", None) in states(scan())


def test_the_name_of_a_setting_counts_as_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, ".env", "NEXT_PUBLIC_LIVEKIT_API_SECRET=from-elsewhere\n")
    entry = '[[suppress]]\npath = ".env"\nkey = "$.NEXT_PUBLIC_LIVEKIT_API_SECRET"\nrule = ["LK202", "LK102"]\n'
    write(tmp_path, "lk-audit.toml", entry)

    assert [rule for rule, reason in states(scan()) if reason is not None] == ["LK202"]


def test_another_rule_or_another_key_accepts_nothing(project: Path) -> None:
    for wrong in (ENTRY.replace("leaked-api-secret", "LK501"), ENTRY.replace('secret"\nrule', 'key"\nrule')):
        write(project, "lk-audit.toml", wrong)
        assert states(scan()) == [("LK101", None)]


def test_several_scans_of_the_same_file_agree(project: Path) -> None:
    subprocess.run(["git", "init", "-q", "."], check=True)
    write(project, "lk-audit.toml", ENTRY)
    subprocess.run(["git", "add", "."], check=True)
    author = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org"]
    staged = scan("--staged")
    subprocess.run([*author, "commit", "-qm", "Something"], check=True)

    for document in (staged, scan("--history"), scan("config"), scan("config/livekit.json")):
        assert states(document) == [("LK101", "of the test server")]


def test_the_configuration_of_a_folder_around_the_scan_counts_from_its_own_folder(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["git", "init", "-q", "."], check=True)
    write(project, "lk-audit.toml", ENTRY)
    monkeypatch.chdir(project / "config")

    assert states(scan()) == [("LK101", "of the test server")]


# --- what is told -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (ENTRY + "expires = 2020-01-01\n", "this suppression ended on 2020-01-01"),
        (ENTRY.replace("leaked-api-secret", "leaked-secret"), "this suppression names no rule: leaked-secret"),
        (
            ENTRY.replace("$.livekit.secret", "$.livekit.key"),
            "this suppression is not needed: no finding of leaked-api-secret at $.livekit.key in config/livekit.json",
        ),
        (
            ENTRY.replace("config/livekit.json", "gone.json"),
            "this suppression is not needed: no finding of leaked-api-secret at $.livekit.secret in gone.json",
        ),
    ],
)
def test_one_that_does_not_do_what_it_says_is_told_with_its_own_line(project: Path, entry: str, told: str) -> None:
    write(project, "lk-audit.toml", f'fail-on = "high"\n{ENTRY.replace("secret", "nothing", 1)}{entry}')

    assert [note for note in notes(scan()) if note.startswith(f"lk-audit.toml:9: {told}")]


def test_one_whose_file_holds_nothing_any_more_is_told(project: Path) -> None:
    write(project, "lk-audit.toml", ENTRY)
    write(project, "config/livekit.json", '{"nothing": 1}')
    write(project, "src/a.json", JSON)

    assert len(notes(scan())) == 1
    assert notes(scan("src")) == []


def test_one_holds_on_its_last_day(project: Path) -> None:
    write(project, "lk-audit.toml", ENTRY + 'expires = "9999-12-31"\n')

    assert states(scan()) == [("LK101", "of the test server")]
    assert "accepted by lk-audit.toml:2 until 9999-12-31: of the test server" in invoke("scan", "--format=html").output


# --- what is wrong ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("suppress = 1", "suppress: must be an array of tables, [[suppress]], not an integer"),
        (ENTRY + '[[suppress]]\npath = "a"\nkey = "$.a"', "lk-audit.toml:7: suppress.2: says no rule;"),
        (ENTRY + "expire = 2027-01-01", 'suppress.1.expire: there is no such key; did you mean "expires"?'),
        (ENTRY + "expires = 2027-13-01", "not valid TOML"),
        (ENTRY + 'expires = "soon"', "suppress.1.expires: must be a date, such as 2027-01-01"),
        (ENTRY + "expires = 2027-01-01T00:00:00Z", "must be a date, such as 2027-01-01, not a date with time"),
        (ENTRY.replace("$.livekit.secret", "livekit.secret"), 'suppress.1.key: a key path begins with "$"'),
        (ENTRY.replace("$.livekit.secret", "$.livekit.*"), "not a key path, from '.*' on"),
        (ENTRY.replace("$.livekit.secret", "$"), "is the whole file, and names no value"),
        (
            ENTRY.replace("config/livekit.json", "../a.json"),
            "suppress.1.path: must be the path of a file in the folder",
        ),
        (
            ENTRY.replace("config/livekit.json", "/etc/a.json"),
            "suppress.1.path: must be the path of a file in the folder",
        ),
        (
            ENTRY.replace('"config/livekit.json"', r"'config\livekit.json'"),
            "suppress.1.path: must be the path of a file in the folder of the configuration, with forward slashes",
        ),
        (ENTRY.replace('"leaked-api-secret"', "[]"), "suppress.1.rule: must be a rule by id or name"),
        (ENTRY.replace('"leaked-api-secret"', "7"), "suppress.1.rule: must be an array of rules by id or name"),
    ],
)
def test_a_mistake_is_one_clear_line(project: Path, text: str, message: str) -> None:
    write(project, "lk-audit.toml", text)
    done = invoke("scan")

    assert isinstance(done.exception, UsageError)
    assert message in str(done.exception)
    assert "\n" not in str(done.exception)


def test_the_settings_show_it_with_its_origin(project: Path) -> None:
    write(project, "lk-audit.toml", ENTRY + "expires = 2027-01-01\n")

    shown = invoke("config").output
    document = json.loads(invoke("config", "--json").output)["settings"]["suppress"]

    assert 'key = "$.livekit.secret"' in shown
    assert "expires = 2027-01-01" in shown
    assert document["value"][0]["expires"] == "2027-01-01"
    assert document["from"] == [{"kind": "file", "file": "lk-audit.toml", "line": 2, "key": "suppress"}]


# --- key paths --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("$.a", ("a",)),
        ("$.a-b.c_d", ("a-b", "c_d")),
        ('$["a.b"]', ("a.b",)),
        ("$['it\\'s']", ("it's",)),
        ("$['say \"x\"']", ('say "x"',)),
        ('$["\\u00e9"].é', ("é", "é")),
        ("$.a[10][ 2 ]", ("a", "10", "2")),
    ],
)
def test_a_key_path_is_read_and_shown_again(text: str, keys: tuple[str, ...]) -> None:
    assert read_key_path(text) == keys
    assert read_key_path(shown_key_path(keys)) == keys


@pytest.mark.parametrize(
    "text", ["", "a", "$", "$a", "$.", "$..a", "$[-1]", "$[01]", "$[*]", "$.a.*", "$[?@.a]", "$['a", '$["\\x"]', "$ .a"]
)
def test_what_names_no_single_value_is_no_key_path(text: str) -> None:
    with pytest.raises(UsageError):
        read_key_path(text)
