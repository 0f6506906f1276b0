"""The options of every command that lists rows: the same on each, and what they do to rows of any kind."""

from typing import Any

import pytest

from flows.cli.listing import Listing, keep
from tests.cli.test_help import commands
from tests.cli.test_widths import LISTS
from tokenshare.errors import UsageError

ROWS = [{"name": "a", "day": "2026-06-01", "share": 0.1 + 0.2, "is_new": True, "note": None}]


def listed(capsys: pytest.CaptureFixture[str], rows: list[dict[str, Any]], **options: Any) -> str:
    Listing(**options).emit({"rows": rows}, "rows", lambda screen, found, columns: None, ("name", "day"))
    return capsys.readouterr().out


def test_the_same_commands_take_all_of_the_options() -> None:
    options = {"--csv", "--limit", "--columns", "--wide"}
    taken = {name: options & {word for param in found.params for word in param.opts} for name, found in commands()}
    assert set(map(frozenset, taken.values())) == {frozenset(options), frozenset()}
    names = {name.removesuffix(" list") for name, found in taken.items() if found}
    assert names == {asked[0] for asked in LISTS}


def test_csv_has_every_digit_and_nothing_for_null(capsys: pytest.CaptureFixture[str]) -> None:
    assert listed(capsys, ROWS, csv=True) == (
        "name,day,share,is_new,note\r\na,2026-06-01,0.30000000000000004,true,\r\n"
    )


def test_csv_without_a_row_has_a_header(capsys: pytest.CaptureFixture[str]) -> None:
    assert listed(capsys, [], csv=True) == "name,day\r\n"
    assert listed(capsys, [], csv=True, columns="day") == "day\r\n"


@pytest.mark.threat("S7")
@pytest.mark.parametrize(
    ("value", "field"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+cmd|x", "'+cmd|x"),
        ("@SUM(1)", "'@SUM(1)"),
        (" -1+2", "' -1+2"),
        ("-0.17", "-0.17"),
        (-0.17, "-0.17"),
        ("-24 to 72", "-24 to 72"),
        ("-1|cmd", "'-1|cmd"),
        ("-", "-"),
        ("a=b", "a=b"),
        ("a\u202eb", "a\\u202eb"),
        ('say "a", b', '"say ""a"", b"'),
        ({"a": 1}, '"{""a"": 1}"'),
    ],
)
def test_csv_is_no_program_for_a_spreadsheet(value: Any, field: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert listed(capsys, [{"name": value}], csv=True) == f"name\r\n{field}\r\n"


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ("nam", "there is no column 'nam': did you mean name? the columns are name, day, share, is_new, note"),
        ("zzz", "there is no column 'zzz': choose among name, day, share, is_new, note"),
    ],
)
def test_an_unknown_column_names_the_known_ones(columns: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError) as caught:
        listed(capsys, ROWS, columns=columns)
    assert str(caught.value) == said


def test_two_forms_at_once_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="two forms of one answer: give one of them"):
        listed(capsys, ROWS, csv=True, json=True)


def test_the_newest_are_kept_in_their_order() -> None:
    rows = [{"name": name, "day": day} for name, day in zip("abcd", (3, 1, 3, 2), strict=True)]
    assert "".join(row["name"] for row in keep(rows, 3, "day")) == "acd"
    assert "".join(row["name"] for row in keep(rows, 3, None)) == "abc"
    assert keep(rows, None, "day") == rows
