"""Records and files that this home did not write: nothing of them is ever a number."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from connectors import secret
from connectors.kafka import ranges
from connectors.storage import home
from connectors.storage.alert_log import alert_inputs, outbox
from connectors.storage.warehouse import ledger, open_warehouse
from flows import settings
from flows.operations import dead_letters
from flows.operations.dead_letters import DeadLetterAction
from flows.operations.reland import reland
from flows.orchestration.refresh import Report
from flows.queries import overview
from flows.queries.verify import verify
from tests.faults.forger import FORGED, forge
from tests.faults.stages import cluster_of
from tests.kafka.test_producer import read
from tests.scene import Scene, statuses
from tokenshare.errors import ExitCode, UsageError
from tokenshare.proof import FOREIGN, HEADER, MISSING, proven
from tokenshare.topics import FETCH_COMPLETED, RELEASE_OBSERVED, TOPIC_NAMES

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]
Record = Callable[[str, Any], None]
RELEASES_ALONE = {"TOKENSHARE_SOURCES_OFF": "claims,disclosures,leaderboards"}
FIRST, SECOND = "2026-07-01T06:00:00Z", "2026-07-02T06:00:00Z"
CADENCE = "release_cadence"


def quiet(_: str) -> None:
    return


@dataclass(frozen=True)
class Forged:
    """A home before and after records of others came into its topics."""

    scene: Scene
    before: list[dict[str, Any]]
    sent: int
    second: Report

    def doubts(self) -> dict[str, str]:
        rows = dead_letters.listed(settings.load(self.scene.variables), quiet)["letters"]
        return {row["record"]: f"{row['error']}: {row['message']}" for row in rows}


@pytest.fixture(scope="module")
def forged(home_of: Callable[..., Scene], tmp_path_factory: pytest.TempPathFactory) -> Forged:
    scene, world = home_of("forged", **RELEASES_ALONE), tmp_path_factory.mktemp("world")
    scene.refresh(FIRST, world)
    before, cluster = scene.metric(CADENCE), cluster_of(scene)
    (copied, *_) = read(cluster, RELEASE_OBSERVED.name)
    other = tmp_path_factory.mktemp("other") / "secret"
    secret.make(other)
    theirs = proven(secret.read(other), RELEASE_OBSERVED.name, b"forged", b"", ())
    headers = [(), copied.headers, theirs, ((HEADER, b"\xff\x00"),)]
    sent = sum(forge(cluster, f"{number}" * 32, found) for number, found in enumerate(headers))
    return Forged(scene, before, sent, scene.refresh(SECOND, world))


def landed_of(scene: Scene, vendor: str) -> int:
    """The landed releases of a vendor."""
    query = f"SELECT count(*) FROM raw.{RELEASE_OBSERVED.table} WHERE vendor_id = ?"
    with open_warehouse(scene.home.warehouse) as connection:
        (found,) = connection.execute(query, [vendor]).fetchall()
    return int(found[0])


def releases(report: Report) -> tuple[int, int]:
    """Landed and rejected records of releases."""
    found = [one for one in report.ranges if one.range.topic == RELEASE_OBSERVED.name]
    return sum(one.rows for one in found), sum(one.rejected for one in found)


def bare(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in row.keys() - {"as_of", "status", "held_since"}} for row in rows]


@pytest.mark.threat("S2", "X20")
def test_x20_a_record_of_others_is_no_number(forged: Forged, record_property: Record) -> None:
    """A plain client sends releases with right ids and digests: without proof, with a copied, foreign or broken one."""
    assert bare(forged.scene.metric(CADENCE)) == bare(forged.before) != []
    assert FORGED not in str(forged.scene.metric(CADENCE))
    assert landed_of(forged.scene, FORGED) == 0
    record_property("observed", f"0 of {forged.sent} records landed; the numbers are as before")


@pytest.mark.threat("S2", "X20")
def test_x20_it_is_a_dead_letter_with_the_reason(forged: Forged, record_property: Record) -> None:
    """The same: each record is in the dead-letter topic once, and `status` counts it."""
    found = forged.doubts()
    assert len(found) == forged.sent == sum(landed.rejected for landed in forged.second.ranges)
    assert set(found.values()) == {f"Unproven: {MISSING}", f"Unproven: {FOREIGN}"}
    counted = overview.status(settings.load(forged.scene.variables))["dead_letters"]
    assert {row["topic"]: row["open"] for row in counted} == {RELEASE_OBSERVED.name: 12, FETCH_COMPLETED.name: 4}
    record_property("observed", f"{forged.sent} dead letters: {MISSING}")


@pytest.mark.threat("S2", "X20")
def test_x20_nobody_redrives_it(forged: Forged, record_property: Record) -> None:
    """All open dead letters are redriven."""
    everything = DeadLetterAction((), "Ada", "let them in")
    said = dead_letters.redrive(settings.load(forged.scene.variables), everything, quiet)["letters"]
    assert {row["outcome"] for row in said} == {MISSING, FOREIGN}
    assert len(said) == len(forged.doubts()) == forged.sent
    record_property("observed", "none lands; all stay open")


@pytest.mark.threat("S2", "X20")
def test_x20_a_flood_of_records_of_others_holds_nothing(
    new_scene: Callable[..., Scene], tmp_path: Path, record_property: Record
) -> None:
    """A plain client sends ten fetches, fifty records, into topics of less than ten each."""
    scene = new_scene("flooded", **RELEASES_ALONE)
    scene.refresh(FIRST, tmp_path)
    before = scene.metric(CADENCE)
    sent = sum(forge(cluster_of(scene), f"{number}" * 32, rows=4) for number in range(10))
    second = scene.refresh(SECOND, tmp_path)
    assert (sent, sum(landed.rejected for landed in second.ranges)) == (50, 50)
    assert (second.exit_code, statuses(second)[CADENCE]) == (ExitCode.OK, "unchanged")
    assert bare(scene.metric(CADENCE)) == bare(before)
    with open_warehouse(scene.home.warehouse) as connection:
        alerts = {alert.fault.id: alert.fault.reason for alert in outbox.read_open(connection)}
        assert alert_inputs.read_dead_letter_counts(connection) == []
        connection.execute("DELETE FROM ledger.strangers")  # as before versions that count them apart
        assert {letters for _, letters, _ in alert_inputs.read_dead_letter_counts(connection)} == {10, 40}
    assert alerts == {
        f"dead_letter/{RELEASE_OBSERVED.name}": "40 records do not prove that this home wrote them",
        f"dead_letter/{FETCH_COMPLETED.name}": "10 records do not prove that this home wrote them",
    }
    for landed in second.ranges:
        (file,) = reland(settings.load(scene.variables), landed.range, quiet)["files"]
        assert file["was"] == "verified"
    with open_warehouse(scene.home.warehouse) as connection:
        assert alert_inputs.read_dead_letter_counts(connection) == []
    record_property("observed", f"{sent} dead letters, an alert for each topic, and no metric is held")


@pytest.mark.threat("S2", "X20")
def test_x20_records_older_than_the_secret_count_and_younger_ones_need_a_proof(
    new_scene: Callable[..., Scene], tmp_path: Path, record_property: Record
) -> None:
    """A home of an earlier version is upgraded with records of others before and after it."""
    scene = new_scene("older", **RELEASES_ALONE)
    scene.refresh(FIRST, tmp_path)
    as_of_an_earlier_version(scene)
    forge(cluster_of(scene), "a" * 32)
    report = scene.refresh("2026-07-01T07:00:00Z", tmp_path)
    assert sum(landed.rejected for landed in report.ranges) == 0
    assert landed_of(scene, FORGED) == 3, "as its own do that nobody has landed yet"
    with open_warehouse(scene.home.warehouse) as connection:
        exempt = ledger.exempted(connection)
    ends = {at: end for at, (_, end) in ranges.positions(cluster_of(scene), TOPIC_NAMES).items()}
    assert exempt == ends
    sent = forge(cluster_of(scene), "b" * 32, rows=2)
    assert sum(landed.rejected for landed in scene.refresh(SECOND, tmp_path).ranges) == sent
    assert landed_of(scene, FORGED) == 3
    record_property("observed", f"what lay there lands as before; {sent} later ones are dead letters")


def as_of_an_earlier_version(scene: Scene) -> None:
    """Take from a home what earlier versions did not make."""
    scene.home.secret.unlink()
    found = home.describe(scene.home) or {}
    home._describe_as(scene.home, {name: value for name, value in found.items() if name != "has_secret"})
    with open_warehouse(scene.home.warehouse) as connection:
        connection.execute("DROP TABLE ledger.unproven; DELETE FROM ledger.form")


@pytest.mark.threat("S2", "X20")
def test_x20_records_of_another_home_are_dead_letters_after_a_take_over(
    new_scene: Callable[..., Scene], tmp_path: Path, record_property: Record
) -> None:
    """A home takes over the topics of another; a copy of that one's secret would make its records its own."""
    first = new_scene("first", **RELEASES_ALONE)
    first.refresh(FIRST, tmp_path)
    theirs = len(read(cluster_of(first), RELEASE_OBSERVED.name))
    second, heir = (Scene(tmp_path / name / "home", first.broker, RELEASES_ALONE) for name in ("second", "heir"))
    second.prefix = heir.prefix = first.prefix
    assert releases(second.refresh(FIRST, tmp_path, take_over=True)) == (theirs, theirs)
    heir.home.root.mkdir(parents=True)
    heir.home.secret.write_bytes(first.home.secret.read_bytes())
    assert releases(heir.refresh(SECOND, tmp_path, take_over=True)) == (2 * theirs, theirs)
    record_property("observed", f"{theirs} of theirs are dead letters; with their secret they land")


