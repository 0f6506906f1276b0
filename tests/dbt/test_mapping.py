"""Names that no map knows, by the mass they carry, and the rows proposed for them."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import pytest

from tests.dbt.conftest import built
from tests.dbt.landing import Landing, fetch_book, fetch_catalogue, fetch_usage

MONDAY = date(2026, 1, 5)
MORNING = datetime(2026, 1, 12, 2, tzinfo=UTC)
TOKENS = {
    "deepseek/deepseek-r1": 500,  # mapped in every respect but the price
    "acme-labs/rocket-1:free": 100,  # a new developer, in the catalogue
    "acme-labs/rocket-1": 60,
    "kwai/kat-coder": 50,  # its weights lie in an organisation that is mapped
    "Deep-Seek/new-model": 40,  # a vendor's name, spelt otherwise
    "nobody/gone": 30,  # only usage knows it
    "openai/gpt-9-mini-20260101": 20,  # its vendor is known
    "openrouter/some-alpha": 70,  # a stealth model is nobody's to map
    "other": 130,
}
WHOLE = 7 * sum(TOKENS.values())
ENTRIES = (
    ("acme-labs/rocket-1", "Acme Labs, Inc.: Rocket 1", None),
    ("kwai/kat-coder", "KAT Coder", "Qwen/KAT-Coder"),
    ("Deep-Seek/new-model", "New", "deepseek-ai/new-model"),
    ("openai/gpt-9-mini-20260101", "OpenAI: GPT-9 mini", None),
)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    landing = Landing()
    days = [MONDAY + timedelta(days=n) for n in range(7)]
    fetch_usage("openrouter_rankings", MORNING, [(day, *row) for day in days for row in TOKENS.items()]).land(landing)
    entries = [
        {"id": slug, "canonical_slug": slug, "name": name, "hugging_face_id": repository}
        for slug, name, repository in ENTRIES
    ]
    listed = [price("acme-labs/rocket-1")]
    fetch_catalogue(MORNING - timedelta(days=3), entries, listed).land(landing)
    book = [
        {**price(name), "provider": provider, "valid_from": None, "valid_to": None, "utc_start": None, "utc_end": None,
         "tier_min_tokens": 0, "is_discounted": False}
        for provider, name in (("openai", "gpt-9-mini"), ("azure", "gpt-9-mini"), ("openai", "gpt-9"))
    ]  # fmt: skip
    fetch_book(MORNING, book).land(landing)
    names = ("int_mapping_router", "int_mapping_router_weekly", "int_mapping_spend", "int_mapping_spend_weekly")
    chosen = [f"+{name}" for name in (*names, "int_usage_evidence", "int_spend_evidence")]
    folder = tmp_path_factory.mktemp("mapping")
    with built(
        landing,
        folder,
        "build",
        "--exclude-resource-type",
        "unit_test",
        "--exclude-resource-type",
        "test",
        "--select",
        *chosen,
    ) as connection:
        yield connection


def price(model_id: str) -> dict[str, Any]:
    return {"model_id": model_id, "input_usd_per_token": "0.000001", "output_usd_per_token": "0.000002"}


def rows(warehouse: duckdb.DuckDBPyConnection, model: str, kind: str) -> dict[str, tuple[int, Any]]:
    query = f"select name, mass, share, first_seen, proposal from intermediate.{model} where kind = ?"
    found = warehouse.execute(query, [kind]).fetchall()
    assert all(share == pytest.approx(mass / WHOLE) and seen == MONDAY for _, mass, share, seen, _ in found)
    return {name: (mass // 7, proposal and json.loads(proposal)) for name, mass, _, _, proposal in found}


def test_unmapped_authors_are_proposed_as_the_vendor_known_by_that_name_or_as_a_new_one(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    assert rows(warehouse, "int_mapping_router", "origin") == {
        "acme-labs": (160, {"vendor_id": "acme-labs", "vendor_name": "Acme Labs, Inc."}),
        "kwai": (50, {"vendor_id": "qwen"}),
        "Deep-Seek": (40, {"vendor_id": "deepseek"}),
        "nobody": (30, None),
    }


def test_models_of_unknown_openness_are_proposed_as_the_catalogue_has_them(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    met = rows(warehouse, "int_mapping_router", "openness")
    assert met["nobody/gone"] == (30, None)
    proposals = {
        "acme-labs/rocket-1": {"is_open": "false"},
        "kwai/kat-coder": {"is_open": "true", "repository": "Qwen/KAT-Coder"},
        "Deep-Seek/new-model": {"is_open": "true", "repository": "deepseek-ai/new-model"},
        "openai/gpt-9-mini-20260101": {"is_open": "false"},
    }
    assert {name: proposal for name, (_, proposal) in met.items() if name in proposals} == {
        name: proposal for name, proposal in proposals.items() if name in met
    }
    assert not met.keys() & {"other", "openrouter/some-alpha", "deepseek/deepseek-r1"}


def test_models_without_a_price_are_proposed_the_name_their_maker_has_in_the_book(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    found = rows(warehouse, "int_mapping_spend", "price")
    assert found["openai/gpt-9-mini-20260101"] == (20, {"provider": "openai", "book_model": "gpt-9-mini"})
    assert {name: mass for name, (mass, _) in found.items()} == {
        "deepseek/deepseek-r1": 500,
        "kwai/kat-coder": 50,
        "Deep-Seek/new-model": 40,
        "nobody/gone": 30,
        "openai/gpt-9-mini-20260101": 20,
    }


def test_unmapped_parts_of_the_week_are_those_of_its_names(warehouse: duckdb.DuckDBPyConnection) -> None:
    models = (("int_mapping_router", "origin"), ("int_mapping_router", "openness"), ("int_mapping_spend", "price"))
    for model, kind in models:
        query = f"select unmapped_share from intermediate.{model}_weekly where kind = ? and week_start_date = ?"
        total = sum(mass for mass, _ in rows(warehouse, model, kind).values())
        assert warehouse.execute(query, [kind, MONDAY]).fetchall() == [(pytest.approx(7 * total / WHOLE),)], kind


@pytest.mark.parametrize(
    ("model", "check", "key", "observed"),
    [
        ("int_usage_evidence", "unmapped_share", "2026-01-11", 280 / 1000),
        ("int_spend_evidence", "unpriced_share", "2026-01-05", 640 / 1000),
    ],
)
def test_unmapped_mass_is_judged_by_the_day(
    warehouse: duckdb.DuckDBPyConnection, model: str, check: str, key: str, observed: float
) -> None:
    query = f"select observed from intermediate.{model} where check_name = ? and key = ?"
    assert warehouse.execute(query, [check, key]).fetchall() == [(pytest.approx(observed),)]


def test_unmapped_openness_is_judged_by_the_day(warehouse: duckdb.DuckDBPyConnection) -> None:
    query = "select key, observed from intermediate.int_usage_evidence where check_name = 'unmapped_openness_share'"
    total = sum(mass for mass, _ in rows(warehouse, "int_mapping_router", "openness").values())
    keys = {(MONDAY + timedelta(days=n)).isoformat() for n in range(7)}
    assert dict(warehouse.execute(query).fetchall()) == dict.fromkeys(keys, pytest.approx(total / 1000))
