"""Another project's judgement of origin and weights beside ours: every difference is on the page, with its reason."""

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest

from tests.route.curated import Curated, read_usage

pytestmark = pytest.mark.recorded

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "mapping-differences.md"
AS_OF = datetime.fromisoformat("2026-08-03T06:00:00Z")
STATED = date(2026, 8, 22)  # the day of the other judgement: ours is asked for the same day
SLUG_DAY = re.compile(r"-20\d{6}$")
AGREED = 0.995


class Compared(NamedTuple):
    """A model that both judge: its tokens, and origin and openness as told here and there."""

    model: str
    tokens: int
    origin: str
    openness: str
    other_origin: str
    other_openness: str

    @property
    def is_same(self) -> bool:
        return (self.origin, self.openness) == (self.other_origin, self.other_openness)


@pytest.fixture(scope="module")
def usage(recorded_data: Path) -> pl.DataFrame:
    return read_usage(recorded_data / "openrouter-history", AS_OF)


@pytest.fixture(scope="module")
def compared(recorded_data: Path, usage: pl.DataFrame) -> list[Compared]:
    with (recorded_data / "peer" / "model_facts.csv").open(encoding="utf-8") as file:
        facts = {row["model_id"]: row for row in csv.DictReader(file)}
    named = usage.filter(~pl.col("is_other")).group_by("model_id").agg(pl.col("tokens").sum()).sort("model_id")
    return list(_compare(facts, named.rows()))


def _compare(facts: dict[str, dict[str, str]], named: Iterable[tuple[str, int]]) -> Iterator[Compared]:
    curated, countries = Curated(), {"China": "chinese", "Unknown": "unknown"}
    for model, tokens in named:
        fact = facts.get(model) or facts.get(SLUG_DAY.sub("", model))
        if fact:
            ours = curated.describe(model, STATED)
            origin = countries.get(fact["origin_country"], "other")
            yield Compared(model, tokens, ours["origin"], ours["openness"], origin, fact["weights"])


def table(heading: str) -> dict[str, list[str]]:
    """The rows of the table below a heading of the page, by their first cell."""
    part = PAGE.read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("|")]
    return {cells[0].strip("`"): cells[1:] for cells in rows[2:]}


def parted(tokens: int, usage: pl.DataFrame) -> str:
    return f"{tokens / usage['tokens'].sum():.3%}"


def test_every_named_model_of_the_history_is_judged_by_both(compared: list[Compared], usage: pl.DataFrame) -> None:
    assert {row.model for row in compared} == set(usage["model_id"].unique()) - {"other"}


def test_both_judge_alike_for_all_but_half_a_percent(compared: list[Compared]) -> None:
    agreed = sum(row.tokens for row in compared if row.is_same)
    assert agreed / sum(row.tokens for row in compared) >= AGREED


def test_each_difference_is_on_the_page_with_its_reason(compared: list[Compared], usage: pl.DataFrame) -> None:
    wanted = {
        row.model: [
            parted(row.tokens, usage),
            *(f"{row.origin}, {row.openness}", f"{row.other_origin}, {row.other_openness}"),
        ]
        for row in compared
        if not row.is_same
    }
    told = table("Models judged differently")
    assert {model: cells[:3] for model, cells in told.items()} == wanted
    assert all(len(cells[3]) > 20 for cells in told.values())


def test_each_model_used_before_its_weights_is_on_the_page(compared: list[Compared], usage: pl.DataFrame) -> None:
    opened = {row.model for row in compared if row.openness == row.other_openness == "open"}
    before = usage.filter(pl.col("model_id").is_in(opened) & (pl.col("openness") == "closed"))
    days = before.group_by("model_id").agg(pl.col("tokens").sum(), pl.col("usage_date").max())
    wanted = {model: [parted(tokens, usage), f"{last}"] for model, tokens, last in days.rows()}
    assert {model: cells[:2] for model, cells in table("Days before the weights").items()} == wanted
