"""Market values over the whole route: a clean fortnight, then what a feed gets wrong in a session."""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from flows import settings
from flows.orchestration.refresh import Report
from flows.queries import overview
from flows.queries.check import check, read_question
from tests.scene import Scene, small_rows, statuses, write_rankings
from tokenshare.errors import ExitCode, UsageError

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]
MARKETS = ("market_cap_daily", "session_shock_daily", "pureplay_value_daily", "platform_value_daily")
OTHERS = ("fct_usage_daily", "vendor_share_daily")
FIRST, CLEAN = date(2026, 6, 15), date(2026, 6, 26)  # a Monday, and the Friday of the week after
PRICES = {"NVDA": "200", "BABA": "160", "0700.HK": "600", "2513.HK": "900", "ACME": "5"}
SHARES = {"NVDA": (24_000, 1), "BABA": (16_000, 8), "0700.HK": (9_000, 1), "2513.HK": (400, 1)}  # thousands
Row = dict[str, str]


def stamp(day: date, hour: int) -> str:
    return f"{day}T{hour:02d}:00:00Z"


def quote(day: date, symbol: str, known_at: str = "", **given: str) -> Row:
    currency = "HKD" if symbol.endswith(".HK") else "USD"
    row = {"known_at": known_at or stamp(day, 22), "symbol": symbol, "date": f"{day}", "close": PRICES[symbol]}
    return {**row, "currency": currency, "is_partial": "false", **given}


def rate(day: date, quote: str, rate: str) -> Row:
    return {"known_at": stamp(day, 15), "date": f"{day}", "base": "EUR", "quote": quote, "rate": rate}


def weekdays(first: date, last: date) -> list[date]:
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [day for day in days if day.weekday() < 5]


@dataclass
class World:
    """A world whose files are written again before each pass."""

    folder: Path
    quotes: list[Row]
    counts: list[Row]
    rates: list[Row]
    faults: list[Row]

    def write(self) -> Path:
        for name, rows in (
            ("quotes", self.quotes),
            ("share_counts", self.counts),
            ("fx", self.rates),
            ("faults", self.faults),
        ):
            with (self.folder / f"{name}.csv").open("w", newline="") as file:
                writer = csv.DictWriter(file, COLUMNS[name], lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
        return self.folder


COLUMNS = {
    "quotes": ("known_at", "symbol", "date", "close", "currency", "is_partial"),
    "share_counts": ("known_at", "symbol", "date", "shares_issued", "units_per_line"),
    "fx": ("known_at", "date", "base", "quote", "rate"),
    "faults": ("from", "until", "path_prefix", "fault"),
}


def make_world(folder: Path) -> World:
    write_rankings(folder, small_rows(date(2026, 6, 8), 50))
    days = weekdays(FIRST, date(2026, 7, 31))
    holiday = date(2026, 6, 25)  # no rate on that Thursday
    rates = [
        rate(day, currency, text)
        for day in days
        if day != holiday
        for currency, text in (("USD", "1.2"), ("HKD", "9.3"))
    ]
    counts = [
        {"known_at": stamp(FIRST, 1), "symbol": symbol, "date": f"{FIRST}", "shares_issued": f"{thousands * 1000}",
         "units_per_line": f"{units}"} for symbol, (thousands, units) in SHARES.items()
    ]  # fmt: skip
    return World(folder, [quote(day, symbol) for day in days for symbol in PRICES], counts, rates, [])


@dataclass(frozen=True)
class Step:
    """What one pass said, and what readers saw after it."""

    report: Report
    shown: Mapping[str, list[dict[str, Any]]]

    @property
    def told(self) -> dict[str, str]:
        return statuses(self.report)

    def reason(self, id: str) -> str:
        return next(metric.reason for metric in self.report.metrics if metric.id == id)

    def source(self, id: str) -> tuple[str, str]:
        return next((source.status, source.reason) for source in self.report.sources if source.id == id)


def play(scene: Scene, world: World, day: date) -> Step:
    report = scene.refresh(f"{day}T06:00:00+00:00", world.write())
    return Step(report, scene.metrics((*MARKETS, "fct_quotes_daily")))


def put(rows: list[Row], key: Mapping[str, str], **given: str) -> None:
    """Changes the rows of a key."""
    for row in rows:
        if key.items() <= row.items():
            row.update(given)


PARTIAL = {"date": f"{CLEAN}", "symbol": "0700.HK"}


def pence_and_no_rates(world: World) -> None:
    put(world.quotes, PARTIAL, is_partial="false", close="600")
    put(world.quotes, {"date": "2026-06-29", "symbol": "NVDA"}, currency="GBp")
    order(world, date(2026, 6, 30), "/stats/", "503")


def html(world: World) -> None:
    put(world.quotes, {"symbol": "NVDA"}, currency="USD")
    order(world, date(2026, 7, 2), "/api/eod/", "html200")


def split_and_conflict(world: World) -> None:
    for day in weekdays(date(2026, 7, 2), date(2026, 7, 31)):
        put(world.quotes, {"date": f"{day}", "symbol": "NVDA"}, close="20")
    world.quotes.append(quote(date(2026, 7, 2), "2513.HK", close="905"))


def mend(world: World) -> None:
    world.quotes.pop()
    row = {"known_at": stamp(date(2026, 7, 3), 7), "symbol": "NVDA", "date": "2026-07-02", "units_per_line": "1"}
    world.counts.append({**row, "shares_issued": "240000000"})


def order(world: World, day: date, path_prefix: str, fault: str) -> None:
    """Orders a fault of the emulator for one day."""
    until = stamp(day + timedelta(days=1), 0)
    world.faults.append({"from": stamp(day, 0), "until": until, "path_prefix": path_prefix, "fault": fault})


STORY: tuple[tuple[str, date, Callable[[World], None]], ...] = (
    ("pence, no rates", date(2026, 6, 30), pence_and_no_rates),
    ("html", date(2026, 7, 2), html),
    ("split, conflict", date(2026, 7, 3), split_and_conflict),
    ("mended", date(2026, 7, 4), mend),
)


@pytest.fixture(scope="module")
def story(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Scene, dict[str, Step]]]:
    """One home through all of it; step by step, each fault lies in the newest session."""
    scene = Scene(
        tmp_path_factory.mktemp("markets") / "home", broker, {"TOKENSHARE_SOURCES_OFF": "claims,leaderboards,releases"}
    )
    world = make_world(tmp_path_factory.mktemp("world of markets"))
    put(world.quotes, PARTIAL, is_partial="true", close="1")
    steps = {"clean": play(scene, world, CLEAN + timedelta(days=3))}
    for name, day, change in STORY:
        change(world)
        steps[name] = play(scene, world, day)
    yield scene, steps
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


