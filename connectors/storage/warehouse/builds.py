"""The last build of the candidates: its inputs, what it built, and its failures."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter

from connectors.storage.warehouse import BUILT, Connection, relations_of, relations_with, transaction
from tokenshare.held_periods import PeriodFinding

LAYERS = ("staging", BUILT, "marts", "metrics")  # the schemas of the models
Position = tuple[str, int, int]  # topic, partition and the offset that it has landed up to
_FINDINGS = TypeAdapter(tuple[PeriodFinding, ...])
_POSITIONS = TypeAdapter(tuple[Position, ...])


@dataclass(frozen=True)
class Build:
    """`failed` names models and tests that did not succeed, each with its message; skipped ones have none.

    A metric that needs one of them is held.

    `seeds_digest` is of the loaded seeds, empty if not known. `findings` are those whose periods the build leaves out.
    `basis_digest` is of all inputs but the landed rows, and `positions` is how far these had landed; a build stands on
    the one before only if both are known. `built` names the models made since the candidates were last judged; None:
    all of them.
    """

    inputs_digest: str
    run_id: str
    failed: Mapping[str, str]
    seeds_digest: str
    findings: tuple[PeriodFinding, ...] = ()
    basis_digest: str = ""
    positions: tuple[Position, ...] = ()
    built: frozenset[str] | None = None


def read(connection: Connection) -> Build | None:
    """The last build; None before the first, and after an interrupted one."""
    found = connection.execute(
        "SELECT inputs_digest, run_id, failed, seeds_digest, findings, messages, basis_digest, positions, built "
        "FROM ledger.builds"
    ).fetchone()
    if found is None:
        return None
    inputs, run_id, names, seeds, findings, messages, basis, positions, built = found
    return Build(
        inputs,
        run_id,
        dict(zip(names, messages or [""] * len(names), strict=True)),
        seeds or "",
        _FINDINGS.validate_json(findings or "[]"),
        basis or "",
        _POSITIONS.validate_json(positions or "[]"),
        None if built is None else frozenset(built),
    )


def read_unjudged(connection: Connection, build: Build | None) -> frozenset[str] | None:
    """The models of a build that no pass has judged yet; none if its own pass has decided, None if they are all."""
    if build is None:
        return None
    decided = connection.execute("SELECT count(*) FROM decisions.inputs WHERE run = ?", [build.run_id]).fetchone()
    return frozenset() if decided and decided[0] else build.built


def delete(connection: Connection) -> None:
    """Delete the build before the next begins: an interrupted one leaves relations without a matching digest."""
    connection.execute("DELETE FROM ledger.builds")


def save(connection: Connection, build: Build) -> None:
    """Save the newest build in place of the one before."""
    with transaction(connection):
        delete(connection)
        connection.execute(
            "INSERT INTO ledger.builds BY NAME SELECT ? AS inputs_digest, ? AS run_id, ?::VARCHAR[] AS failed, "
            "? AS seeds_digest, ?::JSON AS findings, ?::VARCHAR[] AS messages, ? AS basis_digest, "
            "?::JSON AS positions, ?::VARCHAR[] AS built",
            [
                build.inputs_digest,
                build.run_id,
                list(build.failed),
                build.seeds_digest,
                _FINDINGS.dump_json(build.findings).decode(),
                list(build.failed.values()),
                build.basis_digest,
                _POSITIONS.dump_json(build.positions).decode(),
                None if build.built is None else sorted(build.built),
            ],
        )


def find_missing(connection: Connection, names: Iterable[str]) -> set[str]:
    """Those of the models that the database has no relation of."""
    return set(names) - {name for schema, name in relations_of(connection) if schema in LAYERS}


def read_states(connection: Connection, names: Collection[str]) -> dict[tuple[str, str], str]:
    """A digest of the rows of each of these models, by name and `source_id`, empty if it has none."""
    states: dict[tuple[str, str], str] = {}
    by_source = relations_with(connection, "source_id") if names else ()
    for schema, name in relations_of(connection) if names else ():
        if schema in LAYERS and name in names:
            source = "source_id" if (schema, name) in by_source else "''"
            digest = (
                f"SELECT {source}, concat(count(*), ' ', sum(hash(made))) FROM {schema}.{name} AS made GROUP BY ALL"
            )
            states |= {(name, id): found for id, found in connection.execute(digest).fetchall()}
    return states
