"""The price book over the whole route: history where nobody looked, and a book in another unit."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from demo.emulator.server import Upstream
from demo.world.prices import COLUMNS
from flows import settings
from flows.orchestration.refresh import Report
from flows.queries import overview
from flows.queries.check import check, read_question
from flows.queries.trace import trace
from tests.scene import MODELS, ROUTER_ALONE, Scene, small_rows, statuses, write_prices, write_rankings
from tokenshare.errors import ExitCode, UsageError
from tokenshare.metrics import METRIC_BY_ID, METRICS

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]
PRO, SOL, FLASH = "deepseek/deepseek-v4-pro-20260423", "openai/gpt-5.5-20260423", "deepseek/deepseek-v4-flash-20260423"
START, CLEAN = date(2026, 6, 1), datetime(2026, 6, 15, 6, tzinfo=UTC)
PRICES = sorted(metric.id for metric in METRICS if metric.group == "list_price_daily")
ROUTER = [metric.id for metric in METRICS if metric.group == "router"]
CATALOGUE = {
    PRO: ("0.000000435", "0.00000087"),
    SOL: ("0.000005", "0.00003"),
    "openrouter/auto": ("-1", "-1"),
    **dict.fromkeys(MODELS, ("0.000001", "0.000002")),  # what the world uses
}
Cells = dict[str, str]


def cells(provider: str, model: str, start: str, given: str, taken: str, **more: str) -> Cells:
    known = {"known_at": "2026-01-01T00:00:00Z", "provider": provider, "model": model, "valid_from": start}
    return {**dict.fromkeys(COLUMNS, ""), **known, **dict(zip(COLUMNS[-2:], (given, taken), strict=True)), **more}


BOOK = (
    cells("deepseek", "deepseek-v4-pro", "2026-05-01", "0.5", "1", valid_to="2026-06-10"),
    cells("deepseek", "deepseek-v4-pro", "2026-06-10", "0.435", "0.87"),
    cells("deepseek", "deepseek-v4-pro", "2026-06-10", "0.87", "1.74", tier_min_tokens="200000"),
    cells("deepseek", "deepseek-v4-pro", "", "0.9", "1.8", utc_start="0100", utc_end="0400"),
    cells("deepseek", "deepseek-v4-pro", "2026-09-01", "9", "9"),
    cells("deepseek", "deepseek-v4-flash", "2026-06-01", "0", "0"),
    cells("openai", "gpt-5.5", "", "5", "45"),
    cells("openai", "gpt-nobody-knows", "", "1", "1"),
    cells("together", "deepseek-v4-pro", "2026-05-01", "7", "7"),
    cells("openai", "gpt-5.5", "2026-06-01", "1", "1", known_at="2027-01-01T00:00:00Z"),
)


def write(book: Path, rows: tuple[Cells, ...]) -> None:
    lines = [",".join(COLUMNS), *(",".join(row.get(name, "") for name in COLUMNS) for row in rows)]
    book.write_text("\n".join(lines) + "\n")


def per_token(book: Path) -> None:
    prices = COLUMNS[-2:]
    write(book, tuple({**row, **{name: f"{float(row[name]) / 1e6:.12f}" for name in prices}} for row in BOOK))


def leave(book: Path) -> None:
    write(book, BOOK)


SAID = "book_moved: observed 1000000 at"  # of a book that lists prices a token; other faults: tests/faults


@dataclass
class Story:
    """One home through all of it, by the name of the step."""

    scene: Scene
    reports: dict[str, Report] = field(default_factory=dict)
    shown: dict[str, dict[str, list[dict[str, Any]]]] = field(default_factory=dict)

    def play(self, name: str, world: Path, at: datetime) -> None:
        self.reports[name] = self.scene.refresh(at.isoformat(), world)
        self.shown[name] = self.scene.metrics(PRICES)


@pytest.fixture(scope="module")
def story(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A good book, one in another unit, none, and the good one again."""
    story = Story(Scene(tmp_path_factory.mktemp("prices") / "home", broker, ROUTER_ALONE))
    world = write_rankings(tmp_path_factory.mktemp("world"), small_rows(START, 30))
    write_prices(world, "2026-01-01T00:00:00Z", CATALOGUE)
    book = world / "prices.csv"
    leave(book)
    story.play("clean", world, CLEAN)
    per_token(book)
    story.play("per token", world, CLEAN + timedelta(days=1))
    book.unlink()
    story.play("absent", world, CLEAN + timedelta(days=5))
    leave(book)
    story.play("mended", world, CLEAN + timedelta(days=6))
    yield story
    topics.delete_prefixed(Cluster(broker, topic_prefix=story.scene.prefix))


def listed(story: Story, name: str) -> dict[tuple[str, str], tuple[Any, ...]]:
    values = ("source_id", "input_usd_per_million", "output_usd_per_million")
    rows = story.shown[name]["list_price_daily"]
    return {(f"{row['price_date']}", row["model_id"]): tuple(row[value] for value in values) for row in rows}


