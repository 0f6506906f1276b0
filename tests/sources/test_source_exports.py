"""What the keyless export has to prove before its rows are believed."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sources.openrouter_exports import fetch, parse
from tests.sources.payloads import FIXTURES, WINDOW, fetch_of
from tokenshare.errors import PayloadRefused
from tokenshare.events import UsageObserved
from tokenshare.sources import Page

ID = "openrouter_exports"
CSV = (FIXTURES / ID / "snapshot.csv").read_bytes()
MANIFEST: dict[str, Any] = json.loads((FIXTURES / ID / "manifest.json").read_bytes())
BASE = "https://upstream.example/api/v1"
FOLDER = "datasets/exports/rankings-daily"


def pages(body: bytes = CSV, kind: str = "text/csv", file: dict[str, Any] | None = None, **more: Any) -> list[Page]:
    """A manifest that is right about the file, but for what is given."""
    told = {
        "url": f"{BASE}/x.csv",
        "encoding_format": "text/csv",
        "bytes": len(body),
        "sha256": sha256(body).hexdigest(),
    }
    manifest = MANIFEST | {"files": {"csv": told | (file or {})}, "row_count": max(0, body.count(b"\n") - 1)} | more
    manifest_page = Page(f"{BASE}/{FOLDER}/latest.manifest.json", json.dumps(manifest).encode(), "application/json")
    return [manifest_page, Page(f"{BASE}/{FOLDER}/2026-05-11.csv", body, kind)]


def refused(*served: Page) -> str:
    with pytest.raises(PayloadRefused) as refusal:
        parse(fetch_of(ID, *served))
    return str(refusal.value)


def test_rows_carry_their_share_and_the_moment_of_the_snapshot() -> None:
    parsed = parse(fetch_of(ID))
    events = [event for event in parsed.events if isinstance(event, UsageObserved)]
    assert [event.tokens for event in events] == [600, 150, 250, 30, 10]
    assert [event.share_of_daily_tokens for event in events] == [0.6, 0.15, 0.25, 0.75, 0.25]
    assert parsed.as_of == datetime(2026, 5, 12, 1, 46, tzinfo=UTC)
    assert (parsed.start_date, parsed.end_date) == (date(2026, 5, 10), date(2026, 5, 11))


@pytest.mark.parametrize(
    ("served", "said"),
    [
        (pages(file={"sha256": "0" * 64}), "the manifest says"),
        (pages(file={"bytes": len(CSV) + 1}), "the manifest says"),
        (pages(row_count=4), "the file has 5 rows, the manifest says 4"),
        (pages(row_count=True), "manifest.row_count is 'True': not a whole number"),
        (pages(schema_version="v2"), "schema_version is 'v2'"),
        (pages(dataset="benchmark-runs"), "dataset is 'benchmark-runs'"),
        (pages(files={}), "manifest.files has no 'csv'"),
        (pages(retrieved_at="2026-05-12"), "not a moment with its zone"),
        (
            pages(snapshot_date="2026-05-10"),
            "csv line 5 is of 2026-05-11, a day after the snapshot's 2026-05-10",
        ),
        (pages(kind="text/html"), "the content type is 'text/html', not CSV"),
        (pages(b"", row_count=0), "the body is empty"),
        (pages()[:1], "1 pages: a manifest and one file were expected"),
        (pages(CSV.replace(b"rank", b"place")), "misses ['rank']"),
        (pages(b"\xef\xbb\xbf" + CSV), "misses ['date']"),
        (pages(CSV.replace(b"alpha", b"alph\xe4")), "not UTF-8 CSV"),
        (pages(CSV.replace(b"alpha", b"alpha\x00")), "model_permaslug"),
        (pages(CSV.replace(b",600,", b",6e2,")), "csv line 2: total_tokens is '6e2'"),
        (pages(CSV.replace(b",600,", b",-6,")), "csv line 2: total_tokens is '-6'"),
        (pages(CSV.replace(b",600,", b",")), "csv line 2 has 4 cells, the header 5"),
        (pages(CSV.replace(b"one-20260101,1,", b"one-20260101,first,")), "csv line 2: rank is 'first'"),
        (pages(CSV.replace(b"0.6\r", b"nan\r")), "share_of_daily_tokens is 'nan'"),
        (pages(CSV.replace(b"0.6\r", b"1.6\r")), "share_of_daily_tokens"),
        (pages(CSV.replace(b"2026-05-11", b"2026-02-30")), "is '2026-02-30': not a day"),
        (pages(CSV[: CSV.index(b"\r\n") + 2]), "no day that is over"),
    ],
)
def test_a_snapshot_that_does_not_add_up_is_refused_whole(served: list[Page], said: str) -> None:
    assert said in refused(*served)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_always_refused(body: bytes) -> None:
    refused(Page("", body, "application/json"), pages()[1])
    refused(*pages(body))
    refused(*pages(CSV.replace(b"alpha/one-20260101,1", body + b"\r\n")))


def test_the_running_day_is_never_said() -> None:
    later = CSV.replace(b"2026-05-11", b"2026-05-12")
    parsed = parse(fetch_of(ID, *pages(later, snapshot_date="2026-05-12")))
    assert (len(parsed.events), parsed.end_date) == (3, date(2026, 5, 10))


def test_unknown_fields_and_columns_are_reported() -> None:
    wider = CSV.replace(b"_tokens\r", b"_tokens,requests\r").replace(b"5\r", b"5,1\r").replace(b"0.6\r", b"0.6,1\r")
    parsed = parse(fetch_of(ID, *pages(wider, mood="good")))
    assert parsed.unknown_fields == {"manifest.mood", "csv.requests"}


class Folder:
    """A session that answers with the manifest, then with the file, and remembers the paths."""

    def __init__(self, manifest: Page) -> None:
        self.paths: list[str] = []
        self._answers = [manifest, pages()[1]]

    def get(self, path: str, params: dict[str, str] | None = None, *, with_key: bool = False) -> Page:
        assert params is None
        assert not with_key
        self.paths.append(path)
        return self._answers[len(self.paths) - 1]


@pytest.mark.parametrize(
    ("url", "path"),
    [
        (f"{BASE}/datasets/exports/moved/2026-05-11.csv", "datasets/exports/moved/2026-05-11.csv"),
        ("https://elsewhere.example/api/v1/x/2026-05-11.csv", f"{FOLDER}/2026-05-11.csv"),
        (f"{BASE}/../../secrets/2026-05-11.csv", f"{FOLDER}/2026-05-11.csv"),
        (f"{BASE}/datasets/exports/moved/latest.csv", f"{FOLDER}/2026-05-11.csv"),
        (f"{BASE}/datasets/exports/moved/2026-05-10.csv", f"{FOLDER}/2026-05-11.csv"),
    ],
)
def test_the_dated_file_is_fetched_from_our_own_upstream(url: str, path: str) -> None:
    folder = Folder(pages(file={"url": url})[0])
    assert len(list(fetch(folder, WINDOW))) == 2
    assert folder.paths == [f"{FOLDER}/latest.manifest.json", path]


@pytest.mark.parametrize("damage", [lambda body: b"", lambda body: body[:40], lambda body: b"[" * 5000])
def test_a_manifest_nobody_can_read_is_handed_on_to_be_refused(damage: Callable[[bytes], bytes]) -> None:
    manifest = pages()[0]
    folder = Folder(Page(manifest.url, damage(manifest.body), manifest.content_type))
    assert len(found := list(fetch(folder, WINDOW))) == 1
    assert refused(*found)
