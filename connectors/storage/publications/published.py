"""The file BI reads: a pure function of the decisions, written whole beside the old one and swapped in."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import duckdb

from connectors.storage.home import Home, atomic_files
from connectors.storage.publications import bi, outline, shown_rows, version_files, vintages
from connectors.storage.publications.history import read_standings
from connectors.storage.warehouse import (
    BUILT,
    Connection,
    Relations,
    connect_reader,
    insert,
    relations_of,
    relations_with,
    transaction,
    views_of,
)
from tokenshare.errors import UsageError
from tokenshare.metrics import METRIC_BY_ID, Metric
from tokenshare.noop import noop
from tokenshare.publication import Publication

CATALOG = outline.queries_of(Path(__file__).with_name("published.sql"))
# Of the file; one of another form is rebuilt. 4: held periods, unmapped, origin, 5: oldest storage, 6: rows put aside,
# 7: small blocks, 8: citations with their as-of, relations for BI, comments, 9: keys of vintages, ends of a check,
# 10: digests of relations, 11: gates of ninety days
FORM = 11
MODE = 0o444
# Lists beside the numbers, gathered from the relations that dbt has built: relations, columns with their types, order.
GATHERED = {
    "unserved_days": (
        ("int_usage_gaps",),
        "usage_date DATE, week_start_date DATE, is_covered BOOLEAN",
        "usage_date",
    ),
    "unknown_vendors": (
        ("int_vendors_unmapped",),
        "author VARCHAR, tokens BIGINT, first_usage_date DATE, last_usage_date DATE",
        "tokens DESC",
    ),
    "unknown_tickers": (
        ("int_tickers_unmapped",),
        "symbol VARCHAR, currency VARCHAR, sessions_count BIGINT, first_session_date DATE, last_session_date DATE",
        "symbol",
    ),
    "price_disagreements": (
        ("int_price_disagreements",),
        """model_id VARCHAR, book_provider VARCHAR, first_date DATE, last_date DATE, days_count BIGINT,
        catalogue_input_usd_per_million DOUBLE, book_input_usd_per_million DOUBLE,
        catalogue_output_usd_per_million DOUBLE, book_output_usd_per_million DOUBLE""",
        "last_date DESC, model_id",
    ),
    "unmapped_prices": (
        ("int_price_unmapped",),
        "provider VARCHAR, book_model VARCHAR, entries_count BIGINT",
        "provider, book_model",
    ),
    "unknown_organisations": (
        ("int_organisations_unmapped",),
        "organisation VARCHAR, repos_count BIGINT, downloads_30_days BIGINT",
        "downloads_30_days DESC, organisation",
    ),
    "unmapped": (
        ("int_mapping_router", "int_mapping_spend", "int_mapping_hub", "int_mapping_markets"),
        "kind VARCHAR, name VARCHAR, mass BIGINT, share DOUBLE, first_seen DATE, proposal VARCHAR",
        "kind, mass DESC, name",
    ),
    "unmapped_weekly": (
        ("int_mapping_router_weekly", "int_mapping_spend_weekly"),
        "kind VARCHAR, week_start_date DATE, unmapped_tokens BIGINT, tokens BIGINT, unmapped_share DOUBLE",
        "kind, week_start_date",
    ),
}
# The rows that the newest fetch of each source has put aside.
PUT_ASIDE = f"""
SELECT source_id, observed_at, rejected_count AS rows, rejected AS reasons FROM (
    FROM {BUILT}.int_fetches_judged
    QUALIFY row_number() OVER (PARTITION BY source_id ORDER BY observed_at DESC, "offset" DESC) = 1
) WHERE rejected_count > 0 ORDER BY source_id
"""
FILE_COLUMNS = "decisions_digest VARCHAR, relations_digests VARCHAR"
PUT_ASIDE_COLUMNS = "source_id VARCHAR, observed_at TIMESTAMPTZ, rows BIGINT, reasons VARCHAR[]"
# The columns of decisions that the file depends on, beside the counts of its other tables.
DIGESTED = {
    "publications": "metric, version, as_of, valid_through, digest, status, held_since, reason",
    "metric_states": "metric, state, reason",
    "held_periods": "*",
    "origin": "*",
}
DESCRIBED = ("title", "unit", "method", "denominator", "exclusions", "coverage", "owner", "relation", "group")


def digest_of(connection: Connection) -> str:
    """The digest of all inputs of the published file."""
    tables = ("publications", "gate_results", "restatements", "releases", "metric_states", "pruned")
    names = [*(f"decisions.{table}" for table in tables), "ledger.dead_letters", "ledger.gaps"]
    counted = ", ".join(f"(SELECT count(*) FROM {name})" for name in names)
    digests = ", ".join(map(_digest_sql, DIGESTED.items()))
    found = connection.execute(f"SELECT {counted}, {digests}").fetchone()
    return sha256(json.dumps([FORM, found]).encode()).hexdigest()


def _digest_sql(part: tuple[str, str]) -> str:
    """A scalar subquery: the digest of some columns of a table of decisions, in any order of its rows."""
    table, columns = part
    lines = f"SELECT part::VARCHAR AS line FROM (SELECT {columns} FROM decisions.{table}) AS part"
    return f"(SELECT sha256(string_agg(line, chr(10) ORDER BY line)) FROM ({lines}))"


def is_current(connection: Connection, home: Home) -> bool:
    """True if the published file shows the newest decisions, byte for byte as it was written.

    False after a kill between decision and swap, and if the file was lost, damaged or edited.
    """
    if not _is_untouched(connection, home):
        return False
    try:
        with open_published(home.published_file) as reader:
            found = reader.execute("SELECT decisions_digest FROM catalog.file").fetchone()
    except (UsageError, duckdb.Error):  # damaged, or not ours: it is rebuilt in any case
        return False
    return found == (digest_of(connection),)


def publish(
    connection: Connection,
    home: Home,
    metrics: Sequence[Metric],
    midway: Callable[[], None] = noop,
    *,
    csv: bool | None = None,
) -> None:
    """Write the shown rows as Parquet and the database, and swap it in; readers see the old file or the new one.

    `csv`: see `version_files.export`.
    """
    draft = home.published / ".tokenshare.duckdb.tmp"
    draft.unlink(missing_ok=True)
    before = home.published_file if _is_untouched(connection, home) else None
    compose(connection, draft, metrics, home.build, before)
    draft.chmod(MODE)
    version_files.export(connection, home, metrics, csv)
    _store_digest(connection, draft)
    midway()
    atomic_files.move(draft, home.published_file)


def compose(
    connection: Connection, draft: Path, metrics: Sequence[Metric], kept: Path, before: Path | None = None
) -> None:
    """Write the published database to a new file, from the decisions alone.

    `kept` is the folder that keeps it without rows. `before`, a file published earlier and untouched since, spares
    making rows again that follow from the same decisions.
    """
    known = relations_of(connection)
    comments = dict(bi.comments(metrics))
    outline.lay(connection, draft, _tables(metrics), comments, kept)
    with _earlier(connection, before) as earlier, outline.attached(connection, draft):
        for relation, query in CATALOG.items():
            connection.execute(f"INSERT INTO reader.{relation} {query}")
        for table in GATHERED:
            _gather(connection, table, known)
        if (BUILT, "int_fetches_judged") in relations_with(connection, "rejected_count"):
            connection.execute(f"INSERT INTO reader.catalog.rows_put_aside {PUT_ASIDE}")
        shown = version_files.read_shown(connection, read_standings(connection))
        citations = version_files.read_citations(connection, shown)
        _describe(connection, metrics, citations)
        stored = [metric for metric in metrics if ("versions", metric.id) in known]
        _write_rows(connection, stored, shown, earlier)
        bi.write(connection, metrics, citations)


def _tables(metrics: Sequence[Metric]) -> dict[str, str]:
    """The relations of the published file with their definitions; those defined by others after them."""
    described = ", ".join(f"{_column(name)} VARCHAR" for name in DESCRIBED)
    rest = "grain VARCHAR, freshness_limit INTERVAL, citation VARCHAR, state VARCHAR, reason VARCHAR"
    return {
        **{relation: outline.columns_of_query(query) for relation, query in CATALOG.items()},
        **{f"catalog.{table}": f"({columns})" for table, (_, columns, _) in GATHERED.items()},
        "catalog.rows_put_aside": f"({PUT_ASIDE_COLUMNS})",
        "catalog.metrics": f"(metric VARCHAR, {described}, {rest})",
        "catalog.file": f"({FILE_COLUMNS})",
        **{metric.relation: f"({shown_rows.types_of(metric)})" for metric in metrics},
        **{f"vintages.{metric.id}": f"({vintages.types_of(metric)})" for metric in metrics},
        **bi.tables(),
    }


def _write_rows(
    connection: Connection, metrics: Sequence[Metric], shown: Mapping[str, Publication], earlier: Mapping[str, str]
) -> None:
    """Fill the rows shown of each metric, and its vintages; what follows from the same as before is copied."""
    digests, queries = dict[str, str](), dict[str, str]()
    for id, digest in shown_rows.digests_of(connection, shown).items():
        metric = METRIC_BY_ID[id]
        digests[metric.relation], queries[metric.relation] = digest, shown_rows.query_of(metric, shown[id])
    for id, digest in vintages.digests_of(connection, metrics).items():
        digests[f"vintages.{id}"], queries[f"vintages.{id}"] = digest, vintages.query_of(METRIC_BY_ID[id])
    for relation, query in queries.items():
        rows = f"FROM earlier.{relation}" if earlier.get(relation) == digests[relation] else query
        connection.execute(f"INSERT INTO reader.{relation} BY NAME {rows}")
    insert(connection, "reader.catalog.file", [(digest_of(connection), json.dumps(digests, sort_keys=True))])


@contextmanager
def _earlier(connection: Connection, path: Path | None) -> Iterator[Mapping[str, str]]:
    """Attach a published file as `earlier`; yields the digest behind each of its relations, none for an older form."""
    if path is None:
        yield {}
        return
    connection.execute(f"ATTACH '{outline.quoted(path)}' AS earlier (READ_ONLY)")
    try:
        found = connection.execute("FROM earlier.catalog.file").fetchall()[0]
        yield json.loads(found[1]) if len(found) > 1 else {}
    finally:
        connection.execute("DETACH earlier")


@contextmanager
def open_published(path: Path) -> Iterator[Connection]:
    """A read-only connection to the published file; close it before expecting to see a newer one.

    It reads that file alone. Raises UsageError if the file is missing, has views or is damaged. Damage may show only
    during a query.
    """
    if not path.exists():
        raise UsageError("nothing is published yet", "run `tokenshare refresh` or `tokenshare demo` first")
    try:
        connection = connect_reader(path)
        try:
            require_tables(connection)
            yield connection
        finally:
            connection.close()
    except duckdb.ProgrammingError:  # a wrong query does not make the file unreadable
        raise
    except duckdb.Error as error:
        raise UsageError("the published file is not readable", "run `tokenshare refresh`, which rebuilds it") from error


def require_tables(connection: Connection, database: str | None = None) -> None:
    """Raise UsageError if the published file, open or attached, has a view: we write tables alone."""
    views = views_of(connection, database)
    if views:
        raise UsageError(
            f"the published file has a view ({views[0]}), so another program changed it",
            "run `tokenshare refresh`, which rebuilds it; do not use a file that somebody else sent",
        )


def _store_digest(connection: Connection, draft: Path) -> None:
    """Store the draft's digest before the swap: if the swap fails, the old file counts as touched and is rebuilt."""
    with transaction(connection):
        connection.execute("DELETE FROM decisions.published_file")
        connection.execute("INSERT INTO decisions.published_file VALUES (?)", [atomic_files.digest_of(draft)])


