"""What an operator does when something went wrong: days asked again, a range landed again, letters, compaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka import producer, ranges
from connectors.kafka.cluster import Cluster
from connectors.kafka.producer import Message
from connectors.storage import archive, landing
from connectors.storage.publications import retention
from connectors.storage.warehouse import builds, ledger, open_warehouse
from flows import settings
from flows.cli.parsers import read_range
from flows.operations import compact, dead_letters
from flows.operations.backfill import backfill
from flows.operations.dead_letters import DeadLetterAction
from flows.operations.reland import reland
from flows.queries import overview
from flows.queries.trace import trace
from flows.queries.verify import verify
from tests.faults.oracles import find_litter, find_losses
from tests.faults.oracles import shown as seen_by_readers
from tests.faults.stages import opened_run
from tests.scene import ROUTER_ALONE, Scene, small_rows, statuses, write_rankings
from tokenshare.codec import encode
from tokenshare.errors import ExitCode, UsageError
from tokenshare.events import UsageObserved
from tokenshare.metrics import METRIC_BY_ID, METRICS
from tokenshare.noop import noop
from tokenshare.offsets import Landed, Range, RecordId
from tokenshare.proof import HEADER
from tokenshare.sources import Fetch, Page, Window
from tokenshare.topics import USAGE_OBSERVED

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]
NAME = USAGE_OBSERVED.name
BROKEN_DAY, RIGHT = date(2026, 6, 3), "4004004"
LATER = "2026-06-23T06:00:00+00:00"


def quiet(_text: str) -> None:
    """Tells nobody."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three weeks; a figure of the third day is corrected upstream when nobody asks for that day any more."""
    rows = small_rows(date(2026, 6, 1), 22)
    _, _, model, _ = next(row for row in rows if row[1] == str(BROKEN_DAY))
    corrected = ("2026-06-22T12:00:00Z", str(BROKEN_DAY), model, RIGHT)
    return write_rankings(tmp_path_factory.mktemp("mended world"), [*rows, corrected])


@pytest.fixture(scope="module")
def scene(home_of: Callable[..., Scene], world: Path) -> Scene:
    """A home after one pass."""
    made = home_of("repaired", **ROUTER_ALONE)
    assert made.refresh("2026-06-22T06:00:00+00:00", world).exit_code == ExitCode.OK
    return made


def given(scene: Scene) -> settings.Settings:
    return settings.load(scene.variables)


def tokens(scene: Scene) -> set[str]:
    return {str(row["tokens"]) for row in scene.metric("fct_usage_daily") if row["usage_date"] == BROKEN_DAY}


def last_asked(scene: Scene) -> datetime:
    completed = archive.read_completed(scene.home.archive, "openrouter_rankings")
    assert completed
    return completed.observed_at


def test_one_command_repairs_a_day(scene: Scene, world: Path) -> None:
    before, asked_at = tokens(scene), last_asked(scene)
    days = (BROKEN_DAY, BROKEN_DAY)
    report = backfill(given(scene), days, datetime.fromisoformat(LATER), world, [], quiet)
    assert report.exit_code == ExitCode.OK
    assert tokens(scene) - before == {RIGHT}
    restated = scene.catalog("restatements", metric="fct_usage_daily", column="tokens")
    assert [row["new"] for row in restated] == [RIGHT]
    # The days since the last whole fetch are still to be asked for.
    assert last_asked(scene) == asked_at
    assert find_losses(scene) == []


@pytest.mark.parametrize(
    ("days", "sources", "said"),
    [
        ((date(2026, 6, 9), date(2026, 6, 8)), [], "no source serves the days 2026-06-09 to 2026-06-08"),
        ((date(2024, 1, 1), date(2024, 1, 2)), [], "name days from 2025-01-01 to 2026-06-22"),
        ((date(2026, 6, 22), date(2026, 6, 23)), [], "name days from 2025-01-01 to 2026-06-22"),
        ((date(2026, 6, 8), date(2026, 6, 8)), ["openrouter_models"], "openrouter_models shows only the present"),
        ((date(2026, 6, 8), date(2026, 6, 8)), ["nope"], "no source nope"),
    ],
)
def test_days_that_nobody_can_be_asked_for(
    tmp_path: Path, days: tuple[date, date], sources: list[str], said: str
) -> None:
    nobody = settings.load({"TOKENSHARE_HOME": str(tmp_path / "home")})
    with pytest.raises(UsageError, match=said):
        backfill(nobody, days, datetime.fromisoformat(LATER), None, sources, quiet)
    assert not (tmp_path / "home").exists()


def usage_files(scene: Scene) -> list[Path]:
    return sorted((scene.home.landing / NAME / "0").glob("*.parquet"), key=lambda path: int(path.stem.split("-")[0]))


