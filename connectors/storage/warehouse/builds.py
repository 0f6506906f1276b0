"""The last build of the candidates: the digests of its inputs, and its failures."""

from dataclasses import dataclass

from connectors.storage.warehouse import Connection, transaction


@dataclass(frozen=True)
class Build:
    """`failed` names models and tests that did not succeed; a metric that needs one of them is held.

    `seeds_digest` is of the loaded seeds, empty if not known.
    """

    inputs_digest: str
    run_id: str
    failed: tuple[str, ...]
    seeds_digest: str


def read(connection: Connection) -> Build | None:
    """The last build; None before the first, and after an interrupted one."""
    found = connection.execute("SELECT inputs_digest, run_id, failed, seeds_digest FROM ledger.builds").fetchone()
    return Build(found[0], found[1], tuple(found[2]), found[3] or "") if found else None


def delete(connection: Connection) -> None:
    """Delete the build before the next begins: an interrupted one leaves relations without a matching digest."""
    connection.execute("DELETE FROM ledger.builds")


def save(connection: Connection, build: Build) -> None:
    """Save the newest build in place of the one before."""
    with transaction(connection):
        delete(connection)
        connection.execute(
            "INSERT INTO ledger.builds VALUES (?, ?, ?, ?)",
            [build.inputs_digest, build.run_id, list(build.failed), build.seeds_digest],
        )
