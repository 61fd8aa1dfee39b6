"""`scan --history`: secrets and tokens in every content that a file ever had."""

from __future__ import annotations

import os
import subprocess
import time

import pytest

from lk_audit.config import Config
from lk_audit.errors import UsageError
from lk_audit.files.path_patterns import Exclusion, PathPatterns
from lk_audit.findings import CommitOrigin
from lk_audit.hints import Hints
from lk_audit.reporters import render
from lk_audit.rule_api import Severity
from lk_audit.scanning import origins, sightings
from lk_audit.scanning.extraction import extract_credentials
from lk_audit.scanning.history import history_rules, scan_history
from lk_audit.suppression.overrides import Overrides
from tests.git.histories import PUBLISHED, RULES, found, only, origin, scan, token
from tests.git.repo import CLEAN, KEY, LEAK, OTHER, Repo
from tests.hostile.ends import forever
from tests.samples import SECRET

# --- what is found ----------------------------------------------------------------------------------------------------


def test_a_secret_that_was_deleted_is_found_at_the_commit_that_brought_it_in(repo: Repo) -> None:
    repo.commit("README.md", "# Rooms\n")
    leak = repo.commit(".env", LEAK)
    repo.remove(".env")

    report = scan(repo)

    assert found(report) == [("LK101", ".env")]
    assert origin(report) == CommitOrigin(commit=leak, date="2025-03-02T12:00:00+02:00", is_in_head=False)
    assert report.commits == 3


def test_a_secret_that_is_still_there_is_said_to_be_in_head(repo: Repo) -> None:
    leak = repo.commit(".env", LEAK)
    repo.commit("README.md", "# Rooms\n")

    assert origin(scan(repo)) == CommitOrigin(commit=leak, date="2025-03-01T12:00:00+02:00", is_in_head=True)


def test_a_secret_that_moved_where_it_is_not_recognised_is_still_in_head(repo: Repo) -> None:
    repo.commit(".env", LEAK)
    repo.remove(".env")
    repo.commit("notes", f"old: {SECRET}\n")

    assert origin(scan(repo)).is_in_head


def test_a_secret_in_many_versions_is_one_finding(repo: Repo) -> None:
    first = repo.commit(".env", LEAK)
    for number in range(5):
        repo.commit(".env", f"{LEAK}PORT={number}\n")
    repo.commit("copy/.env", LEAK.replace("KEY", "KEY_ID"))

    report = scan(repo)

    assert origin(report).commit == first
    assert origin(report).further_versions == 6
    assert origin(report).further_paths == 1


def test_each_secret_of_a_file_is_a_finding(repo: Repo) -> None:
    first = repo.commit(".env", LEAK)
    second = repo.commit(".env", LEAK.replace(SECRET, OTHER))
    repo.commit(".env", CLEAN)

    commits = {item.origin.commit for item in scan(repo).findings if item.origin}

    assert commits == {first, second}


def test_of_a_history_with_very_many_secrets_some_are_listed(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sightings, "MOST_FINDINGS_OF_A_SCAN", 2)
    for number in range(4):
        repo.commit(f"{number}.env", f"LIVEKIT_API_SECRET={number}{SECRET[1:]}\n")

    report = scan(repo)

    assert len(report.findings) == 2
    assert [note.message.partition(";")[0] for note in report.notes] == [
        "only the first 2 secrets and tokens of the history are listed"
    ]
    assert not report.is_complete


