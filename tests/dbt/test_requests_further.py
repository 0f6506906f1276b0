"""A gateway's requests, summed again in the hours that new reports touch: as if all had been summed at once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from connectors.storage.home import Home
from connectors.storage.warehouse import open_warehouse
from flows.stages.graph import wanted
from tests.dbt.test_landing_further import VARIABLES, Shore
from tests.route.rebuilt import differing_from
from tokenshare.events import RequestCompleted
from tokenshare.metrics import METRIC_BY_ID
from tokenshare.topics import REQUEST_COMPLETED

pytestmark = pytest.mark.slow

BEGIN = datetime(2026, 1, 20, tzinfo=UTC)
RELATIONS = wanted([METRIC_BY_ID[id] for id in ("gateway_share_hourly", "fct_requests_hourly")])
HOURLY = "SELECT sum(tokens), sum(requests_count) FROM marts.fct_requests_hourly"


def report(id: str, hour: int, reported: int, tokens: int = 100, **more: object) -> RequestCompleted:
    """A request of an hour, reported in another one."""
    at = BEGIN + timedelta(hours=reported)
    stated = {
        "event_id": sha256(f"{id} {hour} {reported} {tokens} {more}".encode()).hexdigest()[:32],
        "source_id": "gateway",
        "observed_at": at,
        "fetch_id": f"{reported:032x}",
        "request_id": id,
        "completed_at": BEGIN + timedelta(hours=hour, minutes=7),
        "gateway": "litellm",
        "model": "deepseek/d",
        "prompt_tokens": tokens,
        "completion_tokens": 0,
        "cost_usd": "0.5",
        "status": "success",
    }
    return RequestCompleted.model_validate(stated | more)


def land(*events: RequestCompleted, partition: int = 1) -> Callable[[Shore], None]:
    return lambda shore: shore.land(REQUEST_COMPLETED, *events, partition=partition)


# What lands, and the tokens and requests that count when it has.
WAYS: dict[str, tuple[Callable[[Shore], None], tuple[int, int]]] = {
    "more of a day": (land(*(report(f"b{n}", n % 24, 24) for n in range(50))), (7_000, 70)),
    "the same again": (land(*(report(f"b{n}", n % 24, 25) for n in range(10)), partition=0), (7_000, 70)),
    "other tokens, in another hour": (land(report("b3", 9, 26, 150)), (7_050, 70)),
    "an older report, landed later": (land(report("b3", 1, 25, 900)), (7_050, 70)),
    "a cost that becomes known": (land(report("a1", 1, 27, cost_usd="0.75")), (7_050, 70)),
    "a call inside an older request": (land(report("c1", 30, 30, 40, parent_request_id="a2")), (6_990, 70)),
    "the call inside another one": (land(report("c1", 30, 31, 40, parent_request_id="a3")), (6_990, 70)),
    "the call, which failed after all": (land(report("c1", 30, 32, 0, status="failure")), (7_050, 70)),
    "a call before the request around it": (land(report("d1", 40, 40, 30, parent_request_id="d0")), (7_080, 71)),
    "the request around it": (land(report("d0", 45, 45, 30)), (7_080, 71)),
    "an hour left by its only request": (land(report("d1", 41, 46, 30, parent_request_id="d0")), (7_080, 71)),
    "nothing": (lambda _: None, (7_080, 71)),
}
COMPARED = (
    "an older report, landed later",
    "the call inside another one",
    "an hour left by its only request",
    "nothing",
)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[list[str], tuple[int, int]]]:
    """After each way of landing: what failed, or differs from a build at once; tokens and requests."""
    home = Home(tmp_path_factory.mktemp("requests") / "home")
    home.build.mkdir(parents=True)
    shore = Shore(home, relations=RELATIONS)
    land(*(report(f"a{n}", n, n) for n in range(20)))(shore)
    assert shore.build() == {}
    seen = {}
    for way, (lands, _) in WAYS.items():
        lands(shore)
        failed = shore.build()
        with open_warehouse(home.warehouse) as connection:
            (counted,) = connection.execute(HOURLY).fetchall()
        differing = differing_from(home, VARIABLES, RELATIONS) if way in COMPARED else []
        seen[way] = [*failed, *differing], counted
    return seen


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("way", WAYS)
def test_the_sums_are_as_if_made_at_once(found: dict[str, tuple[list[str], tuple[int, int]]], way: str) -> None:
    assert found[way] == ([], WAYS[way][1])