@pytest.fixture(scope="module")
def steps(story: tuple[Scene, dict[str, Step]]) -> dict[str, Step]:
    return story[1]


def caps(step: Step, day: date) -> dict[str, float]:
    rows = [row for row in step.shown["market_cap_daily"] if row["session_date"] == day]
    return {row["company_id"]: row["market_cap_usd"] for row in rows}


def newest(step: Step) -> date:
    return max(row["session_date"] for row in step.shown["market_cap_daily"])


def test_a_clean_fortnight_is_published_to_the_cent(steps: dict[str, Step]) -> None:
    clean, thursday = steps["clean"], date(2026, 6, 25)
    assert {clean.told[id] for id in (*MARKETS, *OTHERS, "fct_quotes_daily", "dim_companies")} == {"published"}
    assert clean.report.exit_code == ExitCode.OK
    hong_kong = {"tencent": 696_774_193.55, "zhipu": 46_451_612.90}
    assert caps(clean, thursday) == {"nvidia": 4_800_000_000, "alibaba": 320_000_000, **hong_kong}
    zhipu = [row for row in clean.shown["market_cap_daily"] if row["company_id"] == "zhipu"]
    dated = {row["session_date"]: row["fx_date"] for row in zhipu}
    assert (dated[thursday], dated[CLEAN]) == (date(2026, 6, 24), CLEAN)  # no rate on that Thursday


def test_values_have_their_basis_and_a_total(steps: dict[str, Step]) -> None:
    rows = [row for row in steps["clean"].shown["pureplay_value_daily"] if row["value_date"] == CLEAN]
    shown = {row["company_id"]: row for row in rows}
    assert {id: (row["basis"], row["basis_date"]) for id, row in shown.items()} == {
        "zhipu": ("listed", CLEAN),
        "deepseek": ("disclosed", date(2026, 6, 1)),
        "moonshot": ("disclosed", date(2026, 6, 1)),
        "minimax": ("disclosed", date(2026, 6, 1)),
        "total": ("mixed", date(2026, 6, 1)),
    }
    assert shown["total"]["value_usd"] == 47_500_000_000 + 20_000_000_000 + 33_000_000_000 + 46_451_612.90


def test_a_partial_bar_is_no_close_and_no_fault(steps: dict[str, Step]) -> None:
    assert set(caps(steps["clean"], CLEAN)) == {"nvidia", "alibaba", "zhipu"}
    assert caps(steps["html"], CLEAN)["tencent"] == 696_774_193.55


@pytest.mark.parametrize(
    ("name", "id", "status", "said"),
    [
        ("pence, no rates", "quotes_dropped", "fetched", "'GBp': a hundredth of a currency"),  # that row alone
        ("pence, no rates", "ecb_rates", "absent", "status 503"),
        ("html", "eodhd_quotes", "refused", "the content type is 'text/html', not JSON"),
    ],
)
def test_what_cannot_be_trusted_is_refused_and_the_rest_goes_on(
    steps: dict[str, Step], name: str, id: str, status: str, said: str
) -> None:
    found, reason = steps[name].source(id)
    assert found == status
    assert said in reason
    assert {steps[name].told[other] for other in OTHERS} == {"published"}
    assert steps[name].report.exit_code == ExitCode.INCOMPLETE


