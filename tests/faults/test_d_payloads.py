"""One answer of the router with every fault a parser can see: refused whole, by place and reason."""

from collections.abc import Callable
from typing import Any

import pytest

from connectors.sources.openrouter_rankings import parse
from tests.sources.payloads import FIXTURES, fetch_of, page_of
from tests.sources.test_source_rankings import LONG, answer, row
from tests.sources.test_source_rankings import _paged as paged
from tokenshare.errors import PayloadRefused

Record = Callable[[str, Any], None]
ID = "openrouter_rankings"
BAD = FIXTURES / ID / "bad"
# By row, the file with the answer, and what is said of it.
REFUSED = {
    "D01": {
        "array.json": "the document is",
        "blank.json": "the body is empty",
        "byte_order_mark.json": "byte order mark",
        "empty.json": "the body is empty",
        "gzip_bytes.json": "not UTF-8",
        "html_called_json.json": "not JSON",
        "json_lines.json": "not JSON: Extra data",
        "malformed.json": "not JSON",
        "nested_deeply.json": "nested too deeply",
        "not_utf8.json": "not UTF-8 at byte",
        "truncated.json": "not JSON",
    },
    "D02": {
        "data_object.json": "the document.data is '{}': not a list",
        "model_number.json": "data[1].model_permaslug is '7': not a text",
        "row_list.json": "a row of data is",
        "tokens_comma_text.json": "data[1].total_tokens is '1,234': not a whole number",
        "tokens_exponent_text.json": "data[1].total_tokens is '1e9': not a whole number",
        "tokens_float.json": "data[1].total_tokens is 1000000000.0: not a whole number",
        "tokens_nested.json": "data[1].total_tokens is {'value': 1}: not a whole number",
        "tokens_null.json": "data[1].total_tokens is None: not a whole number",
        "tokens_other_digits.json": "not a whole number in decimal digits",
        "tokens_true.json": "data[1].total_tokens is True: not a whole number",
    },
    "D03": {
        "float_overflow.json": "1e400 is not a finite number",
        "infinity.json": "-Infinity is not a number",
        "nan.json": "NaN is not a number",
        "tokens_5000_digits.json": "not JSON we accept",
        "tokens_above_int64.json": "data[1].total_tokens is 9223372036854775808: outside",
        "tokens_above_int64_text.json": "data[1].total_tokens is 9223372036854775808: outside",
        "tokens_beyond_int128.json": "not a whole number in decimal digits",
        "tokens_minus_zero.json": "data[1].total_tokens is -0.0: not a whole number",
        "tokens_negative.json": "data[1].total_tokens is -1: outside",
        "tokens_negative_text.json": "data[1].total_tokens is '-1': not a whole number",
    },
    "D05": {
        "lone_surrogate.json": "data[1]: model_permaslug",
        "model_empty.json": "data[1]: model_permaslug",
        "nul_in_model.json": "data[1]: model_permaslug",
    },
    "D06": {
        "duplicate_key.json": "duplicate key 'total_tokens'",
    },
    "D07": {
        "data_renamed.json": "the document has no 'data': removed or renamed",
        "date_renamed.json": "data[1] has no 'date': removed or renamed",
        "meta_as_of_removed.json": "meta has no 'as_of'",
        "meta_removed.json": "the document has no 'meta'",
        "meta_version_2.json": "meta.version is 'v2': only 'v1' is understood",
        "meta_version_removed.json": "meta has no 'version'",
        "model_removed.json": "data[1] has no 'model_permaslug'",
        "tokens_removed.json": "data[1] has no 'total_tokens': removed or renamed",
        "tokens_renamed.json": "data[1] has no 'total_tokens': removed or renamed",
    },
    "D14": {
        "data_empty.json": "data is empty for days that are over",
        "error_with_200.json": "the document has no 'meta'",
        "meta_other_window.json": "a payload of another day than asked: 2026-05-03 to 2026-05-04",
        "row_of_another_day.json": "data[1] is of 2026-05-09, another day than asked",
    },
    "T04": {
        "day_as_moment.json": "not a day written YYYY-MM-DD",
        "day_compact.json": "not a day written YYYY-MM-DD",
        "day_that_is_none.json": "data[1].date is '2026-02-30'",
        "meta_as_of_without_zone.json": "meta.as_of is '2026-05-12T02:00:00': not a moment with its zone",
    },
    "U03": {
        "login_page.html": "the content type is 'text/html', not JSON",
    },
}


def test_the_table_of_bad_input_and_its_files_agree() -> None:
    assert sorted(path.name for path in BAD.iterdir()) == sorted(name for row in REFUSED.values() for name in row)


def refusal_of(row: str, name: str) -> str:
    with pytest.raises(PayloadRefused) as refusal:
        parse(fetch_of(ID, page_of(BAD / name)))
    message = str(refusal.value)
    assert message.startswith(f"{ID}: ")
    assert REFUSED[row][name] in message
    assert message.isprintable()
    assert len(message) < 500
    return message


