"""The known states of the synthetic world's watches at the last pass, listed by hand and counted in plain Python."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from demo.world.curated import FactRow
from tests.oracles.answers import Answer, cells_of


class Watch(NamedTuple):
    """A watch: the figure it reads, its question and threshold."""

    watch_id: str
    title: str
    fact_id: str
    asked: str
    threshold: int
    unit: str


class Point(NamedTuple):
    """A reading of a watch, and its state."""

    day: str
    value: Decimal
    state: str


READ = (
    Watch(
        watch_id="hbm_stacks",
        title="CXMT makes more than 2.0M HBM stacks in a year",
        fact_id="hbm_stacks",
        asked="above",
        threshold=2_000_000,
        unit="stacks",
    ),
    Watch(
        watch_id="alibaba_ai_run_rate",
        title="Alibaba's AI run-rate is above 5B USD",
        fact_id="ai_run_rate",
        asked="above",
        threshold=5_000_000_000,
        unit="USD/year",
    ),
    Watch(
        watch_id="volcano_maas_revenue",
        title="Volcano Engine takes at least 15B CNY a year for model-as-a-service",
        fact_id="maas_revenue",
        asked="at least",
        threshold=15_000_000_000,
        unit="CNY",
    ),
)
ENFORCEMENT = Watch(
    watch_id="offshore_enforcement",
    title="The parent-company rule is enforced against a subsidiary abroad",
    fact_id="",
    asked="at least",
    threshold=1,
    unit="event",
)
FRONTIER = Watch(
    watch_id="frontier_gap",
    title="The best Chinese score on a board of text is at least the best other one",
    fact_id="",
    asked="at least",
    threshold=0,
    unit="score",
)
VIDEO_FRONTIER, *UNREAD = (
    FRONTIER._replace(
        watch_id=f"frontier_gap_{kind}",
        title=f"The best Chinese score on a board of {word} is at least the best other one",
    )
    for kind, word in (("video", "video"), ("image", "images"), ("sound", "sound"))
)
TRENDING = Watch(
    watch_id="us_open_model_trending",
    title="A US open model is among the Hub's ten trending",
    fact_id="",
    asked="at least",
    threshold=1,
    unit="models",
)
# No board of text but one has scores of both sides: 48.2 against 55, then 57.4 against 58.1, which is within a tenth.
# In video 1460 stand against 1375, which says nothing of text. Of images and sound nobody keeps a board.
TEXT_BOARD, VIDEO_BOARD = "swe-bench-pro", "video-arena"
GAPS = [Point("2026-03-01", Decimal("-6.8"), "quiet"), Point("2026-06-10", Decimal("-0.7"), "near")]
VIDEO_GAPS = [Point("2026-06-10", Decimal(85), "crossed")]


def answers(figures: Iterable[FactRow], american: Iterable[tuple[str, int]]) -> Iterator[Answer]:
    """`american` are the Hub's trending repositories of the United States, a count by day."""
    told = list(figures)
    for watch in READ:
        own = sorted((f.fact_date, Decimal(f.low)) for f in told if f.fact_id == watch.fact_id)
        yield from _newest(watch, [Point(day, value, _state(value, watch)) for day, value in own])
    yield from _newest(ENFORCEMENT, [Point("2026-05-31", Decimal(0), "quiet")])
    yield from _newest(FRONTIER, GAPS, TEXT_BOARD)
    yield from _newest(VIDEO_FRONTIER, VIDEO_GAPS, VIDEO_BOARD)
    for watch in UNREAD:
        yield from _stated(watch, Point("", Decimal(0), "no_data"), None, "")
    trending = [(day, Decimal(count)) for day, count in american]
    yield from _newest(TRENDING, [Point(day, count, _state(count, TRENDING)) for day, count in trending])


def _state(value: Decimal, watch: Watch) -> str:
    if value > watch.threshold or (watch.asked == "at least" and value == watch.threshold):
        return "crossed"
    return "near" if 10 * value >= 9 * watch.threshold else "quiet"


def _newest(watch: Watch, points: list[Point], board: str = "") -> Iterator[Answer]:
    newest, since = points[-1], points[-1].day
    for point in reversed(points):
        if point.state != newest.state:
            break
        since = point.day
    yield from _stated(watch, newest, since, board)


def _stated(watch: Watch, newest: Point, since: str | None, board: str) -> Iterator[Answer]:
    title = f"{watch.title}: {board}" if board else watch.title
    value = newest.value if since else None
    told = {"title": title, "state": newest.state, "since": since, "value": value, "board_id": board or None}
    cells = {**told, "threshold": watch.threshold, "unit": watch.unit}
    yield from cells_of("watch_status", {"watch_id": watch.watch_id}, cells)
