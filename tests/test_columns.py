"""Columns of bytes stand for a row of values each."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lk_audit.files.columns import DIGEST, MATTERS, STATE, WORTH, Columns
from lk_audit.findings import Skipped

Row = tuple[int, bytes, bytes, bytes, Skipped | None]
ROWS = st.lists(
    st.tuples(
        st.integers(0, 7),
        st.binary(min_size=STATE.size, max_size=STATE.size),
        st.binary(min_size=DIGEST, max_size=DIGEST),
        st.binary(min_size=WORTH.size, max_size=WORTH.size),
        st.none() | st.builds(Skipped, st.text(max_size=3), st.text(max_size=3)),
    ),
    max_size=12,
)


def columns(rows: list[Row]) -> Columns:
    made = Columns()
    for verdict, state, digest, worth, skipped in rows:
        if skipped is not None:
            made.skipped[len(made.verdicts)] = skipped
        made.add(verdict, state, digest, worth)
    return made


@given(ROWS, ROWS)
def test_columns_are_put_together(first: list[Row], second: list[Row]) -> None:
    made = columns(first)
    made.extend(columns(second))

    assert made == columns(first + second)


@given(ROWS, st.data())
def test_rows_are_taken_in_any_order(rows: list[Row], data: st.DataObject) -> None:
    numbers = data.draw(st.lists(st.integers(0, max(0, len(rows) - 1)), max_size=20) if rows else st.just([]))

    assert columns(rows).taken(numbers) == columns([rows[number] for number in numbers])


@given(ROWS, ROWS, st.data())
def test_rows_take_the_place_of_others(rows: list[Row], new: list[Row], data: st.DataObject) -> None:
    new = new[: len(rows)]
    numbers = data.draw(st.permutations(range(len(rows))))[: len(new)]
    made = columns(rows)
    made.put(numbers, columns(new))
    for number, row in zip(numbers, new, strict=True):
        rows[number] = row

    assert made == columns(rows)


@given(ROWS)
def test_rows_of_a_verdict_are_found(rows: list[Row]) -> None:
    made = columns(rows)

    assert list(made.rows_of(MATTERS)) == [number for number, row in enumerate(rows) if row[0] == MATTERS]
    assert [made.worth(number) for number in range(len(rows))] == [WORTH.unpack(row[3]) for row in rows]
    assert [made.digest(number) for number in range(len(rows))] == [row[2] for row in rows]
