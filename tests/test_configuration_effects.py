"""What settings do to a scan: files left out and taken in, severities, accepted paths, a project's own words."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.commandline import invoke
from tests.configured import LEAK, URL, found, scan, write
from tests.samples import SECRET


@pytest.fixture(params=[True, False], ids=["git", "no git"])
def project(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a leak in several folders, as the working folder."""
    root = tmp_path / "project"
    root.mkdir()
    if request.param:
        subprocess.run(["git", "init", "-q", str(root)], check=True)
    for path in ("a/.env", "a/gen/x.env", "b/gen/y.env", "vendor/z.env", "c.env"):
        write(root, path, LEAK)
    monkeypatch.chdir(root)
    return root


def paths(*arguments: str) -> list[str]:
    return list(found(*arguments))


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("patterns", "left"),
    [
        ([], ["a/.env", "a/gen/x.env", "b/gen/y.env", "c.env"]),
        (["gen/"], ["a/.env", "c.env"]),
        (["/a/"], ["b/gen/y.env", "c.env"]),
        (["a/**/x.env"], ["a/.env", "b/gen/y.env", "c.env"]),
        (["*.env", "!c.env"], ["c.env"]),
        (["gen"], ["a/.env", "c.env"]),
        (["/gen/"], ["a/.env", "a/gen/x.env", "b/gen/y.env", "c.env"]),
    ],
)
def test_patterns_leave_out_what_gitignore_would(project: Path, patterns: list[str], left: list[str]) -> None:
    write(project, "lk-audit.toml", f"exclude = {json.dumps(patterns)}")

    assert paths() == left
    assert paths("--isolated", *(f"--exclude={pattern}" for pattern in patterns)) == left


def test_what_is_left_out_is_named(project: Path) -> None:
    write(project, "lk-audit.toml", 'exclude = ["gen/", "c.env"]')
    document = scan()

    assert document["excluded_folders"] == ["a/gen", "b/gen", "vendor"]
    assert document["skipped"] == [{"path": "c.env", "reason": "left out by the configuration", "expected": True}]
    assert document["summary"]["complete"]


