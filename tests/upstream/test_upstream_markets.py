"""The emulated quotes, facts and rates: documented paths and shapes, as known at a moment, read by the real sources."""

import io
import json
import re
import zipfile
from base64 import b64encode
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from connectors.http.session import HttpSession
from connectors.sources import ecb_rates, edgar_shares, eodhd_quotes
from demo.emulator.server import Upstream
from tests.upstream.worlds import AS_OF, scripted, write_world
from tokenshare.errors import SourceAbsent
from tokenshare.sources import Fetch, Source, Window

WINDOW = Window(date(2026, 5, 1), date(2026, 5, 11), AS_OF)
FILES = {
    "quotes": """known_at,symbol,date,close,currency,is_partial
2026-05-08T21:30:00Z,NVDA,2026-05-08,210.50,USD,false
2026-05-11T09:00:00Z,0700.HK,2026-05-11,606.5,HKD,false
2026-05-11T16:00:00Z,NVDA,2026-05-11,207.1,USD,true
2026-05-13T09:00:00Z,0700.HK,2026-05-11,1,HKD,false
""",
    "share_counts": """known_at,symbol,date,shares_issued,units_per_line
2026-04-20T06:00:00Z,NVDA,2026-03-31,24340000000,1
2026-04-20T06:00:00Z,BABA,2026-03-31,18700000000,8
2026-04-20T06:00:00Z,META,2026-03-31,2530000000,1
""",
    "fx": """known_at,date,base,quote,rate
2026-05-08T15:00:00Z,2026-05-08,EUR,USD,1.1590
2026-05-08T15:00:00Z,2026-05-08,EUR,HKD,9.0900
2026-05-11T15:00:00Z,2026-05-11,EUR,USD,1.1600
2026-05-11T15:00:00Z,2026-05-11,USD,HKD,7.8
""",
}


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return write_world(tmp_path / "world", **FILES)


def said(world: Path, source: Source, key_param: str = "") -> list[tuple[str, ...]]:
    """What the real source reads from the emulator, as plain text."""
    with Upstream(world, AS_OF) as upstream:
        session = HttpSession(upstream.urls[source.upstream], upstream.key, key_param=key_param)
        with session:
            pages = tuple(source.fetch(session, WINDOW))
    assert not [page.url for page in pages if upstream.key in page.url]
    shown = {"event_id", "source_id", "observed_at", "fetch_id"}
    return sorted(tuple(map(str, event.model_dump(exclude=shown).values())) for event in source.parse(
        Fetch(source.id, WINDOW, pages)
    ).events)  # fmt: skip


def test_each_source_reads_what_the_world_shows(world: Path) -> None:
    assert said(world, eodhd_quotes.SOURCE, key_param="api_token") == [
        ("0700.HK", "2026-05-11", "606.5", "HKD", "False"),
        ("NVDA", "2026-05-08", "210.5", "USD", "False"),
    ]
    assert said(world, edgar_shares.SOURCE) == [
        ("BABA", "2026-03-31", "18700000000", "8"),
        ("NVDA", "2026-03-31", "24340000000", "1"),
    ]
    assert said(world, ecb_rates.SOURCE) == [
        ("2026-05-08", "EUR", "HKD", "9.09"),
        ("2026-05-08", "EUR", "USD", "1.159"),
        ("2026-05-11", "EUR", "USD", "1.16"),
    ]


def test_the_file_of_rates_is_wide_newest_first_and_ends_every_line_with_a_comma(world: Path) -> None:
    with Upstream(world, AS_OF) as upstream:
        body = httpx.get(f"{upstream.urls['ecb']}/eurofxref-hist.zip", trust_env=False).content
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        lines = archive.read("eurofxref-hist.csv").decode().splitlines()
    assert lines == [
        "Date,USD,JPY,BGN,GBP,CHF,CNY,HKD,KRW,",
        "2026-05-11,1.1600,N/A,N/A,N/A,N/A,N/A,N/A,N/A,",
        "2026-05-08,1.1590,N/A,N/A,N/A,N/A,N/A,9.0900,N/A,",
    ]


def test_quotes_want_a_key_and_facts_a_known_filer(world: Path) -> None:
    with Upstream(world, AS_OF) as upstream:
        answers = [
            httpx.get(f"{upstream.urls[name]}/{path}", trust_env=False).status_code
            for name, path in (
                ("eodhd", "eod/NVDA.US"),
                ("eodhd", "eod/NVDA.US?api_token=x"),
                ("edgar", "api/xbrl/companyfacts/CIK0000320193.json"),
                ("edgar", "api/xbrl/companyfacts/CIK0001045810.json"),
            )
        ]
    assert answers == [401, 200, 404, 200]


def test_a_world_without_the_files_has_no_such_paths(tmp_path: Path) -> None:
    with Upstream(write_world(tmp_path / "world"), datetime(2026, 5, 12, tzinfo=UTC)) as upstream:
        for url in (f"{upstream.urls['eodhd']}/eod/NVDA.US?api_token=x", f"{upstream.urls['ecb']}/eurofxref-hist.zip"):
            assert httpx.get(url, trust_env=False).status_code == 404


def test_a_key_in_the_query_is_hidden_where_the_upstream_repeats_it() -> None:
    body = b'{"error":{"message":"the token SECRET-1 is wrong"}}'
    head = b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    with (
        scripted([head + body]) as (url, asked),
        HttpSession(url, "SECRET-1", key_param="api_token") as session,
        pytest.raises(SourceAbsent) as absent,
    ):
        session.get("eod/NVDA.US", {"fmt": "json"}, with_key=True)
    assert "the token *** is wrong" in str(absent.value)
    assert b"/eod/NVDA.US?fmt=json&api_token=SECRET-1 " in asked[0]
    assert b"Authorization" not in asked[0]


@pytest.mark.threat("S9")
@pytest.mark.parametrize("filler", range(120, 200, 7))
def test_a_key_is_hidden_in_every_form_before_a_reason_is_cut(filler: int) -> None:
    """An upstream that repeats the address, quoted and in base64, around the length at which a reason is cut."""
    key = "sk-se+cret/key=="
    forms = (quote(key, safe=""), quote(quote(key, safe=""), safe=""), b64encode(key.encode()).decode())
    body = json.dumps({"error": " ".join(["x" * filler, *forms])}).encode()
    head = b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    with (
        scripted([head + body]) as (url, _),
        HttpSession(url, key, key_param="api_token") as session,
        pytest.raises(SourceAbsent) as absent,
    ):
        session.get("eod/NVDA.US", with_key=True)
    assert not re.search("sk-se|c2stc2|cret", str(absent.value))
