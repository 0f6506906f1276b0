"""Twenty-one real months with a day of 2025 spoilt in each of four ways: only the periods with that day are held."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from flows.queries.cite import cite
from tests.route.answers import expected, unlike
from tests.scene import ROUTER_ALONE, Row, Scene, read_rankings, write_rankings
from tokenshare.errors import ExitCode
from tokenshare.metrics import METRIC_BY_ID

pytestmark = [pytest.mark.recorded, pytest.mark.timeout(900), pytest.mark.slow]
GOOD_AT, SPOILT_AT = "2026-10-06T06:00:00Z", "2026-10-07T06:00:00Z"
WORLDS = ("openrouter-history", "openrouter-autumn")
AUTUMN_WEEK, STEALTH = date(2026, 9, 28), ("other", "stealth/space-bunny-alpha")
Day = list[tuple[str, str]]  # model and tokens, as served
WAYS: dict[date, Callable[[Day], Day]] = {
    date(2025, 1, 8): lambda day: [row for row in day if row[0] != "other"],
    date(2025, 4, 10): lambda day: [(model, f"{3 * int(tokens)}") for model, tokens in day],
    date(2025, 10, 8): lambda day: [*day, (day[0][0], f"{int(day[0][1]) + 7}")],
    date(2025, 10, 11): lambda day: [*day[:25], ("other", "1")],
}
SPOILT_WEEKS = {day - timedelta(days=day.weekday()) for day in WAYS}
TRAILING = {day + timedelta(days=ahead) for day in WAYS for ahead in range(7)}
WEEKLY = ("router_tokens_weekly", "china_share_origin_weekly", "vendor_share_weekly", "openness_share_weekly")


def days_of(rows: list[Row]) -> dict[date, Day]:
    days: dict[date, Day] = {}
    for _, day, model, tokens in rows:
        days.setdefault(date.fromisoformat(day), []).append((model, tokens))
    return days


def spoilt(rows: list[Row], known_at: str = "") -> Iterator[Row]:
    """The spoilt days: in place of the good ones, or, known later, after them."""
    days = days_of(rows)
    for day, way in WAYS.items():
        left = Counter(way(days[day]))
        for (model, tokens), count in left.items():
            yield from [(known_at or f"{day + timedelta(days=1)}T02:05:00Z", f"{day}", model, tokens)] * count
        if known_at:
            gone = {model for model, _ in days[day]} - {model for model, _ in left}
            yield from ((known_at, f"{day}", model, "") for model in gone)


@pytest.fixture(scope="module")
def rows(recorded_data: Path) -> list[Row]:
    return [row for world in WORLDS for row in read_rankings(recorded_data / world / "rankings_daily.csv")]


@pytest.fixture(scope="module")
def home_of(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Scene]]:
    made: list[Scene] = []

    def make() -> Scene:
        made.append(Scene(tmp_path_factory.mktemp("spoilt") / "home", broker, ROUTER_ALONE))
        return made[-1]

    yield make
    for scene in made:
        topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


@pytest.fixture(scope="module")
def first(home_of: Callable[[], Scene], rows: list[Row], tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """A first pass that meets the spoilt days at once."""
    good = [row for row in rows if date.fromisoformat(row[1]) not in WAYS]
    scene = home_of()
    world = write_rankings(tmp_path_factory.mktemp("first"), [*good, *spoilt(rows)])
    assert scene.refresh(GOOD_AT, world).exit_code == ExitCode.HELD
    return scene


@pytest.fixture(scope="module")
def later(home_of: Callable[[], Scene], rows: list[Row], tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """A good pass, and one after the same days were stated again, spoilt."""
    scene = home_of()
    world = write_rankings(tmp_path_factory.mktemp("later"), [*rows, *spoilt(rows, "2026-10-06T12:00:00Z")])
    assert scene.refresh(GOOD_AT, world).exit_code == ExitCode.OK
    assert scene.refresh(SPOILT_AT, world).exit_code == ExitCode.HELD
    return scene


def held_by_metric(scene: Scene) -> dict[str, set[date]]:
    held: dict[str, set[date]] = {}
    for row in scene.catalog("held_periods"):
        held.setdefault(row["metric"], set()).add(row["period"])
    return held


def test_a_first_pass_publishes_every_period_without_a_spoilt_day(first: Scene, recorded_data: Path) -> None:
    answers = expected(recorded_data / "openrouter-history" / "expected_weekly_2026-08-03.csv")
    weeks = {row["week_start_date"] for row in first.metric("router_tokens_weekly")}
    sound = [answer for answer in answers if _monday(answer["iso_week"]) not in SPOILT_WEEKS]
    assert weeks == {AUTUMN_WEEK} | {_monday(answer["iso_week"]) for answer in sound}
    assert unlike(first.metric, sound) == []


def test_a_wide_unknown_is_published_within_its_bounds_and_told(first: Scene, rows: list[Row]) -> None:
    week = [row for row in rows if AUTUMN_WEEK <= date.fromisoformat(row[1]) < AUTUMN_WEEK + timedelta(days=7)]
    total, unknown = (sum(int(row[3]) for row in week if row[2] in names) for names in ({r[2] for r in week}, STEALTH))
    (bounds,) = (row for row in first.metric("china_share_bounds_weekly") if row["week_start_date"] == AUTUMN_WEEK)
    assert (bounds["tokens"], bounds["unknown_tokens"], bounds["status"]) == (total, unknown, "current")
    assert bounds["upper_share"] - bounds["lower_share"] == pytest.approx(unknown / total, abs=1e-9)
    assert 0.25 < unknown / total < 0.6
    assert {row["outcome"] for row in first.catalog("gate_results", check="unknown_wide")} == {"failed"}


@pytest.mark.long
def test_a_later_pass_keeps_the_last_good_rows_of_the_spoilt_periods(later: Scene, recorded_data: Path) -> None:
    answers = expected(recorded_data / "openrouter-history" / "expected_weekly_2026-08-03.csv")
    assert unlike(later.metric, answers) == []
    statuses = {row["week_start_date"]: row["status"] for row in later.metric("router_tokens_weekly")}
    assert {week for week, status in statuses.items() if status == "held"} == SPOILT_WEEKS


@pytest.mark.long
def test_a_citation_of_a_held_week_says_so_and_one_of_another_does_not(later: Scene) -> None:
    metric = METRIC_BY_ID["china_share_identified_weekly"]
    held, sound = (cite(later.home, metric, [week]) for week in ("2025-W02", "2026-W12"))
    assert (held["status"], sound["status"]) == ("held", "current")
    assert "held since 2026-10-07" in held["sentence"]
    assert "held since" not in sound["sentence"]


@pytest.mark.parametrize("name", ["first", pytest.param("later", marks=pytest.mark.long)])
def test_exactly_the_periods_with_a_spoilt_day_are_held(name: str, request: pytest.FixtureRequest) -> None:
    held = held_by_metric(request.getfixturevalue(name))
    assert {metric: held[metric] for metric in WEEKLY} == dict.fromkeys(WEEKLY, SPOILT_WEEKS)
    assert held["fct_usage_daily"] == held["vendor_share_daily"] == set(WAYS)
    assert held["china_share_trailing7_daily"] <= TRAILING
    assert all(periods <= SPOILT_WEEKS | TRAILING for periods in held.values())


def _monday(iso_week: str) -> date:
    return date.fromisocalendar(int(iso_week[:4]), int(iso_week[-2:]), 1)
