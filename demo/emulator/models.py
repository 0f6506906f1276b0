"""The emulated path models: the catalogue with its list prices, page by page if asked.

An entry is served as its row says, whatever its output: the upstream writes the price per second of a transcription,
and 0 for a video, into the same fields as prices per token. A file may have one more column, `pricing_json`: what the
entry states besides, such as `{"request": "0.005"}`, or instead; null leaves a field out.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from demo.emulator.answers import PUBLIC, Refusal, Response, render
from demo.emulator.world_files import Cells

DEFAULT_LIMIT = 500
LARGEST_LIMIT = 1000
UNKNOWN_PRICE = "-1"
_TRUE = ("true", "1", "yes")
FIELDS = {  # a field, and the column of its value
    "id": "id",
    "canonical_slug": "canonical_slug",
    "name": "name",
    "created": "created_at",
    "hugging_face_id": "hugging_face_id",
    "architecture": "output_modalities",
}
PRICES = {"prompt": "prompt_usd_per_token", "completion": "completion_usd_per_token"}


def catalogue(params: Mapping[str, str], shown: Sequence[Cells]) -> Response:
    """The documented answer to `params`; raises Refusal if the upstream would."""
    asked = set(params.get("output_modalities", "text").split(","))
    listed = [cells for cells in shown if cells["withdrawn"].lower() not in _TRUE and _has_modality(cells, asked)]
    offset, limit = _read_number(params, "offset", 0), _read_limit(params)
    page = listed[offset:] if limit is None else listed[offset : offset + limit]
    document = {
        "data": [describe(cells) for cells in page],
        "total_count": len(listed),
        "links": {"next": None if limit is None else _next(params, offset + limit, limit, len(listed))},
    }
    return Response(200, render(document), headers={"Cache-Control": "public, max-age=300"})


def describe(cells: Cells) -> dict[str, Any]:
    """One entry as the upstream writes it. A value without a conversion is served as written in the world."""
    slug, modalities = cells["canonical_slug"], _modalities(cells)
    entry: dict[str, Any] = {
        "id": cells["id"],
        "canonical_slug": slug,
        "name": cells["name"],
        "created": _epoch(cells["created_at"]),
        "description": "",
        "context_length": 131072,
        "hugging_face_id": cells["hugging_face_id"] or None,
        "architecture": {
            "modality": f"text->{'+'.join(modalities)}",
            "input_modalities": ["text"],
            "output_modalities": modalities,
            "tokenizer": "Other",
        },
        "pricing": _pricing(cells),
        "per_request_limits": None,
        "supported_parameters": [],
        "expiration_date": None,
        "alias_target": {"slug": slug, "name": cells["name"]} if cells["id"].startswith("~") else None,
    }
    return {name: value for name, value in entry.items() if name not in FIELDS or FIELDS[name] in cells}


def _pricing(cells: Cells) -> dict[str, Any]:
    """The prices of an entry; an empty price is one unknown to the upstream."""
    pricing: dict[str, Any] = {
        **{side: cells[column] or UNKNOWN_PRICE for side, column in PRICES.items() if column in cells},
        "request": "0",
        "image": "0",
        "discount": _number(cells["discount"] or "0.0"),
        **({"overrides": _parsed(cells["overrides_json"])} if cells["overrides_json"] else {}),
        **(_parsed(cells["pricing_json"]) if cells["pricing_json"] else {}),
    }
    return {name: value for name, value in pricing.items() if value is not None}


def _modalities(cells: Cells) -> list[str]:
    return [name for name in re.split(r"[;,|+ ]+", cells["output_modalities"]) if name]


def _has_modality(cells: Cells, asked: set[str]) -> bool:
    return "all" in asked or not asked.isdisjoint(_modalities(cells))


def _read_limit(params: Mapping[str, str]) -> int | None:
    """Read the limit; None if neither offset nor limit is given: then the list comes whole."""
    if "limit" not in params and "offset" not in params:
        return None
    limit = _read_number(params, "limit", DEFAULT_LIMIT)
    if not 1 <= limit <= LARGEST_LIMIT:
        raise Refusal(400, f"limit must lie between 1 and {LARGEST_LIMIT}")
    return limit


def _read_number(params: Mapping[str, str], name: str, default: int) -> int:
    text = params.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII):
        raise Refusal(400, f"{name} must be a whole number")
    return int(text)


def _next(params: Mapping[str, str], offset: int, limit: int, total: int) -> str | None:
    asked = {**params, "offset": str(offset), "limit": str(limit)}
    return f"{PUBLIC}/models?{urlencode(asked)}" if offset < total else None


def _epoch(text: str) -> int | str:
    try:
        return int(datetime.fromisoformat(text).timestamp())
    except (ValueError, OverflowError):
        return text


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
