"""The mirror in PostgreSQL: every relation of the published file, replaced in one transaction.

Rows are deleted and copied in, never truncated, and tables keep their identity: a reader waits for nobody and sees all
of the old rows or all of the new ones, and a person's views, indexes and rights stay. Tables that change their columns
come last, because from then until the commit their readers wait.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.sql import SQL, Identifier

from connectors.postgres import relations
from connectors.postgres.connection import Connection, connect
from tokenshare.errors import MirrorFailed
from tokenshare.mirrors import PublishedFile, PublishedRelation

OWN = "tokenshare_mirror"
ROLE = "tokenshare_reader"
CREATE_ROLE = f"CREATE ROLE {ROLE} NOLOGIN"
LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('tokenshare mirror'))"
RECORD = f"""CREATE SCHEMA {OWN};
CREATE TABLE {OWN}.file (home text NOT NULL, as_of timestamptz, copied_at timestamptz NOT NULL);
CREATE TABLE {OWN}.relations (relation text PRIMARY KEY, digest text NOT NULL, shape text NOT NULL);
COMMENT ON TABLE {OWN}.file IS 'Whose numbers the mirror shows, and as of when.';
COMMENT ON TABLE {OWN}.relations IS 'What the mirror has of each relation: digests of its rows and of its declaration.'
"""
TABLES = """SELECT nspname || '.' || relname,
    (SELECT json_object_agg(attname, format_type(atttypid, atttypmod)) FROM pg_attribute
     WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped),
    conname,
    (SELECT json_agg(attname ORDER BY place) FROM unnest(conkey) WITH ORDINALITY AS keys (number, place)
     JOIN pg_attribute ON attrelid = pg_class.oid AND attnum = number)
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
LEFT JOIN pg_constraint ON conrelid = pg_class.oid AND contype = 'p'
WHERE nspname = ANY(%s) AND relkind IN ('r', 'p', 'v', 'm', 'f')"""
UNREADABLE = f"""SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname = ANY(%s) AND relkind = 'r' AND pg_get_userbyid(relowner) = current_user AND NOT (
    has_schema_privilege('{ROLE}', nspname, 'USAGE') AND has_table_privilege('{ROLE}', pg_class.oid, 'SELECT'))"""


@dataclass(frozen=True)
class Copied:
    """The result of a copy: it wrote `moved` of `total` relations. `has_role` is false if only the owner may read."""

    moved: int
    total: int
    has_role: bool


@dataclass(frozen=True)
class Table:
    """A relation as the database has it: columns with types, and its primary key with the name of the constraint."""

    columns: Mapping[str, str]
    constraint: str | None = None
    key: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """The digests of a relation's rows and declaration, as the mirror's own record has them."""

    digest: str
    shape: str


def copy(dsn: str, published: PublishedFile, at: datetime) -> Copied:
    """Bring the mirror up to the published file; what has not moved is left alone. Raises MirrorFailed, and then the
    mirror shows what it showed before."""
    schemas = sorted({relation.schema for relation in published.relations})
    with connect(dsn) as connection:
        _own(connection, published.home)
        known = _read_known(connection)
        tables = _read_tables(connection, schemas)
        gone = _require_ours(published.relations, known, tables)
        _make_schemas(connection, schemas)
        moved = [found for found in published.relations if _is_moved(found, known, tables)]
        for relation in sorted(moved, key=lambda found: _is_reshaped(found, tables)):
            _replace(connection, published, relation, known.get(str(relation)), tables.get(str(relation)))
        for name in gone:
            connection.execute(SQL("DROP TABLE {}").format(Identifier(*name.split(".", 1))))
            connection.execute(f"DELETE FROM {OWN}.relations WHERE relation = %s", [name])
        if moved or gone:
            _record_file(connection, published, at)
        return Copied(len(moved), len(published.relations), _let_read(connection, [*schemas, OWN]))


def _own(connection: Connection, home: str) -> None:
    """Keep every other writer out until the commit; refuse a mirror of another home."""
    if connection.execute(LOCK).fetchone() != (True,):
        raise MirrorFailed("another program is writing the mirror", "wait until it has ended")
    if connection.execute("SELECT to_regnamespace(%s) IS NULL", [OWN]).fetchone() == (True,):
        for statement in RECORD.split(";\n"):
            connection.execute(statement)
    found = connection.execute(f"SELECT home FROM {OWN}.file").fetchone()
    if found and found[0] != home:
        raise MirrorFailed(
            f"the mirror has the numbers of another home ({found[0]})",
            f"name another database, or run DELETE FROM {OWN}.file there if this home replaces that one",
        )


def _read_known(connection: Connection) -> dict[str, Known]:
    found = connection.execute(f"SELECT relation, digest, shape FROM {OWN}.relations").fetchall()
    return {str(name): Known(str(digest), str(shape)) for name, digest, shape in found}


def _read_tables(connection: Connection, schemas: Sequence[str]) -> dict[str, Table]:
    cursor = connection.cursor(row_factory=psycopg.rows.tuple_row)
    found = cursor.execute(TABLES, [list(schemas)]).fetchall()
    return {name: Table(columns or {}, constraint, tuple(key or ())) for name, columns, constraint, key in found}


def _require_ours(
    wanted: Sequence[PublishedRelation], known: Mapping[str, Known], tables: Mapping[str, Table]
) -> list[str]:
    """The tables of the mirror that are published no more; raises MirrorFailed if a table is somebody else's."""
    names = {str(relation) for relation in wanted}
    foreign = sorted((names & tables.keys()) - known.keys())
    if foreign:
        raise MirrorFailed(f"{foreign[0]} is not a table of the mirror", "give the mirror a database of its own")
    return sorted((known.keys() & tables.keys()) - names)


