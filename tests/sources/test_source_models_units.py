"""Which entries of the catalogue have a price per token, and which sides of it are unknown."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from connectors.sources.openrouter_models import parse
from tests.sources.payloads import fetch_of
from tests.sources.test_source_models import GOOD, ID, changed, models, page, prices
from tokenshare.errors import PayloadRefused

UNKNOWN_SIDES = ["-1", "-1.0", "-1.000", "", None, 1.25e-06, 0, -1]


@pytest.mark.parametrize("value", UNKNOWN_SIDES)
@pytest.mark.parametrize("side", ["prompt", "completion"])
def test_a_side_without_a_price_is_unknown_and_the_other_stays(side: str, value: Any) -> None:
    parsed = parse(fetch_of(ID, changed(f"pricing.{side}", value)))
    base = next(price for price in prices(parsed) if price[0] == "alpha/one-20260101")
    assert base[4:] == ((None, "0.00001") if side == "prompt" else ("0.00000125", None))
    assert parsed.rejected == ()


def test_missing_sides_are_unknown_for_their_entry_alone() -> None:
    for pricing in ({"completion": "0.00001"}, {}, None):
        parsed = parse(fetch_of(ID, changed("pricing", pricing)))
        assert prices(parsed)[0] == (*("alpha/one-20260101", 0, None, None, None), (pricing or {}).get("completion"))
        assert prices(parsed)[1:] == prices(parse(fetch_of(ID)))[3:]
        assert parsed.rejected == ()


@pytest.mark.parametrize("side", ["prompt", "completion"])
def test_a_side_that_left_every_entry_was_removed(side: str) -> None:
    document = deepcopy(GOOD)
    for entry in document["data"]:
        entry["pricing"].pop(side, None)
    with pytest.raises(PayloadRefused, match=f"no entry has '{side}'"):
        parse(fetch_of(ID, page(document)))


def sold(pricing: dict[str, Any], *outputs: str) -> tuple[str | None, str | None]:
    """Both sides of the only price of the first entry, if it is sold like this."""
    document = deepcopy(GOOD)
    document["data"][0]["architecture"]["output_modalities"] = list(outputs or ("text",))
    document["data"][0]["pricing"] = pricing
    found = [price for price in prices(parse(fetch_of(ID, page(document)))) if price[0] == "alpha/one-20260101"]
    ((*_, given, taken),) = found
    return given, taken


TOKENS = {"prompt": "0.000001", "completion": "0.000002"}
FREE = {"prompt": "0", "completion": "0"}


@pytest.mark.parametrize(
    "outputs", [("transcription",), ("speech",), ("image",), ("video",), ("audio",), ("decisions",), ("rerank",), ()]
)
@pytest.mark.parametrize("pricing", [TOKENS, FREE, {"prompt": "0.1", "completion": "0"}])
def test_only_text_and_embeddings_are_priced_per_token(outputs: tuple[str, ...], pricing: dict[str, str]) -> None:
    document = deepcopy(GOOD)
    document["data"][0]["architecture"]["output_modalities"] = list(outputs)
    document["data"][0]["pricing"] = pricing | {"overrides": [{"min_prompt_tokens": 9, "prompt": "1"}]}
    parsed = parse(fetch_of(ID, page(document)))
    assert models(parsed)[0].id == "alpha/one"
    assert prices(parsed)[0] == ("alpha/one-20260101", 0, None, None, None, None)
    assert prices(parsed)[1][0] == "beta/two"


@pytest.mark.parametrize(
    "other",
    [
        *({name: "0.005"} for name in ("request", "image", "audio", "image_output", "audio_output", "video_output")),
        *(
            {name: "0.00003"}
            for name in ("request", "image_output", "audio_output", "second", "per_minute", "characters")
        ),
        *({name: 0.005} for name in ("request", "image", "image_output")),
    ],
)
@pytest.mark.parametrize("tokens", [TOKENS, FREE, {}])
def test_what_is_also_sold_by_another_unit_has_no_price_per_token(
    other: dict[str, Any], tokens: dict[str, str]
) -> None:
    assert sold(tokens | other) == sold(tokens | other, "text", "image") == (None, None)


@pytest.mark.parametrize("name", ["request", "image", "image_output", "audio_output", "second"])
@pytest.mark.parametrize("value", ["0", "0.0", "-1", "-0.5", "", None, 0, 0.0, -1, "n/a", {}, "nan"])
def test_another_unit_without_a_price_changes_nothing(name: str, value: Any) -> None:
    assert sold(TOKENS | {name: value}) == ("0.000001", "0.000002")
    assert sold(FREE | {name: value}) == ("0", "0")


def test_caches_tools_and_input_counted_in_tokens_leave_a_price_per_token() -> None:
    gemini = {"image": "0.000001", "audio": "0.000001", "internal_reasoning": "0.000006", "web_search": "0.014"}
    caches = dict.fromkeys(
        ("input_cache_read", "input_cache_write", "input_cache_write_1h", "input_audio_cache"), "1e-7"
    )
    assert sold(TOKENS | gemini | caches) == ("0.000001", "0.000002")
    assert sold(TOKENS, "embeddings") == sold(TOKENS, "image", "text") == ("0.000001", "0.000002")
    assert sold(FREE | {"image": "0.000001"}) == (None, None), "what takes pictures for money is not free"


REALITY = Path(__file__).parents[3] / "shared" / "data" / "reality"
AUTUMN: dict[str, tuple[tuple[str | None, str | None], ...]] = {
    "openrouter-models-media-entries.json": ((None, None),) * 3,
    "openrouter-models-2026-10-excerpt.json": (
        *((None, None),) * 4,
        ("0.0000005", "0.0000015"),
        ("0.00000025", "0.00000075"),
        ("0.0000025", "0.000015"),
        ("0.0000003", "0.0000012"),
        *((None, None),) * 2,
    ),
}


@pytest.mark.recorded
@pytest.mark.parametrize("name", AUTUMN)
def test_recorded_entries_of_autumn_are_priced_per_token_or_not_at_all(name: str) -> None:
    if not (REALITY / name).exists():
        pytest.skip("recorded payloads are not beside this checkout")
    entries = json.loads((REALITY / name).read_bytes())
    entries = entries["data"] if isinstance(entries, dict) else entries
    parsed = parse(fetch_of(ID, page({"data": [*GOOD["data"], *entries]})))
    base = [price for price in prices(parsed) if price[1:4] == (0, None, None)]
    assert tuple((given, taken) for *_, given, taken in base[-len(entries) :]) == AUTUMN[name]
    assert parsed.rejected == ()
