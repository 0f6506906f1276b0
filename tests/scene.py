"""A home to play scenes in: one warm process, one shared broker, topics of its own."""

import csv
import json
import shutil
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from connectors.storage.home import Home
from connectors.storage.publications import catalog
from demo import tables
from flows import settings
from flows.cli.setup import reading
from flows.orchestration.refresh import Report
from flows.orchestration.runner import run_once
from flows.stages.publish import MetricOutcome
from tokenshare.metrics import METRIC_BY_ID, METRICS
from tokenshare.topics import PUSHED

# What ships with the project and would be part of every scene: left out where a scene is about something else.
ROUTER_ALONE = {"TOKENSHARE_SOURCES_OFF": "claims,disclosures,leaderboards,releases"}
WITHOUT_FACTS = {"TOKENSHARE_SOURCES_OFF": "disclosures,leaderboards,releases"}
Row = tuple[str, str, str, str]  # known_at, date, model_permaslug, total_tokens


@dataclass
class Scene:
    """One home. `refresh` runs the whole real route against a world, as the command would."""

    root: Path
    broker: str
    environ: dict[str, str] = field(default_factory=dict)
    prefix: str = field(default_factory=lambda: f"scene-{uuid.uuid4().hex[:10]}.")

    @property
    def home(self) -> Home:
        return Home(self.root)

    @property
    def variables(self) -> dict[str, str]:
        """The environment of this home's commands."""
        return {
            "TOKENSHARE_HOME": str(self.root),
            "TOKENSHARE_KAFKA_BOOTSTRAP_SERVERS": self.broker,
            "TOKENSHARE_KAFKA_TOPIC_PREFIX": self.prefix,
            "TOKENSHARE_HTTP_ATTEMPTS": "2",
            **self.environ,
        }

    def refresh(self, as_of: str, world: Path | None, sources: Sequence[str] = (), **options: Any) -> Report:
        moment = datetime.fromisoformat(as_of)
        said: Callable[[str], None] = lambda _: None  # noqa: E731
        return run_once(settings.load(self.variables), moment, world, sources, said, **options)

    def metric(self, id: str) -> list[dict[str, Any]]:
        """The published rows of a metric now."""
        return catalog.read_metric(self.home, METRIC_BY_ID[id])

    def metrics(self, ids: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
        """The published rows of each metric now, all read at one opening of the file."""
        with reading(self.home):
            return {id: self.metric(id) for id in ids}

    def catalog(self, table: str, **where: Any) -> list[dict[str, Any]]:
        return catalog.read_catalog(self.home, table, **where)


def outcomes(report: Report) -> list[MetricOutcome]:
    """The outcomes of a pass, without those of a receiver that has taken nothing in: no world feeds one."""
    unfed = {metric.id for metric in METRICS if set(metric.needed) & PUSHED.keys()}
    return [found for found in report.metrics if not (found.id in unfed and found.status == "inactive")]


def statuses(report: Report) -> dict[str, str]:
    """The status of each outcome."""
    return {outcome.id: outcome.status for outcome in outcomes(report)}


def read_rankings(path: Path) -> list[Row]:
    """The rows of a world's rankings, without the header."""
    with path.open(newline="") as file:
        return [(r[0], r[1], r[2], r[3]) for r in list(csv.reader(file))[1:]]


def write_rankings(directory: Path, rows: Iterable[Row]) -> Path:
    """A world with these rankings."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "rankings_daily.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([tables.RANKINGS.columns, *rows])
    return directory


def recorded_world(source: Path, directory: Path, as_of: str, citation: str) -> Path:
    """A copy of a recorded world beside the checkout, stating what it is."""
    directory.mkdir(parents=True, exist_ok=True)
    for file in source.glob("*.csv"):
        shutil.copyfile(file, directory / file.name)
    stated = {"origin": "recorded", "as_of": as_of, "citation": citation}
    (directory / "world.json").write_text(json.dumps(stated))
    return directory


MODELS = (
    "deepseek/deepseek-r1",
    "anthropic/claude-3-opus",
    "openai/gpt-4o",
    "qwen/qwq-32b",
    "google/gemini-2.5-pro",
)


def small_rows(start: date, days: int, tokens: int = 1_000_000) -> list[Row]:
    """A few weeks of a small world: five named models and `other`, each day known at five past two of the next."""
    rows: list[Row] = []
    for day in (start + timedelta(days=n) for n in range(days)):
        known_at = datetime.combine(day + timedelta(days=1), time(2, 5), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        for index, model in enumerate(MODELS):
            rows.append((known_at, day.isoformat(), model, str(tokens * (index + 1) + day.day)))
        rows.append((known_at, day.isoformat(), "other", str(tokens // 2)))
    return rows


def write_prices(directory: Path, known_at: str, prices: dict[str, tuple[str, str]]) -> Path:
    """Write a catalogue into the world, or append to it: prompt and completion price per token by model."""
    path = directory / "models.csv"
    is_new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if is_new:
            writer.writerow(tables.MODELS.columns)
        for model, (prompt, completion) in prices.items():
            created = "2025-01-01T00:00:00Z"
            writer.writerow((known_at, model, model, model, created, "", "text", prompt, completion, "", "", ""))
    return directory