def test_a_clean_book_gives_history_and_the_catalogue_its_own_day(story: Story) -> None:
    found = listed(story, "clean")
    assert statuses(story.reports["clean"]).items() >= dict.fromkeys([*PRICES, *ROUTER], "published").items()
    assert story.reports["clean"].exit_code == ExitCode.OK
    assert found["2026-05-01", PRO] == found["2026-06-09", PRO] == ("genai_prices", 0.5, 1.0)
    assert found["2026-06-10", PRO] == ("genai_prices", 0.435, 0.87)
    assert found["2026-06-15", PRO] == ("openrouter_models", 0.435, 0.87)
    assert found["2026-06-15", "openrouter/auto"] == ("openrouter_models", None, None)
    assert found["2026-06-15", FLASH] == ("genai_prices", 0.0, 0.0)
    assert min(day for day, model in found if model == SOL) == "2026-04-23"  # the first day, as the seed has it
    assert {model for _, model in found} == {PRO, SOL, FLASH, "openrouter/auto", *MODELS}
    assert max(day for day, _ in found) == "2026-06-15"


def test_ratios_are_of_the_same_day_and_never_infinite(story: Story) -> None:
    rows = story.shown["clean"]["price_ratio_daily"]
    names = ("input_ratio", "output_ratio", "blended_ratio")
    found = {
        (f"{row['price_date']}", row["model_id"], row["reference_model_id"]): [row[name] for name in names]
        for row in rows
    }
    assert found["2026-06-09", PRO, SOL] == [0.1, 1 / 45, 2.5 / 60]
    assert found["2026-06-15", PRO, SOL] == [0.087, pytest.approx(0.029), pytest.approx(2.175 / 45)]
    assert found["2026-06-15", FLASH, SOL] == [0, 0, 0]
    assert found["2026-06-15", PRO, "openai/gpt-4o-mini"] == [None, None, None]
    assert ("2026-04-22", PRO, SOL) not in found


def test_the_fact_keeps_tiers_and_windows_apart_and_no_price_of_the_future(story: Story) -> None:
    rows = [
        (row["source_id"], row["tier_min_tokens"], row["time_window"], row["input_usd_per_million"])
        for row in story.shown["clean"]["fct_prices_daily"]
        if row["model_id"] == PRO and f"{row['price_date']}" == "2026-06-15"
    ]
    assert sorted(rows) == [
        ("genai_prices", 0, "0100-0400", 0.9),
        ("genai_prices", 0, "all day", 0.435),
        ("genai_prices", 200_000, "all day", 0.87),
        ("openrouter_models", 0, "all day", 0.435),
    ]


def test_a_book_that_landed_and_is_wrong_holds_the_prices_alone(story: Story) -> None:
    told = statuses(story.reports["per token"])
    assert {told[id] for id in PRICES} == {"held"}
    assert {told[id] for id in ("fct_usage_daily", "vendor_share_daily")} == {"published"}
    assert "held" not in {told[id] for id in ROUTER}
    assert story.reports["per token"].exit_code == ExitCode.HELD
    reasons = {metric.reason for metric in story.reports["per token"].metrics if metric.id in PRICES}
    assert all(SAID in reason for reason in reasons)
    assert listed(story, "per token") == listed(story, "clean")
    assert {row["status"] for id in PRICES for row in story.shown["per token"][id]} == {"held"}


def test_without_its_book_no_price_is_told_on_another_basis_and_what_landed_stays_judged(story: Story) -> None:
    (outcome,) = [source for source in story.reports["absent"].sources if source.id == "genai_prices"]
    said = "prices.csv is gone from the world, last read 2026-06-16 06:00 UTC"
    assert (outcome.status, outcome.reason) == ("absent", said)
    reasons = {metric.reason for metric in story.reports["absent"].metrics if metric.id in PRICES}
    assert all(f"missing_files: observed {said}" in reason and SAID in reason for reason in reasons)
    assert {statuses(story.reports["absent"])[id] for id in PRICES} == {"held"}
    assert listed(story, "absent") == listed(story, "clean")


def test_a_good_book_lets_the_prices_go(story: Story) -> None:
    assert {statuses(story.reports["mended"])[id] for id in PRICES} == {"published"}
    assert story.reports["mended"].exit_code == ExitCode.OK
    found = listed(story, "mended")
    assert found.items() >= listed(story, "clean").items()
    assert found["2026-06-20", PRO] == ("openrouter_models", 0.435, 0.87)


