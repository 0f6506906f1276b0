"""The mirror in PostgreSQL against a real server: the same numbers, whole at every moment, and never a password."""

import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

import duckdb
import pandas
import psycopg
import pytest
import sqlalchemy

from connectors.postgres import connection as connecting
from connectors.postgres import mirror
from connectors.postgres.dsn import passwords_of, read_dsn
from connectors.postgres.relations import TYPES
from connectors.storage.publications.relations import read_published
from tests.postgresql import PASSWORD, QUOTED, Server, rows
from tokenshare.errors import MirrorFailed
from tokenshare.mirrors import PublishedFile, PublishedRelation

pytestmark = pytest.mark.slow

AT = datetime(2026, 6, 16, 7, tzinfo=UTC)
HOME = "a home"
RELATIONS = "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal ORDER BY ALL"
EVERY_TYPE = r"""CREATE SCHEMA catalog; CREATE TABLE catalog.runs AS SELECT NULL::TIMESTAMPTZ AS as_of WHERE false;
CREATE TABLE catalog.odd AS SELECT * FROM (VALUES
    (1::TINYINT, 65535::USMALLINT, 4294967295::UINTEGER, 18446744073709551615::UBIGINT,
     170141183460469231731687303715884105727::HUGEINT, 12345678901234567890.0123456789::DECIMAL(38, 10),
     0.1::DOUBLE, 1.5::FLOAT, DATE '0001-01-01', TIMESTAMP '2026-06-15 01:02:03.456789',
     TIMESTAMPTZ '2026-06-15 01:02:03.456789+02', INTERVAL 3 DAY, ['a', NULL, 'tab' || chr(9)], {'x': 1, 'y': 'q"'},
     'tab' || chr(9) || 'line' || chr(10) || '\.' || chr(10) || '\N ' || chr(13) || 'é模"''', true,
     '00000000-0000-0000-0000-000000000001'::UUID),
    (-1, 0, 0, 0, -170141183460469231731687303715884105727, -0.0000000001, 5e-324, 'Infinity', DATE '9999-12-31',
     NULL, NULL, INTERVAL 0 DAY, [], NULL, '', false, NULL)
) AS found (tiny, small, whole, big, huge, exact, float8, float4, day, local, moment, span, listed, made, words, is_so,
    named); COMMENT ON TABLE catalog.odd IS 'Odd values. Key: tiny.'"""


def copied(dsn: str, path: Path, change: Callable[[PublishedFile], PublishedFile] = lambda file: file) -> mirror.Copied:
    with read_published(path, HOME) as published:
        return mirror.copy(dsn, change(published), AT)


def hashable(value: Any) -> Any:
    return repr(value) if isinstance(value, list | dict) else value


def counted(found: list[tuple[Any, ...]]) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(map(hashable, row)) for row in found)


def differing(dsn: str, path: Path) -> list[str]:
    """The relations whose rows DuckDB and PostgreSQL do not give alike."""
    with duckdb.connect(path, read_only=True) as connection, psycopg.connect(dsn) as other:
        connection.execute("SET TimeZone='UTC'")
        names = [f'{schema}."{name}"' for schema, name in connection.execute(RELATIONS).fetchall()]
        return [
            name
            for name in names
            if counted(connection.execute(f"FROM {name}").fetchall())
            != counted(other.execute(f"SELECT * FROM {name}").fetchall())
        ]


def test_every_relation_is_the_same_and_is_copied_once(dsn: str, published_then: dict[int, Path]) -> None:
    first = copied(dsn, published_then[1])
    assert first.moved == first.total > 100
    assert differing(dsn, published_then[1]) == []
    places = "SELECT ctid::text, xmin::text FROM marts.fct_metric_values"
    before = rows(dsn, places)
    assert before
    assert copied(dsn, published_then[1]).moved == 0
    assert rows(dsn, places) == before
    dates = rows(dsn, "SELECT DISTINCT xmin::text FROM marts.dim_date")
    second = copied(dsn, published_then[2])
    assert 0 < second.moved < second.total
    assert rows(dsn, "SELECT DISTINCT xmin::text FROM marts.dim_date") == dates, "it has not moved"
    assert differing(dsn, published_then[2]) == []


