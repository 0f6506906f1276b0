"""A user's rows on the whole route: they move numbers as an attribution, promises hold, and a wrong one stops it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from connectors.storage import archive
from flows import settings
from flows.operations import mappings as adding
from flows.queries import mappings
from flows.queries.trace import trace
from flows.queries.verify import verify
from tests.scene import ROUTER_ALONE, Scene, small_rows, statuses, write_rankings
from tokenshare.errors import UsageError
from tokenshare.maps import KIND_BY_ID
from tokenshare.metrics import METRIC_BY_ID

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]
SHARE = "china_share_identified_weekly"
NEW = "acme-labs/rocket-1"
CITED = {"known_from": "2026-07-01", "citation": "acme.example: about the developer"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two weeks; a model of a developer nobody has mapped has a tenth of them."""
    rows = small_rows(date(2026, 6, 29), 14)
    days = sorted({(known_at, day) for known_at, day, _, _ in rows})
    return write_rankings(
        tmp_path_factory.mktemp("mapped world"), [*rows, *((at, day, NEW, "1700000") for at, day in days)]
    )


@pytest.fixture(scope="module")
def scene(home_of: Callable[..., Scene], world: Path, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    made = home_of("mapped", **ROUTER_ALONE, TOKENSHARE_CURATED=str(tmp_path_factory.mktemp("maps")))
    made.refresh("2026-07-13T06:00:00+00:00", world)
    return made


def test_an_added_row_moves_the_numbers_as_an_attribution(scene: Scene, world: Path) -> None:
    configured = settings.load(scene.variables)
    document = mappings.unmapped(configured, scene.home, "origin")
    ((name, mass, proposal),) = [(row["name"], row["mass"], row["proposal"]) for row in document["unmapped"]]
    assert (name, mass, proposal) == ("acme-labs", 14 * 1_700_000, None)
    newest = {row["kind"]: row for row in document["unmapped_weekly"]}
    assert newest["origin"]["week_start_date"] == date(2026, 7, 6)
    assert newest["origin"]["unmapped_tokens"] == 7 * 1_700_000
    assert {row["check"] for row in scene.catalog("gate_results", outcome="failed")} >= {
        "unmapped_share",
        "unmapped_openness_share",
    }

    before = {row["week_start_date"]: row["chinese_tokens"] for row in scene.metric(SHARE)}
    words = {"vendor_id": "acme-labs", "vendor_name": "Acme", "country_code": "CN"}
    adding.add(configured, KIND_BY_ID["origin"], "acme-labs", words, CITED)
    report = scene.refresh("2026-07-13T07:00:00+00:00", world)
    assert (statuses(report)[SHARE], statuses(report)["dim_vendors"]) == ("published", "published")
    after = {row["week_start_date"]: row["chinese_tokens"] for row in scene.metric(SHARE)}
    assert after == {week: tokens + 7 * 1_700_000 for week, tokens in before.items()}
    assert {row["cause"] for row in scene.catalog("restatements")} == {"attribution"}
    assert scene.catalog("unmapped", kind="origin") == []
    assert scene.catalog("unmapped_weekly", kind="origin")[-1]["unmapped_share"] == 0

    report = scene.refresh("2026-07-13T08:00:00+00:00", world)
    assert {metric.id: metric for metric in report.metrics if metric.status not in ("unchanged", "inactive")} == {}


def test_promises_hold_with_the_maps_of_the_pass_whatever_is_set_or_edited_since(scene: Scene) -> None:
    folder = settings.load(scene.variables).curated
    assert folder is not None
    (folder / "authors.csv").write_text("not a map at all\n")
    found = trace(scene.home, METRIC_BY_ID[SHARE], ["2026-W28"])
    assert (found.is_equal, found.changed_since) == (True, ())
    document = verify(scene.home, lambda _: None, is_all=True)
    assert document["breaches"] == []
    assert f"{SHARE} version 2" not in document["recomputed"]["not_by_these_models"]
    assert f"{SHARE} version 1" in document["recomputed"]["not_by_these_models"]
    (folder / "authors.csv").unlink()


def test_a_row_that_cannot_be_used_ends_the_pass_before_it_fetches(
    new_scene: Callable[..., Scene], world: Path, tmp_path: Path
) -> None:
    made = new_scene("refused", **ROUTER_ALONE, TOKENSHARE_CURATED=str(tmp_path))
    (tmp_path / "authors.csv").write_text("author,vendor_id,known_from,citation\nacme-labs,acme,2026-07-01,x\n")
    with pytest.raises(UsageError, match=r"authors.csv line 2, column vendor_id: 'acme' is not in the map vendors"):
        made.refresh("2026-07-13T06:00:00+00:00", world)
    assert archive.read_completed(made.home.archive, "openrouter_rankings") is None
