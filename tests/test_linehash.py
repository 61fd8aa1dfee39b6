"""The line hashes of GitHub code scanning (vectors of github/codeql-action:src/fingerprints.test.ts)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lk_audit.scanning.linehash import LineHashes

MODULUS = 1 << 64

UNENDED = [
    *("8b7cf3e952e7aeb2:1", "b1ae1287ec4718d9:1", "bff680108adb0fcc:1"),
    *("c6805c5e1288b612:1", "b86d3392aea1be30:1", "e6ceba753e1a442:1"),
]
ENDED = [
    *("e9496ae3ebfced30:1", "fb7c023a8b9ccb3f:1", "ce8ba1a563dcdaca:1", "e20e36e16fcb0cc8:1"),
    *("b3edc88f2938467e:1", "c8e28b0b4002a3a0:1", "c129715d7a2bc9a3:1"),
]
REPEATED = [
    *(f"a7f2ff13bc495cf2:{count}" for count in range(1, 7)),
    *("a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1", "55ec222b86bcae53:1", "cc97dc7b1d7d8f7b:1", "c129715d7a2bc9a3:1"),
]


def hashes(text: str) -> list[str]:
    lines = LineHashes(text)
    return [lines.of_line(number) for number in range(1, len(reference(text)) + 1)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["c129715d7a2bc9a3:1"]),
        (
            " a\nb\n  \t\tc\n d",
            ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"],
        ),
        (" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End", UNENDED),
        (" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n", ENDED),
        (" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r", ENDED),
        (" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n", ENDED),
        (" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n", ENDED),
        ("Lorem ipsum dolor sit amet.\n" * 10, REPEATED),
    ],
)
def test_the_hashes_are_those_of_github(text: str, expected: list[str]) -> None:
    assert hashes(text) == expected


def test_windows_and_old_mac_line_breaks_count_as_unix_ones() -> None:
    assert hashes("a\r\nb\r\nc") == hashes("a\nb\nc") == hashes("a\rb\rc")


def test_spaces_and_tabs_do_not_count() -> None:
    assert hashes("a = 1\n\tb = 2") == hashes("a=1\nb=2")


def test_equal_lines_are_told_apart_by_their_count() -> None:
    assert [value.rpartition(":")[2] for value in hashes("x" * 200 + "\n" + "x" * 200)] == ["1", "2"]


def test_a_line_outside_the_text_has_the_hash_of_the_nearest() -> None:
    lines = LineHashes("a\nb")

    assert lines.of_line(99) == lines.of_line(2)


@given(st.text(st.sampled_from("ab \t\r\n\u00e9\u4e2d\U0001f600"), max_size=400))
def test_any_text_hashes_as_the_rolling_hash_of_github_does(text: str) -> None:
    assert hashes(text) == reference(text)


def reference(text: str) -> list[str]:  # noqa: C901 - as the original has it
    """The algorithm of fingerprints.ts, statement by statement."""
    window, numbers = [0] * 100, [-1] * 100
    found: dict[int, str] = {}
    counts: dict[str, int] = {}
    first_mod = pow(37, 100, MODULUS)
    state = {"hash": 0, "index": 0, "line": 0}
    flags = {"start": True, "cr": False}

    def output() -> None:
        value = f"{state['hash']:x}"
        counts[value] = counts.get(value, 0) + 1
        found[numbers[state["index"]]] = f"{value}:{counts[value]}"
        numbers[state["index"]] = -1

    def update(current: int) -> None:
        begin = window[state["index"]]
        window[state["index"]] = current
        state["hash"] = (37 * state["hash"] + current - first_mod * begin) % MODULUS
        state["index"] = (state["index"] + 1) % 100

    def process(current: int) -> None:
        if current in {32, 9} or (flags["cr"] and current == 10):
            flags["cr"] = False
            return
        flags["cr"] = current == 13
        current = 10 if current == 13 else current
        if numbers[state["index"]] != -1:
            output()
        if flags["start"]:
            flags["start"] = False
            state["line"] += 1
            numbers[state["index"]] = state["line"]
        if current == 10:
            flags["start"] = True
        update(current)

    units = text.encode("utf-16-le", "surrogatepass")
    for offset in range(0, len(units), 2):
        process(int.from_bytes(units[offset : offset + 2], "little"))
    process(65535)
    for _ in range(100):
        if numbers[state["index"]] != -1:
            output()
        update(0)
    return [found[number] for number in sorted(found)]
