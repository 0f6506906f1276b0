"""July as it was lived: ten mornings in one home, seven rows restated upstream, and what follows from them."""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from flows.cli.setup import reading
from flows.queries import overview
from flows.queries.trace import trace
from tests.route import independent
from tests.scene import ROUTER_ALONE, Scene, statuses
from tokenshare.metrics import METRIC_BY_ID, METRICS

pytestmark = [pytest.mark.recorded, pytest.mark.timeout(900), pytest.mark.slow]

Row = dict[str, Any]
Key = tuple[date, str]
MORNINGS = [datetime(2026, 7, 25, 6, tzinfo=UTC) + timedelta(days=n) for n in range(10)]
LOOKED_BACK_AT = [MORNINGS[n] for n in (0, 1, 5, 9)]  # the first, the last, two between
RESTATED = {date(2026, 7, 24): 2, date(2026, 7, 29): 4, date(2026, 7, 31): 1}
SHOWN = [metric.id for metric in METRICS if metric.group in ("router", "dim_models", "dim_vendors")]
STATUS = ("as_of", "version", "status", "held_since", "is_provisional")


@dataclass(frozen=True)
class Morning:
    """What a reader saw after the pass of one morning."""

    outcomes: dict[str, str]
    rows: dict[str, list[Row]]
    versions: dict[str, int]


@dataclass(frozen=True)
class Replay:
    """One home after ten passes."""

    world: Path
    scene: Scene
    mornings: dict[datetime, Morning]

    def restatements(self, **where: Any) -> list[Row]:
        return self.scene.catalog("restatements", **where)


@pytest.fixture(scope="module")
def replay(broker: str, recorded_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replay]:
    scene = Scene(tmp_path_factory.mktemp("july"), broker, ROUTER_ALONE)
    world = recorded_data / "openrouter"
    yield Replay(world, scene, {as_of: live(scene, world, as_of) for as_of in MORNINGS})
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


def live(scene: Scene, world: Path, as_of: datetime) -> Morning:
    report = scene.refresh(as_of.isoformat(), world)
    seen = scene.metrics(SHOWN)
    versions = {id: max(row["version"] for row in rows) for id, rows in seen.items()}
    return Morning(statuses(report), {id: [plain(row) for row in rows] for id, rows in seen.items()}, versions)


def plain(row: Row) -> Row:
    """A row without what publication adds to it."""
    return {name: value for name, value in row.items() if name not in STATUS}


def changes_of(world: Path) -> dict[Key, tuple[str, str]]:
    """Old and new tokens of each day and permaslug that the world tells twice."""
    told: dict[Key, list[str]] = {}
    with (world / "rankings_daily.csv").open(newline="") as file:
        for row in sorted(csv.DictReader(file), key=lambda row: row["known_at"]):
            told.setdefault((date.fromisoformat(row["date"]), row["model_permaslug"]), []).append(row["total_tokens"])
    return {key: (values[0], values[1]) for key, values in told.items() if len(values) == 2}


def key_of(restatement: Row) -> Key:
    key = json.loads(restatement["key"])
    return date.fromisoformat(key["usage_date"]), key.get("model_permaslug", "")


def window(restatement: Row) -> set[date]:
    """The days that feed the restated key."""
    length = {"day": 1, "trailing7": 7}[METRIC_BY_ID[restatement["metric"]].window]
    return {key_of(restatement)[0] - timedelta(days=n) for n in range(length)}


def test_exactly_the_seven_rows_told_twice_are_restated_usage(replay: Replay) -> None:
    found = replay.restatements(metric="fct_usage_daily", column="tokens")
    changes = changes_of(replay.world)
    assert {key_of(row): (row["old"], row["new"]) for row in found} == changes
    assert len(found) == len(changes) == 7
    assert Counter(day for day, _ in changes) == RESTATED


def test_only_daily_cells_fed_by_a_restated_day_are_restated(replay: Replay) -> None:
    found = replay.restatements()
    assert {row["metric"] for row in found} >= {"vendor_share_daily", "china_share_trailing7_daily"}
    assert {METRIC_BY_ID[row["metric"]].window for row in found} == {"day", "trailing7"}
    assert [row for row in found if not window(row) & RESTATED.keys()] == []
    assert {row["cause"] for row in found} == {"upstream"}


def test_restatements_are_all_the_cells_that_readers_saw_change(replay: Replay) -> None:
    mornings = list(pairwise(replay.mornings.values()))
    dated = [id for id in SHOWN if METRIC_BY_ID[id].period]  # a dimension moves with time and restates no period
    seen = set().union(*(changed_cells(id, *between) for id in dated for between in mornings))
    found = {(r["metric"], "|".join(map(str, json.loads(r["key"]).values())), r["column"], r["new_version"])
             for r in replay.restatements()}  # fmt: skip
    assert found == seen


