"""What reports say of the history: which commit, what to do, and nobody's name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lk_audit.reporters import REPORTERS, render
from tests.git.histories import MINE, NOW, PUBLISHED, RULES, only, scan, token
from tests.git.repo import AUTHOR, LEAK, OTHER, Repo
from tests.samples import SECRET


@pytest.fixture
def rich(repo: Repo) -> Repo:
    """Secrets and tokens, in HEAD and not, in many versions."""
    repo.commit(".env", LEAK.replace(SECRET, MINE))
    repo.commit("demo.js", f"const token = '{token(MINE)}';\nconst old = '{token(MINE, expires=NOW - 9e6)}';\n")
    repo.commit("client.env", f"{PUBLISHED}LIVEKIT_API_SECRET={OTHER}\n")
    repo.commit("client.env", f"{PUBLISHED}LIVEKIT_API_SECRET={OTHER}\nPORT=1\n")
    repo.remove(".env")
    repo.remove("demo.js")
    return repo


@pytest.mark.parametrize("style", REPORTERS)
def test_no_report_holds_a_secret_a_token_or_a_person(rich: Repo, style: str) -> None:
    report = scan(rich)
    text = render(style, report)

    assert len(report.findings) == 5
    for hidden in (
        MINE,
        OTHER,
        token(MINE),
        token(MINE, expires=NOW - 9e6),
        AUTHOR,
        "ada@example.com",
        "carl@example.com",
    ):
        assert hidden not in text
        assert hidden not in repr(report.findings)


def test_the_text_says_which_commit_and_what_to_do(rich: Repo) -> None:
    text = render("text", scan(rich))
    leak = rich.git("log", "--format=%h", "--abbrev=10", "--diff-filter=A", "--", ".env")

    advice = "no longer in HEAD: the secret is still in the history and must be rotated"
    assert f"= in commit {leak} of 2025-03-01, {advice}" in text
    assert "of 2025-03-03, still in HEAD" in text
    assert "= also in 1 further version\n" in text
    assert "file versions of 6 commits scanned" in text


def test_an_expired_token_need_not_be_rotated(repo: Repo) -> None:
    repo.commit("demo.js", f"const old = '{token(expires=NOW - 9e6)}';\n")
    repo.remove("demo.js")

    assert "no longer in HEAD\n" in render("text", scan(repo))


def test_json_and_sarif_carry_the_origin(rich: Repo) -> None:
    report = scan(rich)
    leak = next(item for item in report.findings if item.place.path == ".env")
    assert leak.origin is not None
    expected = {
        "commit": leak.origin.commit,
        "date": "2025-03-01T12:00:00+02:00",
        "is_in_head": False,
        "further_versions": 0,
        "further_paths": 0,
    }

    document = json.loads(render("json", report))
    results = json.loads(render("sarif", report))["runs"][0]["results"]

    assert expected in [finding["origin"] for finding in document["findings"]]
    assert document["summary"]["commits"] == 6
    assert expected in [result["properties"]["origin"] for result in results]


def test_the_same_history_gives_the_same_report(rich: Repo, tmp_path: Path) -> None:
    rich.git("clone", "--quiet", "--mirror", ".", str(tmp_path / "copy"))

    first, second = (render("json", scan(item)) for item in (rich, Repo(tmp_path / "copy")))

    assert first == second


def test_the_fingerprint_is_that_of_a_scan_of_the_files(repo: Repo) -> None:
    from lk_audit.scanning.pipeline import scan_paths  # noqa: PLC0415 - the other kind of scan, for this comparison only

    repo.commit(".env", LEAK)
    files = scan_paths(["."], rules=RULES, folder=repo.root)

    assert only(scan(repo)).fingerprint == only(files).fingerprint