def test_patterns_start_at_the_folder_of_the_configuration(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(project, "lk-audit.toml", 'exclude = ["/a/gen/"]')
    monkeypatch.chdir(project / "a")

    assert paths() == [".env"]
    monkeypatch.chdir(project / "b")
    assert paths() == ["gen/y.env"]


def test_patterns_of_a_named_file_start_at_the_working_folder(project: Path) -> None:
    write(project, "ci/audit.toml", 'exclude = ["/a/"]')

    assert paths("--config", "ci/audit.toml") == ["b/gen/y.env", "c.env"]


def test_patterns_of_what_is_extended_start_at_the_same_folder(project: Path) -> None:
    write(project, "ci/base.toml", 'exclude = ["/a/"]')
    write(project, "lk-audit.toml", 'extend = "ci/base.toml"')

    assert paths() == ["b/gen/y.env", "c.env"]


@pytest.mark.parametrize("given", ["a/gen/x.env", "a/gen", "a"])
def test_what_is_given_as_a_path_is_scanned_although_it_is_left_out(project: Path, given: str) -> None:
    write(project, "lk-audit.toml", 'exclude = ["/a/"]')

    assert "a/gen/x.env" in paths(given)
    assert paths(given, "--force-exclude") == []
    assert paths(given, "c.env", "--force-exclude") == ["c.env"]


def test_exclusions_below_a_path_that_is_given_still_count(project: Path) -> None:
    write(project, "lk-audit.toml", 'exclude = ["gen/"]')

    assert paths("a") == ["a/.env"]


def test_folders_that_are_left_out_by_default_can_be_taken_in(project: Path) -> None:
    assert scan()["excluded_folders"] == ["vendor"]
    write(project, "vendor/node_modules/q.env", LEAK)
    write(project, "lk-audit.toml", 'include = ["/vendor/"]')

    assert "vendor/z.env" in paths()
    assert scan()["excluded_folders"] == ["vendor/node_modules"]
    write(project, "vendor/vendor/v.env", LEAK)
    write(project, "lk-audit.toml", 'include = ["vendor"]\nexclude = ["vendor/vendor/"]')
    assert scan()["excluded_folders"] == ["vendor/node_modules", "vendor/vendor"]


def test_the_largest_size_can_be_set(project: Path) -> None:
    write(project, "c.env", LEAK + "#" * 5_000)
    write(project, "lk-audit.toml", 'size-limit = "4 kB"')

    assert "c.env" not in paths()
    assert [item["path"] for item in scan()["skipped"]] == ["c.env"]
    assert "c.env" in paths("--size-limit", "10000")


# --- findings ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with an unencrypted address in two folders, as the working folder."""
    for path in ("src/.env", "legacy/old/.env"):
        write(tmp_path, path, URL)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def severities(*arguments: str) -> dict[str, str]:
    return {item["location"]["path"]: item["severity"] for item in scan(*arguments)["findings"]}


def test_the_severity_of_a_rule_can_be_changed(small: Path) -> None:
    assert severities() == {"legacy/old/.env": "medium", "src/.env": "medium"}
    write(small, "lk-audit.toml", '[severity]\ninsecure-url = "critical"')

    assert severities() == {"src/.env": "critical", "legacy/old/.env": "critical"}
    assert invoke("scan", "--fail-on", "critical").return_value == 1
    rules = {rule["id"]: rule["severity"] for rule in scan()["rules"]}
    assert (rules["LK203"], rules["LK101"]) == ("critical", "critical")


def test_a_milder_severity_no_longer_fails(small: Path) -> None:
    assert invoke("scan").return_value == 1
    write(small, "lk-audit.toml", '[severity]\nLK203 = "low"')

    assert invoke("scan").return_value == 0
    assert severities("--min-severity", "medium") == {}


def test_sarif_has_the_changed_severity_for_the_rule_and_the_result(small: Path) -> None:
    write(small, "lk-audit.toml", '[severity]\nLK203 = "critical"')
    run = json.loads(invoke("scan", "--format", "sarif").output)["runs"][0]
    rule = next(rule for rule in run["tool"]["driver"]["rules"] if rule["id"] == "LK203")

    assert rule["properties"]["security-severity"] == "9.5"
    assert {result["level"] for result in run["results"]} == {"error"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[per-path."legacy/**"]\nseverity = "note"', ("medium", "note")),
        ('[per-path."legacy/**"]\nseverity = { LK203 = "note" }', ("medium", "note")),
        ('[per-path."legacy/**"]\nseverity = { LK301 = "note" }', ("medium", "medium")),
        ('[severity]\nLK203 = "high"\n[per-path."legacy/"]\nseverity = "note"', ("high", "note")),
        ('[per-path."*"]\nseverity = "low"\n[per-path."legacy/**"]\nseverity = "note"', ("low", "note")),
        ('[per-path."legacy/**"]\nseverity = "note"\n[per-path."*"]\nseverity = "low"', ("low", "low")),
    ],
)
def test_a_severity_can_differ_by_path(small: Path, text: str, expected: tuple[str, str]) -> None:
    write(small, "lk-audit.toml", text)

    assert (severities()["src/.env"], severities()["legacy/old/.env"]) == expected


@pytest.mark.parametrize("rules", ['["insecure-url"]', '["LK203", "LK301"]', '["all"]'])
def test_a_rule_can_be_accepted_by_path_and_is_counted(small: Path, rules: str) -> None:
    write(small, "lk-audit.toml", f'strict = true\n\n[per-path."legacy/**"]\nignore = {rules}')
    document = scan()

    assert found() == {"src/.env": ["LK203"]}
    assert document["summary"]["suppressed"] == 1
    assert document["findings"][0]["suppressed"] == {
        "path": "lk-audit.toml",
        "line": 3,
        "reason": "the configuration accepts it in legacy/**",
        "until": None,
    }