def test_values_of_every_type_are_exact(dsn: str, tmp_path: Path) -> None:
    file = tmp_path / "odd.duckdb"
    with duckdb.connect(file) as connection:
        connection.execute("SET TimeZone='UTC'")
        connection.execute(EVERY_TYPE)
    copied(dsn, file)
    assert differing(dsn, file) == []
    exact = "SELECT huge::text, exact::text, float8::text, words FROM catalog.odd ORDER BY tiny"
    assert [row[:3] for row in rows(dsn, exact)] == [
        ("-170141183460469231731687303715884105727", "-0.0000000001", "5e-324"),
        ("170141183460469231731687303715884105727", "12345678901234567890.0123456789", "0.1"),
    ]


def test_no_published_type_is_without_one_of_postgresql(published_then: dict[int, Path]) -> None:
    with read_published(published_then[2], HOME) as published:
        found = {column.type for relation in published.relations for column in relation.columns if not column.is_nested}
    assert found <= TYPES.keys()
    assert {type for type in TYPES if TYPES[type] in ("real", "double precision")} == {"FLOAT", "DOUBLE"}


def test_comments_and_keys_are_declared(dsn: str, published_then: dict[int, Path], server: Server) -> None:
    copied(dsn, published_then[2])
    bare = """SELECT nspname, relname, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname IN ('metrics', 'marts', 'vintages', 'catalog') AND relkind = 'r' AND attnum > 0
        AND (coalesce(col_description(attrelid, attnum), '') = ''
            OR coalesce(obj_description(attrelid), '') = '')"""
    assert rows(dsn, bare) == []
    keyless = """SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE relkind = 'r'
        AND nspname IN ('metrics', 'marts', 'vintages', 'catalog') AND obj_description(pg_class.oid) LIKE '%Key: %'
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = pg_class.oid AND contype = 'p')"""
    assert rows(dsn, keyless) == []
    shown = server.psql(dsn, r"\d+ metrics.vendor_share_weekly")
    assert "The vendor's part of all tokens. Unit: ratio." in shown
    assert "PRIMARY KEY, btree (week_start_date, vendor_id)" in shown
    assert "Key: week_start_date, vendor_id." in server.psql(dsn, r"\dt+ metrics.vendor_share_weekly")


def test_sqlalchemy_and_pandas_read_it(dsn: str, published_then: dict[int, Path]) -> None:
    copied(dsn, published_then[2])
    engine = sqlalchemy.create_engine(dsn.replace("postgresql://", "postgresql+psycopg://"))
    query = "SELECT * FROM metrics.vendor_share_weekly ORDER BY week_start_date, vendor_id"
    frame = pandas.read_sql(query, engine)
    with duckdb.connect(published_then[2], read_only=True) as connection:
        assert frame["vendor_share"].tolist() == [
            row[0] for row in connection.execute(f"SELECT vendor_share FROM ({query})").fetchall()
        ]
    table = sqlalchemy.MetaData(schema="metrics")
    table.reflect(engine, only=["vendor_share_weekly"])
    (found,) = table.tables.values()
    assert [column.name for column in found.primary_key] == ["week_start_date", "vendor_id"]
    engine.dispose()


def test_m03_a_reader_sees_one_pass_or_the_other_and_waits_for_none(dsn: str, published_then: dict[int, Path]) -> None:
    """Rows of four schemas in one statement, again and again, while the mirror turns back and forth."""
    copied(dsn, published_then[1])
    question = """SELECT (SELECT max(as_of) FROM metrics.vendor_share_weekly), (SELECT max(as_of) FROM catalog.runs),
        (SELECT count(*) FROM marts.fct_metric_values), (SELECT count(*) FROM vintages.router_tokens_weekly)"""
    seen: list[tuple[Any, ...]] = []
    wrong: list[BaseException] = []
    ended = Event()

    def read() -> None:
        try:
            with psycopg.connect(dsn, autocommit=True) as connection:
                connection.execute("SET lock_timeout = '200ms'")
                while not ended.is_set():
                    seen.extend(connection.execute(question).fetchall())
        except BaseException as error:  # noqa: BLE001
            wrong.append(error)

    reader = Thread(target=read)
    reader.start()
    states = []
    for turn in range(4):
        copied(dsn, published_then[2 - turn % 2])
        states += rows(dsn, question)
    ended.set()
    reader.join()
    assert wrong == []
    assert len(set(states)) == 2
    first = [row for row in seen if row not in states]
    assert first == [], "a mix of two passes"
    assert len(seen) > len(states)


