"""A pass builds what has moved; whatever moved, each relation is as one build from the beginning makes it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from connectors.storage.warehouse import builds, open_warehouse
from connectors.storage.warehouse.builds import Build
from flows import settings
from flows.operations import compact
from flows.setup.context import RunOptions
from tests.faults.scenario import Scenario, open_scenario
from tests.faults.sources import TABLE
from tests.faults.world import write
from tests.route.rebuilt import differing
from tests.scene import Scene

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]


@dataclass(frozen=True)
class Seen:
    """After a step: the record of its build, and the relations that differ from those of a whole build."""

    build: Build
    differing: list[str]


def fault(file: str, name: str) -> Callable[[Scenario], None]:
    def play(scenario: Scenario) -> None:
        scenario.play({file: TABLE[file][name]})

    return play


def only(source: str, **options: bool) -> Callable[[Scenario], None]:
    """A pass that asks one source, five minutes later."""

    def play(scenario: Scenario) -> None:
        asked = RunOptions(**options)
        report = scenario.scene.refresh(scenario.at.isoformat(), scenario.directory, [source], options=asked)
        assert [found.id for found in report.sources if found.status != "skipped"] == [source]
        scenario.at += timedelta(minutes=5)

    return play


def dearer(scenario: Scenario) -> None:
    """The catalogue asked alone, with all prices a little higher."""
    rows = scenario.files["models.csv"]
    scenario.files["models.csv"] = [{**row, "prompt_usd_per_token": f"{row['prompt_usd_per_token']}1"} for row in rows]
    write(scenario.directory, scenario.files)
    only("openrouter_models")(scenario)


def compacted(scenario: Scenario) -> None:
    assert compact.compact(settings.load(scenario.scene.variables))["merged"]
    fault("rankings_daily.csv", "landed day gone")(scenario)


STEPS: dict[str, Callable[[Scenario], None]] = {
    "a new day of each source": lambda _: None,
    "one source asked": dearer,
    "a day with two values": fault("rankings_daily.csv", "duplicate key"),
    "compacted, a day taken back and the other let go": compacted,
    "all well again": lambda scenario: scenario.play({}) and None,
    "everything asked for": only("releases", full_refresh=True),
}


@pytest.fixture(scope="module")
def seen(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Seen]]:
    """One home through all steps."""
    folder: Path = tmp_path_factory.mktemp("parts")
    scene = Scene(folder / "home", broker, {"TOKENSHARE_HTTP_ATTEMPTS": "1"})
    scenario = open_scenario(scene, folder / "world")
    found = {}
    for name, step in STEPS.items():
        step(scenario)
        with open_warehouse(scene.home.warehouse) as connection:
            build = builds.read(connection)
        assert build is not None
        found[name] = Seen(build, differing(scene.home))
    yield found
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


@pytest.mark.parametrize("step", STEPS)
def test_each_relation_is_as_a_whole_build_makes_it(seen: dict[str, Seen], step: str) -> None:
    assert seen[step].differing == []
    assert seen[step].build.failed == {}


def test_one_source_moves_what_reads_it_and_nothing_else(seen: dict[str, Seen]) -> None:
    built = seen["one source asked"].build.built
    assert built is not None
    assert {"int_fetches_verified", "stg_price_listed", "list_price_daily", "claim_verdict"} <= built
    assert not {"stg_usage_observed", "pureplay_value_daily", "family_downloads_daily", "release_cadence"} & built


def test_a_hold_builds_what_its_statements_reach_and_nothing_else(seen: dict[str, Seen]) -> None:
    build = seen["a day with two values"].build
    assert "conflicting_keys" in {finding.check for finding in build.findings}
    assert build.built is not None
    assert {"stg_usage_observed", "int_usage_provenance", "vendor_share_weekly"} <= build.built
    assert not {"stg_price_listed", "list_price_daily", "pureplay_value_daily"} & build.built


def test_a_person_may_ask_for_everything(seen: dict[str, Seen]) -> None:
    assert seen["everything asked for"].build.built is None
