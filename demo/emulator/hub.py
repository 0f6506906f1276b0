"""The Hub's paths over a world: listings of repositories, filtered, sorted, page by page; and one repository."""

import base64
import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

from demo.emulator.answers import Refusal, Request, Responder, Response, in_field, render
from demo.emulator.world_files import Cells, read_table
from demo.tables import HUB_MODELS

LIST = "/api/models"
PUBLIC = "https://huggingface.co"  # the base of addresses inside answers
SORTS = {
    "downloads": "downloads",
    "likes": "likes",
    "trendingScore": "trending_score",
    "createdAt": "created_at",
    "lastModified": "created_at",
}
EXPANDS = {
    *("author", "baseModels", "cardData", "childrenModelCount", "config", "createdAt", "disabled", "downloads"),
    *("downloadsAllTime", "evalResults", "gated", "gguf", "inference", "inferenceProviderMapping", "lastModified"),
    *("library_name", "likes", "mask_token", "model-index", "pipeline_tag", "private", "resourceGroup"),
    *("safetensors", "sha", "siblings", "spaces", "tags", "transformersInfo", "trendingScore", "usedStorage"),
    "widgetData",
}
LARGEST_LIMIT = 1000
WINDOW_SECONDS = 300
CALLS_A_WINDOW = 500
_TRUE = ("true", "1", "yes")

QueryParams = Mapping[str, list[str]]


