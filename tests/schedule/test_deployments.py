"""A schedule follows from what sources declare: a source that declares nothing is asked as often as its cadence."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from connectors.sources import SOURCES
from flows.orchestration.schedule import deployments, with_files
from tokenshare.render.deployments import prefect_text
from tokenshare.sources import CURATED, DAILY, HOURLY, ON_CHANGE, WEEKLY, Source

(RANKINGS,) = (source for source in SOURCES if source.id == "openrouter_rankings")
TOY = replace(RANKINGS, id="toy", due="", cadence=timedelta(days=1))
FILE = replace(TOY, id="a_file", upstream=CURATED)
OTHER_FILE = replace(TOY, id="another_file", upstream=CURATED)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
def test_every_source_has_a_time_that_prefect_understands(source: Source) -> None:
    from prefect.client.schemas.schedules import CronSchedule

    assert CronSchedule(cron=source.cron, timezone="UTC").cron == source.cron


@pytest.mark.parametrize(
    ("source", "cron"),
    [
        (TOY, DAILY),
        (replace(TOY, cadence=timedelta(hours=1)), HOURLY),
        (replace(TOY, cadence=timedelta(days=7)), WEEKLY),
        (FILE, ON_CHANGE),
        (replace(TOY, due="30 8,21 * * 1-5"), "30 8,21 * * 1-5"),
        (replace(FILE, due=DAILY), DAILY),
    ],
)
def test_a_source_is_asked_when_it_says_or_as_often_as_its_cadence(source: Source, cron: str) -> None:
    assert source.cron == cron


@pytest.mark.parametrize(("id", "complete"), [("openrouter_rankings", (2, 0)), ("openrouter_exports", (1, 51))])
def test_the_router_is_asked_soon_after_a_day_is_complete(id: str, complete: tuple[int, int]) -> None:
    (source,) = (source for source in SOURCES if source.id == id)
    minute, hour, *rest = source.cron.split()
    assert rest == ["*", "*", "*"]
    due = datetime(2026, 7, 1, int(hour), int(minute), tzinfo=UTC)
    ready = datetime(2026, 7, 1, *complete, tzinfo=UTC)
    assert timedelta(0) < due - ready <= timedelta(minutes=30)


@pytest.mark.parametrize(
    ("moment", "last"),
    [
        (datetime(2026, 6, 22, 6, tzinfo=UTC), {}),
        (datetime(2026, 6, 22, 15, tzinfo=UTC), {"ecb_rates"}),
        (datetime(2026, 6, 22, 21, 14, 59, tzinfo=UTC), {"ecb_rates"}),
        (datetime(2026, 6, 22, 21, 30, tzinfo=UTC), {"ecb_rates", "eodhd_quotes", "quotes_dropped"}),
    ],
)
def test_a_pass_asks_for_the_day_that_has_just_ended_where_it_has(moment: datetime, last: set[str]) -> None:
    days = {source.id: source.last_day(moment) for source in SOURCES}
    assert {id for id, day in days.items() if day == moment.date()} == set(last)
    assert set(days.values()) <= {date(2026, 6, 21), date(2026, 6, 22)}


def test_a_source_that_states_the_running_day_is_asked_after_its_end() -> None:
    for source in SOURCES:
        minute, hour, *_ = source.cron.split()
        if source.day_ends and source.cron != ON_CHANGE:
            assert time(int(hour), int(minute)) >= source.day_ends


def test_every_source_is_scheduled_once() -> None:
    scheduled = [id for deployment in deployments() for id in deployment.sources]
    assert sorted(scheduled) == sorted(source.id for source in SOURCES)
    names = [deployment.name for deployment in deployments()]
    assert len(names) == len(set(names))


def test_files_share_a_deployment_and_join_every_pass() -> None:
    sources = (TOY, FILE, OTHER_FILE)
    assert [(d.name, d.sources) for d in deployments(sources)] == [
        ("toy", ("toy",)),
        (CURATED, ("a_file", "another_file")),
    ]
    assert with_files(["toy"], sources) == ("toy", "a_file", "another_file")
    assert with_files(["a_file"], (TOY, FILE)) == ("a_file",)
    assert [d.name for d in deployments((TOY,))] == ["toy"]


def test_a_new_source_is_in_prefect_yaml_without_a_further_hand() -> None:
    yaml = pytest.importorskip("yaml")
    titled = replace(TOY, title='A "quoted": title # of a toy')
    (made,) = yaml.safe_load(prefect_text(deployments((titled,))))["deployments"]
    assert (made["name"], made["description"]) == ("toy", titled.title)
    assert made["schedules"] == [{"cron": DAILY, "timezone": "UTC"}]
    assert made["parameters"] == {"sources": ["toy"]}
    assert made["concurrency_limit"] == {"limit": 1, "collision_strategy": "ENQUEUE"}