def test_paths_of_overrides_start_at_the_folder_of_the_configuration(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(small, "lk-audit.toml", '[per-path."legacy/old/*"]\nignore = ["all"]')
    monkeypatch.chdir(small / "legacy")

    assert found() == {}


def test_the_longest_life_can_be_set(small: Path) -> None:
    text = (
        "from livekit import api\nfrom datetime import timedelta\napi.AccessToken().with_ttl(timedelta(minutes=30))\n"
    )
    write(small, "src/token.py", text)
    assert "src/token.py" not in found()
    write(small, "lk-audit.toml", 'max-ttl = "15m"')

    assert "LK301" in found()["src/token.py"]
    assert "src/token.py" not in found("--max-ttl", "1h")


# --- the report -------------------------------------------------------------------------------------------------------


def test_format_and_output_can_be_set(small: Path) -> None:
    write(small, "lk-audit.toml", 'format = "sarif"\noutput = "out/lk-audit.sarif"')
    (small / "out").mkdir()

    assert invoke("scan").output == ""
    log: dict[str, Any] = json.loads((small / "out/lk-audit.sarif").read_text("utf-8"))
    assert len(log["runs"][0]["results"]) == 2
    assert invoke("scan", "--format", "text", "--output", "-").output.startswith("medium LK203")


def test_several_reports_can_be_set(small: Path) -> None:
    write(small, "lk-audit.toml", 'format = ["text", "json"]\noutput = ["-", "lk-audit.json"]')

    assert invoke("scan").output.startswith("medium LK203")
    assert json.loads((small / "lk-audit.json").read_text("utf-8"))["configuration"] == ["lk-audit.toml"]


@pytest.mark.parametrize(
    ("arguments", "begin"), [(["--format", "json"], "{"), (["--output", "-"], "medium LK203"), ([], "")]
)
def test_the_command_line_states_the_format_and_the_output_together(
    small: Path, arguments: list[str], begin: str
) -> None:
    write(small, "lk-audit.toml", 'format = "sarif"\noutput = "lk-audit.sarif"')
    output = invoke("scan", *arguments).output

    assert output.startswith(begin)
    assert bool(output) is bool(arguments)
    assert (small / "lk-audit.sarif").exists() is not bool(arguments)


def test_sarif_with_everything_tells_that_the_configuration_accepts_a_finding(small: Path) -> None:
    write(small, "lk-audit.toml", '[per-path."legacy/"]\nignore = ["LK203"]')
    results = json.loads(invoke("scan", "--format", "sarif-full").output)["runs"][0]["results"]

    assert [item["suppressions"] for item in results] == [
        [{"kind": "external", "status": "accepted", "justification": "the configuration accepts it in legacy/"}],
        [],
    ]


def test_a_comment_in_a_path_that_accepts_the_rule_is_still_needed(small: Path) -> None:
    write(small, "lk-audit.toml", '[per-path."legacy/"]\nignore = ["LK203"]')
    write(small, "legacy/old/.env", f"# lk-audit: ignore[insecure-url] known\n{URL}")

    assert scan()["notes"] == []


def test_the_configured_output_lies_beside_the_configuration(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(small, "lk-audit.toml", 'format = "json"\noutput = "lk-audit.json"')
    monkeypatch.chdir(small / "src")
    invoke("scan")

    assert (small / "lk-audit.json").exists()


# --- a project's own words --------------------------------------------------------------------------------------------

HIDDEN = f"""\
const key = process.env.ACME_RTC_SIGNING || "{SECRET}";
export default key;
"""


@pytest.mark.parametrize(
    ("path", "text", "rule"),
    [
        ("src/keys.js", HIDDEN, "LK101"),
        ("src/keys.py", f'import os\nKEY = os.getenv("ACME_RTC_SIGNING", "{SECRET}")\n', "LK101"),
        ("src/const.ts", f'export const ACME_RTC_SIGNING = "{SECRET}";\n', "LK101"),
        ("src/note.js", f"// ACME_RTC_SIGNING = '{SECRET}'\nexport const x = 1;\n", "LK101"),
        ("deploy/app.env", f"ACME_RTC_SIGNING={SECRET}\n", "LK101"),
        ("deploy/app.yaml", f"env:\n  ACME_RTC_SIGNING: {SECRET}\n", "LK101"),
        ("deploy/wide.env", f"ACME_RTC_SIGNING={SECRET}\n".encode("utf-16").decode("latin-1"), "LK101"),
        (".env", f"NEXT_PUBLIC_ACME_RTC_SIGNING={SECRET}\n", "LK202"),
        ("src/page.tsx", "'use client';\nexport const k = process.env.NEXT_PUBLIC_ACME_RTC_SIGNING;\n", "LK202"),
        ("src/log.js", "console.log(process.env.ACME_RTC_SIGNING);\n", "LK103"),
        ("a.log", f"{'x ' * 15_000}ACME_RTC_SIGNING={SECRET} {'x ' * 15_000}\n", "LK101"),
        ("dist/a.js", f"{'f(1);' * 30_000}k='{SECRET}';e.ACME_RTC_SIGNING='{SECRET}';\n", "LK101"),
    ],
    ids=lambda value: value[:20],
)
def test_the_names_of_a_project_for_its_secret_are_known(small: Path, path: str, text: str, rule: str) -> None:
    file = write(small, path, "")
    file.write_bytes(text.encode("latin-1") if text.startswith("ÿþ") else text.encode())
    assert path not in found()
    write(small, "lk-audit.toml", 'secret-names = ["ACME_RTC_SIGNING"]')

    assert rule in found()[path]
    assert SECRET not in invoke("scan").output


def test_a_name_can_stand_for_several(small: Path) -> None:
    write(small, "lk-audit.toml", 'secret-names = ["ACME_*_SIGNING"]')
    write(small, "a.env", f"ACME_RTC_SIGNING={SECRET}\n")
    write(small, "b.env", f"ACME_RTC_SIGNING_URL={SECRET[::-1]}\n")

    assert [path for path, rules in found().items() if "LK101" in rules] == ["a.env"]


MINT = """\
import { AccessToken } from 'livekit-server-sdk';
export const make = async (user, secret) => {
  const at = new AccessToken('APIexample23456', secret, { identity: user, ttl: '10m' });
  at.addGrant({ roomJoin: true, room: 'lobby' });
  return at.toJwt();
};
"""


def test_code_that_a_project_says_it_ships_is_client_code(small: Path) -> None:
    write(small, "packages/widget/src/join.js", MINT)
    assert "packages/widget/src/join.js" not in found()
    write(small, "lk-audit.toml", 'client-paths = ["packages/widget/**"]')

    assert found()["packages/widget/src/join.js"] == ["LK201"]
    assert "client code, says `client-paths`" in invoke("scan").output


def test_what_shipped_code_imports_is_client_code_too(small: Path) -> None:
    write(small, "lib/join.js", MINT)
    write(small, "widget/main.js", "import { make } from '../lib/join.js';\nexport const go = () => make('a', 'b');\n")
    assert "lib/join.js" not in found()
    write(small, "lk-audit.toml", 'client-paths = ["widget/"]')

    assert found()["lib/join.js"] == ["LK201"]


def test_python_can_be_shipped_too(small: Path) -> None:
    text = "from livekit import api\nfrom datetime import timedelta\n\n\ndef token(secret: str) -> str:\n    return (\n"
    text += "        api.AccessToken('APIexample23456', secret)\n        .with_identity('a')\n"
    text += "        .with_ttl(timedelta(minutes=5))\n"
    text += "        .with_grants(api.VideoGrants(room_join=True, room='a'))\n        .to_jwt()\n    )\n"
    write(small, "kiosk/app.py", text)
    assert "kiosk/app.py" not in found()
    write(small, "lk-audit.toml", 'client-paths = ["kiosk/"]')

    assert found()["kiosk/app.py"] == ["LK201"]


def test_what_a_framework_keeps_on_the_server_stays_there(small: Path) -> None:
    write(small, "widget/actions.js", f"'use server';\n{MINT}")
    write(small, "lk-audit.toml", 'client-paths = ["widget/"]')

    assert "LK201" not in found().get("widget/actions.js", [])
