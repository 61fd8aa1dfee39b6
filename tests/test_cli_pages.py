"""What the commands besides `scan` say: rules explained and listed, a token inspected, the version, the help."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import jwt
import pytest

from lk_audit import __version__
from lk_audit.cli.exits import USAGE
from lk_audit.cli.pages import catalogue
from lk_audit.cli.program import run
from lk_audit.reporters import Presentation
from lk_audit.rule_api import Severity
from lk_audit.rule_loader import load_builtin_rules
from tests.commandline import failure, invoke

# --- rules and pages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["LK301", "lk301", "excessive-ttl", "excessive_ttl"])
def test_a_rule_is_explained_by_id_or_name(name: str) -> None:
    output = invoke("explain", name).output

    assert output.startswith("LK301 excessive-ttl  medium  CWE-613: Insufficient Session Expiration\n")
    assert "What to do" in output
    assert "Not found" in output


def test_rules_are_listed() -> None:
    lines = invoke("rules").output.splitlines()

    assert lines[0].startswith("LK101  leaked-api-secret")


def test_what_rules_find_stands_below_their_names_where_there_is_little_room() -> None:
    lines = catalogue(load_builtin_rules(), "text", Presentation(width=50)).splitlines()

    assert lines[:2] == ["LK101  leaked-api-secret        critical", "  A real-looking LiveKit API secret is written"]
    assert max(map(len, lines)) <= 50


def test_rules_are_listed_for_programs() -> None:
    listed = json.loads(invoke("rules", "--format", "json").output)

    assert listed[0]["id"] == "LK101"
    assert listed[0]["severity"] == "critical"
    assert invoke("rules", "--format", "markdown").output.startswith("| id | rule | severity | fix | finds |\n")


def test_the_version_is_told() -> None:
    assert invoke("--version").output == f"lk-audit {__version__}\n"


def test_help_names_the_commands() -> None:
    output = invoke("--help").output

    assert all(name in output for name in ("scan", "explain", "rules", "token"))


# --- token ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def make_token() -> Callable[..., str]:
    def make(*, ttl: int = 600, kind: str | None = None, **video: object) -> str:
        now = int(time.time())
        claims = {"iss": "APIexample23456", "sub": "ann", "nbf": now, "exp": now + ttl, "video": video}
        return jwt.encode(claims | ({"kind": kind} if kind else {}), "x" * 32)

    return make


def test_a_good_token_is_described(make_token: Callable[..., str]) -> None:
    token = make_token(roomJoin=True, room="x", canPublish=False)
    result = invoke("token", token)

    assert result.return_value == 0
    assert "identity    ann" in result.output
    assert "lifetime    10 minutes" in result.output
    assert "hear and see the others (canSubscribe is absent, which allows it)" in result.output
    assert "publish audio and video" not in result.output
    assert "send data messages" not in result.output
    assert "not: canPublish" in result.output
    assert "nothing wrong with it" in result.output
    assert token not in result.output


def test_what_is_wrong_with_a_token_is_what_is_wrong_with_code_that_makes_it(make_token: Callable[..., str]) -> None:
    result = invoke(
        "token", "-", stdin=make_token(ttl=2 * 86_400, roomJoin=True, roomAdmin=True, canpublish=False) + "\n"
    )

    assert result.return_value == 1
    for name in ("excessive-ttl", "admin-grant", "wildcard-room", "unknown-grant"):
        assert f"[{name}]" in result.output


def test_the_longest_life_of_a_token_can_be_set(make_token: Callable[..., str]) -> None:
    token = make_token(ttl=2 * 86_400, roomJoin=True, room="x")

    assert invoke("token", token).return_value == 1
    assert invoke("token", token, "--max-ttl", "2d").return_value == 0


def test_a_token_from_a_header_is_read(make_token: Callable[..., str]) -> None:
    assert invoke("token", f"Bearer {make_token(roomJoin=True, room='x')}").return_value == 0


def test_another_kind_of_jwt_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = failure(capsys, "token", jwt.encode({"sub": "ann"}, "x" * 32))

    assert code == 2
    assert said == "lk-audit: that is a JWT, but no LiveKit access token: it needs HS256 and a LiveKit grant\n"


def test_a_service_may_hold_what_a_participant_may_not(make_token: Callable[..., str]) -> None:
    assert invoke("token", make_token(kind="agent", roomJoin=True, room="x", hidden=True)).return_value == 0


def test_severity_names_are_those_of_the_report() -> None:
    assert [severity.label for severity in Severity] == ["critical", "high", "medium", "low", "note"]


OFF = ("LK205", "LK407")


@pytest.fixture
def join_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page that only a rule which is off by default objects to, as the working folder."""
    text = "export const go = (livekitToken) => localStorage.setItem('t', livekitToken);\n"
    (tmp_path / "join.ts").write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ([], []),
        (["--select", "LK205"], ["LK205"]),
        (["--select", "token-in-url-or-storage"], ["LK205"]),
        (["--select", "all"], ["LK205"]),
        (["--select", "all", "--ignore", "LK205"], []),
    ],
)
@pytest.mark.usefixtures("join_page")
def test_a_rule_that_is_off_by_default_runs_when_it_is_selected(arguments: list[str], found: list[str]) -> None:
    report = json.loads(invoke("scan", "--format", "json", *arguments).stdout)

    assert [item["rule_id"] for item in report["findings"]] == found


@pytest.mark.parametrize("rule", OFF)
def test_the_pages_say_that_a_rule_is_off_by_default(rule: str) -> None:
    catalogue = " ".join(invoke("rules").stdout.split())
    entries = {item["id"]: item["on_by_default"] for item in json.loads(invoke("rules", "--format", "json").stdout)}

    assert ", off by default" in invoke("explain", rule).stdout.splitlines()[0]
    assert catalogue.partition(rule)[2].partition(" LK")[0].endswith("(off by default)")
    assert sorted(key for key, is_on in entries.items() if not is_on) == sorted(OFF)


@pytest.mark.parametrize("arguments", [(), ("baseline",), ("cache",)])
def test_no_command_at_all_is_answered_with_the_help_page(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(arguments)

    said = capsys.readouterr()
    assert code == USAGE
    assert said.out == ""
    assert said.err.startswith(f"Usage: {' '.join(['lk-audit', *arguments])} [OPTIONS] COMMAND")
    assert "..." not in said.err.partition("Commands:")[2]
