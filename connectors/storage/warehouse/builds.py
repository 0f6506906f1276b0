"""The last build of the candidates: what it was made from, and what of it failed."""

from dataclasses import dataclass

from connectors.storage.warehouse import Connection, transaction


@dataclass(frozen=True)
class Build:
    """`failed` names models and tests that did not succeed; a metric that needs one of them is held.

    `seeds_digest` tells the seeds that it loaded, empty where that is not known.
    """

    inputs_digest: str
    run_id: str
    failed: tuple[str, ...]
    seeds_digest: str


def read(connection: Connection) -> Build | None:
    """The build there is; None before the first, and after one that was cut off."""
    found = connection.execute("SELECT inputs_digest, run_id, failed, seeds_digest FROM ledger.builds").fetchone()
    return Build(found[0], found[1], tuple(found[2]), found[3] or "") if found else None


def delete(connection: Connection) -> None:
    """Delete the build before the next begins: one that is cut off leaves relations that match nothing."""
    connection.execute("DELETE FROM ledger.builds")


def save(connection: Connection, build: Build) -> None:
    """Save the newest build, and no other."""
    with transaction(connection):
        delete(connection)
        connection.execute(
            "INSERT INTO ledger.builds VALUES (?, ?, ?, ?)",
            [build.inputs_digest, build.run_id, list(build.failed), build.seeds_digest],
        )