def test_m02_a_killed_copy_leaves_the_old_rows(dsn: str, published_then: dict[int, Path]) -> None:
    """kill -9 in the transaction, when a relation of metrics is copied."""
    copied(dsn, published_then[1])
    child = multiprocessing.get_context("fork").Process(target=_copy_and_die, args=(dsn, published_then[2]))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    assert differing(dsn, published_then[1]) == []
    copied(dsn, published_then[2])
    assert differing(dsn, published_then[2]) == []


def _copy_and_die(dsn: str, path: Path) -> None:
    def dying(file: PublishedFile) -> PublishedFile:
        def lines(relation: PublishedRelation) -> Iterator[bytes]:
            yield from file.lines(relation)
            if relation.schema == "metrics":
                os.kill(os.getpid(), signal.SIGKILL)

        return replace(file, lines=lines)

    copied(dsn, path, dying)


def test_m04_two_writers_do_not_meet(dsn: str, published_then: dict[int, Path]) -> None:
    """A copy begins amid another one."""

    def copy_within(file: PublishedFile) -> PublishedFile:
        def lines(relation: PublishedRelation) -> Iterator[bytes]:
            with pytest.raises(MirrorFailed, match="another program is writing the mirror"):
                copied(dsn, published_then[1])
            yield from file.lines(relation)

        few = [relation for relation in file.relations if relation.name == "dim_date"]
        return replace(file, relations=few, lines=lines)

    assert copied(dsn, published_then[1], copy_within).moved == 1


def changed(name: str, **fields: Any) -> Callable[[PublishedFile], PublishedFile]:
    """The file with another declaration of one relation; without fields it has none of that name."""

    def change(file: PublishedFile) -> PublishedFile:
        kept = [relation for relation in file.relations if fields or str(relation) != name]
        found = [replace(relation, **(fields if str(relation) == name else {})) for relation in kept]
        return replace(file, relations=found)

    return change


def test_a_table_follows_its_declaration_and_keeps_what_a_person_built_on_it(
    dsn: str, published_then: dict[int, Path]
) -> None:
    """The mirror of an earlier version: columns less, another as text, another key."""
    name = "metrics.router_tokens_weekly"
    with read_published(published_then[1], HOME) as published:
        (now,) = [relation for relation in published.relations if str(relation) == name]
    texts = [replace(column, type="VARCHAR") if column.name == "version" else column for column in now.columns]
    fewer = tuple(column for column in texts if column.name not in ("status", "growth_ratio"))
    copied(dsn, published_then[1], changed(name, columns=fewer, key=("as_of", "week_start_date")))
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"CREATE VIEW public.own AS SELECT week_start_date, tokens FROM {name}")
        connection.execute(f"CREATE INDEX own_index ON {name} (tokens)")
    copied(dsn, published_then[2])
    listed = ", ".join(f'"{column.name}"' for column in now.columns)
    with duckdb.connect(published_then[2], read_only=True) as found:
        found.execute("SET TimeZone='UTC'")
        query = f"SELECT {listed} FROM {name} ORDER BY week_start_date"
        assert rows(dsn, query) == found.execute(query).fetchall() != []
        own = f"SELECT week_start_date, tokens FROM {name} ORDER BY 1"
        assert rows(dsn, "SELECT * FROM public.own ORDER BY 1") == found.execute(own).fetchall()
    assert rows(dsn, "SELECT to_regclass('metrics.own_index') IS NOT NULL") == [(True,)]
    key = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'p'"
    assert rows(dsn, key, name) == [("PRIMARY KEY (week_start_date)",)]
    types = "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = %s::regclass AND attname = %s"
    assert rows(dsn, types, name, "version") == [("bigint",)]
    assert copied(dsn, published_then[2]).moved == 0


def test_a_relation_that_is_published_no_more_goes_unless_somebody_uses_it(
    dsn: str, published_then: dict[int, Path]
) -> None:
    copied(dsn, published_then[1])
    copied(dsn, published_then[1], changed("marts.wide_country_weekly"))
    assert rows(dsn, "SELECT to_regclass('marts.wide_country_weekly')") == [(None,)]
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CREATE VIEW public.own AS SELECT * FROM metrics.router_tokens_weekly")
    with pytest.raises(MirrorFailed, match=r"view .*own depends on .* drop or change that view"):
        copied(dsn, published_then[2], changed("metrics.router_tokens_weekly"))
    assert rows(dsn, "SELECT count(*) > 0 FROM public.own") == [(True,)]


