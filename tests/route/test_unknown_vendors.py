"""A name nobody mapped is nobody's: it counts as unknown, widens the bounds, and is listed; text stays text."""

from collections.abc import Callable
from datetime import date

import pytest

from flows import looks, settings
from tests.scene import ROUTER_ALONE, Row, Scene, small_rows, write_rankings
from tokenshare.errors import ExitCode

pytestmark = pytest.mark.timeout(900)
LOOK_ALIKES = (
    "nobody/model",
    "\u0501eepseek/r1",  # Cyrillic d
    "qwe\u0301n/max",  # NFD
    "qw\u00e9n/max",  # NFC: another name than qwen, and the same author as its NFD twin
    "deep\u200bseek/r1",  # zero-width space
    "\u202ednepseed/r1",  # right to left
)
HOSTILE = ("'; drop table--/x", "{{ 7*7 }}/x", "${HOME}/x", "<script>alert(1)</script>/x", '"a""b"/x')
TOKENS = 30_000
FOLDED = "DeepSeek/DeepSeek-V3"
WEEK, DAYS = 7, 14


@pytest.fixture(scope="module")
def scene(home_of: Callable[..., Scene], tmp_path_factory: pytest.TempPathFactory) -> Scene:
    rows: list[Row] = small_rows(date(2026, 6, 1), DAYS)
    for at, day in sorted({(row[0], row[1]) for row in rows}):
        rows += [(at, day, slug, str(TOKENS + n)) for n, slug in enumerate((*LOOK_ALIKES, *HOSTILE))]
        rows.append((at, day, FOLDED, "1000"))
    scene = home_of("unknown", **ROUTER_ALONE)
    report = scene.refresh("2026-06-15T06:00:00Z", write_rankings(tmp_path_factory.mktemp("unknown world"), rows))
    assert report.exit_code == ExitCode.OK, report.document()
    return scene


def unknown_a_day() -> int:
    strangers = len(LOOK_ALIKES) + len(HOSTILE)
    return strangers * TOKENS + sum(range(strangers))


@pytest.mark.parametrize("slug", [*LOOK_ALIKES, *HOSTILE])
def test_a_stranger_is_unknown_and_its_name_stays_as_it_came(scene: Scene, slug: str) -> None:
    facts = [row for row in scene.metric("fct_usage_daily") if row["model_permaslug"] == slug]
    assert len(facts) == DAYS
    assert {(row["vendor_id"], row["origin"]) for row in facts} == {("unknown", "unknown")}
    (model,) = [row for row in scene.metric("dim_models") if row["model_id"] == slug]
    assert (model["vendor_id"], model["origin"]) == ("unknown", "unknown")


def test_case_alone_makes_no_stranger(scene: Scene) -> None:
    facts = [row for row in scene.metric("fct_usage_daily") if row["model_permaslug"] == FOLDED]
    assert {row["vendor_id"] for row in facts} == {"deepseek"}


def test_no_look_alike_gains_its_twin_a_token(scene: Scene) -> None:
    rows = [row for row in scene.metric("vendor_share_daily") if row["vendor_id"] == "deepseek"]
    days = {row["usage_date"]: row["tokens"] for row in rows}
    assert days == {day: 1_000_000 + day.day + 1000 for day in days}
    assert len(days) == DAYS


def test_strangers_widen_the_bounds_to_the_token(scene: Scene) -> None:
    for row in scene.metric("china_share_bounds_weekly"):
        assert row["unknown_tokens"] == WEEK * (unknown_a_day() + 500_000)
        width = row["upper_share"] - row["lower_share"]
        assert width == pytest.approx(row["unknown_tokens"] / row["tokens"], abs=1e-9)


def test_status_lists_the_strangers_heaviest_first(scene: Scene) -> None:
    listed = looks.status(settings.load(scene.variables))["unknown_vendors"]
    authors = [slug.split("/")[0] for slug in (*LOOK_ALIKES, *HOSTILE)]
    weights = {"<script>alert(1)<": DAYS * (TOKENS + authors.index("<script>alert(1)<"))}
    assert {row["author"] for row in listed} == set(authors)
    assert [row["tokens"] for row in listed] == sorted((row["tokens"] for row in listed), reverse=True)
    assert weights.items() <= {row["author"]: row["tokens"] for row in listed}.items()
