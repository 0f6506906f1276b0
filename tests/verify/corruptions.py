"""Homes spoilt on purpose: the edit of each, the promise that must name it, and the place."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from connectors.storage import landing
from connectors.storage.home import Home
from connectors.storage.landing import REJECTED
from tokenshare.events import Event, FetchCompleted, UsageObserved, digest_of
from tokenshare.offsets import Range, Record
from tokenshare.topics import FETCH_COMPLETED, USAGE_OBSERVED, Topic

Spoil = Callable[[Home], None]
Row = dict[str, str]  # of an answer
USAGE = "usage.observed.v1"
FORGED_AT = datetime(2026, 6, 16, 5, tzinfo=UTC)
WEEKLY = "router_tokens_weekly"
SHARES = "vendor_share_weekly"
SHOWN = ("published_file_is_the_decision", "vintages_give_every_version", "parts_make_the_whole")


@dataclass(frozen=True)
class Corruption:
    """`named` are the only promises expected to break; `where` is part of one of the places."""

    spoil: Spoil
    named: tuple[str, ...]
    where: str
    is_all: bool = False


def landed(home: Home) -> Path:
    """The first landed file of usage."""
    return min((home.landing / USAGE).rglob("*.parquet"), key=lambda path: int(path.stem.split("-")[0]))


def rewrite(change: Callable[[pa.Table], pa.Table]) -> Spoil:
    """The first landed file of usage with other rows, its manifest kept."""

    def spoil(home: Home) -> None:
        path = landed(home)
        pq.write_table(change(pq.read_table(path, partitioning=None)), path, compression="zstd")

    return spoil


def put(column: str, value: object) -> Spoil:
    """Another value in the landed row of usage with the lowest offset: one of the first fetch, which speaks for it."""

    def change(table: pa.Table) -> pa.Table:
        place = table.schema.get_field_index(column)
        values = table.column(column).to_pylist()
        offsets = table.column("offset").to_pylist()
        values[offsets.index(min(offsets))] = value
        return table.set_column(place, table.schema.field(place), pa.array(values, table.schema.field(place).type))

    return rewrite(change)


def decide(sql: str) -> Spoil:
    """A statement over the build database."""

    def spoil(home: Home) -> None:
        with duckdb.connect(home.warehouse) as connection:
            connection.execute(sql)

    return spoil


def show(sql: str) -> Spoil:
    """A statement over the published file, read-only again afterwards."""

    def spoil(home: Home) -> None:
        home.published_file.chmod(0o644)
        with duckdb.connect(home.published_file) as connection:
            connection.execute(sql)
        home.published_file.chmod(0o444)

    return spoil


def leave(path: str, body: bytes = b"x") -> Spoil:
    """An additional file."""

    def spoil(home: Home) -> None:
        (home.root / path).parent.mkdir(parents=True, exist_ok=True)
        (home.root / path).write_bytes(body)

    return spoil


def remove(path: str) -> Spoil:
    return lambda home: (home.root / path).unlink()


def cut(path: str) -> Spoil:
    """The first half of a file."""

    def spoil(home: Home) -> None:
        whole = home.root / path
        body = whole.read_bytes()
        whole.chmod(0o644)
        whole.write_bytes(body[: len(body) // 2])
        whole.chmod(0o444)

    return spoil


def reject_one(home: Home) -> None:
    """A manifest with one record in the dead letter."""
    table = pq.read_table(landed(home), partitioning=None)
    pq.write_table(table.replace_schema_metadata({REJECTED: b"1"}), landed(home))


def answer_anew(change: Callable[[list[Row]], list[Row]]) -> Spoil:
    """A newer answer in the archive, with other rows, of which no pass has made numbers."""

    def spoil(home: Home) -> None:
        completed = home.archive / "openrouter_rankings" / "completed.json"
        found = json.loads(completed.read_text())
        day, digest = found["answer"]["observed_at"][:10], found["answer"]["pages"][-1]
        payload = completed.parent / day / digest
        document = json.loads(payload.read_bytes())
        body = json.dumps(document | {"data": change(document["data"])}).encode()
        newer = sha256(body).hexdigest()
        payload.with_name(newer).write_bytes(body)
        shutil.copy(payload.with_suffix(".json"), payload.with_name(f"{newer}.json"))
        found["answer"]["pages"][-1] = newer
        completed.write_text(json.dumps(found))

    return spoil


def forge(home: Home, fetch_id: str = "f" * 32, tokens: int = 9) -> None:
    """Files of a fetch that nobody made, with right ids, counts and digest, and their ranges in the ledger."""
    common = {"source_id": "openrouter_rankings", "observed_at": FORGED_AT, "fetch_id": fetch_id, "as_of": FORGED_AT}
    event = UsageObserved.identified(
        usage_date=date(2026, 6, 14), model_permaslug="openai/gpt-4o", tokens=tokens, **common
    )
    counts, digest = {USAGE: 1}, digest_of({event.event_id})
    completed = FetchCompleted.identified(pages=1, counts=counts, digest=digest, days=(date(2026, 6, 14),), **common)
    with duckdb.connect(home.warehouse) as connection:
        for topic, one in ((USAGE_OBSERVED, event), (FETCH_COMPLETED, completed)):
            add_file(connection, home, topic, one)


def add_file(connection: duckdb.DuckDBPyConnection, home: Home, topic: Topic, event: Event) -> None:
    """A landed file of one event, at the next offset of a partition."""
    (partition, at) = connection.execute(
        'SELECT "partition", max(end_offset) FROM ledger.landed WHERE topic = ? GROUP BY ALL ORDER BY ALL', [topic.name]
    ).fetchall()[0]
    wanted = Range(topic.name, partition, at, at + 1)
    landing.write(home.landing, topic, wanted, [(Record(topic.name, partition, at, 0, None, None), event)], 0)
    values = [topic.name, partition, at, at + 1, FORGED_AT]
    connection.execute("INSERT INTO ledger.landed VALUES (?, ?, ?, ?, 1, 0, 'forged', ?)", values)


def forge_into_a_known_fetch(home: Home) -> None:
    """The same under the id of a fetch that the archive knows."""
    forge(home, next(home.archive.glob("openrouter_rankings/fetches/*.json")).stem)


def note(change: Callable[[Row], Row]) -> Spoil:
    """Another note of the first produced fetch, and the payload it names beside it."""

    def spoil(home: Home) -> None:
        path = min(home.archive.glob("openrouter_rankings/fetches/*.json"))
        path.write_text(json.dumps(change(json.loads(path.read_text()))))

    return spoil


def tear(home: Home) -> None:
    """A payload without its end."""
    payload = next(path for path in sorted(home.archive.glob("*/*/*")) if path.suffix != ".json")
    payload.write_bytes(payload.read_bytes()[:-1])


def alter_file(home: Home) -> None:
    """Another number in the Parquet of the shown version."""
    path = home.published / WEEKLY / "current.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE rows AS FROM '{path}'; UPDATE rows SET tokens = tokens + 1")
        connection.execute(f"COPY rows TO '{path}' (FORMAT parquet)")


def edit_manifest(home: Home) -> None:
    path = home.published / WEEKLY / "manifest.json"
    told = json.loads(path.read_text())
    told["shown"]["digest"] = "0" * 64
    path.write_text(json.dumps(told))


def replace_everywhere(home: Home) -> None:
    """A number never published, in the version, its file and the published file alike."""
    change = "SET tokens = tokens + 1 WHERE week_start_date = (SELECT min(week_start_date) FROM {0})"
    decide(f"UPDATE versions.{SHARES} {change.format(f'versions.{SHARES}')}")(home)
    show(f"UPDATE metrics.{SHARES} {change.format(f'metrics.{SHARES}')}")(home)


CORRUPTIONS = {
    "a landed row deleted": Corruption(
        rewrite(lambda table: table.slice(1)), ("files_are_the_ledger",), f"landing/{USAGE}/"
    ),
    "a landed row doubled": Corruption(
        rewrite(lambda table: pa.concat_tables([table, table.slice(0, 1)])),
        ("files_are_the_ledger", "rows_have_their_offsets"), f"landing/{USAGE}/",
    ),
    "a landed row in the place of another": Corruption(
        rewrite(lambda table: pa.concat_tables([table.slice(1), table.slice(1, 1)])),
        ("rows_have_their_offsets",), f"landing/{USAGE}/",
    ),
    "a landed row of another offset": Corruption(
        put("offset", 10**9), ("rows_have_their_offsets",), f"landing/{USAGE}/"
    ),
    "a landed row of another event": Corruption(put("event_id", "0" * 64), ("lineage_is_landed",), USAGE),
    "a landed value altered": Corruption(
        put("tokens", 12_345_678), ("numbers_come_from_their_offsets",), WEEKLY
    ),
    "a landed file gone": Corruption(
        lambda home: landed(home).unlink(), ("files_are_the_ledger",), f"landing/{USAGE}/"
    ),
    "a landed file cut short": Corruption(
        lambda home: cut(str(landed(home).relative_to(home.root)))(home), ("files_are_the_ledger",), f"landing/{USAGE}/"
    ),
    "a manifest that rejects": Corruption(reject_one, ("files_are_the_ledger",), f"landing/{USAGE}/"),
    "the ledger moved": Corruption(
        decide(f"UPDATE ledger.landed SET end_offset = end_offset - 7 WHERE topic = '{USAGE}' AND start_offset = 0"),
        ("home_holds_nothing_else", "ledger_is_contiguous", "files_are_the_ledger"), USAGE,
    ),
    "a ledger row lost": Corruption(
        decide(f"DELETE FROM ledger.landed WHERE topic = '{USAGE}' AND start_offset = 0; DELETE FROM ledger.intents"),
        ("home_holds_nothing_else", "lineage_is_landed"), f"landing/{USAGE}/",
    ),
    "a ledger row of another size": Corruption(
        decide(f"UPDATE ledger.landed SET rows = rows - 1 WHERE topic = '{USAGE}'"),
        ("files_are_the_ledger",), f"landing/{USAGE}/",
    ),
    "a stray file": Corruption(leave("notes.txt"), ("home_holds_nothing_else",), "notes.txt"),
    "a landed file of no range": Corruption(
        lambda home: shutil.copy(landed(home), landed(home).with_name("900000-900007.parquet")),
        ("home_holds_nothing_else",), "900000-900007.parquet",
    ),
    "a version file of no version": Corruption(
        leave(f"published/{WEEKLY}/99.parquet"), ("home_holds_nothing_else",), f"published/{WEEKLY}/99.parquet"
    ),
    "a log beside the published file": Corruption(
        leave("published/tokenshare.duckdb.wal", b""), ("home_holds_nothing_else",), "published/tokenshare.duckdb.wal"
    ),
    "a draft left behind": Corruption(
        leave("published/.tokenshare.duckdb.tmp"), ("home_holds_nothing_else",), "published/.tokenshare.duckdb.tmp"
    ),
    "a torn payload": Corruption(tear, ("archive_is_whole",), "archive/", is_all=True),
    "a row taken back by a newer answer": Corruption(
        answer_anew(lambda rows: rows[1:]), ("numbers_rest_on_the_newest_answer",), "openrouter_rankings 2026-06-01",
    ),
    "a row stated otherwise by a newer answer": Corruption(
        answer_anew(lambda rows: [rows[0] | {"total_tokens": "7"}, *rows[1:]]),
        ("numbers_rest_on_the_newest_answer",), "openrouter_rankings 2026-06-01",
    ),
    "a row of a version lost": Corruption(
        decide(f"DELETE FROM versions.{WEEKLY} WHERE first_version = 1"),
        ("versions_are_whole",), f"{WEEKLY} version 1",
    ),
    "a value of a version altered": Corruption(
        replace_everywhere,
        ("versions_are_whole", "version_files_are_the_versions", *SHOWN),
        f"metrics.{SHARES}: parts_make_router_total",
    ),
    "a version missing": Corruption(
        decide(f"DELETE FROM decisions.publications WHERE metric = '{SHARES}' AND version = 1"),
        ("versions_are_whole",), SHARES,
    ),
    "two versions shown": Corruption(
        decide("UPDATE decisions.publications SET status = 'current' WHERE metric = 'vendor_share_daily'"),
        ("one_version_is_shown",), "vendor_share_daily",
    ),
    "a gate row lost": Corruption(
        decide(f"""DELETE FROM decisions.gate_results WHERE metric = '{SHARES}' AND "check" = 'shares_sum_to_one'"""),
        ("gates_let_versions_out",), f"{SHARES} version",
    ),
    "no gate row at all": Corruption(
        decide("DELETE FROM decisions.gate_results WHERE metric = 'dim_vendors'"),
        ("gates_let_versions_out",), "dim_vendors version 1",
    ),
    "a gate that was shut": Corruption(
        decide(f"""UPDATE decisions.gate_results SET outcome = 'failed'
            WHERE metric = '{WEEKLY}' AND "check" = 'other_rows'"""),
        ("gates_let_versions_out",), f"{WEEKLY} version",
    ),
    "a release that nobody made": Corruption(
        decide(f"""UPDATE decisions.gate_results SET outcome = 'released'
            WHERE metric = '{WEEKLY}' AND "check" = 'other_rows'"""),
        ("gates_let_versions_out",), f"{WEEKLY} version",
    ),
    "another suite": Corruption(
        decide(f"UPDATE decisions.publications SET suite_digest = repeat('0', 64) WHERE metric = '{WEEKLY}'"),
        ("gates_let_versions_out",),
        f"{WEEKLY} version 1",
    ),
    "a restatement lost": Corruption(
        decide("DELETE FROM decisions.restatements WHERE metric = 'fct_usage_daily'"),
        ("replaced_cells_are_on_record",), "fct_usage_daily version 1 to 2",
    ),
    "a restatement made up": Corruption(
        decide("""INSERT INTO decisions.restatements BY NAME SELECT * REPLACE ('{}' AS key)
            FROM decisions.restatements WHERE metric = 'fct_usage_daily' LIMIT 1"""),
        ("replaced_cells_are_on_record",), "fct_usage_daily version 1 to 2: {}",
    ),
    "a restatement between strange versions": Corruption(
        decide("UPDATE decisions.restatements SET new_version = 7 WHERE metric = 'vendor_share_daily'"),
        ("replaced_cells_are_on_record",), "vendor_share_daily version 1 to 7",
    ),
    "a restatement of another cause": Corruption(
        decide("UPDATE decisions.restatements SET cause = 'methodology' WHERE metric = 'fct_usage_daily'"),
        ("replaced_cells_are_on_record",), "fct_usage_daily version 1 to 2",
    ),
    "a lineage of other offsets": Corruption(
        decide("UPDATE decisions.lineage SET last_offset = last_offset + 1"),
        ("lineage_is_landed",), f"{WEEKLY} version",
    ),
    "a value altered in the published file": Corruption(
        show(f"UPDATE metrics.{WEEKLY} SET tokens = tokens + 1"),
        ("published_file_is_the_decision", "parts_make_the_whole"), f"published/tokenshare.duckdb: metrics.{WEEKLY}",
    ),
    "a row deleted from the published file": Corruption(
        show("DELETE FROM metrics.free_share_weekly"),
        ("published_file_is_the_decision",), "published/tokenshare.duckdb: metrics.free_share_weekly",
    ),
    "a row doubled in the published file": Corruption(
        show("INSERT INTO marts.dim_vendors FROM marts.dim_vendors LIMIT 1"),
        ("published_file_is_the_decision",), "published/tokenshare.duckdb: marts.dim_vendors",
    ),
    "a relation that was not decided": Corruption(
        show("CREATE TABLE metrics.nobody_stands_behind_this AS SELECT 0.6 AS china_share"),
        ("published_file_is_the_decision",), "metrics.nobody_stands_behind_this",
    ),
    "a published gate row lost": Corruption(
        show(f"DELETE FROM catalog.gate_results WHERE metric = '{WEEKLY}'"),
        ("published_file_is_the_decision",), "published/tokenshare.duckdb: catalog.gate_results",
    ),
    "a vintage altered": Corruption(
        show("UPDATE vintages.fct_usage_daily SET tokens = tokens + 1 WHERE last_version = 1"),
        ("published_file_is_the_decision", "vintages_give_every_version"), "vintages.fct_usage_daily of version 1",
        is_all=True,
    ),
    "a published file that can be written": Corruption(
        lambda home: home.published_file.chmod(0o644),
        ("published_file_is_the_decision",), "published/tokenshare.duckdb",
    ),
    "no published file": Corruption(
        remove("published/tokenshare.duckdb"), SHOWN,
        "published/tokenshare.duckdb",
    ),
    "a published file cut short": Corruption(
        cut("published/tokenshare.duckdb"), SHOWN,
        "published/tokenshare.duckdb",
    ),
    "a decision that is not shown yet": Corruption(
        decide(f"UPDATE decisions.publications SET valid_through = as_of + INTERVAL 9 DAY WHERE metric = '{WEEKLY}'"),
        ("published_file_is_the_decision", "version_files_are_the_versions"), "catalog.publications",
    ),
    "a version file altered": Corruption(
        alter_file, ("version_files_are_the_versions",), f"published/{WEEKLY}/current.parquet"
    ),
    "a forged fetch landed": Corruption(
        forge, ("landed_fetches_are_archived",), "openrouter_rankings fetch ffffffffffff at usage.observed.v1"
    ),
    "a forged event in a fetch of the home": Corruption(
        forge_into_a_known_fetch, ("landed_fetches_are_archived",), "openrouter_rankings fetch",
    ),
    "a landed number altered under its id": Corruption(
        put("tokens", 12345), ("landed_fetches_are_archived",), ": usage.observed.v1", is_all=True,
    ),
    "a fetch noted with another digest": Corruption(
        note(lambda found: found | {"digest": "0" * 64}), ("landed_fetches_are_archived",), "openrouter_rankings fetch",
    ),
    "a fetch noted with other pages": Corruption(
        note(lambda found: found | {"pages": found["pages"][:-1]}), ("landed_fetches_are_archived",),
        "openrouter_rankings fetch",
    ),
    "a version file gone": Corruption(
        remove(f"published/{WEEKLY}/current.parquet"),
        ("version_files_are_the_versions",), f"published/{WEEKLY}/current.parquet"
    ),
    "a manifest edited": Corruption(
        edit_manifest, ("version_files_are_the_versions",), f"published/{WEEKLY}/manifest.json"
    ),
}  # fmt: skip