def test_contents_that_are_no_longer_in_memory_are_judged_again(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = [f"LIVEKIT_API_SECRET_{number}={number}{SECRET[1:]}\n" for number in range(4)]
    for number in range(4):
        repo.commit(f"{number}.env", "".join(secrets[: number + 1]))
    before = scan(repo)

    monkeypatch.setattr(origins, "_MOST_JUDGED", 1)

    assert scan(repo).findings == before.findings
    assert len(before.findings) == 4


def test_a_rename_does_not_bring_a_secret_in_again(repo: Repo) -> None:
    leak = repo.commit("old.env", LEAK)
    repo.git("mv", "old.env", "new.env")
    repo.commit()

    report = scan(repo)

    assert found(report) == [("LK101", "old.env")]
    assert origin(report).commit == leak
    assert origin(report).further_paths == 1
    assert origin(report).further_versions == 0
    assert origin(report).is_in_head


def test_a_token_is_found_with_the_secret_that_signed_it_in_another_commit(repo: Repo) -> None:
    repo.commit("demo.js", f"const token = '{token()}';\n")
    repo.remove("demo.js")
    repo.commit(".env", LEAK)

    report = scan(repo)
    demo = next(item for item in report.findings if item.place.path == "demo.js")

    assert demo.rule_id == "LK501"
    assert demo.origin is not None
    assert not demo.origin.is_in_head
    assert [lead.place.path for lead in demo.related] == [".env"]


def test_a_published_name_is_found_where_it_is_defined_and_not_where_it_is_read(repo: Repo) -> None:
    repo.commit(".env", PUBLISHED)
    repo.commit("a.ts", "export const secret = import.meta.env.VITE_LIVEKIT_API_SECRET;\n")
    repo.remove(".env")
    repo.remove("a.ts")

    assert found(scan(repo)) == [("LK202", ".env")]


def test_a_secret_in_code_is_found_through_its_variable(repo: Repo) -> None:
    signing = "from livekit import api\n\nSIGNER = '{}'\n\n\ndef token():\n    return api.AccessToken('{}', SIGNER)\n"
    repo.commit("sign.py", signing.format(SECRET, KEY))
    repo.remove("sign.py")

    assert found(scan(repo)) == [("LK101", "sign.py")]


def test_guessable_secrets_and_other_mistakes_are_no_matter_of_the_history(repo: Repo) -> None:
    repo.commit(".env", "LIVEKIT_API_KEY=devkey\nLIVEKIT_API_SECRET=secret\nLIVEKIT_URL=ws://live.acme.io\n")

    assert found(scan(repo)) == []


def test_a_change_around_a_secret_lets_it_be_judged_again(repo: Repo) -> None:
    repo.commit("settings.py", f"VALUE = '{SECRET}'\n# livekit secret\n")
    leak = repo.commit("settings.py", f"LIVEKIT_API_SECRET = '{SECRET}'\n# livekit secret\n")

    assert origin(scan(repo)).commit == leak


def test_a_suppression_in_the_content_counts(repo: Repo) -> None:
    repo.commit(".env", LEAK.replace(SECRET, f"{SECRET}  # lk-audit: ignore[LK101] rotated"))

    report = scan(repo)

    assert report.suppressed == 1
    assert report.notes == ()


def test_a_suppression_in_head_accepts_what_older_contents_hold(repo: Repo) -> None:
    repo.commit(".env", LEAK)
    repo.commit(".env", LEAK.replace("LIVEKIT_API_SECRET", "# lk-audit: ignore[LK101] rotated\nLIVEKIT_API_SECRET"))
    assert scan(repo).suppressed == 1

    repo.commit("copy.env", LEAK)
    assert scan(repo).suppressed == 0


# --- which files ------------------------------------------------------------------------------------------------------


def test_paths_limit_what_is_reported(repo: Repo) -> None:
    repo.commit("web/.env", LEAK)
    repo.commit("api/.env", LEAK.replace(SECRET, OTHER))
    repo.remove("web/.env")

    assert found(scan(repo, "web")) == [("LK101", "web/.env")]
    assert found(scan(repo, "api/.env")) == [("LK101", "api/.env")]
    assert found(scan(repo, ".", folder=repo.root / "api")) == [("LK101", "api/.env")]
    assert found(scan(repo, folder=repo.root / "api")) == [("LK101", "api/.env"), ("LK101", "web/.env")]


def test_a_path_that_never_existed_is_an_error(repo: Repo) -> None:
    repo.commit("a.txt", "a")

    with pytest.raises(UsageError, match=r"called start\.\.main; a range is written --history=A\.\.B"):
        scan(repo, "start..main")


def test_a_secret_is_reported_at_its_first_path_that_is_asked_for(repo: Repo) -> None:
    repo.commit("old/.env", LEAK)
    moved = repo.commit("new/.env", LEAK)

    report = scan(repo, "new")

    assert found(report) == [("LK101", "new/.env")]
    assert origin(report).commit == moved


def test_vendored_folders_are_left_out_and_named(repo: Repo) -> None:
    repo.commit("node_modules/x/.env", LEAK)

    report = scan(repo)

    assert found(report) == []
    assert report.excluded == ("node_modules",)


def test_a_secret_that_moved_out_of_a_vendored_folder_is_found_outside(repo: Repo) -> None:
    repo.commit("vendor/x.env", LEAK)
    repo.git("mv", "vendor/x.env", "x.env")
    moved = repo.commit()

    report = scan(repo)

    assert found(report) == [("LK101", "x.env")]
    assert origin(report).commit == moved


def test_binary_large_and_foreign_files_are_counted_or_named(repo: Repo) -> None:
    repo.commit("data.bin", b"\0\1")
    repo.commit("big.env", LEAK + "#" * 5000)
    repo.commit("old.sarif", "livekit")
    repo.commit("package-lock.json", LEAK)

    report = scan(repo, limit=4000)

    assert found(report) == []
    assert report.binary == 1
    assert {item.path: item.expected for item in report.skipped} == {"big.env": False, "old.sarif": True}


def test_a_utf_16_file_is_read(repo: Repo) -> None:
    repo.commit("leak.env", LEAK.encode("utf-16"))

    assert found(scan(repo)) == [("LK101", "leak.env")]


def test_names_of_any_bytes_are_read(repo: Repo) -> None:
    name = os.fsdecode(b'a "b" \xff.env')
    repo.commit(name, LEAK)

    assert found(scan(repo)) == [("LK101", name)]


# --- the rules --------------------------------------------------------------------------------------------------------


def test_the_rules_on_what_outlives_its_deletion_look_at_the_history() -> None:
    assert [rule.id for rule in history_rules(RULES)] == ["LK101", "LK202", "LK501", "LK502"]


def test_a_selection_without_any_of_them_is_an_error() -> None:
    with pytest.raises(UsageError, match="LK101, LK202, LK501 and LK502"):
        history_rules([rule for rule in RULES if rule.id in {"LK102", "LK301"}])


# --- cost -------------------------------------------------------------------------------------------------------------


def test_a_long_history_of_one_file_is_judged_once(repo: Repo) -> None:
    """Fast import makes the 2,000 versions; each is looked at, and few are parsed."""
    code = "from livekit import api\nSIGNER = '{}'\nclient = api.LiveKitAPI('wss://a.livekit.cloud', '{}', SIGNER)\n"
    head = code.format(SECRET, KEY)
    stream = []
    for number in range(2000):
        text = head + "\n".join(f"def step_{line}(): return {line}" for line in range(100)) + f"\nROUND = {number}\n"
        stream.append(f"commit refs/heads/main\ncommitter C <c@d> {1_700_000_000 + number} +0000\ndata 1\nx\n")
        stream.append(f"M 100644 inline sign.py\ndata {len(text)}\n{text}\n")
    subprocess.run(
        ["git", "fast-import", "--quiet"],
        cwd=repo.root,
        input="".join(stream).encode(),
        check=True,
        capture_output=True,
    )

    started = time.perf_counter()
    report = scan(repo)

    assert origin(report).further_versions == 1999
    assert time.perf_counter() - started < 10


# --- the configuration ------------------------------------------------------------------------------------------------


def test_what_the_configuration_leaves_out_is_left_out_of_the_history(repo: Repo) -> None:
    repo.commit("generated/.env", LEAK)
    repo.commit("vendor/own/.env", LEAK.replace(SECRET, OTHER))
    exclusion = Exclusion(excluded=PathPatterns(("generated/",)), included=PathPatterns(("vendor/",)))

    report = scan_history((), rules=RULES, config=Config(exclusion=exclusion), folder=repo.root)

    assert found(report) == [("LK101", "vendor/own/.env")]
    assert report.excluded == ("generated",)


def test_names_that_the_project_states_are_looked_for(repo: Repo) -> None:
    repo.commit("conf.env", f"ACME_RTC_SIGNING_KEY={SECRET}\n")
    repo.commit("web.env", "VITE_ACME_RTC_SIGNING_KEY=\n")
    hints = Hints(secret_names=("ACME_RTC_SIGNING_KEY",))

    assert found(scan(repo)) == []
    report = scan_history((), rules=RULES, config=Config(hints=hints), folder=repo.root)
    assert found(report) == [("LK101", "conf.env"), ("LK202", "web.env")]


def test_the_configuration_decides_on_severities(repo: Repo) -> None:
    repo.commit(".env", LEAK)
    overrides = Overrides(severities={"LK101": Severity.LOW})

    report = scan_history((), rules=RULES, config=Config(overrides=overrides), folder=repo.root)

    assert only(report).severity is Severity.LOW


def test_nothing_in_the_history_is_offered_to_be_fixed(repo: Repo) -> None:
    repo.commit("a.py", f"import os\nSECRET = os.getenv('LIVEKIT_API_SECRET', '{SECRET}')\n")

    assert only(scan(repo)).automatic is None
    assert "fixable" not in render("text", scan(repo))


def test_a_version_with_very_many_secrets_is_soon_done_and_named(repo: Repo) -> None:
    lines = (f"LIVEKIT_API_SECRET_{number}={number:06}{SECRET[6:]}\n" for number in range(14_000))
    repo.commit("many.env", "".join(lines))
    repo.commit("good.env", LEAK)
    started = time.process_time()

    report = scan(repo)

    assert time.process_time() - started < 20
    assert {item.place.path for item in report.findings} == {"many.env", "good.env"}
    assert {item.path for item in report.skipped} == {"many.env"}


def test_a_version_that_takes_too_long_is_named_and_the_others_are_looked_at(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit("slow.env", LEAK)
    repo.commit("good.env", LEAK.replace(SECRET, OTHER))
    monkeypatch.setattr(sightings, "seconds_of", lambda _: 0.1)
    monkeypatch.setattr(
        sightings,
        "extract_credentials",
        lambda source, *more: forever() if source.path == "slow.env" else extract_credentials(source, *more),
    )

    report = scan(repo)

    assert found(report) == [("LK101", "good.env")]
    assert [(item.path, item.reason) for item in report.skipped] == [
        ("slow.env", "a version takes longer than 0 s to analyse")
    ]
