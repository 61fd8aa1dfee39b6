"""lk-audit as other programs use it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lk_audit.api import LkAuditError, Severity, UsageError, render, scan
from tests.samples import SECRET

ROOT = Path(__file__).parent.parent
LEAK = f"LIVEKIT_API_KEY=APIexample23456\nLIVEKIT_API_SECRET={SECRET}\n"
MINT = """
from livekit import api

def mint(user: str, room: str) -> str:
    token = api.AccessToken().with_identity(user).with_ttl(timedelta(minutes=30))
    return token.with_grants(api.VideoGrants(room_join=True, room=room)).to_jwt()
"""
RULE = """
from lk_audit.facts import CredentialLiteral
from lk_audit.rule_api import Problem, Severity, rule


@rule(CredentialLiteral, id="XX901", severity=Severity.LOW, cwe=798, fix="No.", bad=["--- a\\nx"], good=["--- a\\nx"])
def any_secret(literal):
    '''A secret.'''
    yield Problem(literal.place, "a secret")
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a leaked secret and a token of half an hour, as the working folder."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / ".env").write_text(LEAK)
    (folder / "mint.py").write_text(f"from datetime import timedelta\n{MINT}")
    monkeypatch.chdir(folder)
    return folder


def git(*arguments: str) -> None:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


def ids(**keywords: Any) -> list[str]:  # noqa: ANN401 - whatever scan takes
    return sorted(finding.rule_id for finding in scan(**{"packs": False, **keywords}).open_findings)


@pytest.mark.usefixtures("project")
def test_a_scan_without_arguments_is_that_of_the_working_folder() -> None:
    report = scan(packs=False)

    assert [(item.rule_id, item.place.path, item.place.line) for item in report.findings] == [("LK101", ".env", 2)]
    assert report.is_complete
    assert SECRET not in repr(report.findings)


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        ({"paths": "mint.py"}, []),
        ({"paths": Path("mint.py"), "max_ttl": "15m"}, ["LK301"]),
        ({"paths": ["mint.py", ".env"], "max_ttl": 900}, ["LK101", "LK301"]),
        ({"max_ttl": 1799.5}, ["LK101", "LK301"]),
        ({"jobs": 2}, ["LK101"]),
        ({"jobs": None}, ["LK101"]),
        ({"max_ttl": timedelta(minutes=15)}, ["LK101", "LK301"]),
        ({"select": "excessive-ttl", "max_ttl": "15m"}, ["LK301"]),
        ({"select": ["LK301", "LK101"], "ignore": ("LK101",)}, []),
        ({"ignore": "leaked-api-secret"}, []),
        ({"exclude": "*.env"}, []),
        ({"min_severity": "high", "max_ttl": "15m"}, ["LK101"]),
        ({"min_severity": Severity.HIGH, "max_ttl": "15m"}, ["LK101"]),
    ],
)
@pytest.mark.usefixtures("project")
def test_keywords_mean_what_the_options_mean(keywords: dict[str, Any], expected: list[str]) -> None:
    assert ids(**keywords) == expected


def test_the_same_findings_come_out_as_on_the_command_line(project: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "lk_audit", "scan", "--format", "json", "--max-ttl", "15m"]
    said = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False).stdout

    rendered = json.loads(render(scan(max_ttl="15m"), "json"))

    assert rendered["findings"] == json.loads(said)["findings"]
    assert len(rendered["findings"]) == 2


@pytest.mark.usefixtures("project")
def test_the_configuration_counts_unless_the_scan_is_isolated_or_names_another(project: Path) -> None:
    (project / "lk-audit.toml").write_text('ignore = ["LK101"]\n')
    (project / "strict.toml").write_text('max-ttl = "1m"\n')

    assert ids() == []
    assert ids(isolated=True) == ["LK101"]
    assert ids(config="strict.toml") == ["LK101", "LK301"]
    assert scan(config=project / "strict.toml").configuration


