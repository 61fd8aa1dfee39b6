"""`scan --history`: secrets and tokens in every content that a file ever had."""

from __future__ import annotations

import json
import os
import subprocess
import time
import zlib
from pathlib import Path

import jwt
import pytest

from lk_audit.config import Config
from lk_audit.errors import UsageError
from lk_audit.findings import CommitOrigin, Finding, Report
from lk_audit.hints import Hints
from lk_audit.overrides import Overrides
from lk_audit.path_patterns import Exclusion, PathPatterns
from lk_audit.reporters import REPORTERS, render
from lk_audit.rule_api import Options, Severity
from lk_audit.rule_loader import load_rules
from lk_audit.scan_history import history_rules, scan_history
from tests.git.repo import AUTHOR, CLEAN, KEY, LEAK, OTHER, Repo, new
from tests.samples import SECRET

RULES = load_rules(()).rules
NOW = 1_760_000_000.0
MINE = OTHER[::-1]
"""A secret that is in no example of a rule."""
PUBLISHED = "VITE_LIVEKIT_API_SECRET=\n"


def token(secret: str = SECRET, *, expires: float = NOW + 600) -> str:
    claims = {"iss": KEY, "sub": "ada", "nbf": expires - 900, "exp": expires, "video": {"roomJoin": True, "room": "a"}}
    return jwt.encode(claims, secret, algorithm="HS256")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return new(tmp_path / "repo")


def scan(repo: Repo, *paths: str, among: str = "", folder: Path | None = None, limit: int = 1_000_000) -> Report:
    config = Config(size_limit=limit, options=Options(now=NOW))
    return scan_history(paths, among, rules=RULES, known_rules=RULES, config=config, folder=folder or repo.root)


def only(report: Report) -> Finding:
    (finding,) = report.findings
    return finding


def origin(report: Report) -> CommitOrigin:
    found = only(report).origin
    assert found is not None
    return found


def found(report: Report) -> list[tuple[str, str]]:
    return [(finding.rule_id, finding.place.path) for finding in report.findings]


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


# --- which commits ----------------------------------------------------------------------------------------------------


def test_every_branch_tag_and_stash_belongs_to_the_history(repo: Repo) -> None:
    repo.commit("a.txt", "a")
    repo.git("switch", "--quiet", "--create", "side")
    repo.commit("side.env", LEAK)
    repo.git("switch", "--quiet", "main")
    repo.git("switch", "--quiet", "--detach")
    repo.commit("tagged.env", LEAK.replace(SECRET, OTHER))
    repo.git("tag", "v1")
    repo.git("switch", "--quiet", "main")
    repo.put("a.txt", f"LIVEKIT_API_SECRET={SECRET[::-1]}\n")
    repo.git("stash")

    assert [path for _, path in found(scan(repo))] == ["a.txt", "side.env", "tagged.env"]


def test_a_range_limits_the_commits(repo: Repo) -> None:
    repo.commit("old.env", LEAK)
    repo.git("tag", "start")
    leak = repo.commit("new.env", LEAK.replace(SECRET, OTHER))

    report = scan(repo, among="start..main")

    assert found(report) == [("LK101", "new.env")]
    assert origin(report).commit == leak
    assert report.commits == 1


def test_a_secret_that_a_range_adds_again_is_found_in_the_range(repo: Repo) -> None:
    repo.commit("old.env", LEAK)
    repo.git("tag", "start")
    again = repo.commit("new.env", f"{LEAK}A=1\n")

    report = scan(repo, among="start..")

    assert origin(report).commit == again
    assert origin(report).is_in_head


def test_a_range_that_git_does_not_know_is_an_error(repo: Repo) -> None:
    repo.commit("a.txt", "a")

    with pytest.raises(UsageError, match=r"git does not know the range nowhere\.\.main"):
        scan(repo, among="nowhere..main")


