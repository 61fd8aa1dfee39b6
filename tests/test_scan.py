"""The pipeline: what is read, what goes wrong, what is told."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import pytest

from lk_audit.config import Config
from lk_audit.findings import AnyRule, Report
from lk_audit.rule_api import Problem
from lk_audit.rule_loader import load_builtin_rules
from lk_audit.scanning import reading
from lk_audit.scanning.extracted import Extracted
from lk_audit.scanning.pipeline import scan_paths, scan_sources
from lk_audit.source import Source
from tests.samples import SECRET, Word, extract, make_rule, report_on


def scan(folder: Path, *rules: AnyRule) -> Report:
    return scan_paths(["."], rules=rules or [make_rule()], config=Config(), folder=folder, extract=extract)


def test_files_without_a_hint_are_counted_and_not_analysed(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("BAD livekit")
    (tmp_path / "b.py").write_text("BAD")
    report = scan(tmp_path)

    assert [finding.place.path for finding in report.findings] == ["a.py"]
    assert (report.scanned, report.analysed) == (2, 1)


def test_binary_files_are_counted_and_listed_only_under_a_text_name(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\0\1livekit")
    (tmp_path / "b.py").write_bytes(b"livekit\0\1")
    (tmp_path / ".env.local").write_bytes(b"livekit\0\1")
    report = scan(tmp_path)

    assert (report.scanned, report.binary) == (0, 3)
    assert [item.path for item in report.skipped] == [".env.local", "b.py"]
    assert not report.is_complete


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1"])
def test_text_of_any_common_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.py").write_bytes("# é\nBAD livekit".encode(encoding))
    report = scan(tmp_path)

    assert [(finding.place.line, finding.place.column) for finding in report.findings] == [(2, 1)]


@pytest.mark.skipif(not hasattr(Path, "chmod"), reason="no modes here")
def test_a_file_that_cannot_be_read_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.py").write_text("livekit")

    def refuse(*_: object) -> NoReturn:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(reading, "read_itself", refuse)

    assert [item.reason for item in scan(tmp_path).skipped] == ["cannot be read (Permission denied)"]


def test_scanners_reports_are_not_scanned(tmp_path: Path) -> None:
    (tmp_path / "old.sarif").write_text("BAD livekit")
    report = scan(tmp_path)

    assert report.findings == ()
    assert [(item.path, item.expected) for item in report.skipped] == [("old.sarif", True)]


def test_syntax_errors_are_noted() -> None:
    (note,) = report_on(("a.py", "fine\nBROKEN")).notes

    assert (note.kind, note.path, note.line) == ("syntax", "a.py", 2)


# --- defects ----------------------------------------------------------------------------------------------------------


def test_a_rule_that_raises_is_named_and_the_others_go_on() -> None:
    def broken(word: Word) -> Iterator[Problem]:
        raise KeyError("the secret of " + word.place.path)
        yield

    report = report_on(("a.py", "BAD"), rules=[make_rule(), make_rule("broken-rule", id="LK999", find=broken)])
    (crash,) = report.crashes

    assert [finding.rule_id for finding in report.findings] == ["LK901"]
    assert (crash.rule_id, crash.path, crash.error) == ("LK999", "a.py", "KeyError")
    assert crash.raised_at.startswith("test_scan.py:")
    assert "the secret" not in repr(crash)


def test_an_analysis_that_raises_on_one_file_spares_the_others() -> None:
    def fragile(sources: Sequence[Source]) -> Extracted:
        if any(source.path == "b.py" for source in sources):
            raise RecursionError
        return extract(sources)

    sources = [Source.from_text(path, "BAD") for path in ("a.py", "b.py", "c.py")]
    report = scan_sources(sources, [make_rule()], extract=fragile)

    assert [finding.place.path for finding in report.findings] == ["a.py", "c.py"]
    assert [(crash.rule_id, crash.path) for crash in report.crashes] == [(None, "b.py")]


def test_an_analysis_that_raises_on_files_together_is_told() -> None:
    def fragile(sources: Sequence[Source]) -> Extracted:
        if len(sources) > 1:
            raise ValueError
        return extract(sources)

    sources = [Source.from_text(path, "BAD") for path in ("a.py", "b.py")]
    report = scan_sources(sources, [make_rule()], extract=fragile)

    assert len(report.findings) == 2
    assert [(crash.rule_id, crash.path) for crash in report.crashes] == [(None, None)]


def test_a_scan_that_meets_nothing_does_not_load_the_parsers(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import os\n")
    script = (
        "import sys; from lk_audit.cli.program import run; run(['scan']);"
        "sys.exit(any(name in sys.modules for name in ('tree_sitter', 'detect_secrets', 'jwt', 'yaml')))"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)

    assert subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, check=False).returncode == 0


def test_a_minified_bundle_is_read_as_text_and_said_to_be() -> None:
    filler = "var a=1;" * 20_000
    bundle = f'{filler}const c={{LIVEKIT_API_SECRET:"{SECRET}"}};{filler}'

    report = scan_sources([Source.from_text("public/app.min.js", bundle)], load_builtin_rules())

    assert [item.rule_id for item in report.findings] == ["LK101"]
    assert ["minified" in note.message for note in report.notes] == [True]


def test_a_scan_of_one_file_looks_up_the_rest_of_its_repository(tmp_path: Path) -> None:
    (tmp_path / "config.py").write_text("from datetime import timedelta\n\nLIFE = timedelta(days=3)\n")
    (tmp_path / "tokens.py").write_text(
        "from livekit import api\nfrom config import LIFE\n\n"
        "def mint(user, room):\n"
        "    grants = api.VideoGrants(room_join=True, room=room)\n"
        "    return api.AccessToken().with_identity(user).with_ttl(LIFE).with_grants(grants).to_jwt()\n"
    )
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)

    report = scan_paths(["tokens.py"], rules=load_builtin_rules(), folder=tmp_path)

    assert [(item.rule_id, item.place.path) for item in report.findings] == [("LK301", "tokens.py")]
    assert "config.py" in {lead.place.path for lead in report.findings[0].trace}
    assert report.scanned == 1
