"""The receiver's HTTP side: who may call, how much, and what is answered. It answers 2xx after delivery alone."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.gateway import litellm, otlp
from connectors.gateway.reading import Object, Reading
from connectors.gateway.tokens import Tokens
from connectors.http.body import read_body
from connectors.http.retry import TryAgain
from tokenshare import series
from tokenshare.errors import ContractViolation, SourceAbsent, TokenshareError
from tokenshare.series import Series
from tokenshare.topics import REQUEST_COMPLETED

MEBIBYTE = 1 << 20
READERS = 2  # more at once only take the interpreter from each other; one alone would wait for the longest body
NAMED_REFUSALS = 20
RETRY_SECONDS = 5
SOURCE_ID = REQUEST_COMPLETED.pushed_by
Deliver = Callable[[Reading], None]  # blocks until everything is acknowledged; raises TokenshareError if it is not


@dataclass(frozen=True)
class Limits:
    """The largest call, and how many calls are served at a time."""

    body_bytes: int = 8 * MEBIBYTE
    inflated_bytes: int = 32 * MEBIBYTE
    requests: int = 10_000
    body_seconds: float = 10.0
    calls: int = 64


class Refusal(Exception):
    """An answer other than 2xx: its status and the reason."""

    def __init__(self, status: int, reason: str, *, retry: bool = False) -> None:
        super().__init__(reason)
        self.status, self.retry = status, retry


class Figures:
    """The counters for Prometheus, as declared; no label names a caller, a model or an application."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self.requests = Counter(*_declared(series.GATEWAY_REQUESTS), registry=registry)
        self.calls = Counter(*_declared(series.GATEWAY_CALLS), registry=registry)
        self.seconds = Histogram(*_declared(series.GATEWAY_SECONDS), registry=registry)
        self.waiting = Gauge(*_declared(series.GATEWAY_WAITING), registry=registry)
        self.delivered = Gauge(*_declared(series.GATEWAY_DELIVERED), registry=registry)


def _declared(declared: Series) -> tuple[str, str, tuple[str, ...]]:
    return declared.family, declared.meaning, declared.labels


