"""A user's rows over the shipped maps: which row counts, and what is refused, over all maps."""

import csv
import io
import re
from operator import attrgetter
from pathlib import Path

import pytest
import yaml

from tests.cli.command import ROOT
from tokenshare.errors import ContractViolation
from tokenshare.maps import MAP_BY_NAME, MAPS, Map, append_row, overlay, read_rows

SEEDS = ROOT / "dbt" / "seeds"
SHIPPED = {map.name: (SEEDS / map.file).read_bytes() for map in MAPS}
FOLDER = "mine"
CITED = {"known_from": "2026-10-01", "citation": "example.org"}


def shipped(map: Map) -> list[dict[str, str]]:
    return read_rows(map, SHIPPED[map.name], map.file)


def file_of(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def merged(name: str, *rows: dict[str, str], **others: bytes) -> list[dict[str, str]]:
    own = {name: file_of([*rows]), **others}
    return read_rows(MAP_BY_NAME[name], overlay(SHIPPED, own, FOLDER)[name], name)


def test_every_seed_is_a_map_with_the_same_columns_everywhere() -> None:
    project = yaml.safe_load((ROOT / "dbt" / "dbt_project.yml").read_text())["seeds"]["tokenshare"]
    typed = {name: tuple(found["+column_types"]) for name, found in project.items() if not name.startswith("+")}
    assert typed == {map.name: map.header for map in MAPS}
    assert {path.stem: tuple(next(csv.reader(path.open()))) for path in SEEDS.glob("*.csv")} == typed


def test_the_page_of_maps_has_the_key_of_each() -> None:
    page = (ROOT / "docs" / "maps.md").read_text()
    rows = dict(re.findall(r"^\| (\w+\.csv) \| (.*?) \|$", page, re.MULTILINE))
    assert rows == {map.file: ", ".join(map.key) + " (valid_from)" * map.is_dated for map in MAPS}


@pytest.mark.parametrize("map", MAPS, ids=attrgetter("name"))
def test_shipped_rows_are_accepted_and_change_nothing_as_own_rows(map: Map) -> None:
    assert overlay(SHIPPED, {}, FOLDER) == SHIPPED
    found = overlay(SHIPPED, {map.name: SHIPPED[map.name]}, FOLDER)
    assert read_rows(map, found[map.name], map.file) == shipped(map)
    assert {name: body for name, body in found.items() if name != map.name} == {
        name: body for name, body in SHIPPED.items() if name != map.name
    }


@pytest.mark.parametrize("map", MAPS, ids=attrgetter("name"))
def test_an_own_row_replaces_that_of_its_key_and_no_other(map: Map) -> None:
    first, *others = shipped(map)
    own = {**first, "citation": "mine"}
    assert merged(map.name, own) == [*others, own]


@pytest.mark.parametrize("map", MAPS, ids=attrgetter("name"))
@pytest.mark.parametrize("column", ["known_from", "citation"])
def test_an_uncited_row_is_refused_by_file_line_and_column(map: Map, column: str) -> None:
    with pytest.raises(ContractViolation, match=rf"^mine/{map.file} line 2, column {column}: it is empty$"):
        merged(map.name, {**shipped(map)[0], column: ""})


@pytest.mark.parametrize("map", MAPS, ids=attrgetter("name"))
def test_one_key_twice_is_refused_by_both_lines(map: Map) -> None:
    row = shipped(map)[0]
    with pytest.raises(ContractViolation, match=rf"^mine/{map.file} line 3, .*: line 2 says the same key"):
        merged(map.name, row, {**row, "citation": "another"})


@pytest.mark.parametrize("map", MAPS, ids=attrgetter("name"))
def test_a_misspelt_or_missing_column_is_refused(map: Map) -> None:
    row = shipped(map)[0]
    with pytest.raises(ContractViolation, match=rf"^mine/{map.file} line 1: unknown column citatoin"):
        merged(map.name, {**row, "citatoin": "x"})
    needed = next(column.name for column in map.columns if not column.is_optional)
    with pytest.raises(ContractViolation, match=f"line 1: no column {needed}"):
        merged(map.name, {name: value for name, value in row.items() if name != needed})


@pytest.mark.parametrize("map", MAPS, ids=attrgetter("name"))
def test_an_optional_column_may_be_left_out_and_a_spreadsheet_may_add_marks_and_blanks(map: Map) -> None:
    optional = {column.name for column in map.columns if column.is_optional}
    row = {name: value for name, value in shipped(map)[0].items() if name not in optional}
    body = b"\xef\xbb\xbf" + file_of([{name: f" {value} " for name, value in row.items()}]) + b"\r\n,,\r\n"
    found = read_rows(map, overlay(SHIPPED, {map.name: body}, FOLDER)[map.name], map.file)
    assert found[-1] == {**row, **dict.fromkeys(optional, "")}


@pytest.mark.parametrize("map", [map for map in MAPS if any(c.within for c in map.columns)], ids=attrgetter("name"))
def test_a_value_that_another_map_lacks_is_refused(map: Map) -> None:
    column = next(column for column in map.columns if column.within)
    row = {**shipped(map)[0], column.name: "acme/9000" if column.name == "model_id" else "acme-9000"}
    with pytest.raises(
        ContractViolation, match=rf"column {column.name}: 'acme.9000' is not in the map {column.within[0]}"
    ):  # type: ignore[index]
        merged(map.name, row)


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("vendors", "country_code", "XX"),
        ("vendors", "country_code", "cn"),
        ("vendors", "country_code", "China"),
        ("vendors", "vendor_id", "Acme Labs"),
        ("vendors", "valid_from", "01/02/2026"),
        ("vendors", "known_from", "2026-02-30"),
        ("model_lineage", "base_country_code", "UK"),
        ("model_openness", "is_open", "yes"),
        ("model_openness", "model_id", "acme/rocket:free"),
        ("model_openness", "model_id", "rocket"),
        ("companies", "is_pureplay", "1"),
        ("company_lines", "currency", "usd"),
        ("company_lines", "preference", "0"),
        ("company_lines", "units_per_line", "8.5"),
        ("families", "tag_pattern", "^(acme"),
        ("watches", "threshold", "5,000"),
        ("watches", "comparison", "over"),
        ("disclosed_ratios", "numerator_place", "last"),
        ("authors", "author", "ac\u0000me"),
    ],
)
def test_a_cell_that_cannot_be_meant_is_refused(name: str, column: str, value: str) -> None:
    with pytest.raises(ContractViolation, match=rf"^mine/{name}.csv line 2, column {column}: .*(is not|no column)"):
        merged(name, {**shipped(MAP_BY_NAME[name])[0], column: value})


