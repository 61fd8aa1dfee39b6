"""What a baseline holds: a line for each finding, without secrets, and what such a line is compared with."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lk_audit.errors import UsageError
from lk_audit.findings import Finding
from lk_audit.suppression.baseline import Baseline, Entry, compare, hashes, new_baseline, read_baseline
from tests.baseline.world import NAME, TOKEN, entries, said
from tests.configured import write
from tests.samples import SECRET, report_on

OTHER_SALT = "f" * 32


def test_a_baseline_has_a_header_and_a_line_for_each_finding(project: Path) -> None:
    said("baseline", "create")
    title, *_, salt = [line for line in (project / NAME).read_text("utf-8").splitlines() if line.startswith("#")]

    assert title == "# lk-audit baseline 1"
    assert re.fullmatch(r"# salt [0-9a-f]{32}", salt)
    assert [re.sub(r"^[0-9a-f]{24} [0-9a-f]{24} ", "", line) for line in entries(project)] == [
        "LK301 src/token.js  # token lives 2 days; the maximum here is 1 hour"
    ]


def test_its_lines_are_sorted_and_hold_no_line_numbers(project: Path) -> None:
    for number in range(8):
        write(project, f"src/{number}.js", "\n" * 70 + TOKEN.format(ttl="48h"))
    said("baseline", "create")

    assert entries(project) == sorted(entries(project))
    assert len(entries(project)) == 9
    assert not re.search(r"\b7[0-9]\b", " ".join(line.split(" ", 2)[2] for line in entries(project)))


def test_no_secret_gets_into_a_baseline(project: Path) -> None:
    write(project, ".env", f"LIVEKIT_API_KEY=APIexample23456\nLIVEKIT_API_SECRET={SECRET}\n")
    write(project, "config.py", 'LIVEKIT_API_SECRET = "hunter22"\n')
    output = said("baseline", "create")
    text = (project / NAME).read_text("utf-8")

    assert len(entries(project)) == 3
    assert not any(SECRET[:length] in text + output for length in range(3, 44))
    assert "hun" not in text + output


def test_the_same_finding_has_another_hash_in_every_baseline(project: Path) -> None:
    said("baseline", "create", "a.txt")
    said("baseline", "create", "b.txt")
    first, second = (line.split()[:2] for name in ("a.txt", "b.txt") for line in entries(project, name))

    assert not set(first) & set(second)


def test_a_path_of_any_characters_is_one_word_and_comes_back(project: Path) -> None:
    path = "src/a b/ü#1%20/(app)/[id]/token.js"
    write(project, path, TOKEN.format(ttl="48h"))
    said("baseline", "create")

    assert all(len(line.split("  # ")[0].split(" ")) == 4 for line in entries(project))
    assert path in {entry.path for entry in read_baseline(project / NAME, NAME).entries}


def test_a_hint_is_one_line_that_prints(project: Path) -> None:
    finding = report_on(("a.py", "BAD")).findings[0]
    text = new_baseline().entry(finding, "").hint

    assert text == "a bad word"
    assert project.exists()


def findings(*files: tuple[str, str]) -> list[Finding]:
    return list(report_on(*files).findings)


def test_an_entry_is_used_under_whatever_salt_it_was_made() -> None:
    one, two = findings(("a.py", "BAD"), ("b.py", "BAD"))
    first, second = Baseline(("0" * 32,)), Baseline((OTHER_SALT,))
    merged = Baseline(("0" * 32, OTHER_SALT), (first.entry(one, ""), second.entry(two, "")))
    outcome = compare([one, two], merged, lambda _: False)

    assert [item.finding for item in outcome.known] == [one, two]
    assert not outcome.new
    assert not outcome.absent


def test_the_two_hashes_of_a_finding_differ_and_depend_on_the_salt() -> None:
    (finding,) = findings(("a.py", "BAD"))
    every = {*hashes("0" * 32, finding), *hashes(OTHER_SALT, finding)}

    assert len(every) == 4
    assert not any(finding.fingerprint.startswith(item) for item in every)


def test_an_entry_whose_file_is_still_there_does_not_move() -> None:
    old, new = findings(("a.py", "BAD"), ("b.py", "BAD"))
    baseline = Baseline(("0" * 32,))
    baseline = Baseline(baseline.salts, (baseline.entry(old, ""),))

    assert compare([new], baseline, lambda _: False).new == (new,)
    assert [item.has_moved for item in compare([new], baseline, lambda path: path == "a.py").known] == [True]


def test_reading_says_on_which_line_an_entry_stands(tmp_path: Path) -> None:
    entry = Entry("0" * 24, "1" * 24, "LK301", "a b.py", "x")
    (tmp_path / NAME).write_text(Baseline(("0" * 32,), (entry,)).text())

    assert read_baseline(tmp_path / NAME, NAME).entries == (entry,)
    assert read_baseline(tmp_path / NAME, NAME).entries[0].line == 5
    with pytest.raises(UsageError, match="is no file"):
        read_baseline(tmp_path, NAME)
