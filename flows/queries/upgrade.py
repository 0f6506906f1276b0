"""The document of `upgrade --check`: what the next pass of this version would change in a home."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from connectors.storage import warehouse
from connectors.storage.home import Home, describe, layout_of
from connectors.storage.publications import history, published
from connectors.storage.warehouse import Connection, landed_columns, snapshot
from flows.queries.overview import find_home
from flows.settings import Settings
from flows.stages.dbt import models_digest, project
from flows.stages.maps import lay_maps
from tokenshare.metrics import METRICS
from tokenshare.topics import TOPICS


@dataclass(frozen=True)
class Part:
    """A part of a home, and what the next pass does with it."""

    part: str
    change: Literal["unchanged", "rebuilt"]
    reason: str = ""


def foresee(settings: Settings) -> dict[str, Any]:
    """The parts of a home that the next pass would rebuild; nothing is changed here.

    Raises UsageError if a newer version wrote the home, or a column of a landed file; Busy while a pass is at work.
    """
    home = find_home(settings)
    parts = [_format(home), *(_read_parts(home, settings.curated) if home.warehouse.exists() else ())]
    is_same = all(part.change == "unchanged" for part in parts)
    return {
        "home": str(home.root),
        "version": landed_columns.our_version(),
        "layout": layout_of(describe(home) or {}),
        "status": "nothing to do" if is_same else "rebuilt by the next pass",
        "parts": [asdict(part) for part in parts],
    }


def _format(home: Home) -> Part:
    found = describe(home) or {}
    known = {"id": "no id", "has_secret": "no secret that proves its records"}
    lacking = [words for name, words in known.items() if not found.get(name)]
    reasons = [f"the home has {' and '.join(lacking)} yet"] if lacking else []
    layout = layout_of(found)
    reasons += [f"layout {found['layout']} becomes {layout}"] if found.get("layout") != layout else []
    return Part("format", *_changed(not reasons, "; ".join(reasons)))


def _read_parts(home: Home, curated: Path | None) -> list[Part]:
    with TemporaryDirectory() as folder:
        with snapshot.copied(home, Path(folder)) as copy, warehouse.opened(copy) as connection:
            has_form = warehouse.has_form(connection)
        tables = Part("build tables", *_changed(has_form, "they are of another version"))
        with snapshot.take(home, Path(folder)) as connection:
            landed = Part("landed files", "unchanged", "; ".join(_younger(connection, home)))
            built = _built(connection, curated, Path(folder))
            return [tables, landed, *built, _published(connection, home)]


def _younger(connection: Connection, home: Home) -> Iterator[str]:
    """Each column younger than some landed files, in words."""
    for topic in TOPICS:
        counts: dict[str, int] = {}
        for path in warehouse.landed_files(connection, home.landing, topic):
            landed_columns.check_columns(path, topic)
            for name in landed_columns.find_younger(path, topic):
                counts[name] = counts.get(name, 0) + 1
        yield from (f"{topic.name}: {name} is null in {count} files" for name, count in counts.items())


def _built(connection: Connection, curated: Path | None, folder: Path) -> Iterator[Part]:
    """Maps, models and metrics against those of the newest decision; none before the first."""
    before = history.read_inputs(connection)
    if before is None:
        return
    seeds, models = before
    lay_maps(curated, Home(folder))
    yield Part("maps", *_changed(project(Home(folder)).seeds == seeds, "they differ from those of the last pass"))
    yield Part("models", *_changed(models_digest() == models, "their SQL differs from that of the last pass"))
    known = history.read_decided(connection)
    new = [metric.id for metric in METRICS if metric.id not in known]
    yield Part("metrics", *_changed(not new, f"new: {', '.join(new)}"))


def _published(connection: Connection, home: Home) -> Part:
    is_current = not history.any_recorded(connection) or published.is_current(connection, home)
    return Part("published file", *_changed(is_current, "it is of another form, or not the newest decisions"))


def _changed(is_same: bool, reason: str) -> tuple[Literal["unchanged", "rebuilt"], str]:
    return ("unchanged", "") if is_same else ("rebuilt", reason)
