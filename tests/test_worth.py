"""Files in which nothing can be found are read once, and are there for questions from others all the same."""

from __future__ import annotations

import time
from pathlib import Path
from typing import NoReturn

import pytest

from lk_audit.api import scan
from lk_audit.cache import table
from lk_audit.extractors.secret_names import USUAL, SecretNames
from lk_audit.files.sources import Sources, sizes, telling
from lk_audit.findings import Report
from lk_audit.hints import Hints
from lk_audit.machine.budget import OutOfTime
from lk_audit.scanning import worth
from lk_audit.scanning.extracted import Extracted
from lk_audit.scanning.file_analysis import FileAnalysis
from lk_audit.scanning.worth import may_tell
from lk_audit.source import Source
from tests.samples import SECRET

ROUTE = """from livekit import api

from life import LIFE


def mint(user: str, room: str) -> str:
    token = api.AccessToken().with_identity(user).with_ttl(LIFE)
    return token.with_grants(api.VideoGrants(room_join=True, room=room)).to_jwt()
"""
LIFE = "from datetime import timedelta  # of LiveKit\n\nLIFE = timedelta(hours=9)\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    root.mkdir()
    (root / "mint.py").write_text(ROUTE)
    (root / "life.py").write_text(LIFE)
    (root / "talk.md").write_text("# LiveKit\n\nCalls.\n")
    return root


def analysed(tree: Path, monkeypatch: pytest.MonkeyPatch, cache: Path | None = None) -> tuple[list[str], Report]:
    """The files that a scan analyses, and its report."""
    seen: list[str] = []
    of = FileAnalysis.of

    def noted(self: FileAnalysis, source: Source) -> Extracted:
        seen.append(source.path)
        return of(self, source)

    with monkeypatch.context() as patch:
        patch.setattr(FileAnalysis, "of", noted)
        report = scan(tree, select="all", cache=cache)
    return seen, report


def test_only_files_that_may_tell_something_are_analysed(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, report = analysed(tree, monkeypatch)

    assert seen == ["mint.py"]
    assert report.analysed == 3
    assert "9 hours" in " ".join(finding.message for finding in report.findings)  # of the file that is not analysed


def test_a_cache_knows_which_files_may_tell_something(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "TICK", 10_000_000)
    time.sleep(0.05)
    first, before = analysed(tree, monkeypatch, tmp_path / "cache")
    (tree / "other.txt").write_text("nothing\n")

    def never(*_: object) -> NoReturn:
        raise AssertionError

    monkeypatch.setattr(worth, "may_tell", never)
    second, after = analysed(tree, monkeypatch, tmp_path / "cache")

    assert first == second == ["mint.py"]
    assert after.findings == before.findings


def test_names_that_the_project_gives_its_secret_count(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / "keys.py").write_text(f'# LiveKit\nCALL_SIGNER = "{SECRET}"\n')
    (tree / "keys.yaml").write_text(f'# LiveKit\ncall-signer: "{SECRET}"\n')
    without, _ = analysed(tree, monkeypatch)
    (tree / "lk-audit.toml").write_text('secret-names = ["CALL_SIGNER", "call-signer"]\n')

    with_names, report = analysed(tree, monkeypatch)

    assert not {"keys.py", "keys.yaml"} & set(without)
    assert {"keys.py", "keys.yaml"} <= set(with_names)
    assert {"keys.py", "keys.yaml"} <= {item.place.path for item in report.findings if item.rule_id == "LK101"}


@pytest.mark.parametrize("error", [OutOfTime(), RecursionError(), ValueError("a defect")])
def test_a_file_that_cannot_be_judged_is_analysed(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> NoReturn:
        raise error

    assert not may_tell(Source("a.py", LIFE.encode()), USUAL)
    monkeypatch.setattr(worth, "opened", failing)

    assert may_tell(Source("a.py", LIFE.encode()), USUAL)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.sh", "lk token create --join --room a\n"),
        ("Makefile", "token:\n\tlivekit-cli token create\n"),
        ("a.sh", "payload='{\"video\":{}}'; openssl dgst\n"),
        ("a.yaml", "url: ws://media.team.dev\n"),
        ("a.py", "ROOM_SECRET = read()  # LIVEKIT_API_SECRET\n"),
    ],
)
def test_what_may_hold_a_finding_is_analysed(path: str, text: str) -> None:
    assert may_tell(Source(path, text.encode()), USUAL)


def test_a_name_of_the_project_is_looked_for_in_code_and_data() -> None:
    names = SecretNames(Hints(secret_names=("*SIGNER",)))

    assert may_tell(Source("a.py", b"CALL_SIGNER = f()"), names)
    assert may_tell(Source("a.env", b"CALL_SIGNER=x"), names)
    assert not may_tell(Source("a.env", b"CALL_SIGNER=x"), USUAL)


def test_what_is_in_memory_may_tell_something_unless_it_is_known() -> None:
    new = [Source("a.py", b"x = 1"), Source("b.py", b"")]

    assert [source.path for source in telling(Sources(held=new))] == ["a.py", "b.py"]
    assert sizes(telling(Sources(held=new))) == [5, 0]
    assert telling(new) is new
