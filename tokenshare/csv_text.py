"""Rows as CSV, for the terminal and the page alike."""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import Any

from tokenshare.text import as_json, visible

_FORMULA = re.compile(r"""\s*([=@]|[+-].*[()|!'"&+*<>^=])""", re.DOTALL)


def csv_text(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Rows as RFC 4180 has them, with a line of headings: nothing for null, days and moments by ISO 8601.

    Text that a spreadsheet would take for a formula begins with an apostrophe, and what would steer a terminal is
    escaped.
    """
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_field(row[column]) for column in columns] for row in rows)
    return text.getvalue()


def _field(value: Any) -> str:
    if value is None:
        return ""
    word = visible(value) if isinstance(value, str) else as_json(value).strip('"')
    return f"'{word}" if _FORMULA.match(word) else word