@pytest.mark.parametrize("text", ["--all", "-n1", "main --output=x"])
def test_a_range_is_no_way_to_give_git_options(repo: Repo, text: str) -> None:
    repo.commit("a.txt", "a")

    with pytest.raises(UsageError, match="not a range of commits"):
        scan(repo, among=text)


def test_a_merge_brings_in_what_none_of_its_parents_has(repo: Repo) -> None:
    repo.commit("a.txt", "a")
    repo.git("switch", "--quiet", "--create", "side")
    repo.commit("b.txt", "b")
    repo.git("switch", "--quiet", "main")
    repo.commit("c.txt", "c")
    repo.git("merge", "--no-commit", "--no-ff", "--quiet", "side")
    merge = repo.commit(".env", LEAK)
    repo.remove(".env")

    assert origin(scan(repo)).commit == merge


def test_a_merge_does_not_bring_in_what_its_branch_has(repo: Repo) -> None:
    repo.commit("a.txt", "a")
    repo.git("switch", "--quiet", "--create", "side")
    leak = repo.commit(".env", LEAK)
    repo.git("switch", "--quiet", "main")
    repo.commit("c.txt", "c")
    repo.git("merge", "--no-ff", "--quiet", "--message=merge", "side")

    assert origin(scan(repo)).commit == leak


def test_parents_come_before_children_whatever_the_clocks_say(repo: Repo) -> None:
    leak = repo.commit(".env", LEAK)
    repo.commits = 0
    repo.git("rm", "--quiet", ".env")
    repo.commit()
    repo.commit("copy.env", LEAK)

    assert origin(scan(repo)).commit == leak


def test_a_blob_that_only_a_tag_names_is_found_without_a_commit(repo: Repo) -> None:
    repo.commit("a.txt", "a")
    repo.put("livekit.env", LEAK)
    blob = repo.git("hash-object", "-w", "livekit.env")
    repo.git("tag", "-a", "-m", f"livekit {KEY}", "key", blob)

    report = scan(repo)

    # Such a blob has no name: it is read as text.
    assert origin(report).commit is None
    assert origin(report).date is None
    assert not origin(report).is_in_head


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


# --- which repositories -----------------------------------------------------------------------------------------------


def test_a_repository_without_commits_has_an_empty_history(repo: Repo) -> None:
    report = scan(repo)

    assert report.findings == ()
    assert report.commits == 0


def test_a_bare_repository_has_a_history(repo: Repo, tmp_path: Path) -> None:
    leak = repo.commit(".env", LEAK)
    bare = Repo(tmp_path / "bare.git")
    repo.git("clone", "--quiet", "--bare", ".", str(bare.root))

    assert origin(scan(bare)) == CommitOrigin(commit=leak, date="2025-03-01T12:00:00+02:00", is_in_head=True)
    assert found(scan(repo, str(bare.root))) == [("LK101", ".env")]


def test_a_linked_worktree_has_the_history_of_its_repository(repo: Repo, tmp_path: Path) -> None:
    repo.commit(".env", LEAK)
    repo.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "tree"))

    assert found(scan(Repo(tmp_path / "tree"))) == [("LK101", ".env")]


def test_a_sha_256_repository_has_longer_ids(tmp_path: Path) -> None:
    repo = new(tmp_path / "repo", "--object-format=sha256")
    leak = repo.commit(".env", LEAK)

    assert len(leak) == 64
    assert origin(scan(repo)).commit == leak


def test_a_submodule_is_a_history_of_its_own(repo: Repo, tmp_path: Path) -> None:
    new(tmp_path / "library").commit(".env", LEAK)
    repo.git("submodule", "--quiet", "add", str(tmp_path / "library"), "library")
    repo.commit()

    assert found(scan(repo)) == []
    assert found(scan(repo, "library")) == [("LK101", ".env")]


