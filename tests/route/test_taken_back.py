"""Market values over the whole route: rows taken back, listings that join, lines that fall silent, half of a split."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from connectors.storage.warehouse import open_warehouse
from flows import settings
from flows.operations.backfill import backfill
from flows.orchestration.refresh import Report
from tests.faults.world import COUNTED, QUOTED, RATES, known_after
from tests.hub import write_hub
from tests.scene import Scene, statuses
from tokenshare.errors import ExitCode

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]
MARKETS = ("market_cap_daily", "session_shock_daily", "pureplay_value_daily", "platform_value_daily")
HUB = ("family_downloads_daily", "china_download_share_trailing_year")
OFF = {"TOKENSHARE_SOURCES_OFF": "claims,leaderboards,releases"}
FIRST = date(2026, 6, 1)
COLUMNS = {
    "quotes.csv": "known_at symbol date close currency is_partial",
    "share_counts.csv": "known_at symbol date shares_issued units_per_line",
    "fx.csv": "known_at date base quote rate",
}
SPLIT_ON, SILENT_ON = date(2026, 6, 30), date(2026, 6, 22)  # Broadcom's; Zhipu's first session without a close
GAP = (date(2026, 6, 24), date(2026, 6, 26))  # Nvidia's sessions without a close; then it stands a third lower
DUAL_ON = date(2026, 6, 25)  # Alibaba's first session with both lines
Shown = Mapping[str, list[dict[str, Any]]]


@dataclass
class World:
    """The rows of three files, oldest first; the Hub has a counter that jumps on the last day."""

    folder: Path
    files: dict[str, list[tuple[object, ...]]] = field(default_factory=lambda: {name: [] for name in COLUMNS})

    def add(self, name: str, *cells: object) -> None:
        self.files[name].append(cells)

    def write(self) -> Path:
        for name, rows in self.files.items():
            with (self.folder / name).open("w", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows([COLUMNS[name].split(), *rows])
        return self.folder


def weekdays() -> list[date]:
    return [day for day in (FIRST + timedelta(days=n) for n in range(33)) if day.weekday() < 5]


def closes_of(day: date) -> dict[str, str]:
    """The closes of a session by symbol; a line without a close is left out."""
    closes = {symbol: close for symbol, (close, _) in QUOTED.items()} | {"9988.HK": "114"}
    if day >= SPLIT_ON:
        closes["AVGO"] = "200"
    if day > GAP[1]:
        closes["NVDA"] = "140"
    if day >= DUAL_ON:
        closes["BABA"] = "118"
    silent = {"2513.HK": day >= SILENT_ON, "NVDA": GAP[0] <= day <= GAP[1]}
    return {symbol: close for symbol, close in closes.items() if not silent.get(symbol)}


def make_world(folder: Path) -> World:
    """Five weeks as they should be, each row known at the night after its day."""
    world = World(folder)
    for day in weekdays():
        for symbol, close in closes_of(day).items():
            currency = "HKD" if symbol.endswith(".HK") else "USD"
            world.add("quotes.csv", known_after(day, 0), symbol, day, close, currency, "false")
        for currency, rate in RATES.items():
            world.add("fx.csv", known_after(day, 0), day, "EUR", currency, rate)
    for symbol, count in {**COUNTED, "9988.HK": "19000000"}.items():
        world.add("share_counts.csv", known_after(FIRST), symbol, FIRST, count, 1)
    world.add("share_counts.csv", known_after(date(2026, 6, 10)), "0700.HK", "2026-06-10", 9_900_000, 1)
    world.add("share_counts.csv", known_after(date(2026, 6, 17)), "AVGO", "2026-06-17", 6_000_000, 1)
    write_hub(folder, date(2026, 6, 20), 14, {date(2026, 7, 2): jumping})
    return world


def jumping(place: int, counter: int) -> int:
    return 1000 * counter if place == 0 else counter


def take_back(world: World) -> None:
    """A close, the newer of two counts, a rate, and a count that is the only one of its day."""
    world.add("quotes.csv", "2026-06-22T07:00:00Z", "NVDA", "2026-06-16", "", "USD", "false")
    world.add("share_counts.csv", "2026-06-22T07:00:00Z", "0700.HK", "2026-06-10", "", 1)
    world.add("share_counts.csv", "2026-06-22T07:00:00Z", "AVGO", "2026-06-17", "", 1)
    world.add("fx.csv", "2026-06-22T07:00:00Z", "2026-06-18", "EUR", "HKD", "")


def list_twice(world: World) -> None:
    """The preferred line joins, with a count older than its first close."""
    world.add("share_counts.csv", "2026-06-25T07:00:00Z", "BABA", FIRST, 19_000_000, 8)


def count_again(world: World) -> None:
    """The count that makes the split whole, and a close from before any window."""
    world.add("share_counts.csv", "2026-07-02T12:00:00Z", "AVGO", SPLIT_ON, 7_500_000, 1)
    world.add("quotes.csv", "2026-07-02T12:00:00Z", "AVGO", "2026-06-02", "", "USD", "false")


@dataclass(frozen=True)
class Step:
    """What one pass said, what readers saw after it, and the alerts that only notice."""

    report: Report
    shown: Shown
    noticed: str

    def row(self, id: str, company: str, day: str) -> dict[str, Any]:
        (dated,) = {"session_date", "value_date"} & self.shown[id][0].keys()
        found = [r for r in self.shown[id] if r["company_id"] == company and str(r[dated]) == day]
        return found[0] if found else {}

    def reason(self, id: str) -> str:
        return next(metric.reason for metric in self.report.metrics if metric.id == id)


def look(scene: Scene, report: Report) -> Step:
    shown = scene.metrics((*MARKETS, *HUB, "trending_top10_daily", "fct_quotes_daily"))
    with open_warehouse(scene.home.warehouse) as connection:
        rows = connection.execute("SELECT facts FROM outbox.faults WHERE kind = 'noticed' ORDER BY ALL").fetchall()
    return Step(report, shown, "\n".join(str(facts) for (facts,) in rows))


@pytest.fixture(scope="module")
def steps(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Step]]:
    scene = Scene(tmp_path_factory.mktemp("taken back") / "home", broker, OFF)
    world = make_world(tmp_path_factory.mktemp("world taken back"))
    played = {"clean": look(scene, scene.refresh("2026-06-22T06:00:00+00:00", world.write()))}
    take_back(world)
    played["taken back"] = look(scene, scene.refresh("2026-06-22T09:00:00+00:00", world.write()))
    list_twice(world)
    played["two lines"] = look(scene, scene.refresh("2026-06-30T06:00:00+00:00", world.write()))
    played["halved"] = look(scene, scene.refresh("2026-07-02T06:00:00+00:00", world.write()))
    count_again(world)
    days, moment = (date(2026, 6, 2), date(2026, 6, 2)), datetime.fromisoformat("2026-07-03T06:00:00+00:00")
    loaded, sources = settings.load(scene.variables), ["quotes_dropped", "eodhd_quotes"]
    scene.refresh("2026-07-03T05:00:00+00:00", world.write())
    played["whole"] = look(scene, backfill(loaded, days, moment, world.folder, sources, lambda _: None))
    yield played
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


def test_a_row_taken_back_leaves_the_numbers_and_holds_nothing(steps: dict[str, Step]) -> None:
    clean, after = steps["clean"], steps["taken back"]
    assert clean.report.exit_code == after.report.exit_code == ExitCode.OK
    moved = ("market_cap_daily", "session_shock_daily", "platform_value_daily", "fct_quotes_daily")
    assert {statuses(after.report)[id] for id in moved} == {"published"}
    for id in ("market_cap_daily", "session_shock_daily"):
        assert clean.row(id, "nvidia", "2026-06-16")
        assert not after.row(id, "nvidia", "2026-06-16")
    for id, key in (("fct_quotes_daily", "symbol"), ("market_cap_daily", "company_id")):
        keys = [{(row[key].lower()[:2], str(row["session_date"])) for row in step.shown[id]} for step in (clean, after)]
        assert keys[0] - keys[1] == {("nv", "2026-06-16")}


def test_a_count_falls_back_to_the_one_before_and_a_rate_to_the_target_day_before(steps: dict[str, Step]) -> None:
    counts = [steps[name].row("market_cap_daily", "tencent", "2026-06-18") for name in ("clean", "taken back")]
    assert [row["shares_issued"] for row in counts] == [9_900_000, 9_000_000]
    assert [row["fx_date"] for row in counts] == [date(2026, 6, 18), date(2026, 6, 17)]
    only = [steps[name].row("market_cap_daily", "broadcom", "2026-06-19") for name in ("clean", "taken back")]
    assert [row["shares_issued"] for row in only] == [6_000_000, 5_000_000]


def test_a_listing_that_joins_changes_no_other_session(steps: dict[str, Step]) -> None:
    before, after = (
        {
            str(row["session_date"]): row
            for row in steps[name].shown["market_cap_daily"]
            if row["company_id"] == "alibaba"
        }
        for name in ("taken back", "two lines")
    )
    assert all(after[day]["market_cap_usd"] == row["market_cap_usd"] for day, row in before.items())
    assert {day: row["currency"] for day, row in after.items() if day >= "2026-06-24"} == {
        "2026-06-24": "HKD",
        **dict.fromkeys(("2026-06-25", "2026-06-26", "2026-06-29"), "USD"),
    }
    switched = steps["two lines"].row("session_shock_daily", "alibaba", f"{DUAL_ON}")
    assert not switched["is_one_session"]


def test_a_line_that_falls_silent_is_stale_in_its_row_and_in_the_total_and_somebody_is_alerted(
    steps: dict[str, Step],
) -> None:
    step = steps["two lines"]
    stale = {
        day: [id for id in ("zhipu", "moonshot", "total") if step.row("pureplay_value_daily", id, day)["is_stale"]]
        for day in ("2026-06-25", "2026-06-26", "2026-06-29")
    }
    assert stale == {"2026-06-25": [], "2026-06-26": ["zhipu", "total"], "2026-06-29": ["zhipu", "total"]}
    assert not step.row("platform_value_daily", "total", "2026-06-29")["is_stale"]
    assert "stale_values: 10 at 2026-06-29 zhipu" in step.noticed
    assert "stale_values" not in steps["taken back"].noticed


def test_a_move_over_missed_sessions_is_no_record(steps: dict[str, Step]) -> None:
    row = steps["two lines"].row("session_shock_daily", "nvidia", "2026-06-29")
    assert (row["change_usd"], row["is_one_session"], row["is_worst_to_date"]) == (-1_440_000_000, False, False)


def test_half_of_a_split_asks_a_person_until_its_count_comes(steps: dict[str, Step]) -> None:
    halved, whole = steps["halved"], steps["whole"]
    said = "usual_split: observed 0.666666666667 at 2026-06-30 broadcom"
    assert all(said in halved.reason(id) for id in ("market_cap_daily", "session_shock_daily"))
    assert halved.report.exit_code == ExitCode.HELD
    assert {statuses(whole.report)[id] for id in MARKETS} <= {"published", "unchanged"}
    row = whole.row("session_shock_daily", "broadcom", "2026-06-30")
    assert (row["change_usd"], row["is_worst_to_date"]) == (0, False)


def test_a_counter_that_rises_beyond_its_own_thirty_days_holds_by_name(steps: dict[str, Step]) -> None:
    for id in HUB:
        assert "counter_rise: observed " in steps["halved"].reason(id)
        assert " at 2026-07-02 Qwen/Qwen3-8B, expected 0 to 2" in steps["halved"].reason(id)
        assert statuses(steps["two lines"].report)[id] == "published"


def test_a_wrong_counter_holds_the_counters_of_its_day_and_no_other_day(steps: dict[str, Step]) -> None:
    days = {
        id: {str(row["download_date"]) for row in steps["whole"].shown[id]} for id in (*HUB, "trending_top10_daily")
    }
    before, jumped, after = "2026-06-30", "2026-07-02", "2026-07-03"
    for id in HUB:
        assert {before, after} <= days[id]
        assert jumped not in days[id]
    assert {before, jumped, after} <= days["trending_top10_daily"]
    (row,) = (
        row
        for row in steps["whole"].shown["family_downloads_daily"]
        if (str(row["download_date"]), row["family_id"]) == (after, "qwen")
    )
    assert (row["days_covered"], row["is_counter_reset"]) == (3, False)


def test_a_backfill_takes_back_a_row_from_before_any_window(steps: dict[str, Step]) -> None:
    assert steps["halved"].row("market_cap_daily", "broadcom", "2026-06-02")
    assert not steps["whole"].row("market_cap_daily", "broadcom", "2026-06-02")
    assert steps["whole"].row("market_cap_daily", "broadcom", "2026-06-03")
