"""A gateway reports something that is no request: the receiver refuses it alone, with its id, and records it."""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import time
from typing import Any

import httpx
import pytest

from connectors.gateway.reading import Object
from connectors.kafka import dead_letter_reader, topics
from connectors.storage.warehouse import open_warehouse
from tests.faults.requests import land_to_the_end, new_home
from tests.gateway.payloads import call, export, payload
from tests.gateway.running import Gateway, stop
from tests.scene import Scene
from tokenshare.topics import REQUEST_COMPLETED

pytestmark = pytest.mark.timeout(900)
Record = Callable[[str, Any], None]
LITELLM, OTLP = "litellm", "otlp"
DAY, MEBIBYTE = 86_400, 1 << 20
MANY = [{"key": "k", "value": {}}] * 1_000_000
# Of a call of three, the one in the middle: what is said of it, in each form that can report such a thing.
REFUSED: list[tuple[str, str, Object, str]] = [
    (LITELLM, "negative", {"prompt": -1}, "prompt_tokens is negative"),
    (OTLP, "negative", {"completion": -1}, "completion is negative"),
    (LITELLM, "absurd", {"completion": 10**12}, "completion_tokens: Input should be less than or equal to 100000000"),
    (OTLP, "absurd", {"prompt": 10**12}, "prompt_tokens: Input should be less than or equal to 100000000"),
    (LITELLM, "half", {"prompt": 0.5}, "prompt_tokens is not a whole number"),
    (OTLP, "half", {"prompt": 0.5}, "prompt is not a whole number"),
    (LITELLM, "total", {"total_tokens": -5}, "total_tokens is negative"),
    (LITELLM, "negative-cost", {"response_cost": -0.01}, "response_cost is negative"),
    (OTLP, "negative-cost", {"gen_ai__usage__cost": -0.01}, "its cost is negative"),
    (LITELLM, "absurd-cost", {"response_cost": 1e12}, "cost_usd: String should match pattern"),
    (OTLP, "absurd-cost", {"gen_ai__usage__cost": 1e12}, "cost_usd: String should match pattern"),
    (LITELLM, "currency", {"currency": "EUR"}, "its cost is not in USD"),
    (OTLP, "currency", {"gen_ai__usage__cost": 0.5, "gen_ai__usage__currency": "EUR"}, "its cost is not in USD"),
    (LITELLM, "backwards", {"ended": -5}, "it ends before it starts"),
    (OTLP, "backwards", {"ended": -5}, "it ends before it starts"),
    (LITELLM, "clock", {"ended": DAY}, "event_time_implausible: completed_at is"),
    (OTLP, "clock", {"ended": DAY}, "event_time_implausible: completed_at is"),
    (LITELLM, "epoch", {"ended": -1e9, "startTime": None}, "event_time_implausible: completed_at is"),
    (LITELLM, "fragment", {"object": "chat.completion.chunk"}, "a streaming fragment: only the whole request"),
    (LITELLM, "no-model", {"model": ""}, "model is missing"),
    (LITELLM, "no-status", {"status": "pending"}, "status is neither success nor failure"),
    (OTLP, "attributes", {"attributes": MANY}, "1000004 attributes: at most 1000 are read"),
    (OTLP, "no-span", {"spanId": ""}, "traceId or spanId is missing"),
]
# Of a call of three, the one in the middle: how it counts.
COUNTED: list[tuple[str, str, Object, Object]] = [
    (LITELLM, "stranger", {"model": "house-model"}, {"model": "openai/house-model", "prompt_tokens": 100}),
    (LITELLM, "vendorless", {"model": "m", "custom_llm_provider": "hosted_vllm"}, {"model": "m", "prompt_tokens": 100}),
    (OTLP, "vendorless", {"gen_ai__request__model": "m"}, {"model": "m", "prompt_tokens": 100}),
    (LITELLM, "dollars", {"response_cost": 0.5}, {"cost_usd": "0.5"}),
    (OTLP, "dollars", {"gen_ai__usage__cost": 0.5}, {"cost_usd": "0.5"}),
    (LITELLM, "cached", {"cache_hit": True}, {"status": "cache_hit", "prompt_tokens": 0, "cost_usd": "0"}),
    (LITELLM, "failed", {"status": "failure"}, {"status": "failure", "prompt_tokens": 0, "cost_usd": None}),
    (OTLP, "failed", {"status": {"code": 2}, "completion": 0}, {"status": "failure", "prompt_tokens": 0}),
    (LITELLM, "ahead", {"ended": 1_800}, {"status": "success"}),
    (OTLP, "twice", {"gen_ai__response__id": "otlp-twice-before"}, {"request_id": "otlp-twice-before"}),
]
WHOLE = json.dumps([payload("whole")]).encode()
# Calls that are refused whole.
CALLS: list[tuple[str, bytes, dict[str, str], int, str]] = [
    ("a body of 50 MB", b" " * 50 * MEBIBYTE, {}, 413, "the body is larger than 8388608 bytes: send smaller batches"),
    ("a bomb", gzip.compress(b" " * 40 * MEBIBYTE), {"Content-Encoding": "gzip"}, 413, "larger than 33554432 bytes"),
    ("cut gzip", gzip.compress(WHOLE)[:-9], {"Content-Encoding": "gzip"}, 400, "the compressed body was cut short"),
    ("no gzip", WHOLE, {"Content-Encoding": "gzip"}, 400, "the body is not the compressed stream it says it is"),
    ("more after it", gzip.compress(WHOLE) * 2, {"Content-Encoding": "gzip"}, 400, "is followed by something else"),
    ("cut JSON", WHOLE[:-1], {}, 400, "not JSON"),
    ("brotli", WHOLE, {"Content-Encoding": "br"}, 415, "the body is encoded as 'br'"),
    ("a wrong token", WHOLE, {"Authorization": "Bearer another-token-of-mine"}, 401, "show a token of the gateway"),
    ("no token", b" " * 50 * MEBIBYTE, {"Authorization": ""}, 401, "show a token of the gateway"),
]


