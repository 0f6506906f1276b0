"""Real prices of two parties, compared by the models that compare them in production: they agree, or it is listed."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.sources.genai_prices import SOURCE, parse
from connectors.sources.installed_book import InstalledBook
from tests.dbt.conftest import ROOT, built
from tests.dbt.landing import Landing, fetch_book, fetch_catalogue
from tokenshare.metrics.prices import NEIGHBOURS
from tokenshare.sources import Fetch, Window

pytestmark = pytest.mark.recorded
READ = datetime(2026, 9, 1, 6, tzinfo=UTC)
SELLERS = {"Anthropic": "anthropic", "DeepSeek": "deepseek", "Google": "google"}
FLASH, PRO = "deepseek/deepseek-v4-flash-20260423", "deepseek/deepseek-v4-pro-20260423"
IDENTITY = {"event_id", "source_id", "observed_at", "fetch_id"}
BUILT = ("list_price_daily", "int_price_evidence", "int_price_disagreements")


def dashed(name: str) -> str:
    """One party writes gemini-2.5-flash, the other google-gemini-2-5-flash."""
    return name.lower().replace(".", "-")


def recorded_prices(folder: Path) -> dict[date, dict[str, tuple[str, str]]]:
    """By day and slug, USD per token: the makers' own models whose names the seed knows."""
    with (ROOT / "dbt" / "seeds" / "price_book_models.csv").open() as file:
        slugs = {(row["provider"], dashed(row["book_model"])): row["model_id"] for row in csv.DictReader(file)}
    found: dict[date, dict[str, tuple[str, str]]] = defaultdict(dict)
    with (folder / "prices" / "llm_price_history_subset.csv").open() as file:
        for row in csv.DictReader(file):
            seller = SELLERS.get(row["provider"], "")
            slug = slugs.get((seller, dashed(row["model_id"]).removeprefix(f"{seller}-"))) or slugs.get(
                (seller, dashed(row["model_id"]))
            )
            if slug:
                prices = (row["input_per_mtok"], row["output_per_mtok"])
                given, taken = (f"{Decimal(price).scaleb(-6):f}" for price in prices)
                found[date.fromisoformat(row["date"])][slug] = (given, taken)
    return found


@pytest.fixture(scope="module")
def prices(recorded_data: Path) -> dict[date, dict[str, tuple[str, str]]]:
    return recorded_prices(recorded_data)


@pytest.fixture(scope="module")
def compared(
    prices: dict[date, dict[str, tuple[str, str]]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The recorded prices in the place of the catalogue, day by day; the installed package as the book, read later."""
    landing = Landing()
    for day, listed in sorted(prices.items()):
        at = datetime.combine(day, time(12), UTC)
        rows = [
            {"model_id": slug, "input_usd_per_token": given, "output_usd_per_token": taken}
            for slug, (given, taken) in listed.items()
        ]
        entries = [{"id": slug, "canonical_slug": slug, "name": slug} for slug in listed]
        fetch_catalogue(at, entries, rows).land(landing)
    window = Window(READ.date(), READ.date(), READ)
    book = parse(Fetch("genai_prices", window, tuple(SOURCE.fetch(InstalledBook(), window))))
    fetch_book(READ, [event.model_dump(exclude=IDENTITY) for event in book.events]).land(landing)
    arguments = ("build", "--exclude-resource-type", "unit_test", "--indirect-selection", "cautious", "--select")
    chosen = [f"+{name}" for name in BUILT]
    with built(landing, tmp_path_factory.mktemp("prices"), *arguments, *chosen) as warehouse:
        yield warehouse


def ask(warehouse: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return warehouse.execute(query).fetchall()


def test_disagreements_are_found_and_everything_else_agrees(
    compared: duckdb.DuckDBPyConnection, prices: dict[date, dict[str, tuple[str, str]]]
) -> None:
    listed = ask(
        compared,
        "select model_id, first_date, last_date, days_count, book_output_usd_per_million, "
        "catalogue_output_usd_per_million from intermediate.int_price_disagreements",
    )
    off = {model: rest for model, *rest in listed}
    week = [date(2026, 8, 16), date(2026, 8, 22), 7]
    assert off[FLASH] == [*week, 0.66, 1.32]  # one party shows the price at peak hours
    assert off[PRO] == [*week, 1.98, 3.96]
    twins = ask(
        compared,
        "select model_id, count(*), count(*) filter (where off_ratio > 1.01) from intermediate.int_price_twinned "
        "group by all",
    )
    assert {model: days for model, days, _ in twins} == {
        model: sum(model in listed for listed in prices.values()) for listed in prices.values() for model in listed
    }
    assert {model for model, _, days_off in twins if days_off} == off.keys()
    assert len(twins) > 10
    assert {model: days_off for model, days, days_off in twins if days_off == days}.keys().isdisjoint({FLASH, PRO})


def test_the_price_that_another_party_shows_stands_and_the_book_gives_the_days_before(
    compared: duckdb.DuckDBPyConnection,
) -> None:
    days = "'2026-04-23', '2026-08-15', '2026-08-16', '2026-09-01'"
    query = (
        "select price_date, source_id, input_usd_per_million, output_usd_per_million from metrics.list_price_daily "
        f"where model_id = '{FLASH}' and price_date in ({days}) order by 1"
    )
    assert [row[1:] for row in ask(compared, query)] == [
        ("genai_prices", 0.14, 0.28),
        ("openrouter_models", 0.14, 0.28),
        ("openrouter_models", 0.44, 1.32),
        ("genai_prices", 0.22, 0.66),
    ]


def test_no_real_disagreement_is_large_enough_to_hold(compared: duckdb.DuckDBPyConnection) -> None:
    ratios = ask(
        compared, "select max(observed), count(*) from intermediate.int_price_evidence where check_name = 'twin_ratio'"
    )
    (largest, count), *_ = ratios
    assert 3 < largest < 10
    assert count > 500


def test_no_real_price_is_far_enough_from_its_neighbours_to_hold(compared: duckdb.DuckDBPyConnection) -> None:
    rows = ask(compared, "select check_name, max(observed), count(*) from intermediate.int_price_neighbours group by 1")
    worst = {check: observed for check, observed, _ in rows}
    assert worst.items() >= {("zero_price", 0.0)}
    for evidence in NEIGHBOURS:
        assert worst.get(evidence.name, 1.0) <= evidence.within.maximum / 2