def test_readers_have_a_role(dsn: str, server: Server, published_then: dict[int, Path]) -> None:
    assert copied(dsn, published_then[1], changed("marts.dim_date")).has_role
    copied(dsn, published_then[2])
    with psycopg.connect(dsn) as connection:
        connection.execute("SET ROLE tokenshare_reader")
        assert connection.execute("SELECT count(*) FROM marts.dim_date").fetchone() == (7670,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM marts.dim_date")


def test_a_user_without_rights_is_told_what_to_grant(dsn: str, server: Server, published_then: dict[int, Path]) -> None:
    name, user = dsn.rpartition("/")[2], f"writer_{os.getpid()}"
    with psycopg.connect(dsn, autocommit=True) as connection:
        if connection.execute("SELECT to_regrole('tokenshare_reader')").fetchone() != (None,):
            connection.execute("ALTER ROLE tokenshare_reader RENAME TO other_reader")
        connection.execute(f"DROP ROLE IF EXISTS {user}")
        connection.execute(f"CREATE ROLE {user} LOGIN PASSWORD 'canary-word'")
        try:
            mine = server.dsn(name, user, "canary-word")
            with pytest.raises(MirrorFailed, match="GRANT CREATE ON DATABASE"):
                copied(mine, published_then[1])
            connection.execute(f"GRANT CREATE ON DATABASE {name} TO {user}")
            done = copied(mine, published_then[1])
            assert (done.moved, done.has_role) == (done.total, False)
            connection.execute(mirror.CREATE_ROLE)
            assert copied(mine, published_then[1]).has_role
            connection.execute("SET ROLE tokenshare_reader")
            assert connection.execute("SELECT count(*) FROM marts.dim_date").fetchone() == (7670,)
        finally:
            connection.execute(f"RESET ROLE; DROP OWNED BY {user} CASCADE; DROP ROLE {user}")


def refused(dsn: str, path: Path) -> str:
    with pytest.raises(MirrorFailed) as failed:
        copied(dsn, path)
    said = str(failed.value)
    assert [found for found in (PASSWORD, QUOTED, "canary") if found in said] == []
    assert failed.value.fix
    return said


def test_what_is_wrong_is_named_without_the_password(dsn: str, server: Server, published_then: dict[int, Path]) -> None:
    file, name = published_then[1], dsn.rpartition("/")[2]
    assert "password authentication failed" in refused(server.dsn(name, password="canary%2Fwrong"), file)
    assert "correct TOKENSHARE_MIRROR_DSN" in refused(f"host=127.0.0.1 port=1 password='canary {QUOTED}'", file)
    assert 'database "nowhere" does not exist' in refused(server.dsn("nowhere"), file)
    assert "TOKENSHARE_MIRROR_DSN is not readable" in refused(f"host=h canary={QUOTED}", file)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA marts; CREATE TABLE marts.dim_date (theirs integer)")
    assert "marts.dim_date is not a table of the mirror" in refused(dsn, file)
    assert rows(dsn, "SELECT to_regnamespace('metrics') IS NULL") == [(True,)]


def test_m04_a_mirror_of_another_home_is_refused(dsn: str, published_then: dict[int, Path]) -> None:
    """A copy from a second home into a database that has the first one's numbers."""
    copied(dsn, published_then[1])
    with pytest.raises(MirrorFailed, match="numbers of another home"):
        copied(dsn, published_then[2], lambda file: replace(file, home="another"))
    assert differing(dsn, published_then[1]) == []


def test_an_old_server_is_refused(dsn: str, published_then: dict[int, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "LEAST_VERSION", 990_000)
    assert "is older than" in refused(dsn, published_then[1])


@pytest.mark.parametrize(
    ("text", "passwords"),
    [
        ("postgresql://me:a%2Fb@host/name?sslpassword=c", ["a%2Fb", "a/b", "c"]),
        ("host=/run/postgresql dbname=numbers", []),
        (r"host=h password='it\'s \\ one' user=me", [r"'it\'s \\ one'", r"it's \ one"]),
        ("password=x", ["x"]),
    ],
)
def test_a_dsn_is_read_as_libpq_reads_it(text: str, passwords: list[str]) -> None:
    assert read_dsn(text) == text
    assert passwords_of(text) == passwords
    meant = psycopg.conninfo.conninfo_to_dict(text)
    assert {str(meant[name]) for name in ("password", "sslpassword") if name in meant} <= {*passwords}


@pytest.mark.parametrize("text", ["mysql://me:canary@h/d", "a canary", "postgresql://h:canary", " ", "http://canary"])
def test_another_address_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match="neither postgresql://") as refusal:
        read_dsn(text)
    assert "canary" not in str(refusal.value)
