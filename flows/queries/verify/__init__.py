"""`verify`: every promise checked on a home as it is, without writing to it or blocking a pass."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from connectors.storage.home import Home
from connectors.storage.publications import decisions
from connectors.storage.warehouse import Connection, snapshot
from flows.queries.verify.promises import PROMISES, Promise, PromiseBreach
from flows.queries.verify.state import HomeReader
from flows.setup import Count, Progress
from tokenshare.errors import UsageError
from tokenshare.metrics import METRICS


@dataclass(frozen=True)
class Examined:
    """One promise checked on the home; `skipped` names the broken promise it stands on."""

    promise: Promise
    findings: tuple[PromiseBreach, ...]
    seconds: float
    skipped: str = ""


def verify(
    home: Home,
    progress: Progress,
    *,
    is_all: bool = False,
    promises: Sequence[Promise] = PROMISES,
) -> dict[str, Any]:
    """Check promises on the home, and return the document of `verify --json`.

    Raises Busy while a pass is at work on the home, and UsageError if its build database is missing or of an earlier
    version.
    """
    began = monotonic()
    with TemporaryDirectory() as folder, snapshot.take(home, Path(folder)) as connection:
        _check_version(connection)
        reader = HomeReader(home, connection, Path(folder), is_all=is_all)
        examined = list(_examine(promises, reader, progress))
    breaches = [breach for result in examined for breach in _breaches(result)]
    coverage = reader.coverage
    return {
        "status": "broken" if breaches else "ok",
        "home": str(home.root),
        "promises": [_result(result) for result in examined],
        "breaches": breaches,
        "recomputed": {
            "passes": coverage.passes,
            "versions": len(coverage.versions),
            "metrics": len({id for id, _ in coverage.versions}),
            "not_by_these_models": [f"{id} version {version}" for id, version in coverage.beyond],
        },
        "seconds": round(monotonic() - began, 1),
    }


def _check_version(connection: Connection) -> None:
    gained = decisions.find_gained(connection, METRICS)
    if gained:
        metric, column = gained[0]
        raise UsageError(
            f"an earlier version of tokenshare wrote this home: {metric.id} has no {column.name} in it",
            "run `tokenshare refresh`, which upgrades it (`tokenshare upgrade --check` lists the changes), then verify",
        )


def _examine(promises: Sequence[Promise], reader: HomeReader, progress: Progress) -> Iterator[Examined]:
    broken: set[str] = set()
    for number, promise in enumerate(promises, 1):
        progress(promise.name)
        progress(Count(f"verify {number} of {len(promises)} promises, {promise.name}"))
        began = monotonic()
        skipped = next((name for name in promise.stands_on if name in broken), "")
        findings = () if skipped else _findings(promise, reader)
        if findings:
            broken.add(promise.name)
        yield Examined(promise, findings, monotonic() - began, skipped)


def _findings(promise: Promise, reader: HomeReader) -> tuple[PromiseBreach, ...]:
    try:
        return tuple(promise.examine(reader))
    except UsageError as error:
        return (PromiseBreach(str(reader.home.root), error.message, "a state that can be examined", error.fix),)


def _breaches(examined: Examined) -> Iterator[dict[str, str]]:
    for finding in examined.findings:
        yield {"promise": examined.promise.name, **asdict(finding), "mend": finding.mend or examined.promise.mend}


def _result(examined: Examined) -> dict[str, Any]:
    status = "skipped" if examined.skipped else "broken" if examined.findings else "kept"
    reason = f"{examined.skipped} is broken, and it stands on that" if examined.skipped else ""
    seconds = round(examined.seconds, 1)
    return {"promise": examined.promise.name, "status": status, "reason": reason, "seconds": seconds}
