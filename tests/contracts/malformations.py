"""Malformations: edits breaking a valid example, and the required message of each refusal."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from tokenshare.fields import STEERING, TEXT

AT = "‸"  # marks the place that a message calls {at}; it is taken out of the record
SLUG = r"^[a-z0-9]+(?:[._-][a-z0-9]+)*$"
SYMBOL = r"^[A-Z0-9][A-Z0-9.-]{0,15}$"
FETCH_ID = '"fetch_id"'
NO_NAME = "not JSON: Expecting property name enclosed in double quotes at character {at}"
NO_COLON = "not JSON: Expecting ':' delimiter at character {at}"


@dataclass(frozen=True)
class Malformation:
    """One kind of broken record; `field` is the broken field, empty for the document."""

    kind: str
    edit: Callable[[str], str]
    message: str
    field: str = ""

    @property
    def name(self) -> str:
        return f"{self.field}.{self.kind}" if self.field else self.kind

    def apply(self, text: str) -> tuple[bytes, str]:
        """The broken record, made of the JSON of an example, and the message required in its refusal."""
        marked = self.edit(text)
        message = self.message.replace("{at}", str(marked.find(AT)))
        return marked.replace(AT, "").encode("utf-8", "surrogateescape"), message


def with_text(kind: str, old: str, new: str, message: str) -> Malformation:
    return Malformation(kind, lambda text: text.replace(old, new, 1), message)


def with_member(kind: str, member: str, message: str) -> Malformation:
    """One member more at the end of the document."""
    return Malformation(kind, lambda text: f"{text[:-1]}, {member}}}", message)


def with_value(field: str, kind: str, template: str, message: str) -> Malformation:
    """Other JSON as the value of a field; {0} in it is the value of the example, without the quotes of a text."""

    def edit(text: str) -> str:
        value = json.dumps(json.loads(text)[field])
        new = template.format(value.strip('"'))
        return text.replace(f'"{field}": {value}', f'"{field}": {new}')

    return Malformation(kind, edit, message, field)


def without(field: str) -> Malformation:
    def edit(text: str) -> str:
        return json.dumps({name: value for name, value in json.loads(text).items() if name != field})

    return Malformation("missing", edit, f"{field}: Field required", field)


def text(field: str, longest: int, pattern: str = TEXT, letter: str = "a") -> list[Malformation]:
    """A pattern with a length of its own refuses long texts; TEXT and SLUG leave that to the contract."""
    mismatch = f"{field}: String should match pattern '{pattern.replace(STEERING, '(control characters)')}'"
    too_long = f"{field}: String should have at most {longest} characters" if pattern in (TEXT, SLUG) else mismatch
    control = "not JSON: Invalid control character at at character {at}"
    surrogate = "value: Invalid JSON: unexpected end of hex escape at line 1 column {at}"
    rows = (
        ("null", "null", f"{field}: Input should be a valid string"),
        ("number", "7", f"{field}: Input should be a valid string"),
        ("empty", '""', mismatch),
        ("nul", r'"{0}\u0000"', mismatch),
        ("line_break", r'"{0}\n"', mismatch),
        ("two_lines", r'"{0}\n{0}"', mismatch),
        ("too_long", f'"{letter * (longest + 1)}"', too_long),
        ("lone_surrogate", rf'"{{0}}\ud800"{AT}', surrogate),
        ("raw_control_character", f'"{{0}}{AT}\x01"', control),
        ("raw_tab", f'"{{0}}{AT}\t"', control),
    )
    return [without(field), *(with_value(field, *row) for row in rows)]


def moment(field: str) -> list[Malformation]:
    wrong = f"{field}: Input should be a valid datetime"
    rows = (
        ("null", "null", wrong),
        ("epoch", "1778551200", wrong),
        ("day", '"{0:.10}"', f"{wrong}, invalid datetime separator, expected `T`, `t`, `_` or space"),
        ("naive", '"{0:.19}"', f"{field}: Input should have timezone info"),
        ("other_offset", '"{0:.19}+08:00"', f"{field}: Value error, must be UTC: write it with Z or +00:00"),
    )
    return [without(field), *(with_value(field, *row) for row in rows)]


def day(field: str) -> list[Malformation]:
    wrong = f"{field}: Input should be a valid date"
    rows = (
        ("null", "null", wrong),
        ("day_number", "20583", wrong),
        ("compact_number", "20260510", wrong),
        ("compact", '"20260510"', f"{field} is not written as ISO 8601"),
        ("not_in_calendar", '"2026-02-30"', f"{wrong} in the format YYYY-MM-DD, day value is outside expected range"),
        (
            "with_time",
            '"{0}T00:00:00Z"',
            f"{wrong} in the format YYYY-MM-DD, unexpected extra characters at the end of the input",
        ),
    )
    return [without(field), *(with_value(field, *row) for row in rows)]


def flag(field: str) -> list[Malformation]:
    wrong = f"{field}: Input should be a valid boolean"
    values = {"null": "null", "zero": "0", "one": "1", "flag_text": '"{0}"', "yes": '"yes"'}
    return [without(field), *(with_value(field, kind, value, wrong) for kind, value in values.items())]


def count(field: str, least: int = 0, largest: int = 2**63 - 1) -> list[Malformation]:
    wrong = f"{field}: Input should be a valid integer"
    values = {
        "null": "null", "true": "true", "exponent": "1e9", "float": "{0}.0",
        "count_text": '"{0}"', "text_with_comma": '"1,234"', "text_with_underscore": '"1_000"',
    }  # fmt: skip
    return [
        without(field),
        *(with_value(field, kind, value, wrong) for kind, value in values.items()),
        with_value(field, "negative", "-1", f"{field}: Input should be greater than or equal to {least}"),
        with_value(field, "above_int64", f"{2**63}", f"{field}: Input should be less than or equal to {largest}"),
        with_value(field, "leading_zero", f"0{AT}07", "not JSON: Expecting ',' delimiter at character {at}"),
    ]


def nullable(malformations: list[Malformation]) -> list[Malformation]:
    return [one for one in malformations if one.kind not in ("missing", "null")]


OF_DOCUMENT = [
    Malformation("empty", lambda _: AT, "not JSON: Expecting value at character {at}"),
    with_text("malformed", "{", f"{{{AT},", NO_NAME),
    with_text("name_without_quotes", FETCH_ID, f"{AT}fetch_id", NO_NAME),
    with_text("name_without_colon", f"{FETCH_ID}: ", f"{FETCH_ID} {AT}", NO_COLON),
    Malformation("truncated_after_name", lambda text: text.partition(":")[0] + AT, NO_COLON),
    Malformation(
        "truncated",
        lambda text: text.partition(FETCH_ID)[0] + f'{AT}"fetch',
        "not JSON: Unterminated string starting at at character {at}",
    ),
    Malformation("two_documents", lambda text: f"{text}{AT}{text}", "not JSON: Extra data at character {at}"),
    Malformation("array", lambda text: f"[{text}]", "value: Input should be an object"),
    Malformation("byte_order_mark", lambda text: f"\ufeff{text}", "begins with a byte order mark"),
    with_text("not_utf8", f'{FETCH_ID}: "', f'{FETCH_ID}: "{AT}\udcff', "not UTF-8 at byte {at}"),
    Malformation("utf16", lambda text: text.encode("utf-16").decode(errors="surrogateescape"), "not UTF-8 at byte 0"),
    with_member("duplicate_key", '"source_id": "another_source"', "duplicate key 'source_id'"),
    with_member("unknown_field", '"note": "x"', "note: Extra inputs are not permitted"),
    with_member("unknown_number", '"extra": 1', "extra: Extra inputs are not permitted"),
    with_member("look_alike_field", '"t\u043ekens": 1', "t\u043ekens: Extra inputs are not permitted"),
    with_text(
        "look_alike_name",
        FETCH_ID,
        '"fetch_\u0456d"',
        "fetch_id: Field required; fetch_\u0456d: Extra inputs are not permitted",
    ),
    with_member("nan", '"note": NaN', "NaN is not a number"),
    with_member("infinity", '"note": Infinity', "Infinity is not a number"),
    with_member("minus_infinity", '"note": -Infinity', "-Infinity is not a number"),
    with_member("overflowing_float", '"note": 1e999', "1e999 is not a finite number"),
    with_member(
        "integer_of_5000_digits",
        f'"note": {"9" * 5000}',
        "not JSON we accept: Exceeds the limit (4300 digits) for integer string conversion",
    ),
    with_member(
        "nested_deeply",
        f'"note": {"[" * 201}{AT}{"[" * 99}{"]" * 300}',
        "value: Invalid JSON: recursion limit exceeded at line 1 column {at}",
    ),
    with_value("event_id", "in_capitals", f'"{"AB" * 16}"', "event_id: String should match pattern '^[0-9a-f]{32}$'"),
    *text("source_id", 64, r"^[a-z][a-z0-9_]{0,63}$"),
    *moment("observed_at"),
]
BY_TOPIC = {
    "usage.observed.v1": [
        *day("usage_date"), *text("model_permaslug", 256), *count("tokens"), *moment("as_of"),
    ],
    "usage.category.observed.v1": [*day("week_start_date"), *text("model_permaslug", 256), *count("tokens")],
    "catalog.model.observed.v1": [*text("canonical_slug", 256), *moment("created_at"), *flag("is_withdrawn")],
    "price.listed.v1": [
        *text("model_id", 256), *nullable(day("valid_from")), *count("tier_min_tokens"), *flag("is_discounted"),
    ],
    "disclosure.observed.v1": [*moment("known_at"), *text("fact_id", 128, SLUG), *day("fact_date")],
    "downloads.observed.v1": [
        *text("repo", 256), *moment("created_at"), *nullable(count("downloads_all_time")),
    ],
    "fx.observed.v1": [*day("rate_date"), *text("quote", 3, r"^[A-Z]{3}$", "A")],
    "leaderboard.observed.v1": [
        *moment("known_at"), *day("ranking_date"), *text("model", 512), *nullable(flag("is_open")),
    ],
    "quote.observed.v1": [*text("symbol", 16, SYMBOL, "A"), *day("session_date"), *flag("is_partial")],
    "release.observed.v1": [
        *moment("known_at"), *day("release_date"), *text("release", 512), *flag("is_major"),
    ],
    "share_count.observed.v1": [*text("symbol", 16, SYMBOL, "A"), *day("date"), *count("shares_issued", 1, 10**12)],
    "claim.quoted.v1": [*text("quote", 500), *text("source", 500), *day("period_start")],
    "request.completed.v1": [
        *text("request_id", 200), *moment("completed_at"), *text("model", 256),
        *count("prompt_tokens", 0, 100_000_000), *nullable(count("cached_tokens", 0, 100_000_000)),
    ],
    "fetch.completed.v1": [*moment("as_of"), *count("pages", 1, 100_000), *nullable(day("start_date"))],
}  # fmt: skip
