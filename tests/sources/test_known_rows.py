"""What a file says at a moment, and which files are none: one reader for what people write and for a world."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokenshare.errors import ContractViolation
from tokenshare.known_rows import KnownRow, Table, read_csv, select_known

TABLE = Table("x.csv", ("known_at", "id", "low", "high"), ("id",), ("low", "high"))
HEADER = "known_at,id,low,high\n"
FIRST = datetime(2026, 5, 1, tzinfo=UTC)


def rows(*lines: tuple[int, str, str, str]) -> list[KnownRow]:
    """A row a line: the days after the first on which it becomes known, then its cells."""
    text = "".join(f"{(FIRST + timedelta(days)).isoformat()},{','.join(cells)}\n" for days, *cells in lines)
    return read_csv((HEADER + text).encode(), TABLE.file, TABLE.columns)


def standing(days: int, *lines: tuple[int, str, str, str]) -> list[tuple[int, str]]:
    return [(row.number, row.cells["low"]) for row in select_known(rows(*lines), TABLE, FIRST + timedelta(days)).rows]


def test_the_rows_known_last_stand_in_the_order_of_the_file() -> None:
    lines = ((1, "a", "2", ""), (0, "b", "1", ""), (0, "a", "1", ""), (2, "a", "3", ""))
    assert standing(0, *lines) == [(3, "1"), (4, "1")]
    assert standing(1, *lines) == [(2, "2"), (3, "1")]
    assert standing(2, *lines) == [(3, "1"), (5, "3")]


def test_rows_that_became_known_together_all_stand() -> None:
    assert standing(0, (0, "a", "1", ""), (0, "a", "2", ""), (0, "a", "1", "")) == [(2, "1"), (3, "2"), (4, "1")]


def test_a_key_is_withdrawn_by_a_newest_row_without_any_value_and_by_no_other() -> None:
    lines = ((0, "a", "1", ""), (1, "a", "", ""), (0, "b", "", "1"), (0, "c", "1", ""), (1, "c", "", ""))
    known = select_known(rows(*lines), TABLE, FIRST + timedelta(1))
    assert ([row.cells["id"] for row in known.rows], known.withdrawn) == (["b"], ("a", "c"))
    beside = select_known(rows(*lines, (1, "a", "2", "")), TABLE, FIRST + timedelta(1))
    assert ([row.cells["id"] for row in beside.rows], beside.withdrawn) == (["b", "a"], ("c",))
    assert select_known(rows(*lines), TABLE, FIRST).withdrawn == ()


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("ab"), st.sampled_from(["", "1", "2"]), st.just(""))))
def test_it_says_what_the_rule_says_for_each_key_by_itself(lines: list[tuple[int, str, str, str]]) -> None:
    for days in range(4):
        found = standing(days, *lines)
        for id in "ab":
            own = [(n, line) for n, line in enumerate(lines, start=2) if line[1] == id and line[0] <= days]
            last = max((line[0] for _, line in own), default=None)
            expected = [(n, line[2]) for n, line in own if line[0] == last and line[2]]
            assert [one for one in found if lines[one[0] - 2][1] == id] == expected


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "x.csv line 1: no column known_at; the header is known_at,id,low,high"),
        (b"known_at,id,low,high,low\n", "x.csv line 1: column low occurs twice"),
        (HEADER.encode() + b"a,b\n", "x.csv line 2: 2 cells under 4 columns"),
        (HEADER.encode() + b"a,b,c,d,e\n", "x.csv line 2: 5 cells under 4 columns"),
        (HEADER.encode() + b'\n"a\n', "x.csv line 3: not CSV"),
        (HEADER.encode() + b"\xff", "x.csv: not UTF-8 at byte 21"),
        (HEADER.encode("utf-16") + b"a", "x.csv: not UTF-16-LE at byte 44: save it as CSV UTF-8"),
        (HEADER.replace(",", ";").encode(), "x.csv: the columns are separated by semicolons: save it with commas"),
        (b'"known_at";"id";"low";"high"\r\n', "x.csv: the columns are separated by semicolons"),
        (b"sep=;\r\n" + HEADER.replace(",", ";").encode(), "x.csv: the columns are separated by semicolons"),
    ],
)
def test_what_is_not_such_a_file_is_refused_by_file_and_line(body: bytes, said: str) -> None:
    with pytest.raises(ContractViolation) as refusal:
        read_csv(body, TABLE.file, TABLE.columns)
    assert str(refusal.value).startswith(said)


@pytest.mark.threat("X29")
def test_a_mark_empty_rows_blank_headers_and_unknown_columns_do_no_harm() -> None:
    body = " known_at ,id,low,high,,\r\n\r\n,,,,,\r\nk,a, 1,,,\r\n".encode("utf-8-sig")
    (row,) = read_csv(body, TABLE.file, TABLE.columns)
    assert (row.number, row.cells["known_at"], row.cells["low"]) == (4, "k", "1")


def test_a_moment_that_is_none_is_refused_by_its_cell() -> None:
    (row,) = read_csv(f"{HEADER}yesterday,a,1,1\n".encode(), TABLE.file, TABLE.columns)
    with pytest.raises(ContractViolation, match=r"x\.csv line 2, column known_at is 'yesterday': not a moment"):
        select_known([row], TABLE, FIRST)