def test_closes_put_aside_or_refused_make_no_value(steps: dict[str, Step]) -> None:
    assert {steps["pence, no rates"].told[id] for id in MARKETS} <= {"published", "unchanged"}
    assert set(caps(steps["pence, no rates"], CLEAN)) >= {"nvidia", "zhipu"}
    assert "a hundredth of a currency" in steps["pence, no rates"].source("eodhd_quotes")[1]


def test_one_quote_source_is_enough(steps: dict[str, Step]) -> None:
    assert {steps["html"].told[id] for id in MARKETS} == {"published"}
    assert newest(steps["html"]) == date(2026, 7, 1)


def test_what_landed_and_is_bad_holds_the_values_with_the_reason(steps: dict[str, Step]) -> None:
    step = steps["split, conflict"]
    assert {step.told[id] for id in MARKETS} == {"held"}
    for name in ("split_suspected: observed 0.9 at 2026-07-02", "conflicting_keys: observed 1 at 2026-07-02"):
        assert all(name in step.reason(id) for id in MARKETS), name
    assert {step.told[id] for id in OTHERS} == {"published"}
    assert {row["status"] for row in step.shown["market_cap_daily"]} == {"current"}  # the session held has no row
    assert newest(step) == date(2026, 7, 1)
    assert step.report.exit_code == ExitCode.HELD


def test_a_split_with_its_count_is_no_shock_and_the_next_good_answer_lets_the_values_go(steps: dict[str, Step]) -> None:
    mended, thursday = steps["mended"], date(2026, 7, 2)
    assert {mended.told[id] for id in MARKETS} == {"published"}
    assert mended.report.exit_code == ExitCode.OK
    assert caps(mended, thursday)["nvidia"] == caps(mended, date(2026, 7, 1))["nvidia"] == 4_800_000_000
    assert caps(mended, thursday)["zhipu"] == 46_451_612.90
    assert {row["change_usd"] for row in mended.shown["session_shock_daily"] if row["session_date"] == thursday} == {0}


def ask(story: tuple[Scene, dict[str, Step]], value: str, about: str, entity: str) -> dict[str, Any]:
    return check(story[0].home, read_question(value, about, entity, "2026-06-25", None, None))


@pytest.mark.parametrize(
    ("value", "about", "entity", "nearest", "stands_on"),
    [
        ("4800000000", "market_cap", "nvidia", 4_800_000_000, "market_cap_daily"),
        ("2", "market_cap_rank", "tencent", 2, "market_cap_daily"),
        ("4", "market_cap_rank", "zhipu", 4, "market_cap_daily"),
        ("0.0", "session_change", "nvidia", 0, "session_shock_daily"),
        ("0", "session_change_usd", "nvidia", 0, "session_shock_daily"),
        ("100546451612.9", "pureplay_value", "total", 100_546_451_612.9, "pureplay_value_daily"),
        ("320000000", "platform_value", "alibaba", 320_000_000, "platform_value_daily"),
    ],
)
def test_a_value_somebody_quotes_is_held_against_the_market(
    story: tuple[Scene, dict[str, Step]], value: str, about: str, entity: str, nearest: float, stands_on: str
) -> None:
    told = ask(story, value, about, entity)
    assert (told["verdict"], told["nearest"], told["period"]) == ("reproduced", nearest, "2026-06-25")
    assert (told["window"], told["stands_on"]) == ("day", stands_on)


def test_what_the_market_does_not_tell_has_no_data(story: tuple[Scene, dict[str, Step]]) -> None:
    assert ask(story, "0.5", "market_cap_change", "nvidia")["verdict"] == "no_data", "nothing a year before"
    assert ask(story, "1", "session_loss_rank", "nvidia")["verdict"] == "no_data", "nothing was lost"
    assert ask(story, "1", "market_cap", "bytedance")["verdict"] == "no_data", "it is not listed"
    with pytest.raises(UsageError, match=r"there is no company nvida: did you mean nvidia"):
        ask(story, "1", "market_cap", "nvida")
    with pytest.raises(UsageError, match=r"there is no pure-play nvidia: choose among deepseek, minimax"):
        ask(story, "1", "pureplay_value", "nvidia")


def test_status_lists_the_ticker_nobody_mapped(story: tuple[Scene, dict[str, Step]]) -> None:
    listed = overview.status(settings.load(story[0].variables))["unknown_tickers"]
    assert [row["symbol"] for row in listed] == ["ACME"]
    assert datetime.fromisoformat(str(listed[0]["last_session_date"])).date() == date(2026, 7, 3)


def test_the_key_is_in_no_archived_address(story: tuple[Scene, dict[str, Step]]) -> None:
    files = [path for path in story[0].home.archive.rglob("*.json") if path.is_file()]
    assert any("eod/NVDA.US" in path.read_text(errors="replace") for path in files)
    assert not any("demo-key" in path.read_text(errors="replace") for path in files)