PLACES = ("before", "middle", "after")


@dataclass(frozen=True)
class Story:
    """The answers to all calls, and what landed of them: events and dead letters by the id of the request."""

    answers: dict[tuple[str, str], httpx.Response]
    events: dict[str, Object]
    letters: dict[str, str]

    def good_ones_count(self, form: str, name: str) -> bool:
        return {f"{form}-{name}-before", f"{form}-{name}-after"} <= self.events.keys()


def _moments(more: Object) -> tuple[float, float]:
    """When it began and ended, by a clock that may be ahead; an end in the past is before its start."""
    ended = time() + more.get("ended", 0)
    return max(time(), ended) - 2, ended


def _payload(id: str, more: Object) -> Object:
    begun, ended = _moments(more)
    stated = {name: value for name, value in more.items() if name != "ended"}
    return payload(id, **{"startTime": begun, "endTime": ended, **stated})


def _span(id: str, more: Object) -> Object:
    own = {name: value for name, value in more.items() if name in ("attributes", "spanId", "status")}
    stated = {name: value for name, value in more.items() if name not in (*own, "ended")}
    moments = dict(zip(("startTimeUnixNano", "endTimeUnixNano"), _moments(more), strict=True))
    found = call(f"span of {id}", **{"gen_ai__response__id": id, **stated})
    own["attributes"] = [*found["attributes"], *own.get("attributes", [])]
    return {**found, **{name: str(int(at * 1e9)) for name, at in moments.items()}, **own}


def _three(form: str, name: str, more: Object) -> bytes:
    """A call with this one between two good ones."""
    make = _payload if form == LITELLM else _span
    given = zip(PLACES, ({}, more, {}), strict=True)
    three = [make(f"{form}-{name}-{place}", stated) for place, stated in given]
    return json.dumps(three).encode() if form == LITELLM else export(*three)


