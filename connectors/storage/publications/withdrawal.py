"""Versions taken back in the decision that makes them anew, as if they had never been made.

Turns of `stream` make the version of a running hour anew, so that its history has a version an hour and not one every
few seconds.
"""

from collections.abc import Collection, Mapping

from connectors.storage.warehouse import Connection

TABLES = {"publications": "version", "lineage": "version", "gate_results": "candidate_version"}
OF_VERSIONS = "IN (SELECT unnest(?), unnest(?))"
# The turns that left nothing behind, and whose seeds, SQL and held statements are those of the deciding one.
NEEDLESS = """SELECT run FROM decisions.inputs SEMI JOIN (
    SELECT seeds_digest, models_digest, held_statements FROM decisions.inputs WHERE run = ?
) USING (seeds_digest, models_digest, held_statements)
WHERE run <> ? AND list_contains(?, run)
    AND run NOT IN (SELECT run_id FROM decisions.publications UNION ALL SELECT run FROM decisions.gate_results)"""


def withdraw(connection: Connection, versions: Mapping[str, int | None]) -> list[str]:
    """Forget the newest version of these metrics, each by its number; returns the passes that made them.

    Rows that it had ended go on, and those that it began are gone.
    """
    if not versions:
        return []
    keys = [list(versions), list(versions.values())]
    query = f"SELECT DISTINCT run_id FROM decisions.publications WHERE (metric, version) {OF_VERSIONS}"
    runs = [run for (run,) in connection.execute(query, keys).fetchall()]
    for id, version in versions.items():
        connection.execute(f"DELETE FROM versions.{id} WHERE first_version = ?", [version])
        connection.execute(f"UPDATE versions.{id} SET last_version = NULL WHERE last_version + 1 = ?", [version])
    for table, column in TABLES.items():
        connection.execute(f"DELETE FROM decisions.{table} WHERE (metric, {column}) {OF_VERSIONS}", keys)
    return runs


def forget(connection: Connection, runs: Collection[str], deciding: str) -> None:
    """Forget those of these passes that left nothing behind."""
    if not runs:
        return
    found = [run for (run,) in connection.execute(NEEDLESS, [deciding, deciding, list(runs)]).fetchall()]
    connection.execute("DELETE FROM decisions.inputs WHERE list_contains(?, run)", [found])
    connection.execute("DELETE FROM ledger.runs WHERE list_contains(?, run_id)", [found])