@pytest.mark.threat("S2", "X20")
def test_x20_a_home_that_lost_its_secret_says_so_and_has_a_way_on(
    new_scene: Callable[..., Scene], tmp_path: Path, record_property: Record
) -> None:
    """The secret is gone, as from a backup without it."""
    scene = new_scene("lost", **RELEASES_ALONE)
    report = scene.refresh(FIRST, tmp_path)
    scene.home.secret.unlink()
    with pytest.raises(UsageError, match="incomplete: missing secret: copy it again while no pass runs"):
        scene.refresh(SECOND, tmp_path)
    before = scene.metric(CADENCE)
    again = scene.refresh(SECOND, tmp_path, take_over=True)
    assert sum(landed.rejected for landed in again.ranges) == 0
    assert bare(scene.metric(CADENCE)) == bare(before)
    old, *_ = [one.range for one in report.ranges if one.range.topic == RELEASE_OBSERVED.name]
    (scene.home.landing / old.file_name).unlink()
    (file,) = reland(settings.load(scene.variables), old, quiet)["files"]
    assert (file["was"], file["rows"]) == ("replaced", old.end - old.start)
    record_property("observed", "refused; a new one after --take-over, and what had landed lands again")


@pytest.mark.threat("S2", "X20")
def test_x20_what_landed_and_was_never_fetched_is_named(
    new_scene: Callable[..., Scene], tmp_path: Path, record_property: Record
) -> None:
    """A forger with the stolen secret, and a landed file copied into the home, with the next offsets in its name."""
    scene = new_scene("stolen", **RELEASES_ALONE)
    scene.refresh(FIRST, tmp_path)
    assert verify(scene.home, quiet)["breaches"] == []
    file = next((scene.home.landing / RELEASE_OBSERVED.name).rglob("*.parquet"))
    copied = file.with_name("1000-1001.parquet")
    copied.write_bytes(file.read_bytes())
    (stray,) = verify(scene.home, quiet)["breaches"]
    assert (stray["promise"], stray["where"]) == (
        "home_holds_nothing_else",
        copied.relative_to(scene.home.root).as_posix(),
    )
    copied.unlink()
    forge(cluster_of(scene), "c" * 32, stolen=secret.read(scene.home.secret))
    scene.refresh(SECOND, tmp_path)
    assert landed_of(scene, FORGED) == 3
    (breach,) = verify(scene.home, quiet)["breaches"]
    assert breach["promise"] == "landed_fetches_are_archived"
    assert breach["where"].startswith("releases fetch cccccccccccc at ")
    assert breach["observed"] == "a fetch that the archive does not know"
    record_property("observed", f"{breach['where']}: {breach['observed']}")