def test_findings_of_the_baseline_are_marked(project: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-m", "lk_audit", "baseline", "create"], cwd=project, env=environment, check=True)

    report = scan(baseline="lk-audit-baseline.txt")

    assert report.open_findings == ()
    assert [finding.baselined for finding in report.findings] == [True]


@pytest.mark.usefixtures("project")
def test_the_index_and_the_history_of_a_repository_are_scanned_instead_of_its_files() -> None:
    git("init", "-q")
    git("add", ".env")
    git("commit", "-qm", "one")
    git("rm", "-q", ".env")
    git("commit", "-qm", "two")
    git("add", "mint.py")

    assert ids(staged=True, max_ttl="15m") == ["LK301"]
    assert ids(history=True) == ["LK101"]
    assert ids(history="HEAD~1..HEAD") == []


def test_rules_of_a_folder_take_part_and_broken_ones_are_told(project: Path) -> None:
    (project / "more").mkdir()
    (project / "more" / "any_secret.py").write_text(RULE)
    (project / "more" / "broken.py").write_text("x = 1")
    report = scan(".env", rule_folders="more", packs=False)

    assert [finding.rule_id for finding in report.findings] == ["LK101", "XX901"]
    assert len(report.rule_errors) == 1
    assert "broken.py" in report.rule_errors[0]


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"paths": "nowhere"}, "no such file or folder: nowhere"),
        ({"paths": [3]}, "paths takes paths, not 3"),
        ({"paths": ""}, "paths takes paths, not ''"),
        ({"select": "excesive-ttl"}, 'no rule is called excesive-ttl; did you mean "excessive-ttl"?'),
        ({"select": [301]}, "select takes texts, not int"),
        ({"max_ttl": "soon"}, "not a duration: 'soon'; write 15m, 1h, 2d or a number of seconds"),
        ({"max_ttl": -5}, "not a duration: '-5.000000'"),
        ({"max_ttl": float("nan")}, "not a duration: 'nan'"),
        ({"min_severity": "bad"}, "not a severity: 'bad'"),
        ({"config": "nowhere.toml"}, "nowhere.toml"),
        ({"config": "a.toml", "isolated": True}, "isolated ignores all configuration files, and config names one"),
        ({"staged": True, "history": True}, "staged and history exclude each other"),
        ({"staged": True}, "git"),
        ({"baseline": "nowhere.txt"}, "nowhere.txt"),
        ({"rule_folders": "nowhere"}, "no such rules folder: nowhere"),
    ],
)
@pytest.mark.usefixtures("project")
def test_wrong_use_raises_one_clear_line_and_prints_nothing(
    keywords: dict[str, Any], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UsageError, match=re.escape(message)) as caught:
        scan(**keywords)

    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, LkAuditError)
    assert capsys.readouterr() == ("", "")


def test_a_report_is_not_rendered_in_a_format_that_does_not_exist() -> None:
    with pytest.raises(UsageError, match=r"no such format: sarf; .*did you mean \"sarif\""):
        render(scan(ROOT / "LICENSE", isolated=True, packs=False), "sarf")


# --- what is promised -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("project")
def test_the_example_of_the_documentation_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "api.md").read_text(encoding="utf-8"), re.DOTALL)
    Path("src").mkdir()
    Path(".env").rename("src/.env")

    said = subprocess.run(
        [sys.executable, "-c", blocks[0]],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.startswith("src/.env:2 LK101 LiveKit API secret ")
    assert json.loads(Path("report.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]


def test_every_keyword_is_documented() -> None:
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    keywords = scan.__annotations__.keys() - {"return"}

    assert {name for name in keywords if f"`{name}`" not in text} == set()


def test_the_package_alone_costs_nothing_and_the_api_brings_no_parser() -> None:
    code = (
        "import sys, lk_audit; print([m for m in sys.modules if m.startswith('lk_audit.')]);"
        "import lk_audit.api; print([m for m in sys.modules if m.split('.')[0] in ('tree_sitter', 'click', 'yaml')])"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert said.split("\n")[:2] == ["[]", "[]"]


def test_the_package_itself_offers_the_api_without_importing_it_before_it_is_asked_for() -> None:
    known = "'lk_audit.api' in sys.modules"
    asked = f"import sys, lk_audit; print({known}, lk_audit.scan.__module__, {known})"
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["False", "lk_audit.api", "True"]


_AGAIN_AND_AGAIN = """
import gc
from lk_audit.api import scan
from lk_audit.project.code_module import CodeModule

for _ in range(40):
    scan("token.py")
print(sum(isinstance(item, CodeModule) for item in gc.get_objects()))
"""


def test_a_program_that_scans_again_and_again_keeps_nothing_of_former_scans(tmp_path: Path) -> None:
    (tmp_path / "token.py").write_text(MINT)

    kept = subprocess.run(
        [sys.executable, "-c", _AGAIN_AND_AGAIN],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert int(kept.stdout) < 20
