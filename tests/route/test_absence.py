"""A source that gives no complete answer says nothing: numbers stay, and are held once they are too old."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.storage.warehouse import open_warehouse
from flows.orchestration.refresh import Report
from tests.scene import ROUTER_ALONE, Scene, small_rows, statuses, write_prices, write_rankings
from tokenshare.errors import ExitCode
from tokenshare.metrics import METRICS

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]
ROUTER = [metric.id for metric in METRICS if metric.group == "router"]
KEYED, EXPORTS = "/api/v1/datasets/rankings-daily", "/api/v1/datasets/exports"
# Two faults a pass: one on the keyed path, one on the exports.
PASSES = {
    "2026-06-16T06:00:00Z": ("429", "html200"),
    "2026-06-16T07:00:00Z": ("empty200", "truncate"),
    "2026-06-19T06:00:00Z": ("503", "503"),
}
WITHIN = [moment for moment in PASSES if moment < "2026-06-18"]
PAST, BACK = "2026-06-19T06:00:00Z", "2026-06-19T07:00:00Z"


@dataclass(frozen=True)
class Seen:
    report: Report
    shown: dict[str, list[dict[str, Any]]]
    versions: dict[str, int]


@pytest.fixture(scope="module")
def seen(home_of: Callable[..., Scene], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seen]:
    world = write_rankings(tmp_path_factory.mktemp("absence world"), small_rows(date(2026, 6, 1), 18))
    write_prices(world, "2026-06-01T00:00:00Z", {"openai/gpt-4o": ("0.000001", "0.000002")})
    lines = ["from,until,path_prefix,fault"]
    for moment, pair in PASSES.items():
        until = moment.replace(":00:00Z", ":30:00Z")
        lines += [f"{moment},{until},{path},{fault}" for path, fault in zip((KEYED, EXPORTS), pair, strict=True)]
    (world / "faults.csv").write_text("\n".join(lines) + "\n")
    scene = home_of("absence", TOKENSHARE_HTTP_ATTEMPTS="1", **ROUTER_ALONE)
    return {moment: look(scene, world, moment) for moment in ["2026-06-15T06:00:00Z", *PASSES, BACK]}


def look(scene: Scene, world: Path, moment: str) -> Seen:
    report = scene.refresh(moment, world)
    shown = scene.metrics([*ROUTER, "list_price_daily"])
    known = scene.catalog("publications")  # in the order of their versions
    return Seen(report, shown, {p["metric"]: p["version"] for p in known if p["metric"] in shown})


@pytest.mark.parametrize("moment", PASSES)
def test_a_source_without_a_whole_answer_is_absent_or_refused_with_its_reason(
    seen: dict[str, Seen], moment: str
) -> None:
    sources = {source.id: source for source in seen[moment].report.sources}
    for id, fault in zip(("openrouter_rankings", "openrouter_exports"), PASSES[moment], strict=True):
        assert sources[id].status in ("absent", "refused"), (id, fault)
        assert sources[id].events == 0
        assert sources[id].reason, (id, fault)
    assert seen[moment].report.exit_code == ExitCode.INCOMPLETE
    assert seen[moment].report.status == "incomplete"


@pytest.mark.parametrize(("moment", "word"), [(WITHIN[0], "429"), (PAST, "503")])
def test_the_reason_says_what_came_instead(seen: dict[str, Seen], moment: str, word: str) -> None:
    (source,) = [s for s in seen[moment].report.sources if s.id == "openrouter_rankings"]
    assert word in source.reason


@pytest.mark.parametrize("moment", WITHIN)
def test_within_the_freshness_limit_the_numbers_stay_current(seen: dict[str, Seen], moment: str) -> None:
    clean = seen["2026-06-15T06:00:00Z"]
    for id in ROUTER:
        assert statuses(seen[moment].report)[id] == "unchanged"
        assert seen[moment].shown[id] == clean.shown[id], id
        assert seen[moment].versions[id] == clean.versions[id]


def test_past_the_freshness_limit_they_are_held_and_say_so(seen: dict[str, Seen]) -> None:
    clean, old = seen["2026-06-15T06:00:00Z"], seen[PAST]
    for metric in old.report.metrics:
        if metric.id in ROUTER:
            assert metric.status == "held"
            assert metric.reason == "freshness: observed 102 at newest day, expected -24 to 72"
    for id in ROUTER:
        assert {row["status"] for row in old.shown[id]} == {"held"}
        assert {row["held_since"] for row in old.shown[id]} == {datetime.fromisoformat(PAST)}
        assert [bare(row) for row in old.shown[id]] == [bare(row) for row in clean.shown[id]]
        assert old.versions[id] == clean.versions[id]


def test_other_sources_go_on(seen: dict[str, Seen]) -> None:
    assert statuses(seen[WITHIN[0]].report)["list_price_daily"] == "published"
    assert {statuses(seen[m].report)["list_price_daily"] for m in WITHIN[1:]} == {"unchanged"}
    assert statuses(seen[PAST].report)["list_price_daily"] == "published"
    days = [row["price_date"].day for row in seen[PAST].shown["list_price_daily"]]
    assert days == [15, 16, 19]


def test_absence_is_never_a_row(seen: dict[str, Seen]) -> None:
    for found in seen.values():
        assert min(row["tokens"] for row in found.shown["fct_usage_daily"]) > 0
        days = {row["usage_date"] for row in found.shown["fct_usage_daily"]}
        assert len(found.shown["fct_usage_daily"]) == 6 * len(days)


def test_once_the_sources_answer_the_hold_is_over_and_no_day_is_missing(seen: dict[str, Seen]) -> None:
    back = seen[BACK]
    assert back.report.exit_code == ExitCode.OK
    assert {row["status"] for id in ROUTER for row in back.shown[id]} == {"current"}
    assert {row["usage_date"].day for row in back.shown["fct_usage_daily"]} == set(range(1, 19))


def bare(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in row.keys() - {"as_of", "status", "held_since", "is_provisional"}}


@dataclass(frozen=True)
class Keyed:
    """A home whose key is new: the exports alone at first, the Data API later, then a pass that asks neither."""

    alone: Report
    both: Report
    neither: Report
    spoke: list[list[str]]
    days: list[int]


@pytest.fixture(scope="module")
def keyed(home_of: Callable[..., Scene], tmp_path_factory: pytest.TempPathFactory) -> Keyed:
    world = write_rankings(tmp_path_factory.mktemp("keyed world"), small_rows(date(2026, 4, 20), 56))
    write_prices(world, "2026-06-01T00:00:00Z", {"openai/gpt-4o": ("0.000001", "0.000002")})
    fault = f"2026-06-15T06:00:00Z,2026-06-15T06:30:00Z,{KEYED},503"
    (world / "faults.csv").write_text(f"from,until,path_prefix,fault\n{fault}\n")
    scene = home_of("keyed", TOKENSHARE_HTTP_ATTEMPTS="1", **ROUTER_ALONE)
    asked: list[list[str]] = [[], [], ["openrouter_models"]]
    reports, days = [], []
    for hour, sources in zip((6, 7, 8), asked, strict=True):
        reports.append(scene.refresh(f"2026-06-15T0{hour}:00:00Z", world, sources))
        days.append(len({row["usage_date"] for row in scene.metric("fct_usage_daily")}))
    with open_warehouse(scene.home.warehouse) as connection:
        query = "SELECT variables FROM decisions.inputs WHERE run = ?"
        made = [connection.execute(query, [report.run.id]).fetchone() for report in reports]
    return Keyed(*reports, [json.loads(row[0])["usage_sources"] for row in made if row], days)


@pytest.mark.long
def test_a_new_key_that_gets_no_answer_leaves_the_word_to_the_exports(keyed: Keyed) -> None:
    asked = {source.id: source.status for source in keyed.alone.sources}
    assert (asked["openrouter_rankings"], asked["openrouter_exports"]) == ("absent", "fetched")
    assert {statuses(keyed.alone)[id] for id in ROUTER} == {"published"}
    assert keyed.days[0] == 30


@pytest.mark.long
def test_the_keyed_source_takes_over_with_its_first_whole_fetch(keyed: Keyed) -> None:
    assert keyed.both.exit_code == ExitCode.OK
    assert (keyed.spoke[1], keyed.days[1]) == (["openrouter_rankings"], 56)


@pytest.mark.long
def test_who_speaks_does_not_depend_on_what_a_pass_selects(keyed: Keyed) -> None:
    assert keyed.spoke[2] == ["openrouter_rankings"]
    assert {statuses(keyed.neither)[id] for id in ROUTER} == {"unchanged"}
    assert keyed.days[2] == 56
