"""What the reason of an accepted fetch says: rows put aside, notes, and fields never met in this home."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.storage import archive
from flows.stages.ingest import join_remarks
from tokenshare.sources import Parsed

MOMENT = datetime(2026, 6, 22, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("parsed", "fields", "words"),
    [
        (Parsed((), MOMENT), set(), ""),
        (Parsed((), MOMENT, rejected=("a: is 0",)), set(), "rows put aside: a: is 0"),
        (
            Parsed((), MOMENT, rejected=tuple("abcdefghijkl")),
            set(),
            "rows put aside: a; b; c; d; e; f; g; h; i; j; and 2 more",
        ),
        (Parsed((), MOMENT, remarks=("the Hub said no",)), {"y", "x"}, "the Hub said no; fields not met before: x, y"),
    ],
)
def test_a_reason_quotes_what_was_put_aside_and_what_is_new(parsed: Parsed, fields: set[str], words: str) -> None:
    assert join_remarks(parsed, frozenset(fields)) == words


def test_a_field_is_news_once_in_a_home(tmp_path: Path) -> None:
    def met(*fields: str, source: str = "one") -> set[str]:
        return set(archive.remember_fields(tmp_path, source, frozenset(fields)))

    assert met() == set()
    assert not (tmp_path / "one").exists()
    assert met("data[].a", "data[].b") == {"data[].a", "data[].b"}
    assert met("data[].b", "data[].c") == {"data[].c"}
    assert met("data[].a", "data[].b", "data[].c") == set()
    assert met("data[].a", source="other") == {"data[].a"}