def _make_schemas(connection: Connection, schemas: Sequence[str]) -> None:
    for schema in schemas:
        if connection.execute("SELECT to_regnamespace(%s) IS NULL", [schema]).fetchone() == (True,):
            connection.execute(SQL("CREATE SCHEMA {}").format(Identifier(schema)))


def _is_moved(relation: PublishedRelation, known: Mapping[str, Known], tables: Mapping[str, Table]) -> bool:
    own = Known(relation.digest, relations.shape_of(relation))
    return known.get(str(relation)) != own or str(relation) not in tables or _is_reshaped(relation, tables)


def _is_reshaped(relation: PublishedRelation, tables: Mapping[str, Table]) -> bool:
    """True if a table that is there has other columns or another key."""
    found = tables.get(str(relation))
    return found is not None and (found.columns, found.key) != (relations.types_of(relation), relation.key)


def _replace(
    connection: Connection,
    published: PublishedFile,
    relation: PublishedRelation,
    known: Known | None,
    now: Table | None,
) -> None:
    """Give one table its declaration and its rows."""
    shape = relations.shape_of(relation)
    for statement in _declare(relation, now):
        connection.execute(statement)
    if now is None or known is None or known.shape != shape:
        for statement in relations.comment(relation):
            connection.execute(statement)
    with connection.cursor() as cursor, cursor.copy(relations.copy(relation)) as target:
        for block in published.lines(relation):
            target.write(block)
    connection.execute(
        f"""INSERT INTO {OWN}.relations VALUES (%s, %s, %s)
        ON CONFLICT (relation) DO UPDATE SET digest = excluded.digest, shape = excluded.shape""",
        [str(relation), relation.digest, shape],
    )


def _declare(relation: PublishedRelation, now: Table | None) -> Iterator[psycopg.sql.Composed]:
    """The statements after which the table is there, declared as wanted, and empty."""
    if now is None:
        yield relations.create(relation)
        return
    yield SQL("DELETE FROM {}").format(relations.name_of(relation))
    if (now.columns, now.key) != (relations.types_of(relation), relation.key):
        yield from relations.change(relation, now.columns, now.constraint)


def _record_file(connection: Connection, published: PublishedFile, at: datetime) -> None:
    connection.execute(f"DELETE FROM {OWN}.file")
    connection.execute(
        f"INSERT INTO {OWN}.file VALUES (%s, nullif(%s, '')::timestamptz, %s)", [published.home, published.as_of, at]
    )


def _let_read(connection: Connection, schemas: Sequence[str]) -> bool:
    """Let the role of readers read all tables, also new ones; false if there is no such role, and we may make none."""
    if not _has_role(connection):
        return False
    if connection.execute(UNREADABLE, [list(schemas)]).fetchone() != (0,):
        names = SQL(", ").join(map(Identifier, schemas))
        connection.execute(SQL(f"GRANT USAGE ON SCHEMA {{}} TO {ROLE}").format(names))
        connection.execute(SQL(f"GRANT SELECT ON ALL TABLES IN SCHEMA {{}} TO {ROLE}").format(names))
    return True


def _has_role(connection: Connection) -> bool:
    if connection.execute("SELECT to_regrole(%s) IS NOT NULL", [ROLE]).fetchone() == (True,):
        return True
    try:
        with connection.transaction():  # a savepoint: a refusal ends nothing else
            connection.execute(CREATE_ROLE)
    except psycopg.Error:
        return connection.execute("SELECT to_regrole(%s) IS NOT NULL", [ROLE]).fetchone() == (True,)
    return True
