"""The tables of the mirror: their types, what makes or changes one, and what says what it means."""

import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256

from psycopg.sql import SQL, Composed, Identifier, Literal

from tokenshare.mirrors import PublishedColumn, PublishedRelation

# DuckDB's types as `format_type` names PostgreSQL's. Whole numbers beyond 64 bits are numeric, so none is rounded.
TYPES: Mapping[str, str] = {
    "BOOLEAN": "boolean",
    "TINYINT": "smallint",
    "UTINYINT": "smallint",
    "SMALLINT": "smallint",
    "USMALLINT": "integer",
    "INTEGER": "integer",
    "UINTEGER": "bigint",
    "BIGINT": "bigint",
    "UBIGINT": "numeric",
    "HUGEINT": "numeric",
    "UHUGEINT": "numeric",
    "FLOAT": "real",
    "DOUBLE": "double precision",
    "VARCHAR": "text",
    "UUID": "uuid",
    "DATE": "date",
    "TIME": "time without time zone",
    "TIMESTAMP": "timestamp without time zone",
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
    "INTERVAL": "interval",
}
DECIMAL = re.compile(r"DECIMAL\((\d+), ?(\d+)\)")


def type_of(column: PublishedColumn) -> str:
    """PostgreSQL's type of a column: jsonb of a list or a structure, text of what it has no type for."""
    if column.is_nested:
        return "jsonb"
    found = DECIMAL.fullmatch(column.type)
    return f"numeric({found[1]},{found[2]})" if found else TYPES.get(column.type, "text")


def types_of(relation: PublishedRelation) -> dict[str, str]:
    """The wanted columns of a table, with their types."""
    return {column.name: type_of(column) for column in relation.columns}


def shape_of(relation: PublishedRelation) -> str:
    """A digest of all that is declared of a table: columns, types, comments and key."""
    return sha256(repr((types_of(relation), relation.columns, relation.comment, relation.key)).encode()).hexdigest()


def name_of(relation: PublishedRelation) -> Identifier:
    return Identifier(relation.schema, relation.name)


def create(relation: PublishedRelation) -> Composed:
    """The statement for a new table with its key."""
    columns = [_column(name, type) for name, type in types_of(relation).items()]
    keys = [SQL("PRIMARY KEY ({})").format(_names(relation.key))] if relation.key else []
    return SQL("CREATE TABLE {} ({})").format(name_of(relation), SQL(", ").join([*columns, *keys]))


def change(relation: PublishedRelation, found: Mapping[str, str], key: str | None) -> Iterator[Composed]:
    """The statements that give a table, empty by now, its columns and its key; `key` names the constraint it has.

    A column stays where nothing in it changes, and so does what a person has built on it.
    """
    wanted, table = types_of(relation), name_of(relation)
    if key:
        yield SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(table, Identifier(key))
    for name in found:
        clause = "DROP COLUMN {}" if wanted.get(name) != found[name] else "ALTER COLUMN {} DROP NOT NULL"
        yield SQL("ALTER TABLE {} " + clause).format(table, Identifier(name))
    for name, type in wanted.items():
        if found.get(name) != type:
            yield SQL("ALTER TABLE {} ADD COLUMN {}").format(table, _column(name, type))
    if relation.key:
        yield SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(table, _names(relation.key))


def comment(relation: PublishedRelation) -> Iterator[Composed]:
    """The statements for the comments on a table and its columns."""
    table = name_of(relation)
    yield SQL("COMMENT ON TABLE {} IS {}").format(table, Literal(relation.comment))
    for column in relation.columns:
        name = SQL("{}.{}").format(table, Identifier(column.name))
        yield SQL("COMMENT ON COLUMN {} IS {}").format(name, Literal(column.comment))


def copy(relation: PublishedRelation) -> Composed:
    """The statement that takes rows in text format."""
    return SQL("COPY {} ({}) FROM STDIN").format(name_of(relation), _names(types_of(relation)))


def _column(name: str, type: str) -> Composed:
    return SQL("{} {}").format(Identifier(name), SQL(type))


def _names(names: Sequence[str] | Mapping[str, str]) -> Composed:
    return SQL(", ").join(map(Identifier, names))