class Budget:
    """The Hub's limit: so many calls within a fixed window of five minutes; every answer states the rest."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, calls: int = CALLS_A_WINDOW) -> None:
        self._clock, self._calls = clock, calls
        self._opened, self._left = clock(), calls

    def spend(self) -> dict[str, str]:
        """Count a call and return the headers of its answer; raises Refusal(429) once nothing is left."""
        if self._clock() - self._opened >= WINDOW_SECONDS:
            self._opened, self._left = self._clock(), self._calls
        rest = math.ceil(self._opened + WINDOW_SECONDS - self._clock())
        is_spent, self._left = self._left == 0, max(0, self._left - 1)
        headers = {
            "RateLimit": f'"api";r={self._left};t={rest}',
            "RateLimit-Policy": f'"fixed window";"api";q={self._calls};w={WINDOW_SECONDS}',
        }
        if is_spent:
            raise _refusal(429, "We had to rate limit you", headers)
        return headers


class Shelf:
    """The repositories a world shows at a moment, read once."""

    def __init__(self, world: Path, as_of: datetime) -> None:
        self._table, self._as_of = read_table(world, HUB_MODELS), as_of

    @property
    def is_part(self) -> bool:
        return self._table is not None

    @cached_property
    def repositories(self) -> list[Cells]:
        shown = self._table.at(self._as_of) if self._table else ()
        return [cells for cells in shown if cells["withdrawn"].lower() not in _TRUE]


def hub(world: Path, as_of: datetime, budget: Budget | None = None) -> Responder:
    """Answer the documented requests to the Hub; no token is needed, any is accepted."""
    shelf, pace = Shelf(world, as_of), budget or Budget()

    def answer(question: Request) -> Response | None:
        if not shelf.is_part or not (question.path == LIST or question.path.startswith(f"{LIST}/")):
            return None
        headers, params = pace.spend(), parse_qs(question.query, keep_blank_values=True)
        if question.path == LIST:
            return _list(params, shelf.repositories, headers)
        return _show(question.path.removeprefix(f"{LIST}/"), params, shelf.repositories, headers)

    return answer


def refuse_base_models(question: Request, answer: Response, _: datetime) -> Response:
    """The answer of a Hub whose listings do not expand `baseModels`, as documented; a single repository has it."""
    asked = parse_qs(question.query).get("expand[]", [])
    if question.path != LIST or "baseModels" not in asked:
        return answer
    names = "|".join(sorted(EXPANDS - {"baseModels"}))
    message = f'\u2716 Invalid option: expected one of "{names}" \u2192 at expand[{asked.index("baseModels")}]'
    return _refusal(400, message).as_answer()


def _list(params: QueryParams, shown: Sequence[Cells], headers: Mapping[str, str]) -> Response:
    sort, limit = _one(params, "sort", ""), _read_limit(params)
    if sort and sort not in SORTS:
        raise _refusal(400, f"sort must be one of {', '.join(SORTS)}")
    found = [cells for cells in shown if _matches(cells, params)]
    if sort:
        found.sort(key=lambda cells: (_rank(cells[SORTS[sort]]), cells["hub_id"]), reverse=True)
    start = _read_cursor(params)
    page = found[start : start + limit]
    expands = _expands(params)
    link = {"Link": _next(params, start + limit)} if start + limit < len(found) else {}
    return Response(200, render([describe(cells, expands) for cells in page]), headers={**headers, **link})


def _show(repo: str, params: QueryParams, shown: Sequence[Cells], headers: Mapping[str, str]) -> Response:
    found = next((cells for cells in shown if cells["repo"].lower() == repo.lower()), None)
    if found is None:
        raise _refusal(404, "Repository not found", headers)
    return Response(200, render(describe(found, _expands(params))), headers=headers)


def describe(cells: Cells, expands: set[str]) -> dict[str, Any]:
    """A repository as the Hub writes it: its ids, and the fields in `expands`, or else the usual ones."""
    bases = [base.partition(":") for base in cells["base_models"].split(";") if base]
    relation = bases[0][0] if bases else ""
    everything = {
        "author": cells["repo"].partition("/")[0],
        "baseModels": {"relation": relation, "models": [{"id": base[2]} for base in bases if base[0] == relation]}
        if bases
        else None,
        "createdAt": cells["created_at"],
        "downloads": _number(cells["downloads"]),
        "downloadsAllTime": _number(cells["downloads_all_time"]),
        "gated": False,
        "likes": _number(cells["likes"]),
        "pipeline_tag": cells["pipeline_tag"] or None,
        "private": False,
        "tags": [*(tag for tag in cells["tags"].split(";") if tag), *_declared(bases)],
        "trendingScore": _number(cells["trending_score"]),
    }
    usual = {"downloads", "likes", "pipeline_tag", "tags", "createdAt", "private", "trendingScore"}
    names = {"_id": cells["hub_id"], "id": cells["repo"]}
    return names | {name: everything[name] for name in sorted(expands or usual) if everything.get(name) is not None}


def _declared(bases: Sequence[tuple[str, str, str]]) -> list[str]:
    """The tags the Hub makes of declared bases, with and without the relation."""
    return [tag for relation, _, name in bases for tag in (f"base_model:{name}", f"base_model:{relation}:{name}")]


def _matches(cells: Cells, params: QueryParams) -> bool:
    tags = describe(cells, {"tags"})["tags"]
    author = _one(params, "author", "")
    return (
        (not author or cells["repo"].partition("/")[0].lower() == author.lower())
        and _one(params, "search", "").lower() in cells["repo"].lower()
        and _one(params, "pipeline_tag", cells["pipeline_tag"]) == cells["pipeline_tag"]
        and all(wanted in (*tags, cells["pipeline_tag"]) for wanted in params.get("filter", []))
    )


def _expands(params: QueryParams) -> set[str]:
    asked = {*params.get("expand", []), *params.get("expand[]", [])}
    if asked - EXPANDS:
        raise _refusal(400, f"expand: {sorted(asked - EXPANDS)[0]} is not one of its values")
    if asked and {"full", "cardData", "config"} & params.keys():
        raise _refusal(400, "expand cannot be combined with full, cardData or config")
    return asked


def _read_limit(params: QueryParams) -> int:
    text = _one(params, "limit", str(LARGEST_LIMIT))
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) < 1:
        raise _refusal(400, "limit must be a positive number")
    return min(int(text), LARGEST_LIMIT)


def _read_cursor(params: QueryParams) -> int:
    try:
        return int(json.loads(base64.urlsafe_b64decode(_one(params, "cursor", "WzBd")))[0])
    except (ValueError, LookupError, TypeError) as error:
        raise _refusal(400, "Invalid cursor") from error


def _next(params: QueryParams, start: int) -> str:
    cursor = base64.urlsafe_b64encode(json.dumps([start]).encode()).decode()
    return f'<{PUBLIC}{LIST}?{urlencode({**params, "cursor": [cursor]}, doseq=True)}>; rel="next"'


def _refusal(status: int, message: str, headers: Mapping[str, str] | None = None) -> Refusal:
    return Refusal(status, message, headers, in_field)


def _one(params: QueryParams, name: str, default: str) -> str:
    return params.get(name, [default])[0]


def _number(text: str) -> int | float | str | None:
    """Convert to a number; serve any other text as it stands in the world, and None for an empty one."""
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text


def _rank(text: str) -> tuple[float, str]:
    number = _number(text)
    return (float(number), "") if isinstance(number, int | float) else (-1.0, text)
