"""The emulated keyless exports: an index, and per complete day a CSV, a JSON and a manifest of both."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from demo.emulator.answers import JSON, PUBLIC, Refusal, Response, render, stamp
from demo.emulator.rankings import COUNTED, is_day, order, size
from demo.emulator.world_files import Cells, WorldTable, stated

FOLDER = "datasets/exports"
DATASET = "rankings-daily"
DAYS = 30
DAY = timedelta(days=1)
HEADER = ("date", "model_permaslug", "rank", "total_tokens", "share_of_daily_tokens")
CACHED = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
LICENCE = {"name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"}


@dataclass(frozen=True)
class Snapshot:
    """The thirty days up to `date`, as shown at `taken_at`."""

    date: date
    taken_at: datetime
    rows: tuple[dict[str, str], ...]


def export(path: str, rankings: WorldTable, as_of: datetime) -> Response:
    """The file at `path` (below the API's base); raises Refusal(404) if there is none."""
    if path == f"{FOLDER}/index.json":
        return _answer(render(_index(take_snapshot(rankings, None, as_of))), JSON)
    name, _, kind = path.removeprefix(f"{FOLDER}/{DATASET}/").partition(".")
    if kind not in ("csv", "json", "manifest.json"):
        raise Refusal(404, "no such file")
    snapshot = take_snapshot(rankings, None if name == "latest" else _read_day(name), as_of)
    if kind == "csv":
        return _answer(write_csv(snapshot), "text/csv; charset=utf-8")
    body = write_json(snapshot) if kind == "json" else render(describe(snapshot))
    return _answer(body, JSON)


def take_snapshot(rankings: WorldTable, day: date | None, as_of: datetime) -> Snapshot:
    """The snapshot of a day, or of the last complete day the world shows.

    Its rows are those of `as_of`, or of the end of the day after it if that is earlier: from then on a dated file does
    not change.
    """
    shown = {cells["date"] for cells in rankings.at(as_of)}
    complete = sorted(text for text in shown if is_day(text) and text < as_of.date().isoformat())
    chosen = day.isoformat() if day else (complete or [""])[-1]
    if chosen not in complete:
        raise Refusal(404, "no snapshot of that day")
    last = date.fromisoformat(chosen)
    taken_at = min(as_of, datetime.combine(last + 2 * DAY, time.min, UTC))
    first = (last - (DAYS - 1) * DAY).isoformat()
    daily = [cells for cells in rankings.at(taken_at) if first <= cells["date"] <= chosen]
    return Snapshot(last, taken_at, tuple(_ranked(daily)))


def write_csv(snapshot: Snapshot) -> bytes:
    """Write CSV with CRLF and an empty rank on `other`, without the columns missing from the world."""
    text = io.StringIO(newline="")
    header = [name for name in HEADER if not snapshot.rows or name in snapshot.rows[0]]
    writer = csv.DictWriter(text, header, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(snapshot.rows)
    return text.getvalue().encode()


def write_json(snapshot: Snapshot) -> bytes:
    return render({"schema_version": "v1", "snapshot_date": f"{snapshot.date}", "data": snapshot.rows})


def describe(snapshot: Snapshot) -> dict[str, Any]:
    """The manifest: the size and digest of each file."""
    written = {"csv": ("text/csv", write_csv(snapshot)), "json": (JSON, write_json(snapshot))}
    return {
        "dataset": DATASET,
        "schema_version": "v1",
        "snapshot_date": f"{snapshot.date}",
        "retrieved_at": stamp(snapshot.taken_at),
        "row_count": len(snapshot.rows),
        "license": LICENCE,
        "files": {
            kind: {
                "url": f"{PUBLIC}/{FOLDER}/{DATASET}/{snapshot.date}.{kind}",
                "encoding_format": encoding_format,
                "bytes": len(body),
                "sha256": sha256(body).hexdigest(),
            }
            for kind, (encoding_format, body) in written.items()
        },
    }


def _index(latest: Snapshot) -> dict[str, Any]:
    dataset = {
        "id": DATASET,
        "title": "Daily model rankings",
        "latest_snapshot_date": f"{latest.date}",
        "latest_manifest_url": f"{PUBLIC}/{FOLDER}/{DATASET}/latest.manifest.json",
    }
    return {
        "schema_version": "v1",
        "updated_at": stamp(latest.taken_at),
        "update_cadence": "daily",
        "license": LICENCE,
        "attribution": "OpenRouter (openrouter.ai/rankings)",
        "datasets": [dataset],
    }


def _ranked(daily: Sequence[Cells]) -> list[dict[str, str]]:
    totals: dict[str, int] = {}
    for cells in daily:
        totals[cells["date"]] = totals.get(cells["date"], 0) + size(cells["total_tokens"])
    ranked: list[dict[str, str]] = []
    place, day = 0, ""
    for cells in order(list(daily)):
        place, day = (place + 1 if cells["date"] == day else 1), cells["date"]
        ranked.append(_with_share(cells, place, totals[day]))
    return ranked


def _with_share(cells: Cells, place: int, total: int) -> dict[str, str]:
    return {
        **stated(cells, {"date": "date", **COUNTED}),
        "rank": "" if cells["model_permaslug"] == "other" else f"{place}",
        "share_of_daily_tokens": repr(size(cells["total_tokens"]) / total) if total else "0.0",
    }


def _read_day(text: str) -> date:
    if not is_day(text):
        raise Refusal(404, "no such file")
    return date.fromisoformat(text)


def _answer(body: bytes, content_type: str) -> Response:
    return Response(200, body, content_type, {**CACHED, "ETag": f'"{sha256(body).hexdigest()[:32]}"'})
