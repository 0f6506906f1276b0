"""The published file is made again from the decisions: after damage, and without metrics no longer fed."""

import random
import shutil
import stat
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.storage import home, warehouse
from connectors.storage.home import Home
from connectors.storage.publications import catalog, decisions, history, published
from connectors.storage.publications.decisions import Decision
from connectors.storage.publications.version_files import CURRENT
from connectors.storage.warehouse import Connection
from flows.queries import overview
from flows.report.reading import Published
from flows.stages.publish import republish
from tokenshare.columns import columns_of
from tokenshare.errors import ExitCode, UsageError
from tokenshare.metrics import METRIC_BY_ID, METRICS
from tokenshare.noop import noop
from tokenshare.publication import Candidate, Check, GateOutcome, Standing, decide

Record = Callable[[str, Any], None]
METRIC = METRIC_BY_ID["router_tokens_weekly"]
AS_OF = datetime(2026, 7, 13, 6, tzinfo=UTC)
WEEKS = 2_000  # enough for several blocks of a file
ROWS = [(date(1988, 1, 4) + timedelta(weeks=n), 1_000_003 * n, None, None) for n in range(WEEKS)]
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "emptied": lambda _: b"",
    "cut short": lambda body: body[: len(body) // 2],
    "cut to a block": lambda body: body[:4096],
    "random bytes": lambda body: random.Random(7).randbytes(len(body)),
    "random after the header": lambda body: body[:12288] + random.Random(7).randbytes(len(body) - 12288),
}


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home after one pass with one published metric."""
    mine = Home(tmp_path_factory.mktemp("once") / "home")
    home.initialise(mine, "synthetic")
    candidate = Candidate(METRIC, tuple(ROWS))
    verdict = decide(Standing(), candidate, [Check("law", "passed", "0", "0")], "suite", AS_OF, confirmed=True)
    with warehouse.open_warehouse(mine.warehouse) as connection:
        types = ", ".join(f'"{column.name}" {column.sql_type}' for column in columns_of(METRIC.row))
        connection.execute(f"CREATE SCHEMA metrics; CREATE TABLE {METRIC.relation} ({types})")
        weeks = f"DATE '{ROWS[0][0]}' + n::INTEGER * 7, 1_000_003 * n, NULL, NULL FROM range({WEEKS}) weeks(n)"
        connection.execute(f"INSERT INTO {METRIC.relation} SELECT {weeks}")
        warehouse.show_landed(connection, mine.landing)
        record(connection, mine, verdict)
    return mine


@pytest.fixture
def decided(once: Home, tmp_path: Path) -> Home:
    """That home, for one test."""
    return Home(shutil.copytree(once.root, tmp_path / "home"))


def record(connection: Connection, mine: Home, outcome: GateOutcome) -> None:
    decision = Decision(METRIC, outcome, (Check("law", "passed", "0", "0"),), "a citation")
    decisions.record(connection, decisions.DecisionContext(outcome.status, AS_OF, "s", "m", {}), [decision], noop, noop)
    published.publish(connection, mine, METRICS)


def publish(mine: Home) -> None:
    with warehouse.open_warehouse(mine.warehouse) as connection:
        published.publish(connection, mine, METRICS)


def damage(path: Path, how: Callable[[bytes], bytes]) -> None:
    body = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(how(body))


def shown(mine: Home) -> list[tuple[Any, ...]]:
    return [tuple(row.values())[:4] for row in catalog.read_metric(mine, METRIC)]


@pytest.mark.parametrize("how", DAMAGES)
def test_r05_a_damaged_file_is_one_sentence_to_who_looks_and_the_next_pass_mends_it(
    decided: Home, how: str, record_property: Record
) -> None:
    """The published file emptied, cut short, or full of random bytes."""
    damage(decided.published_file, DAMAGES[how])
    with pytest.raises(UsageError, match=r"published file is not readable.*`tokenshare refresh`") as caught:
        shown(decided)
    assert caught.value.exit_code == ExitCode.USAGE
    republish(decided)  # as every pass begins
    assert shown(decided) == ROWS
    record_property("observed", f"one sentence to who looks; {WEEKS} rows again")


@pytest.mark.parametrize("how", ["emptied", "random bytes", "random after the header"])
def test_r05_a_damaged_outline_is_made_again(decided: Home, how: str, record_property: Record) -> None:
    """The published file without rows, which each pass copies, emptied or full of random bytes."""
    (kept,) = decided.build.glob("outline-*.duckdb")
    damage(kept, DAMAGES[how])
    decided.published_file.unlink()
    republish(decided)
    assert shown(decided) == ROWS
    (again,) = decided.build.glob("*outline-*")
    with warehouse.connect(again) as connection:
        assert connection.execute(f"SELECT count(*) FROM {METRIC.relation}").fetchone() == (0,)
    record_property("observed", f"made again; {WEEKS} rows shown")


def test_r05_an_edited_file_is_rebuilt_from_the_decision(decided: Home, record_property: Record) -> None:
    """A number in the published file changed: it opens, and says the digest of the newest decisions."""
    decided.published_file.chmod(0o644)
    with warehouse.connect(decided.published_file) as connection:
        connection.execute(f"UPDATE {METRIC.relation} SET tokens = 7")
    assert shown(decided) != ROWS
    republish(decided)
    assert shown(decided) == ROWS
    assert stat.S_IMODE(decided.published_file.stat().st_mode) == 0o444
    record_property("observed", "its bytes tell; rebuilt, read-only")


def test_r05_a_lost_file_is_rebuilt_and_a_sound_one_is_left_alone(decided: Home, record_property: Record) -> None:
    """The published file deleted."""
    decided.published_file.unlink()
    republish(decided)
    assert shown(decided) == ROWS
    written = decided.published_file.stat().st_mtime_ns
    republish(decided)
    assert decided.published_file.stat().st_mtime_ns == written
    record_property("observed", f"{WEEKS} rows again; a sound file is not written anew")


@pytest.mark.parametrize("how", DAMAGES)
def test_r05_a_damaged_version_is_written_again(decided: Home, how: str, record_property: Record) -> None:
    """The Parquet file of the shown version emptied, cut short, or full of random bytes."""
    path = decided.published / METRIC.id / CURRENT
    sound = path.read_bytes()
    damage(path, DAMAGES[how] if "header" not in how else lambda body: body[:400] + bytes(200) + body[600:])
    publish(decided)
    assert path.read_bytes() == sound
    record_property("observed", "byte by byte as it was")


def test_a_look_back_needs_no_version_file(decided: Home) -> None:
    damage(decided.published / METRIC.id / CURRENT, DAMAGES["random bytes"])
    assert [tuple(row.values()) for row in overview.metric(decided, METRIC, AS_OF)["rows"]] == ROWS


def test_r05_a_file_that_belongs_to_no_version_is_removed(decided: Home, record_property: Record) -> None:
    """Files of older versions, as earlier versions of tokenshare kept them, and a held candidate no longer held."""
    folder = decided.published / METRIC.id
    (folder / "held").mkdir()
    for name in ("1.parquet", "held/2.parquet"):
        (folder / name).write_bytes((folder / CURRENT).read_bytes())
    publish(decided)
    assert [path.relative_to(folder).as_posix() for path in folder.rglob("*.parquet")] == [CURRENT]
    record_property("observed", f"{CURRENT} alone is left")


def test_an_inactive_metric_has_no_rows_and_keeps_its_versions(decided: Home) -> None:
    with warehouse.open_warehouse(decided.warehouse) as connection:
        record(connection, decided, GateOutcome("inactive", (), "none of its sources is part of this set-up"))
        standing = history.read_standing(connection, METRIC)
    assert shown(decided) == []
    found = overview.metric(decided, METRIC, None)
    assert (found["state"], found["version"], found["status"], found["rows"]) == ("inactive", None, None, [])
    assert (Published(decided).cards[METRIC.id].status, Published(decided).rows(METRIC.id)) == ("inactive", [])
    assert [(p["version"], p["rows"]) for p in catalog.read_catalog(decided, "publications")] == [(1, WEEKS)]
    assert [tuple(row.values()) for row in overview.metric(decided, METRIC, AS_OF)["rows"]] == ROWS
    with warehouse.open_warehouse(decided.warehouse) as connection:
        again = decide(standing, Candidate(METRIC, tuple(ROWS)), [], "suite", AS_OF, confirmed=True)
        back = decide(standing, Candidate(METRIC, tuple(ROWS)), [Check("law", "passed", "0", "0")], "s", AS_OF, True)
        assert (again.status, back.status) == ("held", "unchanged")
        record(connection, decided, back)
    assert shown(decided) == ROWS


def test_k14_a_metric_that_became_inactive_is_shown_so_after_a_kill_before_the_swap(
    decided: Home, record_property: Record
) -> None:
    """A decision on record, and no swap after it."""
    with warehouse.open_warehouse(decided.warehouse) as connection:
        run = decisions.DecisionContext("inactive", AS_OF, "s", "m", {})
        decisions.record(connection, run, [Decision(METRIC, GateOutcome("inactive", (), "gone"), (), "")], noop, noop)
    republish(decided)
    assert shown(decided) == []
    record_property("observed", "shown before anything else")


def test_a_version_older_than_a_column_is_read_with_nothing_in_it(decided: Home) -> None:
    with warehouse.open_warehouse(decided.warehouse) as connection:
        connection.execute(f"ALTER TABLE versions.{METRIC.id} DROP COLUMN growth_ratio")
        first, *_ = history.read_version(connection, METRIC, 1)
    assert first == (date(1988, 1, 4), 0, None, None)
