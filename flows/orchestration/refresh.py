"""One whole pass and its report: the contract of `refresh --json`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from connectors.sources import SOURCES
from connectors.storage.warehouse import runs
from flows.orchestration.mirrors import mirror
from flows.setup.context import PassContext
from flows.setup.mirrors import mirrors_of
from flows.stages.ingest import BEGINNING, SourceOutcome, ingest
from flows.stages.land import land
from flows.stages.losses import ask_again
from flows.stages.maps import read_maps
from flows.stages.notify import notify
from flows.stages.publish import MetricOutcome, publish
from flows.stages.transform import transform, usage_sources
from tokenshare.errors import ExitCode, UsageError, gravest
from tokenshare.mirrors import MirrorOutcome
from tokenshare.offsets import Landed

Stage = Callable[..., Any]
LACKING = ("absent", "refused")  # no usable answer


@dataclass(frozen=True)
class Stages:
    """The stages as plain functions. An orchestrator may wrap each; nothing else changes."""

    ingest: Stage = ingest
    land: Stage = land
    transform: Stage = transform
    publish: Stage = publish
    mirror: Stage = mirror
    notify: Stage = notify


@dataclass(frozen=True)
class Report:
    """The results of a pass."""

    run: PassContext
    sources: Sequence[SourceOutcome]
    ranges: Sequence[Landed]
    metrics: Sequence[MetricOutcome]
    alerts: dict[str, int]
    mirrors: Sequence[MirrorOutcome] = ()
    planned_holds: frozenset[str] = frozenset()

    @property
    def exit_code(self) -> ExitCode:
        """The gravest code among the results."""
        held = {metric.id for metric in self.metrics if metric.status == "held"} - self.planned_holds
        lacking = any(source.status in LACKING for source in self.sources)
        found = {ExitCode.HELD: held, ExitCode.INCOMPLETE: lacking, ExitCode.UNDELIVERED: self.alerts["undelivered"]}
        return gravest([code for code, is_so in found.items() if is_so])

    @property
    def unanswered(self) -> list[dict[str, str]]:
        """The sources asked over a network, with address and reason, if none gave a usable answer; else empty."""
        endpoints = self.run.upstreams.endpoints
        addresses = {source.id: endpoints[source.upstream].url for source in SOURCES if source.upstream in endpoints}
        asked = [found for found in self.sources if found.status != "skipped" and addresses.get(found.id)]
        if any(found.status not in LACKING for found in asked):
            return []
        return [{"id": found.id, "address": addresses[found.id], "reason": found.reason} for found in asked]

    def document(self) -> dict[str, Any]:
        """The pass as `refresh --json` prints it."""
        return {
            "run_id": self.run.id,
            "as_of": self.run.as_of,
            **self.run.origin.fields,
            "status": self.status,
            "exit_code": int(self.exit_code),
            "sources": [asdict(source) for source in self.sources],
            "unanswered": self.unanswered,
            "ranges": [
                {**asdict(found.range), "rows": found.rows, "rejected": found.rejected} for found in self.ranges
            ],
            "metrics": [asdict(metric) for metric in self.metrics],
            "mirrors": [asdict(mirror) for mirror in self.mirrors],
            "alerts": self.alerts,
            "seconds": {"total": round(sum(self.run.seconds.values()), 3), **self.run.seconds},
        }

    @property
    def status(self) -> str:
        """ok, held or incomplete."""
        return {ExitCode.HELD: "held", ExitCode.INCOMPLETE: "incomplete"}.get(self.exit_code, "ok")


def findings_of(document: Mapping[str, Any]) -> list[str]:
    """What a pass holds, the sources without a usable answer and the mirrors left behind, a line each."""
    held = [metric["id"] for metric in document["metrics"] if metric["status"] == "held"]
    lacking = [source["id"] for source in document["sources"] if source["status"] in LACKING]
    behind = [mirror["id"] for mirror in document["mirrors"] if mirror["status"] == "failed"]
    found = (("held", held), ("no answer", lacking), ("behind", behind))
    return [f"{label}: {', '.join(ids)}" for label, ids in found if ids]


def refresh(run: PassContext, stages: Stages | None = None, planned_holds: frozenset[str] = frozenset()) -> Report:
    """Run the route once; the caller owns the home. A rerun over the same input changes nothing.

    Raises UsageError if `as_of` is too early, lies in the future of real upstreams, or is older than the home's newest,
    or if a row of the user's maps is not usable.
    """
    stages = stages or Stages()
    _check_moment(run)
    read_maps(run.settings.curated)  # a row that cannot be used ends the pass before it fetches anything
    _check_past(run)
    with run.stage("ingest"):
        sources = stages.ingest(run)
    run.note("source", sources)
    variables = {"usage_sources": usage_sources(run)}  # after the fetch: a first complete one counts already
    with run.stage("land"):
        ranges = stages.land(run)
    run.note("range", ranges)
    with run.stage("transform"):
        build = stages.transform(run, variables)
        ask_again(run)
    with run.stage("publish"):
        metrics = stages.publish(run, build, sources, variables)
    run.note("metric", metrics)
    mirrors: Sequence[MirrorOutcome] = ()
    if mirrors_of(run.settings):
        with run.stage("mirror"):
            mirrors = stages.mirror(run)
        run.note("mirror", mirrors)
    with run.stage("notify"):
        alerts = stages.notify(run)
    run.log("alerts", alerts)
    runs.finish(run.home.warehouse, run.id, run.clock())
    return Report(run, sources, ranges, metrics, alerts, mirrors, planned_holds)


def _check_moment(run: PassContext) -> None:
    """Refuse a moment before the first data, and for real upstreams a moment in the future."""
    if run.as_of.date() <= BEGINNING:
        raise UsageError(
            f"--as-of {run.as_of.isoformat()} is not after the first day of the upstreams ({BEGINNING})",
            "use a later moment",
        )
    if run.upstreams.files is None and run.as_of > run.started_at:
        raise UsageError(
            f"--as-of {run.as_of.isoformat()} lies in the future (it is {run.started_at.isoformat()})",
            "leave --as-of out, or name a moment that has passed",
        )


def _check_past(run: PassContext) -> None:
    """Record the start of the pass. Refuse a moment in the past: newer knowledge is published already."""
    newest = runs.begin(run.home.warehouse, run.id, run.as_of, run.started_at, run.home.skipped)
    if newest and run.as_of < newest:
        raise UsageError(
            f"--as-of {run.as_of.isoformat()} is older than this home's newest ({newest.isoformat()})",
            "use a later moment, or a new home",
        )
