"""Fetches made of recorded-shape payloads, as if the upstream had just answered."""

from datetime import UTC, date, datetime
from pathlib import Path

from tokenshare.sources import Fetch, Page, Window

FIXTURES = Path(__file__).parents[1] / "fixtures" / "sources"
WINDOW = Window(date(2026, 5, 10), date(2026, 5, 11), datetime(2026, 5, 12, 2, tzinfo=UTC))
KINDS = {
    ".json": "application/json; charset=utf-8",
    ".csv": "text/csv",
    ".html": "text/html",
    ".zip": "application/zip",
}
PAGES = {
    "openrouter_rankings": ("payload.json",),
    "openrouter_exports": ("manifest.json", "snapshot.csv"),
    "openrouter_models": ("payload.json",),
    "eodhd_quotes": (
        *("us.json", "hk.json", "nvda.json", *["none.json"] * 5, "baba.json", *["none.json"] * 2, "tencent.json"),
        *["none.json"] * 3,
    ),
    "quotes_dropped": ("quotes.csv",),
    "edgar_shares": ("nvda.json", "avgo.json", "msft.json", "amzn.json", "baba.json"),
    "shares_dropped": ("share_counts.csv",),
    "ecb_rates": ("eurofxref-hist.zip",),
    "ecb_bundled": ("eurofxref-hist.zip",),
    "disclosures": ("disclosures.csv",),
    "leaderboards": ("leaderboards.csv",),
    "releases": ("releases.csv",),
}


def page_of(path: Path) -> Page:
    return Page(f"https://upstream.example/api/v1/{path.name}", path.read_bytes(), KINDS[path.suffix])


def fetch_of(source_id: str, *pages: Page, window: Window = WINDOW) -> Fetch:
    """A fetch of these pages, or of the source's good ones."""
    good = (page_of(FIXTURES / source_id / name) for name in PAGES[source_id])
    return Fetch(source_id, window, pages or tuple(good))