def test_a_dated_row_begins_a_state_and_an_undated_one_speaks_for_all_days() -> None:
    qwen = [row for row in shipped(MAP_BY_NAME["authors"]) if row["author"] == "qwen"]
    moved = {"author": "Qwen", "vendor_id": "alibaba", "valid_from": "2026-06-01", **CITED}
    others = [row for row in shipped(MAP_BY_NAME["authors"]) if row["author"] != "qwen"]
    assert sorted(merged("authors", moved), key=str) == sorted([*others, *qwen, moved], key=str)
    whole = {**moved, "valid_from": ""}
    assert merged("authors", whole) == [*others, whole]


def test_a_new_vendor_and_its_author_come_together() -> None:
    vendor = {"vendor_id": "acme", "vendor_name": "Acme", "country_code": "KR", **CITED}
    author = {"author": "acme-labs", "vendor_id": "acme", **CITED}
    found = merged("authors", author, vendors=file_of([vendor]))
    assert found[-1] == {**author, "valid_from": ""}


@pytest.mark.parametrize(
    ("name", "row", "told"),
    [
        ("price_book_models", {"provider": "x", "book_model": "y"}, "is that of"),
        ("company_lines", {"symbol": "XYZ"}, "is that of"),
    ],
)
def test_two_keys_do_not_share_what_belongs_to_one(name: str, row: dict[str, str], told: str) -> None:
    with pytest.raises(ContractViolation, match=told):
        merged(name, {**shipped(MAP_BY_NAME[name])[0], **row})


@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n"])
def test_an_added_row_keeps_the_file_and_follows_its_header(ending: bytes) -> None:
    body = b"citation,author,vendor_id,known_from\nx,acme,qwen,2026-01-01" + ending
    row = {"author": "other", "vendor_id": "qwen", "valid_from": "", **CITED}
    added = append_row(MAP_BY_NAME["authors"], body, row)
    assert added == b"citation,author,vendor_id,known_from\nx,acme,qwen,2026-01-01\nexample.org,other,qwen,2026-10-01\n"
    assert append_row(MAP_BY_NAME["authors"], b"", row).startswith(b"author,vendor_id,valid_from,known_from,citation\n")
    with pytest.raises(ContractViolation, match="no column valid_from"):
        append_row(MAP_BY_NAME["authors"], body, {**row, "valid_from": "2026-01-01"})


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractViolation, match=r"mine/authors.csv.*UTF-8"):
        overlay(SHIPPED, {"authors": "author;überall".encode("latin-1")}, FOLDER)