def named(path: Path) -> Range:
    return read_range(f"{NAME}:0:{path.stem}")


@pytest.mark.parametrize("damage", ["missing", "cut short", "of another range"])
def test_a_range_is_landed_again_where_its_file_is_not_what_kafka_says(scene: Scene, damage: str) -> None:
    path = usage_files(scene)[0]
    sound = path.read_bytes()
    match damage:
        case "missing":
            path.unlink()
        case "cut short":
            path.write_bytes(sound[: len(sound) // 2])
        case _:
            path.write_bytes(usage_files(scene)[1].read_bytes())
    told = reland(given(scene), named(path), quiet)["files"]
    assert [(file["file"], file["was"]) for file in told] == [(named(path).file_name, "replaced")]
    assert path.read_bytes() == sound
    assert [file["was"] for file in reland(given(scene), named(path), quiet)["files"]] == ["verified"]
    assert find_losses(scene) == []


def test_a_part_of_a_range_stands_for_its_whole_file(scene: Scene) -> None:
    path = usage_files(scene)[0]
    start = named(path).start
    (file,) = reland(given(scene), Range(NAME, 0, start + 1, start + 2), quiet)["files"]
    assert (file["file"], file["was"]) == (named(path).file_name, "verified")


def test_a_range_that_has_not_landed_is_refused(scene: Scene) -> None:
    end = named(usage_files(scene)[-1]).end
    with pytest.raises(UsageError, match=rf"have not all landed \(the ledger stands at {end}\)"):
        reland(given(scene), Range(NAME, 0, end - 1, end + 5), quiet)


@dataclass(frozen=True)
class Letters:
    """Records that are dead letters: one that is well by now, two that are not."""

    well: RecordId
    bad: list[RecordId]


@pytest.fixture(scope="module")
def letters(scene: Scene) -> Letters:
    """Two records that no version takes, and one that an older version, which did not know its shape, put aside."""
    cluster = Cluster(scene.broker, topic_prefix=scene.prefix, secret=scene.home.secret)
    at = datetime(2026, 6, 22, 5, tzinfo=UTC)
    page = Page("https://openrouter.ai/gone", b"a payload that is gone", "application/json")
    fetch = Fetch("openrouter_rankings", Window(at.date(), at.date(), at), (page,))
    event = UsageObserved.identified(
        source_id=fetch.source_id, observed_at=at, fetch_id=fetch.id, usage_date=date(2026, 6, 21),
        model_permaslug="foreign/good", tokens=5, as_of=at,
    )  # fmt: skip
    archive.keep_produced(scene.home.archive, fetch, [event], "an older version")
    good = encode(event)
    producer.send(cluster, [Message(NAME, b"bad", b"{"), Message(NAME, b"bad", None)])
    with opened_run(scene, LATER, Path(scene.root)) as run:
        from flows.stages.land import land

        land(run)
    before = ranges.positions(cluster, [NAME])
    producer.send(cluster, [Message(NAME, b"good", good, (("who", b"a stranger"),))])
    (new,) = ranges.plan({at: end for at, (_, end) in before.items()}, ranges.positions(cluster, [NAME]))
    (record,) = ranges.read(cluster, new)
    letter = producer.dead_letter(record, "ContractViolation", "an old complaint", "decode", 1)
    producer.send(cluster, [letter, letter])
    landing.write(scene.home.landing, USAGE_OBSERVED, new, [], 1)
    with open_warehouse(scene.home.warehouse) as connection:
        ledger.record_landed(connection, "older", at, [Landed(new, 0, 1)], noop)
    found = dead_letters.dead_letter_reader.read(cluster, [NAME])
    return Letters(RecordId(NAME, new.partition, new.start), [x.id for x in found if x.message != "an old complaint"])


def stranger(scene: Scene) -> list[Any]:
    with open_warehouse(scene.home.warehouse) as connection:
        return connection.execute(
            f'SELECT topic, "partition", "offset" FROM raw.{USAGE_OBSERVED.table} '
            "WHERE model_permaslug = 'foreign/good'"
        ).fetchall()


def test_letters_are_listed_once_with_origin_and_reason(scene: Scene, letters: Letters) -> None:
    rows = {row["record"]: row for row in dead_letters.listed(given(scene), quiet)["letters"]}
    assert rows.keys() == {str(id) for id in (letters.well, *letters.bad)}
    assert len(letters.bad) == 2
    row = rows[str(letters.well)]
    assert (row["state"], row["error"], row["message"]) == ("open", "ContractViolation", "an old complaint")
    whole = dead_letters.shown(given(scene), letters.well, quiet)
    assert (whole["key"], whole["headers"]["who"], whole["headers"].keys()) == ("good", "a stranger", {"who", HEADER})
    assert "foreign/good" in whole["value"]


def test_a_redriven_record_lands_once(scene: Scene, letters: Letters) -> None:
    assert stranger(scene) == []
    everything = DeadLetterAction((), "Ada", "the contract knows it now")
    said = {row["record"]: row["outcome"] for row in dead_letters.redrive(given(scene), everything, quiet)["letters"]}
    assert said.pop(str(letters.well)) == "landed"
    assert all(outcome.startswith("still breaks its contract: ") for outcome in said.values())
    assert stranger(scene) == [letters.well]
    again = dead_letters.redrive(given(scene), DeadLetterAction((letters.well,), "Ada", ""), quiet)
    assert [row["outcome"] for row in again["letters"]] == ["landed already"]
    assert stranger(scene) == [letters.well]
    (counted,) = overview.status(given(scene))["dead_letters"]
    assert (counted["topic"], counted["open"], counted["redriven"], counted["dropped"]) == (NAME, 2, 1, 0)


def test_a_dropped_record_leaves_who_and_why_and_is_not_redriven(scene: Scene, letters: Letters) -> None:
    id = letters.bad[0]
    dead_letters.drop(given(scene), DeadLetterAction((id,), "Ada", "a test of theirs"), quiet)
    with open_warehouse(scene.home.warehouse) as connection:
        row = connection.execute(
            "SELECT decided_by, reason FROM ledger.dead_letters WHERE outcome = 'dropped'"
        ).fetchall()
    assert row == [("Ada", "a test of theirs")]
    assert [row["dropped"] for row in overview.status(given(scene))["dead_letters"]] == [1]
    with pytest.raises(UsageError, match=r"was dropped by Ada \(a test of theirs\)"):
        dead_letters.redrive(given(scene), DeadLetterAction((id,), "Bob", ""), quiet)
    with pytest.raises(UsageError, match="was already dropped"):
        dead_letters.drop(given(scene), DeadLetterAction((id,), "Bob", "again"), quiet)
    with pytest.raises(UsageError, match="there is no dead letter"):
        dead_letters.drop(given(scene), DeadLetterAction((RecordId(NAME, 0, 10**9),), "Bob", "what"), quiet)
    listed = dead_letters.listed(given(scene), quiet, with_closed=True)["letters"]
    assert sorted(row["state"] for row in listed) == ["dropped", "open", "redriven"]


def test_after_compaction_the_same_numbers_come_out_and_are_traced(scene: Scene, world: Path, letters: Letters) -> None:
    before, was = seen_by_readers(scene), len(list(scene.home.landing.rglob("*.parquet")))
    assert compact.compact(given(scene))["merged"]
    assert len(list(scene.home.landing.rglob("*.parquet"))) < was
    with open_warehouse(scene.home.warehouse) as connection:
        builds.delete(connection)
    report = scene.refresh("2026-06-23T07:00:00+00:00", world)
    assert report.exit_code == ExitCode.OK
    weekly = {statuses(report)[m.id] for m in METRICS if m.group == "router" and m.window == "week"}
    assert weekly == {"unchanged"}, "the pass brings a day, and no week"
    after = seen_by_readers(scene)
    assert after.files.keys() == before.files.keys()
    week = trace(scene.home, METRIC_BY_ID["china_share_origin_weekly"], ["2026-W24"])
    assert week.is_equal
    assert find_litter(scene) == find_losses(scene) == []
    assert verify(scene.home, quiet, is_all=True)["breaches"] == []


def test_replaced_versions_are_pruned_by_policy_and_the_shown_one_never(scene: Scene) -> None:
    metric = METRIC_BY_ID["fct_usage_daily"]
    before = scene.metric(metric.id)
    published = scene.catalog("publications", metric=metric.id)
    assert len(published) > 1
    far = datetime.now(UTC) + timedelta(days=400)
    with open_warehouse(scene.home.warehouse) as connection:
        kept = retention.prune(connection, METRICS, datetime(2026, 1, 1, tzinfo=UTC), far)
        assert kept == []
        pruned = retention.prune(connection, METRICS, far, far)
        assert retention.prune(connection, METRICS, far, far) == []
    assert [old.version for old in pruned if old.metric == metric.id] == [p["version"] for p in published[:-1]]
    assert compact.compact(given(scene))["pruned"] == []
    files = sorted(path.name for path in (scene.home.published / metric.id).glob("*.parquet"))
    assert files == ["current.parquet"]
    assert scene.metric(metric.id) == before
    with pytest.raises(UsageError, match=r"version 1 was pruned on"):
        overview.metric(scene.home, metric, published[0]["as_of"])
    assert trace(scene.home, METRIC_BY_ID["china_share_origin_weekly"], ["2026-W24"]).is_equal
    assert verify(scene.home, quiet, is_all=True)["breaches"] == []