@pytest.mark.parametrize("name", REFUSED["D01"])
def test_d01_an_answer_is_no_document_is_refused(name: str, record_property: Record) -> None:
    """An answer without a valid document: cut short, of another encoding, in lines, marked, compressed, too deep."""
    record_property("observed", f"refused: {refusal_of('D01', name)[:80]}")


@pytest.mark.parametrize("name", REFUSED["D02"])
def test_d02_an_answer_with_a_value_of_another_type_is_refused(name: str, record_property: Record) -> None:
    """An answer with a value of another type than a whole number in digits."""
    record_property("observed", f"refused: {refusal_of('D02', name)[:80]}")


@pytest.mark.parametrize("name", REFUSED["D03"])
def test_d03_an_answer_with_a_number_that_is_none_is_refused(name: str, record_property: Record) -> None:
    """An answer with an infinite, negative or too large number."""
    record_property("observed", f"refused: {refusal_of('D03', name)[:80]}")


@pytest.mark.parametrize("name", REFUSED["D05"])
def test_d05_an_answer_with_a_name_that_is_no_text_is_refused(name: str, record_property: Record) -> None:
    """An answer with an empty name, or one with a NUL or half a surrogate pair in it."""
    record_property("observed", f"refused: {refusal_of('D05', name)[:80]}")


@pytest.mark.parametrize("name", REFUSED["D06"])
def test_d06_an_answer_with_one_key_twice_is_refused(name: str, record_property: Record) -> None:
    """An answer with one key twice."""
    record_property("observed", f"refused: {refusal_of('D06', name)[:80]}")


@pytest.mark.parametrize("name", REFUSED["D07"])
def test_d07_an_answer_whose_form_has_changed_is_refused(name: str, record_property: Record) -> None:
    """An answer with a field removed or renamed, or another version."""
    record_property("observed", f"refused: {refusal_of('D07', name)[:80]}")


@pytest.mark.parametrize("name", REFUSED["D14"])
def test_d14_an_answer_that_is_not_of_the_days_asked_for_is_refused(name: str, record_property: Record) -> None:
    """An answer of nothing, an error, or other days, with status 200."""
    record_property("observed", f"refused: {refusal_of('D14', name)[:80]}")


@pytest.mark.parametrize("name", REFUSED["T04"])
def test_t04_an_answer_with_a_day_that_is_none_is_refused(name: str, record_property: Record) -> None:
    """An answer with impossible days and moments, or without a zone."""
    record_property("observed", f"refused: {refusal_of('T04', name)[:80]}")


@pytest.mark.parametrize("name", REFUSED["U03"])
def test_u03_an_answer_that_is_a_web_page_is_refused(name: str, record_property: Record) -> None:
    """A login page with status 200."""
    record_property("observed", f"refused: {refusal_of('U03', name)[:80]}")


def test_d07_unknown_fields_are_reported_and_refuse_nothing(record_property: Record) -> None:
    """Fields never met before, in rows, in meta and beside them."""
    page = answer([row("2026-05-10", new=1, zwei=[])], meta={"timezone": "UTC"}, links={})
    parsed = parse(fetch_of(ID, page))
    assert len(parsed.events) == 1
    assert parsed.unknown_fields == {"data[].new", "data[].zwei", "meta.timezone", "document.links"}
    record_property("observed", ", ".join(sorted(parsed.unknown_fields)))


def test_d06_two_values_of_one_key_are_both_said_for_the_gate_to_see(record_property: Record) -> None:
    """One key with two values, and one row twice."""
    page = answer([row("2026-05-10", tokens="1"), row("2026-05-10", tokens="2"), row("2026-05-10", tokens=1)])
    events = parse(fetch_of(ID, page)).events
    assert len({event.event_id for event in events}) == 2
    record_property("observed", "two statements of three rows")


def test_d14_a_page_that_is_missing_or_silent_after_others_refuses_the_fetch(record_property: Record) -> None:
    """A fetch of two calls with an empty second page, one page, and pages in the wrong order."""
    old, new = [row("2025-02-01")], [row("2026-05-10")]
    assert len(parse(fetch_of(ID, *paged(LONG, [], new), window=LONG)).events) == 1
    with pytest.raises(PayloadRefused, match="data is empty"):
        parse(fetch_of(ID, *paged(LONG, old, []), window=LONG))
    with pytest.raises(PayloadRefused, match="1 pages for 2 calls"):
        parse(fetch_of(ID, *list(paged(LONG, old, new))[1:], window=LONG))
    with pytest.raises(PayloadRefused, match="another day than asked"):
        parse(fetch_of(ID, *reversed(list(paged(LONG, old, new))), window=LONG))
    record_property("observed", "refused whole, three ways")
