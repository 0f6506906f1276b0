"""Requests from real clients to published shares: the whole route, against an independent count of the same file."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from flows.queries.trace import trace
from flows.queries.verify import verify
from flows.report import tables
from flows.report import write as write_page
from flows.report.reading import Published
from tests.gateway import judge, traffic
from tests.gateway.payloads import payload
from tests.gateway.running import Gateway, stop
from tests.scene import ROUTER_ALONE, Scene, small_rows, statuses, write_rankings
from tokenshare.metrics import METRIC_BY_ID

pytestmark = pytest.mark.timeout(900)
BATCH = 100
GATEWAY = [id for id in METRIC_BY_ID if METRIC_BY_ID[id].group == "gateway"]
CLIENT = """
import asyncio, litellm
from litellm.integrations.generic_api.generic_api_callback import GenericAPILogger

async def main():
    logger = GenericAPILogger(batch_size=1)
    litellm.callbacks = [logger]
    ask = [{"role": "user", "content": "SECRET WORDS"}]
    await litellm.acompletion(model="openai/gpt-4o-mini", messages=ask, mock_response="SECRET ANSWER")
    parts = await litellm.acompletion(model="openai/gpt-4o", messages=ask, mock_response="in parts", stream=True)
    async for _ in parts: pass
    try: await litellm.acompletion(model="openai/gpt-4o", messages=ask, mock_response=Exception("down"))
    except Exception: pass
    await asyncio.sleep(2)
    await logger.flush_queue()