def _post_all(gateway: Gateway) -> Iterator[tuple[tuple[str, str], httpx.Response]]:
    def post(form: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
        given = {"Content-Type": "application/json", **gateway.headers, **headers}
        return httpx.post(gateway.facts[form], content=body, headers=given, timeout=60)

    for form, name, more, _ in (*REFUSED, *COUNTED):
        body = gzip.compress(_three(form, name, more), 1)
        yield (form, name), post(form, body, {"Content-Encoding": "gzip"})
    outer = _span("otlp-nested-outer", {})
    inner = {**_span("otlp-nested-inner", {}), "parentSpanId": outer["spanId"]}
    yield (OTLP, "nested"), post(OTLP, export(outer, inner), {})
    for form in (LITELLM, OTLP):
        for name, body, headers, *_ in CALLS:
            yield (form, name), post(form, body, headers)


@pytest.fixture(scope="module")
def story(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Every call once; then what came of them lands."""
    scene = Scene(tmp_path_factory.mktemp("bad") / "home", broker)
    cluster = new_home(scene)
    gateway = Gateway.of(scene)
    answers = dict(_post_all(gateway))
    assert stop(gateway.process) == 0
    land_to_the_end(scene)
    with open_warehouse(scene.home.warehouse) as connection:
        found = connection.execute(f"SELECT * EXCLUDE (topic) FROM raw.{REQUEST_COMPLETED.table}")
        names = [column[0] for column in found.description or ()]
        events = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    letters = dead_letter_reader.read(cluster, [REQUEST_COMPLETED.name])
    stated = {json.loads(letter.record.value or b"")["request_id"]: letter.message for letter in letters}
    yield Story(answers, {event["request_id"]: event for event in events}, stated)
    topics.delete_prefixed(cluster)


def words_of(shape: Any) -> str:
    return shape if isinstance(shape, str) and shape.isascii() and len(shape) < 20 else ""


@pytest.mark.parametrize(("form", "name", "more", "reason"), REFUSED, ids=words_of)
def test_q04_a_bad_request_is_refused_alone(
    story: Story, form: str, name: str, more: Object, reason: str, record_property: Record
) -> None:
    """A request that cannot be counted, between two that can."""
    answer, id = story.answers[form, name], f"{form}-{name}-middle"
    assert answer.status_code == 200
    if form == LITELLM:
        (refused,) = answer.json()["refused"]
        assert (answer.json()["accepted"], refused["place"]) == (2, "payload 2")
        assert reason in refused["reason"]
    else:
        assert answer.json()["partialSuccess"]["rejectedSpans"] == "1"
        assert answer.json()["partialSuccess"]["errorMessage"].startswith("span 2: ")
        assert reason in answer.json()["partialSuccess"]["errorMessage"]
    assert reason in story.letters[id]
    assert id not in story.events
    assert story.good_ones_count(form, name)
    record_property("observed", f"{len(REFUSED)} kinds: refused, a dead letter with the reason; the others count")


@pytest.mark.parametrize(("form", "name", "more", "counts"), COUNTED, ids=words_of)
def test_q05_an_odd_request_counts(story: Story, form: str, name: str, more: Object, counts: Object) -> None:
    """A request without vendor or currency, failed, cached, repeated or early counts between two others."""
    answer = story.answers[form, name]
    assert (answer.status_code, answer.json()) == (200, {"accepted": 3, "refused": []} if form == LITELLM else {})
    event = story.events[counts.get("request_id", f"{form}-{name}-middle")]
    assert {field: event[field] for field in counts} == counts
    assert story.good_ones_count(form, name)


def test_q05_of_requests_inside_each_other_the_innermost_counts(story: Story) -> None:
    """The span of a step around a call, with the same tokens, in one export with the call."""
    assert (story.answers[OTLP, "nested"].status_code, story.answers[OTLP, "nested"].json()) == (200, {})
    assert "otlp-nested-inner" in story.events
    assert "otlp-nested-outer" not in story.events


@pytest.mark.parametrize("form", [LITELLM, OTLP])
@pytest.mark.parametrize(("name", "body", "headers", "status", "words"), CALLS, ids=words_of)
def test_q06_a_bad_call_is_refused_whole(
    story: Story, form: str, name: str, body: bytes, headers: dict[str, str], status: int, words: str,
    record_property: Record,
) -> None:  # fmt: skip
    """A call that is too large, cut, oddly compressed, or without a token."""
    answer = story.answers[form, name]
    assert (answer.status_code, words in answer.json()["error"]) == (status, True)
    assert "whole" not in story.events
    record_property("observed", f"{status}: {words}")


def test_nothing_else_came_of_all_calls(story: Story) -> None:
    """The dead letters are the refused ones, and nothing of what was said is in them."""
    assert story.letters.keys() == {f"{form}-{name}-middle" for form, name, *_ in REFUSED}
    twice = {f"{OTLP}-twice-middle"}
    counted = {f"{form}-{name}-{place}" for form, name, *_ in COUNTED for place in PLACES} - twice
    others = {f"{form}-{name}-{place}" for form, name, *_ in REFUSED for place in PLACES[::2]}
    assert story.events.keys() == counted | others | {f"{OTLP}-nested-inner"}