class Receiver:
    """The endpoints. `deliver` runs in a thread, as it waits for Kafka. `registry` may have series of others."""

    def __init__(
        self,
        deliver: Deliver,
        tokens: Tokens,
        now: Callable[[], datetime],
        limits: Limits,
        registry: CollectorRegistry | None = None,
    ) -> None:
        self._deliver, self._tokens, self._now, self._limits = deliver, tokens, now, limits
        self._figures = Figures(registry or CollectorRegistry())
        self._served = 0
        self._threads = ThreadPoolExecutor(limits.calls, "gateway")  # a call waits for Kafka in a thread of its own
        self._readers = ThreadPoolExecutor(READERS, "reader")
        self._scrapes = ThreadPoolExecutor(1, "scrape")  # one may wait for Kafka, and no call for it

    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/v1/litellm", self._take_litellm, methods=["POST"]),
                Route("/v1/otlp/traces", self._take_otlp, methods=["POST", "PUT"]),
                Route("/v1/traces", self._take_otlp, methods=["POST", "PUT"]),  # where an exporter's base address ends
                Route("/healthz", self._show_health, methods=["GET"]),
                Route("/metrics", self._show_figures, methods=["GET"]),
            ]
        )

    async def _take_litellm(self, request: Request) -> Response:
        async def take() -> Response:
            body = await self._body(request)
            reading = await self._read(litellm.read, body, self._envelope())
            await self._settle("litellm", reading)
            return JSONResponse({"accepted": len(reading.events), "refused": _refusals(reading)})

        return await self._answer("litellm", request, take)

    async def _take_otlp(self, request: Request) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        is_binary = kind == otlp.PROTOBUF

        async def take() -> Response:
            body = await self._body(request)
            reading = await self._read(otlp.read, body, kind, self._envelope())
            await self._settle("otlp", reading)
            return _export_answer(reading, is_binary=is_binary)

        return await self._answer("otlp", request, take)

    async def _show_health(self, _: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def _show_figures(self, _: Request) -> Response:
        found = await _run(self._scrapes, generate_latest, self._figures.registry)
        return Response(found, media_type=CONTENT_TYPE_LATEST)

    async def _answer(self, form: str, request: Request, take: Callable[[], Awaitable[Response]]) -> Response:
        """The answer to a call, counted; every refusal says why, and whether to try again."""
        figures = self._figures
        with figures.seconds.labels(form).time(), figures.waiting.track_inprogress():
            try:
                answer = await self._admitted(request, take)
            except Refusal as refusal:
                headers = {"Retry-After": str(RETRY_SECONDS)} if refusal.retry else {}
                if refusal.status == 401:
                    headers["WWW-Authenticate"] = "Bearer"
                answer = JSONResponse({"error": str(refusal)}, refusal.status, headers)
        figures.calls.labels(form, str(answer.status_code)).inc()
        return answer

    async def _admitted(self, request: Request, take: Callable[[], Awaitable[Response]]) -> Response:
        if not self._tokens.accepts(request.headers.get("authorization", "")):
            raise Refusal(401, "show a token of the gateway: Authorization: Bearer TOKEN")
        if self._served >= self._limits.calls:
            raise Refusal(429, "too many calls at a time", retry=True)
        self._served += 1
        try:
            return await take()
        finally:
            self._served -= 1

    async def _body(self, request: Request) -> bytes:
        """The whole body, inflated. Raises Refusal above a cap, after a time, or for one that is cut."""
        limits, pieces, size = self._limits, [], 0
        try:
            async with asyncio.timeout(limits.body_seconds):
                async for piece in request.stream():
                    size += len(piece)
                    if size > limits.body_bytes:
                        raise Refusal(413, f"the body is larger than {limits.body_bytes} bytes: send smaller batches")
                    pieces.append(piece)
        except TimeoutError as error:
            raise Refusal(408, f"the body did not arrive within {limits.body_seconds:g} s", retry=True) from error
        except ClientDisconnect as error:
            raise Refusal(400, "the body was cut off") from error
        encoding = request.headers.get("content-encoding", "")
        try:
            body: bytes = await self._in_thread(read_body, pieces, encoding, limits.body_bytes, limits.inflated_bytes)
            return body
        except SourceAbsent as error:
            is_unknown = "encoded as" in str(error)
            raise Refusal(415 if is_unknown else 413, str(error).replace("the answer", "the body")) from error
        except TryAgain as error:
            raise Refusal(400, str(error)) from error

    async def _in_thread(self, function: Callable[..., Any], *given: Any) -> Any:
        return await _run(self._threads, function, *given)

    def _envelope(self) -> Object:
        """The fields of every event of a call. What is received within an hour counts as one fetch."""
        at = self._now()
        hour = sha256(f"{SOURCE_ID} {at:%Y-%m-%dT%H}".encode()).hexdigest()[:32]
        return {"source_id": SOURCE_ID, "observed_at": at, "fetch_id": hour}

    async def _read(self, read: Callable[..., Reading], *given: Any) -> Reading:
        try:
            reading: Reading = await _run(self._readers, read, *given)
        except ContractViolation as error:
            raise Refusal(400, str(error)) from error
        if len(reading.events) + len(reading.refused) > self._limits.requests:
            raise Refusal(413, f"more than {self._limits.requests} requests: send smaller batches")
        return reading

    async def _settle(self, form: str, reading: Reading) -> None:
        """Wait until Kafka has everything. Raises Refusal if it has not; the caller then tries again."""
        if reading.events or reading.refused:
            try:
                await self._in_thread(self._deliver, reading)
            except TokenshareError as error:
                raise Refusal(503, f"not delivered: {error.message}", retry=True) from error
            self._figures.delivered.set_to_current_time()
        counted = {"accepted": len(reading.events), "refused": len(reading.refused), "ignored": reading.ignored}
        for outcome, number in counted.items():
            self._figures.requests.labels(form, outcome).inc(number)


async def _run(threads: ThreadPoolExecutor, function: Callable[..., Any], *given: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(threads, function, *given)


def _refusals(reading: Reading) -> list[dict[str, str]]:
    return [{"place": one.place, "reason": one.reason, **one.named} for one in reading.refused[:NAMED_REFUSALS]]


def _export_answer(reading: Reading, *, is_binary: bool) -> Response:
    """OTLP's answer: a partial success names the rejected spans, which the exporter must not send again."""
    words = "; ".join(f"{one.place}: {one.reason}" for one in reading.refused[:NAMED_REFUSALS])
    if not is_binary:
        rejected = {"rejectedSpans": str(len(reading.refused)), "errorMessage": words}
        return JSONResponse({"partialSuccess": rejected} if reading.refused else {})
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

    answer = ExportTraceServiceResponse()
    if reading.refused:
        answer.partial_success.rejected_spans = len(reading.refused)
        answer.partial_success.error_message = words
    return Response(answer.SerializeToString(), media_type=otlp.PROTOBUF)
