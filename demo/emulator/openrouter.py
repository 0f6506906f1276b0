"""OpenRouter's paths over a world: rankings and their daily exports, catalogue; the Data API wants a key."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from demo.emulator.answers import Refusal, Request, Responder, Response
from demo.emulator.exports import FOLDER, export
from demo.emulator.models import catalogue
from demo.emulator.rankings import rank
from demo.emulator.world_files import read_table
from demo.tables import CATEGORIES, MODELS, RANKINGS

BASE = "/api/v1"


def openrouter(world: Path, as_of: datetime, count: Callable[[str], None]) -> Responder:
    """Answer the documented requests to OpenRouter; `count` counts a call of a key, and refuses one too many."""
    rankings, categories, models = (read_table(world, table) for table in (RANKINGS, CATEGORIES, MODELS))

    def answer(question: Request) -> Response | None:
        path = question.path.removeprefix(f"{BASE}/")
        is_sliced = "category" in question.params and categories is not None
        if path == "datasets/rankings-daily" and (rankings is not None or is_sliced):
            if not question.key:
                raise Refusal(401, "No auth credentials found")
            count(question.key)
            daily = rankings.at(as_of) if rankings else []
            weekly = categories.at(as_of) if categories else None
            return rank(question.params, as_of, daily, weekly)
        if path.startswith(f"{FOLDER}/") and rankings is not None:
            return export(path, rankings, as_of)
        if path == "models" and models is not None:
            return catalogue(question.params, models.at(as_of))
        return None

    return answer
