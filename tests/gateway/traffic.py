"""Invented traffic of a gateway, with everything that is easily lost or counted twice, in words of its own.

A report is neither a payload nor an event: both are made of it, and a judge counts the file of the reports.
"""

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.gateway.reading import Object
from tests.gateway.payloads import payload
from tokenshare.events import RequestCompleted

PICO = 10**12  # picodollars of a dollar
ROWS = 100_000  # of one write
RECENT = 500  # reports, of which some are repeated
# Who made it, the model as it is called, who serves it, and picodollars for a token of the prompt, if it has a price.
MODELS = (
    ("deepseek", "deepseek/deepseek-chat-v3.1", "openrouter", 110_000),
    ("qwen", "qwen/qwen3-coder", "openrouter", 220_000),
    ("qwen", "qwen/qwen3-coder:free", "openrouter", None),
    ("openai", "openai/gpt-5.1", "openai", 1_250_000),
    ("anthropic", "anthropic/claude-sonnet-4-5", "anthropic", 3_000_000),
    ("unknown", "nobody-knows", "hosted_vllm", None),
)
APPS = (None, "support", "search")
FAILED, CACHED, REPEATED, RESTATED, NESTED, LATE, UNPRICED = 0.05, 0.05, 0.03, 0.02, 0.02, 0.05, 0.1
NUMBERS = ("number", "asked", "answered", "picodollars", "milliseconds")


class Report(NamedTuple):
    """What a client tells of a request: the same again, or something newer of it, under a higher number."""

    number: int
    id: str
    reported_at: datetime  # UTC, without saying so, as in the file
    ended_at: datetime
    who: str
    model: str
    provider: str
    app: str | None
    asked: int
    answered: int
    picodollars: int | None
    outcome: str
    milliseconds: int
    inside: str | None  # the request that repeats the tokens of this one


def _type_of(field: str) -> pa.DataType:
    return pa.timestamp("us") if field.endswith("_at") else pa.int64() if field in NUMBERS else pa.string()


SCHEMA = pa.schema([(field, _type_of(field)) for field in Report._fields])


def draw(
    count: int, now: datetime, seed: int = 7, *, is_repeated: bool = True, is_nested: bool = False
) -> Iterator[Report]:
    """So many reports, the last of them reported now; nested ones only on wish, as LiteLLM does not report them.

    A judge goes by their numbers, a home by what comes later: if some are repeated, they must be sent in order.
    """
    chance, recent = random.Random(seed), list[Report]()
    begun = now.astimezone(UTC).replace(tzinfo=None) - timedelta(microseconds=100 * count)
    for number in range(count):
        reported_at = begun + timedelta(microseconds=100 * number)
        kind = chance.random() if recent and is_repeated else 0.5
        if kind < REPEATED:
            report = chance.choice(recent)._replace(number=number, reported_at=reported_at)
        elif kind < REPEATED + RESTATED:
            report = _restated(chance.choice(recent), number, reported_at)
        else:
            report = _new(chance, seed, number, reported_at)
            if is_nested and kind > 1 - NESTED:
                report = report._replace(inside=chance.choice(recent).id)
        recent[number % RECENT : number % RECENT + 1] = [report]
        yield report


def _new(chance: random.Random, seed: int, number: int, reported_at: datetime) -> Report:
    who, model, provider, price = chance.choice(MODELS)
    days = 20 if chance.random() < LATE else 2
    ended = reported_at - timedelta(milliseconds=chance.randrange(1_000, days * 86_400_000))
    asked, answered, kind = round(chance.lognormvariate(6, 1.2)), round(chance.lognormvariate(5, 1)), chance.random()
    outcome = "failure" if kind < FAILED else "cache_hit" if kind < FAILED + CACHED else "success"
    cost = None if price is None or chance.random() < UNPRICED else price * (asked + 4 * answered)
    return Report(
        number, f"chatcmpl-{seed}-{number}", reported_at, ended.replace(microsecond=ended.microsecond // 1000 * 1000),
        who, model, provider, chance.choice(APPS), asked, answered, cost, outcome, chance.randrange(100, 30_000), None,
    )  # fmt: skip


def _restated(report: Report, number: int, reported_at: datetime) -> Report:
    """The same request, whose tokens are now known to be one more, and whose price has become known."""
    price = max((price or 0 for who, *_, price in MODELS if who == report.who), default=0)
    answered = report.answered + 1
    cost = price * (report.asked + 4 * answered) or None
    return report._replace(number=number, reported_at=reported_at, answered=answered, picodollars=cost)


def write(reports: Iterable[Report], path: Path) -> Iterator[Report]:
    """Pass the reports on, each written to the file before; the file is whole after the last."""
    with pq.ParquetWriter(path, SCHEMA) as file:
        rest = iter(reports)
        while some := list(islice(rest, ROWS)):
            file.write_table(pa.table(list(zip(*some, strict=True)), SCHEMA))
            yield from some


def payload_of(report: Report) -> Object:
    """The report as LiteLLM's callback has it."""
    outcomes: dict[str, Object] = {"failure": {"status": "failure"}, "cache_hit": {"cache_hit": True}}
    details = {
        "prompt_tokens_details": {"cached_tokens": report.asked // 3},
        "completion_tokens_details": {"reasoning_tokens": report.answered // 4},
    }
    ended = report.ended_at.replace(tzinfo=UTC).timestamp()
    return payload(
        report.id,
        report.model,
        report.asked,
        report.answered,
        custom_llm_provider=report.provider,
        startTime=ended - report.milliseconds / 1000,
        endTime=ended,
        response_cost=None if report.picodollars is None else report.picodollars / PICO,
        metadata={"usage_object": details, "user_api_key_alias": report.app},
        **outcomes.get(report.outcome, {}),
    )


def event_of(report: Report) -> RequestCompleted:
    """The report as the receiver passes it on."""
    model, _, variant = report.model.partition(":")
    is_used = report.outcome == "success"
    asked, answered = (report.asked, report.answered) if is_used else (0, 0)
    return RequestCompleted.identified(
        source_id="gateway",
        observed_at=report.reported_at.replace(tzinfo=UTC),
        fetch_id="0" * 32,
        request_id=report.id,
        completed_at=report.ended_at.replace(tzinfo=UTC),
        gateway="otlp",
        model=model,
        variant=variant or None,
        provider=report.provider,
        app=report.app,
        prompt_tokens=asked,
        completion_tokens=answered,
        reasoning_tokens=answered // 4,
        cached_tokens=asked // 3,
        cost_usd=_dollars(report.picodollars) if is_used else None,
        status=report.outcome,
        latency_ms=report.milliseconds,
        parent_request_id=report.inside,
    )


def _dollars(picodollars: int | None) -> str | None:
    return None if picodollars is None else f"{picodollars // PICO}.{picodollars % PICO:012}"