def changed_cells(id: str, before: Morning, after: Morning) -> set[tuple[str, str, str, int]]:
    """Cells of keys shown on both mornings whose values differ."""
    grain = METRIC_BY_ID[id].grain
    old, new = ({"|".join(str(row[g]) for g in grain): row for row in m.rows[id]} for m in (before, after))
    assert old.keys() <= new.keys()
    both = ((key, name) for key in old for name in old[key])
    return {(id, key, name, after.versions[id]) for key, name in both if old[key][name] != new[key][name]}


@pytest.mark.parametrize("metric", SHOWN)
def test_a_version_moves_exactly_when_values_change(replay: Replay, metric: str) -> None:
    version = 0
    shown: list[Row] = []
    for as_of, morning in replay.mornings.items():
        is_new = morning.rows[metric] != shown
        version, shown = version + is_new, morning.rows[metric]
        assert (as_of, morning.versions[metric]) == (as_of, version)
        assert morning.outcomes[metric] == ("published" if is_new else "unchanged")
    publications = replay.scene.catalog("publications", metric=metric)
    assert [p["version"] for p in publications] == list(range(1, version + 1))
    assert all(a["digest"] != b["digest"] for a, b in pairwise(publications))


@pytest.mark.parametrize("as_of", LOOKED_BACK_AT, ids=lambda as_of: f"{as_of:%m-%d}")
def test_a_look_back_shows_what_readers_saw_then(replay: Replay, as_of: datetime) -> None:
    with reading(replay.scene.home):
        answers = {
            id: overview.metric(replay.scene.home, METRIC_BY_ID[id], as_of + timedelta(hours=17)) for id in SHOWN
        }
    for id, answer in answers.items():
        assert answer["rows"] == replay.mornings[as_of].rows[id]
        assert answer["version"] == replay.mornings[as_of].versions[id]
        assert answer["as_of"] <= as_of


@pytest.mark.parametrize("as_of", LOOKED_BACK_AT, ids=lambda as_of: f"{as_of:%m-%d}")
def test_a_look_back_shows_what_the_upstream_had_told_by_then(replay: Replay, as_of: datetime) -> None:
    told = independent.compute(replay.world, as_of)
    assert set(told) == set(SHOWN)
    with reading(replay.scene.home):
        shown = {id: overview.metric(replay.scene.home, METRIC_BY_ID[id], as_of)["rows"] for id in SHOWN}
    for id, wanted in told.items():
        rows = shown[id]
        assert len(rows) == len(wanted)
        assert independent.differences(rows, wanted, METRIC_BY_ID[id].grain) == []


def landed(replay: Replay, at: Row) -> tuple[Key, str]:
    """Key and tokens of the one usage row that landed from a coordinate."""
    files = str(replay.scene.home.landing / at["topic"] / "**" / "*.parquet")
    with duckdb.connect() as connection:
        found = connection.execute(
            "SELECT usage_date, model_permaslug, tokens FROM read_parquet(?) "
            'WHERE topic = ? AND "partition" = ? AND "offset" = ?',
            [files, at["topic"], at["partition"], at["offset"]],
        )
        ((day, permaslug, tokens),) = found.fetchall()
    return (day, permaslug), str(tokens)


def test_offsets_of_restatements_are_the_rows_that_say_the_new_values(replay: Replay) -> None:
    new = {key: tokens for key, (_, tokens) in changes_of(replay.world).items()}
    rows = {key_of(row): row["source_offsets"] for row in replay.restatements(metric="fct_usage_daily")}
    assert {key: [landed(replay, at) for at in json.loads(rows[key])] for key in new} == {k: [(k, new[k])] for k in new}
    for metric in ("vendor_share_daily", "china_share_trailing7_daily"):
        days = {key_of(row)[0]: row["source_offsets"] for row in replay.restatements(metric=metric)}
        for day, offsets in days.items():
            behind = dict(landed(replay, at) for at in json.loads(offsets))
            assert behind == {key: tokens for key, tokens in new.items() if key[0] == day}


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        ("china_share_origin_weekly", ["2026-W27"]),
        ("vendor_share_daily", ["2026-07-29", "deepseek"]),
        ("china_share_trailing7_daily", ["2026-07-31"]),
    ],
)
def test_a_number_is_traced_to_its_offsets_and_computed_again(replay: Replay, metric: str, words: list[str]) -> None:
    document = trace(replay.scene.home, METRIC_BY_ID[metric], words).document()
    assert (document["equal"], document["changed_since"]) == (True, ())
    assert document["row"] == document["recomputed"]
    assert document["row"] in replay.mornings[MORNINGS[-1]].rows[metric]
    assert {span["topic"] for span in document["evidence"]} == {topic.name for topic in METRIC_BY_ID[metric].topics}
    for span in document["evidence"]:
        assert span["last_offset"] - span["first_offset"] + 1 == span["records"] > 0
