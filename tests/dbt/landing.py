"""Landed events without Kafka: the raw tables of a warehouse, filled with simulated fetches."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from connectors.storage.warehouse import records_sql
from tokenshare.columns import columns_of
from tokenshare.events import (
    CatalogModelObserved,
    Event,
    FetchCompleted,
    PriceListed,
    UsageObserved,
    digest_of,
)
from tokenshare.sources import Fetch, Parsed
from tokenshare.topics import (
    CATALOG_MODEL_OBSERVED,
    FETCH_COMPLETED,
    PRICE_LISTED,
    TOPICS,
    USAGE_OBSERVED,
    Topic,
)

COORDINATES = 'topic varchar, "partition" integer, "offset" bigint, "timestamp" timestamptz'


@dataclass
class Landing:
    """The landed records, topic by topic, in the order of their offsets."""

    events: dict[Topic, list[Event]] = field(default_factory=lambda: {topic: [] for topic in TOPICS})

    def land(self, topic: Topic, *events: Event) -> None:
        self.events[topic].extend(events)

    def write(self, warehouse: Path) -> None:
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("create schema raw")
            for topic, events in self.events.items():
                columns = ", ".join(f'"{column.name}" {column.sql_type}' for column in columns_of(topic.event))
                connection.execute(f"create table raw.{topic.table} ({columns}, {COORDINATES})")
                if events:
                    landed = pa.Table.from_pylist(
                        [_record(topic, offset, event) for offset, event in enumerate(events)]
                    )
                    connection.register("landed", landed)
                    connection.execute(f"insert into raw.{topic.table} by name {_select(topic)}")
            connection.execute(records_sql("raw"))


@dataclass(frozen=True)
class Fetched:
    """One simulated fetch: its events by topic, and the statement that it is whole."""

    events: Mapping[Topic, tuple[Event, ...]]
    completed: FetchCompleted

    def land(self, landing: Landing, *, drop: int = 0, repeat: int = 1) -> None:
        """Into `landing`, without its last `drop` events, all of it `repeat` times over."""
        for _ in range(repeat):
            for topic, events in self.events.items():
                landing.land(topic, *events[: len(events) - drop])
            landing.land(FETCH_COMPLETED, self.completed)


def fetch_usage(
    source_id: str,
    observed_at: datetime,
    rows: Iterable[tuple[date, str, int] | tuple[date, str, int, float]],
    window: tuple[date, date] | None = None,
    days: tuple[date, ...] | None = None,
) -> Fetched:
    """A fetch of usage; with `days` it states those alone of its window."""
    stamp = stamp_of(source_id, observed_at)
    events = tuple(
        UsageObserved.identified(
            **stamp,
            usage_date=row[0],
            model_permaslug=row[1],
            tokens=row[2],
            as_of=observed_at,
            share_of_daily_tokens=row[3] if len(row) > 3 else None,  # type: ignore[misc]
        )
        for row in rows
    )
    used = [event.usage_date for event in events]
    return fetched(stamp, {USAGE_OBSERVED: events}, window or (min(used), max(used)), days)


def fetch_catalogue(
    observed_at: datetime, entries: Iterable[Mapping[str, Any]], prices: Iterable[Mapping[str, Any]]
) -> Fetched:
    stamp = stamp_of("openrouter_models", observed_at)
    entry = {
        "created_at": observed_at,
        "hugging_face_id": None,
        "output_modalities": ("text",),
        "is_withdrawn": False,
    }
    price = dict.fromkeys(("valid_from", "valid_to", "utc_start", "utc_end")) | {
        "provider": "openrouter",
        "tier_min_tokens": 0,
        "is_discounted": False,
    }
    events = {
        CATALOG_MODEL_OBSERVED: tuple(
            CatalogModelObserved.identified(**stamp, **{**entry, **given}) for given in entries
        ),
        PRICE_LISTED: tuple(PriceListed.identified(**stamp, **{**price, **given}) for given in prices),
    }
    return fetched(stamp, events, None)


def fetch_book(observed_at: datetime, prices: Iterable[Mapping[str, Any]]) -> Fetched:
    stamp = stamp_of("genai_prices", observed_at)
    return fetched(stamp, {PRICE_LISTED: tuple(PriceListed.identified(**stamp, **given) for given in prices)}, None)


def fetch_parsed(fetch: Fetch, parsed: Parsed) -> Fetched:
    """A parsed fetch of one topic, ready to land."""
    (topic,) = [topic for topic in TOPICS if isinstance(parsed.events[0], topic.event)]
    stamp = {"source_id": fetch.source_id, "observed_at": fetch.window.observed_at, "fetch_id": fetch.id}
    ids = {event.event_id for event in parsed.events}
    completed = FetchCompleted.identified(
        **stamp,
        as_of=parsed.as_of,
        pages=len(fetch.pages),
        counts={topic.name: len(ids)},
        digest=digest_of(ids),
        coverage_share=parsed.coverage_share,
    )
    return Fetched({topic: parsed.events}, completed)


def stamp_of(source_id: str, observed_at: datetime) -> dict[str, Any]:
    fetch_id = sha256(f"{source_id}{observed_at}".encode()).hexdigest()[:32]
    return {"source_id": source_id, "observed_at": observed_at, "fetch_id": fetch_id}


def fetched(
    stamp: dict[str, Any],
    events: Mapping[Topic, tuple[Event, ...]],
    window: tuple[date, date] | None,
    days: tuple[date, ...] | None = None,
) -> Fetched:
    ids = {topic.name: {event.event_id for event in found} for topic, found in events.items()}
    completed = FetchCompleted.identified(
        **stamp,
        as_of=stamp["observed_at"],
        pages=1,
        counts={name: len(found) for name, found in ids.items()},
        digest=digest_of(set().union(*ids.values())),
        start_date=window and window[0],
        end_date=window and window[1],
        days=days,
    )
    return Fetched(events, completed)


def _record(topic: Topic, offset: int, event: Event) -> dict[str, Any]:
    row = event.model_dump()
    if "counts" in row:
        row |= {"counts": None, "names": list(row["counts"]), "events": list(row["counts"].values())}
    row |= {
        "topic": topic.name,
        "partition": 0,
        "offset": offset,
        "timestamp": datetime(2026, 11, 1, tzinfo=UTC),
    }
    return {name: list(value) if isinstance(value, tuple) else value for name, value in row.items()}


def _select(topic: Topic) -> str:
    if topic is FETCH_COMPLETED:
        return "select * exclude (names, events) replace (map(names, events) as counts) from landed"
    return "select * from landed"