def test_disagreements_and_names_nobody_mapped_are_listed(story: Story) -> None:
    found = overview.status(settings.load(story.scene.variables))
    (off,) = found["price_disagreements"]
    assert (off["model_id"], off["first_date"], off["last_date"]) == (SOL, date(2026, 6, 15), date(2026, 6, 21))
    assert (off["catalogue_output_usd_per_million"], off["book_output_usd_per_million"]) == (30, 45)
    unmapped = [(row["provider"], row["book_model"]) for row in story.scene.catalog("unmapped_prices")]
    assert unmapped == [("openai", "gpt-nobody-knows"), ("together", "deepseek-v4-pro")]
    assert found["unmapped_prices_count"] == 2


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        ("list_price_daily", ("2026-06-09", PRO)),
        ("list_price_daily", ("2026-06-15", SOL)),
        ("price_ratio_daily", ("2026-06-09", PRO, SOL)),
        ("fct_prices_daily", ("2026-06-15", PRO, "genai_prices", "deepseek", "200000", "all day", "false")),
    ],
)
def test_a_price_is_traced_to_its_offsets_and_computed_again(story: Story, metric: str, words: tuple[str, ...]) -> None:
    found = trace(story.scene.home, METRIC_BY_ID[metric], words)
    assert found.is_equal
    assert {"price.listed.v1", "fetch.completed.v1"} <= {span.topic for span in found.spans}


def ask(story: Story, value: str, about: str, entity: str, method: str | None = None) -> dict[str, Any]:
    """What the published prices of two days, an older one and a newer, say of a number."""
    return check(story.scene.home, read_question(value, about, entity, "2026-06-09/2026-06-15", None, method))


def test_a_price_somebody_quotes_is_held_against_the_list(story: Story) -> None:
    undated = "deepseek/deepseek-v4-pro"
    told = ask(story, "0.87", "list_price", undated)
    assert (told["verdict"], told["method"], told["period"]) == ("reproduced", "output", "2026-06-10")
    assert [row["nearest"] for row in told["beside"]] == [0.435, 0.87, pytest.approx(2.175 / 4)]
    assert (told["window"], told["stands_on"], told["status"]) == ("day", "list_price_daily", "current")
    assert ask(story, "0.87", "list_price", undated, "input")["verdict"] == "reproduced_by_another_method"
    assert ask(story, "0.87", "list_price", PRO)["verdict"] == "reproduced"


def test_a_model_that_is_twelve_times_cheaper_is_the_one_divided_by(story: Story) -> None:
    told = ask(story, "11.5", "price_ratio", "openai/gpt-5.5:deepseek/deepseek-v4-pro", "input")
    assert (told["verdict"], told["nearest"], told["period"]) == ("reproduced", 5 / 0.435, "2026-06-10")
    assert (told["numerator"], told["denominator"]) == (None, None)
    assert ask(story, "11.5", "price_ratio", f"{PRO}:{SOL}", "input")["nearest"] == 0.1
    assert ask(story, "11.5", "price_ratio", f"{SOL}:{FLASH}")["verdict"] == "no_data", "it is free"
    saved = ask(story, "0.9", "price_saving", PRO, "input")
    assert (saved["nearest"], saved["stands_on"]) == (pytest.approx(0.9), "price_ratio_daily")


def test_a_model_nobody_lists_is_an_error_in_spelling(story: Story) -> None:
    with pytest.raises(UsageError, match=r"there is no model openai/gpt-5.4: did you mean .*openai/gpt-5.5"):
        ask(story, "11.5", "price_ratio", "openai/gpt-5.4:deepseek/deepseek-v4-pro")


@pytest.mark.long
def test_a_live_set_up_reads_the_installed_book(new_scene: Callable[..., Scene], tmp_path: Path) -> None:
    """With the emulator where the router would be: real dated prices, and a catalogue that agrees on its day."""
    at = datetime(2026, 11, 20, 6, tzinfo=UTC)
    world = write_prices(
        write_rankings(tmp_path / "world", small_rows(date(2026, 11, 1), 19)),
        "2026-11-01T00:00:00Z",
        {PRO: ("0.00000066", "0.00000198"), SOL: ("0.000005", "0.00003")},
    )
    with Upstream(world, at) as upstream:
        others = "ecb_rates,huggingface_hub"  # they would be asked outside
        scene = new_scene("live", TOKENSHARE_OPENROUTER_URL=upstream.url, TOKENSHARE_SOURCES_OFF=others)
        report = scene.refresh(at.isoformat(), None)
    (outcome,) = [source for source in report.sources if source.id == "genai_prices"]
    assert (outcome.status, outcome.events > 1_500) == ("fetched", True)
    assert {statuses(report)[id] for id in PRICES} == {"published"}
    rows = scene.metric("list_price_daily")
    found = {(f"{row['price_date']}", row["model_id"]): row["input_usd_per_million"] for row in rows}
    assert (found["2026-06-15", PRO], found["2026-08-17", PRO], found["2026-11-20", PRO]) == (0.435, 0.66, 0.66)
    assert len(rows) > 10_000
    ratios = {row["input_ratio"] for row in scene.metric("price_ratio_daily") if row["model_id"] == PRO}
    assert 0.435 / 5 in ratios  # a twelfth of GPT-5.5, as quoted
