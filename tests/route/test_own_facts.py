"""Rows of a user's own folder over the whole route: added to the shipped ones, put aside, taken back, gone."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.sources.files import SHIPPED
from demo.emulator.server import Upstream
from flows.orchestration.refresh import Report
from tests.scene import Scene, small_rows, statuses, write_rankings
from tokenshare.errors import ExitCode

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]
AT = datetime(2026, 11, 20, 6, tzinfo=UTC)
OTHERS = "ecb_bundled,ecb_rates,genai_prices,huggingface_hub,leaderboards,openrouter_models,releases"
LOOKED_AT = ("claim_verdict", "disclosed_value")
CLAIM = {"quote": "A third, they say", "value": "0.33", "unit": "ratio", "rounding": "0.01", "about": "china_share",
         "period_start": "2026-05-01", "period_end": "2026-05-31", "source": "a talk"}  # fmt: skip
MINE, YOURS = {**CLAIM, "claim_id": "mine"}, {**CLAIM, "claim_id": "yours"}
OTHER_61 = {**CLAIM, "claim_id": "china-61", "value": "0.62", "period_start": "2026-06-01", "period_end": "2026-06-30"}
BAD_2 = {**CLAIM, "claim_id": "china-2", "value": "2 %"}
CAPEX = {"known_at": "2026-07-05T00:00:00Z", "fact_id": "capex", "company_id": "meituan", "fact_date": "2026-06-30",
         "period_start": "2026-01-01", "period_end": "2026-06-30", "kind": "flow", "low": "5000000000",
         "high": "5000000000", "unit": "CNY", "currency": "CNY", "confidence": "reported",
         "citation": "invented"}  # fmt: skip
Row = dict[str, str]


def shipped(name: str) -> list[Row]:
    with (SHIPPED / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def shipped_valuation(**cells: str) -> Row:
    """The shipped valuation of DeepSeek, with other cells."""
    (found,) = [
        row for row in shipped("disclosures") if (row["fact_id"], row["company_id"]) == ("valuation", "deepseek")
    ]
    return {**found, **cells}


@dataclass(frozen=True)
class Step:
    """What a pass reported, and what readers saw after it."""

    report: Report
    shown: dict[str, list[dict[str, Any]]]

    def source(self, id: str) -> Any:
        return next(source for source in self.report.sources if source.id == id)

    @property
    def claims(self) -> dict[str, dict[str, Any]]:
        return {row["claim_id"]: row for row in self.shown["claim_verdict"]}

    @property
    def figures(self) -> dict[tuple[str, str], dict[str, Any]]:
        return {(row["fact_id"], row["company_id"]): row for row in self.shown["disclosed_value"]}


FILES: dict[str, dict[str, list[Row]]] = {
    "shipped": {},
    "copied": {"claims": shipped("claims"), "disclosures": shipped("disclosures")},
    "added": {"claims": [MINE, YOURS], "disclosures": [CAPEX]},
    "replaced": {"claims": [MINE, YOURS, OTHER_61], "disclosures": [CAPEX, shipped_valuation(high="52000000000")]},
    "bad": {
        "claims": [MINE, YOURS, OTHER_61, {**MINE, "claim_id": "bad", "about": "chinese"}, BAD_2],
        "disclosures": [CAPEX, shipped_valuation(low="45B")],
    },
    "unreadable": {"claims": [{name: cell for name, cell in MINE.items() if name != "source"}], "disclosures": [CAPEX]},
    "taken back": {"claims": [{**MINE, "value": ""}, YOURS], "disclosures": [{**CAPEX, "low": "", "high": ""}]},
    "removed": {},
}  # fmt: skip


def write(folder: Path, files: dict[str, list[Row]]) -> None:
    for name in ("claims", "disclosures"):
        (folder / f"{name}.csv").unlink(missing_ok=True)
    for name, rows in files.items():
        lacks_source = all("source" not in row for row in rows)
        header = [
            column for column in shipped(name)[0] if not (name == "claims" and lacks_source and column == "source")
        ]
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


@pytest.fixture(scope="module")
def story(home_of: Callable[..., Scene], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Step]:
    """One live home, with the emulator where the router would be, and what stood in its own folder."""
    folder = tmp_path_factory.mktemp("facts")
    world = write_rankings(tmp_path_factory.mktemp("world"), small_rows(date(2026, 11, 1), 19))
    steps = {}
    with Upstream(world, AT) as upstream:
        variables = {"TOKENSHARE_OPENROUTER_URL": upstream.url, "TOKENSHARE_SOURCES_OFF": OTHERS}
        scene = home_of("own", TOKENSHARE_CURATED=str(folder), **variables)
        for hour, (name, files) in enumerate(FILES.items()):
            write(folder, files)
            report = scene.refresh((AT + timedelta(hours=hour)).isoformat(), None)
            steps[name] = Step(report, scene.metrics(LOOKED_AT))
    return steps


def test_nothing_is_held_before_a_row_is_gone(story: dict[str, Step]) -> None:
    for name in ("shipped", "copied", "added", "replaced", "bad", "unreadable", "taken back"):
        assert "held" not in statuses(story[name].report).values(), (name, story[name].report)
        expected = ExitCode.INCOMPLETE if name == "unreadable" else ExitCode.OK
        assert story[name].report.exit_code == expected, name


def test_a_copy_of_the_shipped_rows_changes_nothing(story: dict[str, Step]) -> None:
    assert {story["copied"].source(name).status for name in ("claims", "disclosures")} == {"unchanged"}
    assert story["copied"].claims.keys() == {row["claim_id"] for row in shipped("claims")}


def test_own_rows_are_added_to_the_shipped_ones(story: dict[str, Step]) -> None:
    assert story["added"].claims.keys() - story["shipped"].claims.keys() == {"mine", "yours"}
    assert story["added"].figures.keys() - story["shipped"].figures.keys() == {("capex", "meituan")}
    assert len(story["added"].claims) == len(shipped("claims")) + 2
    assert not story["shipped"].figures.keys() - story["added"].figures.keys()


def test_an_own_row_replaces_the_shipped_row_of_its_key(story: dict[str, Step]) -> None:
    assert story["replaced"].claims.keys() == story["added"].claims.keys()
    assert (story["added"].claims["china-61"]["claimed"], story["replaced"].claims["china-61"]["claimed"]) == (
        0.61,
        0.62,
    )
    assert story["replaced"].figures["valuation", "deepseek"]["high"] == 52e9
    assert story["replaced"].figures.keys() == story["added"].figures.keys()


def test_a_bad_own_row_is_put_aside_and_all_others_stay(story: dict[str, Step]) -> None:
    bad = story["bad"]
    assert "own/claims.csv line 5, column about: 'chinese' is not one of" in bad.source("claims").reason
    assert "own/claims.csv line 6, column value: '2 %' is not a plain decimal number" in bad.source("claims").reason
    assert "own/disclosures.csv line 3, column low: '45B'" in bad.source("disclosures").reason
    assert bad.claims.keys() == story["replaced"].claims.keys()
    assert bad.claims["china-2"]["claimed"] == 0.02, "the shipped claim stands"
    assert bad.figures["valuation", "deepseek"]["high"] == 50e9, "the shipped figure stands again"


def test_an_own_file_that_cannot_be_read_refuses_its_source_alone(story: dict[str, Step]) -> None:
    found = story["unreadable"]
    assert found.source("claims").status == "refused"
    assert "own/claims.csv line 1: no column source; the header is claim_id,quote," in found.source("claims").reason
    assert found.source("disclosures").status in {"fetched", "unchanged"}
    assert {id: row["claimed"] for id, row in found.claims.items()} == {
        id: row["claimed"] for id, row in story["bad"].claims.items()
    }


def test_a_row_with_an_empty_value_takes_it_back(story: dict[str, Step]) -> None:
    back = story["taken back"]
    assert back.claims.keys() == story["shipped"].claims.keys() | {"yours"}
    assert back.claims["china-61"]["claimed"] == 0.61
    assert back.figures.keys() == story["shipped"].figures.keys()


def test_an_own_row_that_just_disappears_is_missed_by_name(story: dict[str, Step]) -> None:
    told = {metric.id: metric.reason for metric in story["removed"].report.metrics if metric.status == "held"}
    assert told.keys() == {"claim_verdict"}
    assert "withdrawn_rows: observed 1 row, yours 2026-05-01/2026-05-31, expected 0" in told["claim_verdict"]
    assert story["removed"].claims.keys() == story["taken back"].claims.keys(), "readers keep what they had"
