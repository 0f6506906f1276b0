"""The upstream's own words reach the reason, in whatever form it writes an error; its limits do not end a source."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.http.reasons import read_reason
from connectors.http.session import HttpSession, Politeness
from connectors.sources import edgar_shares, eodhd_quotes, huggingface_hub
from connectors.sources.listings import EXCHANGES, LINES
from demo.emulator.server import Upstream
from tests.hub import write_hub
from tests.upstream.polite import PATH, SECRET, absent
from tests.upstream.worlds import AS_OF, head, scripted, write_world
from tokenshare.errors import SourceAbsent
from tokenshare.events import QuoteObserved
from tokenshare.sources import Fetch, Parsed, Source, Window

WINDOW = Window(date(2025, 1, 1), date(2026, 5, 11), AS_OF)
A_YEAR_BACK = AS_OF.date() - timedelta(days=365)
KEY_NAMES = {"eodhd": "TOKENSHARE_EODHD_API_KEY", "edgar": "TOKENSHARE_EDGAR_CONTACT", "huggingface": "HF_TOKEN"}
QUOTES = """known_at,symbol,date,close,currency,is_partial
2025-02-03T21:30:00Z,NVDA,2025-02-03,118.5,USD,false
2025-02-03T21:30:00Z,AVGO,2025-02-03,221,USD,false
2025-02-03T21:30:00Z,0700.HK,2025-02-03,400,HKD,false
2026-05-08T21:30:00Z,NVDA,2026-05-08,210.5,USD,false
"""


def read(world: Path, source: Source) -> Fetch:
    with Upstream(world, AS_OF) as upstream:
        param = "api_token" if source.upstream == "eodhd" else ""
        limits = Politeness(attempts=1)
        url, name = upstream.urls[source.upstream], KEY_NAMES[source.upstream]
        with HttpSession(url, upstream.key, limits, key_name=name, key_param=param) as session:
            return Fetch(source.id, WINDOW, tuple(source.fetch(session, WINDOW)))


@pytest.mark.parametrize(
    ("source", "path", "fault", "words"),
    [
        (eodhd_quotes, "/api/eod/", "quota", "status 402: You exceeded your daily API requests limit"),
        (
            *(eodhd_quotes, "/api/eod/", "plan"),
            "status 403: Only EOD data allowed for free users; TOKENSHARE_EODHD_API_KEY may be missing",
        ),
        (
            *(edgar_shares, "/api/xbrl/", "too_fast"),
            "status 403: SEC.gov | Request Rate Threshold Exceeded; TOKENSHARE_EDGAR_CONTACT may be missing",
        ),
        (
            *(edgar_shares, "/api/xbrl/", "undeclared"),
            "status 403: SEC.gov | Your Request Originates from an Undeclared Automated Tool; TOKENSHARE_EDGAR",
        ),
        (huggingface_hub, "/api/models", "429", "status 429: Rate limit exceeded, tried 1 time"),
    ],
)
def test_what_an_upstream_says_is_the_reason(tmp_path: Path, source: object, path: str, fault: str, words: str) -> None:
    counts = "known_at,symbol,date,shares_issued,units_per_line\n"
    world = write_hub(tmp_path / "world", AS_OF.date(), 1)
    write_world(world, fault, path, quotes=QUOTES, share_counts=counts)
    with pytest.raises(SourceAbsent) as absence:
        read(world, source.SOURCE)  # type: ignore[attr-defined]
    assert words in str(absence.value)


def test_a_filer_the_store_does_not_have_is_named_in_its_words(tmp_path: Path) -> None:
    world = write_world(tmp_path / "world", share_counts="known_at,symbol,date,shares_issued,units_per_line\n")
    with (
        Upstream(world, AS_OF) as upstream,
        HttpSession(upstream.urls["edgar"]) as session,
        pytest.raises(SourceAbsent, match="status 404: The specified key does not exist"),
    ):
        session.get("api/xbrl/companyfacts/CIK0000320193.json")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error":"Invalid option"}', "Invalid option"),
        (b'{"error":{"code":400,"message":"too long"}}', "too long"),
        (b'{"status":403,"error":"Forbidden","message":"free users"}', "free users"),
        (b'{"error":true,"detail":"of it"}', "of it"),
        (b'{"errors":[{"code":1},{"detail":"second"}]}', "second"),
        (b'{"detail":[{"loc":["q"],"msg":"required"}]}', "required"),
        (b'["plain list"]', "plain list"),
        (b'"a text"', "a text"),
        (b"  over\n the limit ", "over the limit"),
        (b"<title>403</title><h1>Blocked &amp; logged</h1>", "403: Blocked & logged"),
        (b"<html><!-- <title>x</title> --><script>1<2</script><p>no <b>entry</b></p>", "no entry"),
        (b"<Error><Code>K</Code><Message>no such key</Message></Error>", "no such key"),
        (b"", ""),
        (b"{}", ""),
        (b'{"error":null}', ""),
        (b"\x00\x01PNG", ""),
        (b"[" * 60_000, "[" * 60_000),
    ],
)
def test_words_are_found_in_every_form(body: bytes, words: str) -> None:
    assert read_reason(body) == words


@given(st.binary(max_size=300) | st.recursive(st.none() | st.text(), st.lists).map(lambda d: json.dumps(d).encode()))
def test_any_body_has_a_reason_on_one_line_or_none(body: bytes) -> None:
    assert "\n" not in read_reason(body)


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden", "402 Payment", "429 Wait", "503 Down"])
@pytest.mark.threat("S9", "X21")
def test_no_reason_repeats_the_key_or_control_characters(status: str) -> None:
    body = b"<title>\x1b[31m" + SECRET.encode() + b"</title>"
    with scripted([head(status, f"Content-Length: {len(body)}", "Content-Type: text/html") + body]) as (url, _):
        reason = absent(url, with_key=True, attempts=1)
    assert "[31m***" in reason
    assert reason.isprintable()


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
def test_without_words_the_key_is_the_first_suspect(status: str) -> None:
    with scripted([head(status, "Content-Length: 0")]) as (url, _):
        assert (
            absent(url, with_key=True)
            == f"{PATH}: status {status[:3]}: OPENROUTER_API_KEY is missing, wrong or expired"
        )


# Limits of a plan and of an interface.


def closes(parsed: Parsed) -> list[tuple[str, str]]:
    events = [event for event in parsed.events if isinstance(event, QuoteObserved)]
    return sorted((event.symbol, str(event.session_date)) for event in events)


def test_a_free_plan_is_read_from_a_year_back_and_the_rest_as_asked(tmp_path: Path) -> None:
    world = write_world(tmp_path / "world", quotes=QUOTES)
    whole = eodhd_quotes.parse(read(world, eodhd_quotes.SOURCE))
    assert (len(closes(whole)), whole.start_date, whole.rejected) == (4, WINDOW.start, ())
    free = read(write_world(world, "free_plan", "/api/eod/"), eodhd_quotes.SOURCE)
    assert b"Data is limited by one year as you have free subscription" in free.pages[2].body
    assert len(free.pages) == len(EXCHANGES) + len(LINES) + 1
    parsed = eodhd_quotes.parse(free)
    assert closes(parsed) == [("NVDA", "2026-05-08")]
    assert parsed.start_date == A_YEAR_BACK
    assert parsed.rejected == ("NVDA[1]: Data is limited by one year as you have free subscription",)


def test_the_hub_without_base_models_is_read_by_its_tags(tmp_path: Path) -> None:
    def bases(world: Path) -> tuple[set[tuple[str, ...]], tuple[str, ...]]:
        parsed = huggingface_hub.parse(read(world, huggingface_hub.SOURCE))
        return {event.base_models for event in parsed.events}, parsed.remarks  # type: ignore[union-attr]

    world = write_hub(tmp_path / "world", AS_OF.date(), 1)
    whole = bases(world)
    short = bases(write_world(world, "no_base_models", "/api/models"))
    assert (short[0], whole[1]) == (whole[0], ())
    assert short[1] == ("the Hub refused baseModels: base models are read from the tags alone",)
