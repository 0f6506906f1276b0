"""One home through many faults: each world, the report of its pass, and the published rows after it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from connectors.storage.warehouse import open_warehouse
from flows import settings
from flows.operations import ingest_history
from flows.orchestration.refresh import Report
from tests.faults.sources import CLAIMS, TABLE, Cell, Said
from tests.faults.world import EARLIER, MONDAY, SUNDAY, Rows, make_world, write
from tests.scene import Scene, outcomes, statuses
from tokenshare.errors import ExitCode
from tokenshare.metrics import METRICS

Cells = Mapping[str, Cell]  # by the file it is done to
Shown = list[dict[str, Any]]
MARKS = ("as_of", "status", "held_since", "is_provisional", "version")  # no part of the numbers
ONLY_THE_PRESENT = ("huggingface_hub", "openrouter_models")
WELL = ("published", "unchanged")


@dataclass(frozen=True)
class Step:
    """A pass: its report, the published rows, the checks that hold with their keys, held periods, last good rows."""

    cells: Cells
    report: Report
    shown: Mapping[str, Shown]
    failed: Mapping[str, Mapping[str, str]]
    with_held_periods: frozenset[str]
    good: Mapping[str, Shown]

    @property
    def held(self) -> dict[str, list[Said]]:
        """By metric, why it has to be held."""
        found: dict[str, list[Said]] = {}
        for cell in self.cells.values():
            for metrics, said in cell.held.items():
                for metric in metrics:
                    found.setdefault(metric, []).append(said)
        return found

    @property
    def refused(self) -> dict[str, str]:
        return {source: said for cell in self.cells.values() for source, said in cell.refused.items()}

    @property
    def exit_code(self) -> ExitCode:
        return ExitCode.INCOMPLETE if self.refused else ExitCode.HELD if self.held else ExitCode.OK


@dataclass
class Scenario:
    """A home and its world; every pass comes five minutes after the one before, on one Monday."""

    scene: Scene
    directory: Path
    files: dict[str, Rows]
    at: datetime
    good: dict[str, Shown] = field(default_factory=dict)
    landed: str = ""  # the file whose bad numbers the last pass took in

    def play(self, cells: Cells) -> Step:
        served = {name: cells[name].edit(rows) if name in cells else rows for name, rows in self.files.items()}  # type: ignore[misc]
        report = self.scene.refresh(self.at.isoformat(), write(self.directory, served))
        self.at += timedelta(minutes=5)
        shown = self.scene.metrics(metric.id for metric in METRICS)
        in_part = frozenset(row["metric"] for row in self.scene.catalog("held_periods"))
        step = Step(cells, report, shown, self._failed(report), in_part, dict(self.good))
        self.good |= {id: shown[id] for id, told in statuses(report).items() if told in WELL}
        self.landed = next((name for name, cell in cells.items() if cell.held), "")
        return step

    def _failed(self, report: Report) -> dict[str, dict[str, str]]:
        """The observed value and every key of each check that holds a metric or periods of it, by metric and check."""
        query = """
            SELECT metric, "check", any_value(told.observed) || coalesce(' ' || string_agg(key, ' | '), '')
            FROM decisions.gate_results AS told LEFT JOIN decisions.breaches USING (run, metric, "check")
            WHERE run = ? AND outcome IN ('failed', 'held') GROUP BY ALL
        """
        found: dict[str, dict[str, str]] = {}
        with open_warehouse(self.scene.home.warehouse) as connection:
            for metric, check, told in connection.execute(query, [report.run.id]).fetchall():
                found.setdefault(metric, {})[check] = told
        return found


def open_scenario(scene: Scene, directory: Path) -> Scenario:
    """A home after a good fortnight and two more readings, with a first good pass of the day of the faults."""
    files = make_world(directory)
    assert files.keys() == TABLE.keys()
    scenario = Scenario(scene, write(directory, files), files, datetime.fromisoformat(f"{SUNDAY}T06:00:00+00:00"))
    loaded = settings.load(scene.variables)
    ingest_history.collect(loaded, directory, ONLY_THE_PRESENT, EARLIER, lambda _: None, "synthetic")
    first = scenario.play({})
    assert set(statuses(first.report).values()) == {"published"}, first.report
    scenario.at = datetime.combine(MONDAY, time(4), scenario.at.tzinfo)
    assert scenario.play({}).report.exit_code == ExitCode.OK
    return scenario


def objections(step: Step) -> Iterator[str]:
    """The differences between a pass and the table."""
    told = {metric.id: (metric.status, metric.reason) for metric in outcomes(step.report)}
    sources = {source.id: (source.status, source.reason) for source in step.report.sources}
    if step.report.exit_code != step.exit_code:
        yield f"exit {step.report.exit_code!r}, not {step.exit_code!r}"
    for source, (status, reason) in sources.items():
        said = step.refused.get(source)
        if said is None and status in ("absent", "refused"):
            yield f"{source} is {status}: {reason}"
        if said is not None and (status not in ("absent", "refused") or said not in reason):
            yield f"{source} is {status}, not refused with {said!r}: {reason}"
    for metric, (status, reason) in told.items():
        yield from _objections(step, metric, status, reason)


def _objections(step: Step, metric: str, status: str, reason: str) -> Iterator[str]:
    expected = step.held.get(metric)
    if expected is not None:
        yield from _held(step, metric, status, reason, expected)
    elif status not in WELL and not (metric in CLAIMS and step.held):  # verdicts may follow what is held
        yield f"{metric} is {status}: {reason}"
    elif status == "unchanged" and _bare(step.shown[metric]) != _bare(step.good[metric]):
        yield f"{metric} is called unchanged and has changed"


def _held(step: Step, metric: str, status: str, reason: str, expected: list[Said]) -> Iterator[str]:
    """A metric without a row of the held period goes on; readers see the same numbers in any case."""
    failed = step.failed.get(metric, {})
    if _bare(step.shown[metric]) != _bare(step.good[metric]):
        yield f"{metric} is {status} and readers see something else than its last good version"
    if status in WELL and not failed:
        return
    if status != "held" or not reason:
        yield f"{metric} is {status}, not held"
    for check, key in expected:
        if key not in failed.get(check, ""):
            yield f"{metric} is not held by {check} at {key} but by {failed}"
        if len(failed) <= 3 and f"{check}: observed " not in reason:
            yield f"{metric} does not say that {check} holds it: {reason}"
    if metric not in step.with_held_periods and {row["status"] for row in step.shown[metric]} != {"held"}:
        yield f"{metric} is held and its rows do not say so"


def _bare(rows: Shown) -> Shown:
    return [{name: cell for name, cell in row.items() if name not in MARKS} for row in rows]
