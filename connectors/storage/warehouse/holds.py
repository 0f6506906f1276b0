"""Held statements, which the models leave out, and the candidates as they were before."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from connectors.storage.warehouse import BUILT, Connection, has_relation, insert, relations_of, transaction
from tokenshare.held_periods import HeldStatement, PeriodFinding
from tokenshare.metrics import GROUP_BY_ID, Group, Metric

HELD = "raw.held_statements"
KEPT = "candidates"  # the schema of candidates as they were before a hold
HELD_JSON = '[{"relation": "VARCHAR", "period_date": "DATE", "fetch_id": "VARCHAR", "entity": "VARCHAR"}]'


def read(connection: Connection) -> frozenset[HeldStatement]:
    """The statements left out of the last build."""
    return frozenset(HeldStatement(*row) for row in connection.execute(f"FROM {HELD}").fetchall())


def find(connection: Connection, findings: Iterable[PeriodFinding]) -> dict[PeriodFinding, frozenset[HeldStatement]]:
    """What the fetches selected by the last build state of the days and the entity of each finding, if not yet held.

    Only of fetches that no number has rested on yet, if there are any: what is new is doubted first. What stood before
    it comes back, so with it goes what earlier passes held of the same day.
    """
    by_group: dict[str, list[PeriodFinding]] = defaultdict(list)
    for finding in findings:
        by_group[finding.group].append(finding)
    held = read(connection)
    return {
        finding: statements
        for group, named in by_group.items()
        for finding, statements in _of_group(connection, GROUP_BY_ID[group], named, held).items()
    }


def _of_group(
    connection: Connection, group: Group, findings: Sequence[PeriodFinding], held: Collection[HeldStatement]
) -> dict[PeriodFinding, frozenset[HeldStatement]]:
    days = [(number, day) for number, finding in enumerate(findings) for day in finding.days]
    numbers, dates = [list(column) for column in zip(*days, strict=True)]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE named AS SELECT unnest(?) AS number, unnest(?) AS day", [numbers, dates]
    )
    before, refused = _used_before(connection, group), _refused_before(connection)
    subjects = {evidence.name: evidence.about for evidence in group.evidence}
    stated = [set[HeldStatement]() for _ in findings]
    for part in group.provenance:
        if part.is_borrowed or not has_relation(connection, BUILT, part.model):
            continue
        query = f'SELECT DISTINCT number, day, fetch_id FROM named JOIN {BUILT}.{part.model} ON "{part.dated}" = day'
        for number, day, fetch in connection.execute(query).fetchall():
            if part.model in (subjects.get(findings[number].check) or (part.model,)):
                stated[number].add(HeldStatement(part.model, day, fetch, findings[number].entity))
    found = {}
    for finding, statements in zip(findings, stated, strict=True):
        left = statements - set(held)
        new = {statement for statement in left if (statement.period_date, statement.fetch_id) not in before}
        doubted = {statement[:2] for statement in new}
        again = {earlier for earlier in refused - set(held) if earlier[:2] in doubted}
        found[finding] = frozenset(new | again or left)
    return found


def _refused_before(connection: Connection) -> set[HeldStatement]:
    """The statements of the named days that an earlier pass held and no pass has let in."""
    rows = connection.execute(
        f"""WITH held AS (
            SELECT run, unnest(from_json(held_statements, '{HELD_JSON}'), recursive := true)
            FROM decisions.inputs WHERE held_statements IS NOT NULL
        ),
        let_in AS (
            SELECT period_date, fetch_id FROM decisions.selected
            ANTI JOIN held USING (run, period_date, fetch_id)
            WHERE period_date IN (SELECT day FROM named)
        )
        SELECT DISTINCT relation, period_date, fetch_id, entity FROM held
        ANTI JOIN let_in USING (period_date, fetch_id) WHERE period_date IN (SELECT day FROM named)"""
    ).fetchall()
    return {HeldStatement(*row) for row in rows}


def _used_before(connection: Connection, group: Group) -> set[tuple[date, str]]:
    """The (day, fetch) pairs on the named days that the newest decision let into the group."""
    rows = connection.execute(
        f"""WITH newest AS (
            SELECT run, held_statements FROM decisions.inputs JOIN ledger.runs ON run = run_id
            ORDER BY as_of DESC, started_at DESC LIMIT 1
        ),
        held AS (
            SELECT unnest(from_json(held_statements, '{HELD_JSON}'), recursive := true)
            FROM newest WHERE held_statements IS NOT NULL
        )
        SELECT period_date, fetch_id FROM decisions.selected JOIN newest USING (run)
        WHERE coherence_group = ? AND period_date IN (SELECT day FROM named)
        EXCEPT SELECT period_date, fetch_id FROM held""",
        [group.id],
    ).fetchall()
    return set(rows)


def add(connection: Connection, statements: Iterable[HeldStatement], table: str = HELD) -> None:
    """Leave these statements out of the next build, too."""
    insert(connection, table, sorted(statements))


def keep(connection: Connection, metrics: Iterable[Metric]) -> None:
    """Keep the candidates as built from every statement: a person may release them."""
    known = relations_of(connection)
    with transaction(connection):
        for metric in metrics:
            if (metric.schema, metric.id) in known:
                connection.execute(f"CREATE OR REPLACE TABLE {KEPT}.{metric.id} AS FROM {metric.relation}")


def clear(connection: Connection) -> None:
    """Forget the held statements and the kept candidates, before a build of new inputs that knows the releases."""
    with transaction(connection):
        connection.execute(f"DELETE FROM {HELD}")
        connection.execute(
            """CREATE OR REPLACE TABLE raw.released_findings AS
            SELECT DISTINCT coherence_group, "check", key FROM decisions.releases ORDER BY ALL"""
        )
        for (name,) in connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = ?", [KEPT]
        ).fetchall():
            connection.execute(f"DROP TABLE {KEPT}.{name}")