def test_a_shallow_clone_is_said_to_hide_what_came_before(repo: Repo, tmp_path: Path) -> None:
    repo.commit("old.env", LEAK)
    repo.remove("old.env")
    repo.commit("new.env", LEAK.replace(SECRET, OTHER))
    last = repo.commit("a.txt", "a")
    shallow = Repo(tmp_path / "shallow")
    repo.git("clone", "--quiet", "--depth=1", repo.root.as_uri(), str(shallow.root))

    report = scan(shallow)

    assert found(report) == [("LK101", "new.env")]
    assert origin(report).commit == last
    assert ["shallow" in note.message for note in report.notes] == [True]
    assert not report.is_complete


def test_a_partial_clone_is_read_as_far_as_it_goes_without_the_network(repo: Repo, tmp_path: Path) -> None:
    repo.commit("old.env", LEAK)
    repo.remove("old.env")
    repo.commit("new.env", LEAK.replace(SECRET, OTHER))
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
    partial = Repo(tmp_path / "partial")
    repo.git("clone", "--quiet", "--filter=blob:none", repo.root.as_uri(), str(partial.root))
    before = partial.git("rev-list", "--objects", "--missing=print", "--all").count("?")

    report = scan(partial)

    assert found(report) == [("LK101", "new.env")]
    assert ["1 object of the history is missing" in note.message for note in report.notes] == [True]
    assert not report.is_complete
    assert partial.git("rev-list", "--objects", "--missing=print", "--all").count("?") == before == 1


def test_damaged_objects_are_counted_and_the_others_read(repo: Repo) -> None:
    for number in range(40):
        repo.add(f"{number:02}.env", f"PORT={number}\n")
    repo.commit(".env", LEAK)
    for number in (3, 4, 20):
        blob = repo.git("rev-parse", f"HEAD:{number:02}.env")
        file = repo.root / ".git" / "objects" / blob[:2] / blob[2:]
        file.chmod(0o644)
        file.write_bytes(zlib.compress(b"blob 7\0")[:9])

    report = scan(repo)

    assert found(report) == [("LK101", ".env")]
    assert ["3 objects of the history are missing or damaged" in note.message for note in report.notes] == [True]
    assert report.scanned == 38


def test_replaced_objects_do_not_hide_what_is_there(repo: Repo) -> None:
    repo.commit(".env", LEAK)
    repo.put("clean", CLEAN)
    repo.git("replace", repo.git("rev-parse", "HEAD:.env"), repo.git("hash-object", "-w", "clean"))

    assert ("LK101", ".env") in found(scan(repo))


def test_a_folder_outside_git_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a git repository"):
        scan_history((), rules=RULES, folder=tmp_path)


def test_a_repository_that_git_refuses_is_an_error_in_its_own_words(repo: Repo) -> None:
    (repo.root / ".git" / "config").write_text("[core\n")

    with pytest.raises(UsageError, match=r"git cannot open the repository at .*bad config line 1"):
        scan(repo)


def test_without_git_the_error_says_so(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(UsageError, match="git cannot be run"):
        scan(repo)


# --- the rules --------------------------------------------------------------------------------------------------------


def test_the_rules_on_what_outlives_its_deletion_look_at_the_history() -> None:
    assert [rule.id for rule in history_rules(RULES)] == ["LK101", "LK202", "LK501", "LK502"]


def test_a_selection_without_any_of_them_is_an_error() -> None:
    with pytest.raises(UsageError, match="LK101, LK202, LK501 and LK502"):
        history_rules([rule for rule in RULES if rule.id in {"LK102", "LK301"}])


# --- the reports ------------------------------------------------------------------------------------------------------


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
    from lk_audit.pipeline import scan_paths  # noqa: PLC0415 - the other kind of scan, for this comparison only

    repo.commit(".env", LEAK)
    files = scan_paths(["."], rules=RULES, folder=repo.root)

    assert only(scan(repo)).fingerprint == only(files).fingerprint


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