asyncio.run(main())
"""
ROUTER_DAYS = 20


@dataclass
class Story:
    scene: Scene
    file: Path  # what the clients have reported
    now: datetime

    def refresh(self) -> dict[str, str]:
        self.now += timedelta(seconds=1)
        return statuses(self.scene.refresh(self.now.isoformat(), self.world))

    @property
    def world(self) -> Path:
        return self.file.parent / "world"

    def days(self) -> list[date]:
        """The days on which there were tokens, in order."""
        return sorted({row[0] for row in judge.counted(self.file)["gateway_token_share_daily"]})


def of_all_today(reports: Iterable[traffic.Report], now: datetime) -> Iterator[traffic.Report]:
    """The reports, the first success of each vendor ending now: soon after midnight a day has few others."""
    seen: set[str] = set()
    for report in reports:
        if report.outcome == "success" and report.who not in seen:
            seen.add(report.who)
            report = report._replace(ended_at=now.replace(tzinfo=None, microsecond=0))
        yield report


@pytest.fixture(scope="module")
def story(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """2,000 requests in batches from three clients at once, every fifth batch twice; then a pass."""
    scene = Scene(tmp_path_factory.mktemp("gateway") / "home", broker, ROUTER_ALONE)
    now = datetime.now(UTC)
    story = Story(scene, tmp_path_factory.mktemp("clients") / "reported.parquet", now)
    write_rankings(story.world, small_rows(now.date() - timedelta(days=ROUTER_DAYS + 1), ROUTER_DAYS))
    scene.refresh(
        (now - timedelta(hours=1)).isoformat(), story.world
    )  # a home of a world before it is one of a receiver
    running = Gateway.of(scene)
    reports = of_all_today(traffic.draw(2_000, now, is_repeated=False), now)
    payloads = [traffic.payload_of(report) for report in traffic.write(reports, story.file)]
    batches = [payloads[at : at + BATCH] for at in range(0, len(payloads), BATCH)]
    answers: list[httpx.Response] = []

    def client(number: int) -> None:
        for index in range(number, len(batches), 3):
            times = 2 if index % 5 == 0 else 1
            answers.extend(running.post(batches[index]) for _ in range(times))

    clients = [threading.Thread(target=client, args=(number,)) for number in range(3)]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()
    assert {(answer.status_code, answer.json()["accepted"]) for answer in answers} == {(200, BATCH)}
    assert stop(running.process) == 0
    found = story.refresh()
    assert {found[id] for id in GATEWAY} == {"published"}
    yield story
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


def test_the_published_numbers_are_those_of_an_independent_count(story: Story) -> None:
    counted = judge.counted(story.file)
    assert judge.published(story.scene) == counted
    assert sum(row[-1] for row in counted["gateway_spend_share_daily"]) > 0
    assert {row["app"] for row in story.scene.metric("fct_requests_hourly")} == {"support", "search", "unknown"}


def test_the_page_shows_the_gateway_beside_the_router(story: Story) -> None:
    rows = tables.gateway(Published(story.scene.home))
    own, router = (story.scene.metric(id) for id in ("gateway_token_share_daily", "vendor_share_daily"))
    day, other_day = (max(row["usage_date"] for row in found) for found in (own, router))
    assert other_day < day
    own_shares = {row["vendor_id"]: row["vendor_share"] for row in own if row["usage_date"] == day}
    shares = {row["vendor_id"]: row["vendor_share"] for row in router if row["usage_date"] == other_day}
    assert {row["vendor_id"]: row["gateway_share"] for row in rows} == own_shares
    assert {row["router_date"] for row in rows} == {other_day}
    for row in rows:
        assert row["difference_share"] == own_shares[row["vendor_id"]] - shares.get(row["vendor_id"], 0)
    assert {row["vendor_id"] for row in rows if row["router_share"]} >= {"openai", "anthropic"}
    page = write_page(story.scene.home).read_text()
    assert f"of your tokens. Farthest from the router&#39;s {other_day}" in page


def test_nothing_of_the_content_is_kept_anywhere(story: Story) -> None:
    files = [path for path in story.scene.root.rglob("*") if path.is_file()]
    assert len(files) > 20
    assert [path for path in files if b"SECRET" in path.read_bytes()] == []


def test_a_share_is_traced_and_computed_again_from_its_offsets(story: Story) -> None:
    day = f"{story.days()[-2]}"
    found = trace(story.scene.home, METRIC_BY_ID["gateway_spend_share_daily"], [day, "openai"])
    assert found.is_equal
    assert {span.topic for span in found.spans} == {"request.completed.v1"}


def openai_tokens(story: Story) -> dict[Any, int]:
    rows = story.scene.metric("gateway_token_share_daily")
    return {row["usage_date"]: row["tokens"] for row in rows if row["vendor_id"] == "openai"}


def test_a_late_request_restates_its_hour_and_bad_ones_are_dead_letters(story: Story) -> None:
    """Then everything is verified, the versions made before that hour was over among it."""
    running, before = Gateway.of(story.scene), openai_tokens(story)
    late = story.now - timedelta(hours=30)
    at, hour = late.timestamp(), late.replace(minute=0, second=0, microsecond=0)
    good = payload("late", "gpt-5.1", 5_000, 0, endTime=at, startTime=at - 1, response_cost=0.5)
    early = {**good, "prompt_tokens": 7, "total_tokens": 7}  # of the same request: what is reported later counts
    bad = [payload("worse", "gpt-5.1", -1, endTime=at), payload("worst", "gpt-5.1", endTime=at + 10**9)]
    answer = running.post([bad[0], early, good, bad[1]]).json()
    assert (answer["accepted"], [one["request_id"] for one in answer["refused"]]) == (2, ["worse", "worst"])
    assert stop(running.process) == 0
    story.refresh()
    assert openai_tokens(story)[late.date()] - before[late.date()] == 5_000
    keys = [json.loads(row["key"]) for row in story.scene.catalog("restatements", metric="gateway_share_hourly")]
    assert {datetime.fromisoformat(key["usage_hour"]) for key in keys} == {hour}
    letters = {row["topic"]: row["open"] for row in story.scene.catalog("dead_letters")}
    assert letters == {"request.completed.v1": 2}
    assert verify(story.scene.home, lambda _: None, is_all=True)["breaches"] == []


def test_real_clients_are_counted_once(story: Story) -> None:
    """LiteLLM's callback and OpenTelemetry's exporter, as their users install them."""
    running, failed = Gateway.of(story.scene), failures(story)
    ask_litellm(running)
    export_spans(running)
    assert stop(running.process) == 0
    story.refresh()
    hours = story.scene.metric("fct_requests_hourly")
    models = {row["model_id"]: row["requests_count"] for row in hours if row["model_id"].startswith("openai/gpt-4o")}
    assert models == {"openai/gpt-4o-mini": 1, "openai/gpt-4o": 1}  # an answer, and a streamed one
    assert failures(story) == failed + 1
    (spans,) = [row for row in hours if row["app"] == "assistant"]
    assert (spans["requests_count"], spans["tokens"], spans["model_id"]) == (1, 150, "qwen/qwen3-coder")


def failures(story: Story) -> int:
    return sum(row["failures_count"] for row in story.scene.metric("fct_requests_hourly"))


def ask_litellm(running: Gateway) -> None:
    """LiteLLM's own callback: an answer, a streamed one, and a failure."""
    token = running.headers["Authorization"]
    environ = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "GENERIC_LOGGER_ENDPOINT": running.facts["litellm"],
        "GENERIC_LOGGER_HEADERS": f"Authorization={token}",
    }
    subprocess.run([sys.executable, "-c", CLIENT], env=environ, check=True, capture_output=True, timeout=120)


def export_spans(running: Gateway) -> None:
    """OpenTelemetry's own exporter: an agent's run around one call, in protobuf."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource({"service.name": "assistant"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(running.facts["otlp"], headers=running.headers)))
    tracer = provider.get_tracer("tests")
    usage = {
        "gen_ai.request.model": "qwen/qwen3-coder",
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 50,
    }
    with (
        tracer.start_as_current_span("run", attributes={"gen_ai.operation.name": "invoke_agent", **usage}),
        tracer.start_as_current_span("chat", attributes={"gen_ai.operation.name": "chat", **usage}),
    ):
        pass
    assert provider.force_flush(10_000)
    provider.shutdown()
