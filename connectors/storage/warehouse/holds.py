"""Held statements, which the models leave out, and the candidates as they were before."""

from collections.abc import Iterable

from connectors.storage.warehouse import BUILT, Connection, has_relation, insert, transaction
from tokenshare.held_periods import HeldStatement, PeriodFinding
from tokenshare.metrics import GROUP_BY_ID, Metric

HELD = "raw.held_statements"


def read(connection: Connection) -> frozenset[HeldStatement]:
    """The statements left out of the last build."""
    return frozenset(HeldStatement(*row) for row in connection.execute(f"FROM {HELD}").fetchall())


def find(connection: Connection, findings: Iterable[PeriodFinding]) -> frozenset[HeldStatement]:
    """What the fetches selected by the last build state of the days and entities of findings."""
    found = set()
    for finding in findings:
        for part in GROUP_BY_ID[finding.group].provenance:
            if part.is_borrowed or not has_relation(connection, BUILT, part.model):
                continue
            selected = f'SELECT DISTINCT "{part.dated}", fetch_id FROM {BUILT}.{part.model}'
            query = f'{selected} WHERE list_contains(?, "{part.dated}")'
            for day, fetch in connection.execute(query, [list(finding.days)]).fetchall():
                found.add(HeldStatement(part.model, day, fetch, finding.entity))
    return frozenset(found)


def add(connection: Connection, statements: Iterable[HeldStatement], table: str = HELD) -> None:
    """Leave these statements out of the next build, too."""
    insert(connection, table, sorted(statements))


def keep(connection: Connection, metrics: Iterable[Metric]) -> None:
    """Keep the candidates as built from every statement: a person may release them."""
    with transaction(connection):
        for metric in metrics:
            if has_relation(connection, metric.schema, metric.id):
                connection.execute(f"CREATE OR REPLACE TABLE candidates.{metric.id} AS FROM {metric.relation}")


def clear(connection: Connection) -> None:
    """Forget the held statements and the kept candidates, before a build of new inputs that knows the releases."""
    with transaction(connection):
        connection.execute(f"DELETE FROM {HELD}")
        connection.execute(
            """CREATE OR REPLACE TABLE raw.released_findings AS
            SELECT DISTINCT coherence_group, "check", key FROM decisions.releases ORDER BY ALL"""
        )
        for (name,) in connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'candidates'"
        ).fetchall():
            connection.execute(f"DROP TABLE candidates.{name}")
