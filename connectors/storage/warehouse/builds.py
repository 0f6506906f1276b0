"""The last build of the candidates: the digests of its inputs, and its failures."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter

from connectors.storage.warehouse import Connection, transaction
from tokenshare.held_periods import PeriodFinding

_FINDINGS = TypeAdapter(tuple[PeriodFinding, ...])


@dataclass(frozen=True)
class Build:
    """`failed` names models and tests that did not succeed, each with its message; skipped ones have none.

    A metric that needs one of them is held.

    `seeds_digest` is of the loaded seeds, empty if not known. `findings` are those whose periods the build leaves out.
    """

    inputs_digest: str
    run_id: str
    failed: Mapping[str, str]
    seeds_digest: str
    findings: tuple[PeriodFinding, ...] = ()
    built: frozenset[str] | None = None


def read(connection: Connection) -> Build | None:
    """The last build; None before the first, and after an interrupted one."""
    found = connection.execute(
        "SELECT inputs_digest, run_id, failed, seeds_digest, findings, messages FROM ledger.builds"
    ).fetchone()
    if found is None:
        return None
    inputs, run_id, names, seeds, findings, messages = found
    failed = dict(zip(names, messages or [""] * len(names), strict=True))
    return Build(inputs, run_id, failed, seeds or "", _FINDINGS.validate_json(findings or "[]"))


def delete(connection: Connection) -> None:
    """Delete the build before the next begins: an interrupted one leaves relations without a matching digest."""
    connection.execute("DELETE FROM ledger.builds")


def save(connection: Connection, build: Build) -> None:
    """Save the newest build in place of the one before."""
    with transaction(connection):
        delete(connection)
        connection.execute(
            "INSERT INTO ledger.builds VALUES (?, ?, ?, ?, ?, ?)",
            [
                build.inputs_digest,
                build.run_id,
                list(build.failed),
                build.seeds_digest,
                _FINDINGS.dump_json(build.findings).decode(),
                list(build.failed.values()),
            ],
        )
