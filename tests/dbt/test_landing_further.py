"""Models that add what has landed to what they have: after each way of landing they are as if built at once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest

from connectors.storage import landing, warehouse
from connectors.storage.home import Home
from connectors.storage.landing import compaction
from connectors.storage.landing.file_replacement import Change
from connectors.storage.warehouse import holds, ledger, open_warehouse
from connectors.storage.warehouse.builds import Position
from flows.stages import dbt
from flows.stages.dbt import Part
from flows.stages.graph import wanted
from flows.stages.reach import landed_since
from tests.dbt.landing import Fetched, fetch_catalogue, fetch_usage
from tests.route.rebuilt import differing_from
from tokenshare.events import Event
from tokenshare.held_periods import HeldStatement
from tokenshare.metrics import METRIC_BY_ID
from tokenshare.noop import noop
from tokenshare.offsets import Range, Record
from tokenshare.topics import FETCH_COMPLETED, USAGE_OBSERVED, Topic

pytestmark = pytest.mark.slow

SOURCE = "openrouter_rankings"
AT = datetime(2026, 2, 1, tzinfo=UTC)
VARIABLES = {"usage_sources": [SOURCE]}
RELATIONS = wanted([METRIC_BY_ID[id] for id in ("fct_usage_daily", "vendor_share_weekly", "dim_models")])
MODELS = ("deepseek/d", "openai/g", "other")
OWN = ("stg_usage_observed", "int_fetches_judged", "int_usage_stated", "int_usage_selected")


def usage(
    hour: int, span: range, tokens: int = 10, models: tuple[str, ...] = MODELS, days: tuple[date, ...] | None = None
) -> Fetched:
    """A fetch of 20 January for a span of days of January; with `days` it states those and the rows of the span."""
    observed_at = datetime(2026, 1, 20, hour, tzinfo=UTC)
    rows = [(date(2026, 1, day), model, tokens + day) for day in span for model in models]
    return fetch_usage(SOURCE, observed_at, rows, (date(2026, 1, span.start), date(2026, 1, span.stop - 1)), days)


@dataclass
class Shore:
    """A home in which events land without Kafka, in files and ledger as always; `build` stands on the last build."""

    home: Home
    ends: dict[tuple[str, int], int] = field(default_factory=dict)
    built: tuple[Position, ...] = ()
    relations: list[str] = field(default_factory=lambda: RELATIONS)

    def land(self, topic: Topic, *events: Event, partition: int = 1) -> None:
        start = self.ends.get((topic.name, partition), 0)
        range = Range(topic.name, partition, start, start + len(events))
        rows = [
            (Record(topic.name, partition, start + number, 1_780_000_000_000, b"k", b"v"), event)
            for number, event in enumerate(events)
        ]
        manifest = landing.write(self.home.landing, topic, range, rows, 0)
        with open_warehouse(self.home.warehouse) as connection:
            ledger.intend(connection, "run", [range])
            ledger.record_landed(connection, "run", AT, [manifest], noop)
            warehouse.show_landed(connection, self.home.landing)
        self.ends[topic.name, partition] = range.end

    def take(self, fetched: Fetched) -> None:
        self.land_events(fetched)
        self.land(FETCH_COMPLETED, fetched.completed)

    def land_events(self, fetched: Fetched, partition: int = 1) -> None:
        for topic, events in fetched.events.items():
            self.land(topic, *events, partition=partition)

    def build(self) -> dict[str, str]:
        """Build everything the first time, and then every model on top of what it has."""
        with open_warehouse(self.home.warehouse) as connection:
            now = tuple(sorted((*at, end) for at, end in ledger.positions(connection).items()))
        work, landed = self.home.build / "dbt", landed_since(self.built, now)
        if not self.built:
            failed = dbt.build(self.home.warehouse, VARIABLES, work, self.relations)
            dbt.keep_graph(work)
        else:
            graph = dbt.read_graph(work)
            part = Part(frozenset(graph.below(self.relations) & graph.models.keys()))
            failed = dbt.build_part(self.home.warehouse, {**VARIABLES, "landed": landed}, work, part)
        self.built = now
        return failed


def late_row(shore: Shore) -> None:
    """A row of the first fetch that it never promised: the fetch is complete no more."""
    shore.land(USAGE_OBSERVED, *usage(1, range(1, 9), 10, ("qwen/q",)).events[USAGE_OBSERVED][:1])


def rows_before_promise(shore: Shore) -> None:
    shore.land_events(usage(4, range(1, 9), 40))


def promise(shore: Shore) -> None:
    shore.land(FETCH_COMPLETED, usage(4, range(1, 9), 40).completed)


def promise_before_rows(shore: Shore) -> None:
    shore.land(FETCH_COMPLETED, usage(5, range(3, 9), 50).completed)


def rows(shore: Shore) -> None:
    shore.land_events(usage(5, range(3, 9), 50))


def landed_again_below(shore: Shore) -> None:
    """The same events in a smaller partition: that is where they are found from now on."""
    shore.land_events(usage(5, range(3, 9), 50), partition=0)


def held(shore: Shore) -> None:
    fetch = usage(6, range(1, 9), 60).completed.fetch_id
    with open_warehouse(shore.home.warehouse) as connection:
        holds.add(connection, [HeldStatement("int_usage_provenance", date(2026, 1, 5), fetch, "")])


def let_go(shore: Shore) -> None:
    with open_warehouse(shore.home.warehouse) as connection:
        holds.clear(connection)


def compacted(shore: Shore) -> None:
    with open_warehouse(shore.home.warehouse) as connection:
        assert compaction.compact(connection, shore.home.landing, 1000, Change("run", AT))
    shore.take(usage(9, range(8, 16), 90))


WAYS: dict[str, Callable[[Shore], None]] = {
    "a late row of an old fetch": late_row,
    "rows before their promise": rows_before_promise,
    "the promise in a range of its own": promise,
    "a promise before its rows": promise_before_rows,
    "the rows in a range of their own": rows,
    "rows again in a smaller partition": landed_again_below,
    "days restated": lambda shore: shore.take(usage(6, range(1, 9), 60)),
    "a row taken back": lambda shore: shore.take(usage(7, range(4, 6), 60, MODELS[1:])),
    "a day taken back": lambda shore: shore.take(usage(8, range(7, 8), 60, days=(date(2026, 1, 6), date(2026, 1, 7)))),
    "a day held": held,
    "the day let go": let_go,
    "files compacted": compacted,
    "a catalogue": lambda shore: shore.take(
        fetch_catalogue(AT, [{"id": "z/z", "canonical_slug": "z/z", "name": "Z: Z"}], [])
    ),
    "nothing": lambda _: None,
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """After each way of landing: the failures, and the relations that differ from those built at once."""
    home = Home(tmp_path_factory.mktemp("further") / "home")
    home.build.mkdir(parents=True)
    shore = Shore(home)
    shore.take(usage(1, range(1, 9)))
    shore.take(usage(2, range(1, 16), 20))
    differing = {}
    assert shore.build() == {}
    for way, land in WAYS.items():
        land(shore)
        failed = shore.build()
        differing[way] = [*failed, *differing_from(home, VARIABLES, RELATIONS)]
    return differing


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("way", WAYS)
def test_the_models_are_as_if_built_at_once(found: dict[str, list[str]], way: str) -> None:
    assert found[way] == []