def _is_untouched(connection: Connection, home: Home) -> bool:
    found = connection.execute("SELECT digest FROM decisions.published_file").fetchone()
    return home.published_file.exists() and found == (atomic_files.digest_of(home.published_file),)


def _gather(connection: Connection, table: str, known: Relations) -> None:
    relations, _, order = GATHERED[table]
    built = [f"FROM {BUILT}.{name}" for name in relations if (BUILT, name) in known]
    if built:
        rows = " UNION ALL BY NAME ".join(built)
        connection.execute(f"INSERT INTO reader.catalog.{table} BY NAME SELECT * FROM ({rows}) ORDER BY {order}")


def _describe(connection: Connection, metrics: Sequence[Metric], citations: Mapping[str, str]) -> None:
    states = connection.execute("SELECT metric, state, reason FROM decisions.metric_states").fetchall()
    known, rows = {id: state for id, *state in states}, []
    for metric in metrics:
        card = [getattr(metric, name) for name in DESCRIBED]
        dated = [", ".join(metric.grain), metric.freshness, citations.get(metric.id, "")]
        rows.append((metric.id, *card, *dated, *known.get(metric.id, ("inactive", ""))))
    insert(connection, "reader.catalog.metrics", rows)


def _column(name: str) -> str:
    return "coherence_group" if name == "group" else name
