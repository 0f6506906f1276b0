"""OpenTelemetry's spans of model calls, in JSON and protobuf, as exporters and OpenRouter's Broadcast send them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.gateway.names import name_model
from connectors.gateway.reading import Object, Reading, Usage, amount, build, count, latency, moment, read_all, text
from tokenshare.codec import read_json
from tokenshare.errors import ContractViolation
from tokenshare.events import RequestCompleted

PROTOBUF = "application/x-protobuf"
MOST_ATTRIBUTES = 1_000  # of one span; OpenTelemetry's own limit is 128
NANOS = 1_000_000_000
FAILED = 2  # STATUS_CODE_ERROR
# Steps around a model's call, whose usage is the sum of the calls inside.
AROUND = (
    *("invoke_agent", "create_agent", "execute_tool", "invoke_workflow"),
    *("chain", "tool", "agent", "workflow", "task"),
)
OPERATION = ("gen_ai.operation.name", "traceloop.span.kind", "openinference.span.kind", "llm.request.type")
MODEL = ("gen_ai.response.model", "gen_ai.request.model", "llm.model_name")
PROVIDER = ("gen_ai.provider.name", "gen_ai.system", "llm.provider")
PROMPT = (
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.prompt_tokens",
    "llm.usage.prompt_tokens",
    "llm.token_count.prompt",
)
COMPLETION = (
    *("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.usage.completion_tokens"),
    "llm.token_count.completion",
)
TOTAL = ("gen_ai.usage.total_tokens", "llm.usage.total_tokens", "llm.token_count.total")
CACHED = (
    *("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens", "gen_ai.usage.cached_tokens"),
    *("gen_ai.usage.input_tokens.cached", "llm.token_count.prompt_details.cache_read"),
)
CACHE_WRITE = (
    *("gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_creation_input_tokens"),
    "llm.token_count.prompt_details.cache_write",
)
REASONING = (
    *("gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens", "gen_ai.usage.output_tokens.reasoning"),
    *("llm.usage.reasoning_tokens", "llm.token_count.completion_details.reasoning"),
)
COST = ("gen_ai.usage.cost", "gen_ai.usage.total_cost", "llm.usage.total_cost", "llm.cost.total")
CURRENCY = ("gen_ai.usage.cost.currency", "gen_ai.usage.currency")
APP = ("gen_ai.application_name", "trace.metadata.app", "app.name")
TASK = ("gen_ai.task.name", "trace.metadata.task", "task.name")
KNOWN = frozenset(
    {
        *(*OPERATION, *MODEL, *PROVIDER, *PROMPT, *COMPLETION, *TOTAL, *CACHED, *CACHE_WRITE, *REASONING),
        *(*COST, *CURRENCY, *APP, *TASK, "gen_ai.response.id", "error.type"),
    }
)


@dataclass(frozen=True)
class Span:
    """A span with its known attributes alone, so that no content is held."""

    trace_id: str
    span_id: str
    parent_id: str
    start_nanos: int
    end_nanos: int
    is_failed: bool
    service: str | None
    attributes: Mapping[str, Any]
    attributes_count: int

    @property
    def named(self) -> Object:
        return {"request_id": self.id, "model": self.first(MODEL), "provider": self.first(PROVIDER)}

    @property
    def id(self) -> str:
        """The provider's id of the response, the same in every layer that reports it; else that of the span."""
        return text(self.attributes.get("gen_ai.response.id")) or f"{self.trace_id}:{self.span_id}"

    @property
    def has_usage(self) -> bool:
        return any(name in self.attributes for name in (*PROMPT, *COMPLETION))

    @property
    def is_call(self) -> bool:
        """True if it is the call of a model, neither a step around one nor anything else."""
        operation = str(self.first(OPERATION) or "").lower()
        is_ended = self.has_usage or self.is_failed or "error.type" in self.attributes
        return operation not in AROUND and bool(self.first(MODEL)) and is_ended

    def first(self, names: Iterable[str]) -> Any:
        return next((self.attributes[name] for name in names if name in self.attributes), None)


def read(body: bytes, content_type: str, envelope: Object) -> Reading:
    """The requests among the spans of a call. Raises ContractViolation if it is not an export of traces.

    Of spans that lie inside each other and all report usage, the innermost is counted: those around it repeat it.
    """
    spans = list(_of_protobuf(body) if content_type == PROTOBUF else _of_json(body))
    around = _around(span for span in spans if isinstance(span, Span))
    items = ((f"span {number + 1}", span) for number, span in enumerate(spans))
    return read_all(items, lambda span: None if _place(span) in around else read_span(span, envelope))


def read_span(span: Span | ContractViolation, envelope: Object) -> RequestCompleted | None:
    """The event of one span, None if it is no call of a model. Raises ContractViolation."""
    if isinstance(span, ContractViolation):
        raise span
    if span.attributes_count > MOST_ATTRIBUTES:
        raise ContractViolation(f"{span.attributes_count} attributes: at most {MOST_ATTRIBUTES} are read")
    if not span.is_call:
        return None
    if not (span.trace_id and span.span_id):
        raise ContractViolation("traceId or spanId is missing")
    is_failed = not span.has_usage or (span.is_failed and not _usage(span).completion)
    usage = Usage(0, 0) if is_failed else _usage(span)
    start, end = (moment(nanos / NANOS, "its time") for nanos in (span.start_nanos, span.end_nanos))
    model, variant = name_model(str(span.first(MODEL)), text(span.first(PROVIDER)))
    return build(
        **envelope,
        request_id=span.id,
        completed_at=end,
        gateway="otlp",
        model=model,
        variant=variant,
        provider=text(span.first(PROVIDER)),
        app=text(span.first(APP)) or text(span.service),
        task=text(span.first(TASK)),
        **usage.fields,
        cost_usd=None if is_failed else _cost(span),
        status="failure" if is_failed else "success",
        latency_ms=latency(start, end) if span.start_nanos else None,
        parent_request_id=f"{span.trace_id}:{span.parent_id}" if span.parent_id else None,
    )


def _place(span: Span | ContractViolation) -> tuple[str, str] | None:
    return (span.trace_id, span.span_id) if isinstance(span, Span) else None


def _around(spans: Iterable[Span]) -> frozenset[tuple[str, str]]:
    """The spans with usage that contain another one with usage, however deep."""
    known = {(span.trace_id, span.span_id): span for span in spans if span.span_id}
    found: set[tuple[str, str]] = set()
    for span in known.values():
        if not (span.is_call and span.has_usage):
            continue
        at, seen = (span.trace_id, span.parent_id), {(span.trace_id, span.span_id)}
        while at in known and at not in seen:
            seen.add(at)
            if known[at].has_usage:
                found.add(at)
            at = (at[0], known[at].parent_id)
    return frozenset(found)


def _cost(span: Span) -> str | None:
    if span.first(COST) is not None and span.first(CURRENCY) not in (None, "USD", "usd"):
        raise ContractViolation("its cost is not in USD")
    return amount(_number(span.first(COST)), "its cost")


def _usage(span: Span) -> Usage:
    counted = {
        name: count(_number(span.first(names)), name)
        for name, names in {
            "prompt": PROMPT,
            "completion": COMPLETION,
            "cached": CACHED,
            "cache_write": CACHE_WRITE,
            "reasoning": REASONING,
        }.items()
    }
    total = span.first(TOTAL)
    return Usage(**counted).made_whole(None if total is None else count(_number(total), "total"))


def _number(value: Any) -> Any:
    """A number that an exporter wrote as text, as a number."""
    if isinstance(value, str):
        try:
            return int(value) if value.lstrip("-").isdecimal() else float(value)
        except ValueError as error:
            raise ContractViolation("a count or a cost is not a number") from error
    return value


def _of_json(body: bytes) -> Iterator[Span | ContractViolation]:
    """The spans of an export; the error in place of one that is malformed, for its own refusal."""
    document = read_json(body) if body.strip() else {}
    if not isinstance(document, dict):
        raise ContractViolation("it is not an export of traces: an object with resourceSpans")
    for resource in _list(document, "resourceSpans"):
        described = _list(_object(resource, "resource"), "attributes")
        service = _attributes(described, {"service.name"}).get("service.name")
        for scope in _list(resource, "scopeSpans"):
            spans = scope.get("spans") or []
            if not isinstance(spans, list):
                raise ContractViolation("spans is not a list")
            for span in spans:
                try:
                    yield _span_of_json(span, service)
                except ContractViolation as error:
                    yield error


def _span_of_json(span: Any, service: Any) -> Span:
    if not isinstance(span, dict):
        raise ContractViolation("it is not an object")
    attributes = _list(span, "attributes")
    return Span(
        str(span.get("traceId") or "")[:64],
        str(span.get("spanId") or "")[:64],
        str(span.get("parentSpanId") or "")[:64],
        _nanos(span.get("startTimeUnixNano")),
        _nanos(span.get("endTimeUnixNano")),
        _object(span, "status").get("code") in (FAILED, "STATUS_CODE_ERROR"),
        service if isinstance(service, str) else None,
        _attributes(attributes, KNOWN),
        len(attributes),
    )


def _attributes(stated: Iterable[Object], wanted: Iterable[str]) -> dict[str, Any]:
    return {
        str(one["key"]): _value(_object(one, "value"))
        for one in stated
        if isinstance(one.get("key"), str) and one["key"] in wanted
    }


def _value(value: Object) -> Any:
    """The value of an attribute; whole numbers are texts in OTLP's JSON."""
    if "intValue" in value:
        return _number(value["intValue"])
    return next((value[kind] for kind in ("stringValue", "doubleValue", "boolValue") if kind in value), None)


def _nanos(value: Any) -> int:
    is_text = isinstance(value, str) and value.isdecimal() and len(value) < 20
    number = value if isinstance(value, int) else int(value) if is_text else 0
    return number if 0 <= number < 2**63 else 0


def _list(document: Object, name: str) -> list[Object]:
    found = document.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ContractViolation(f"{name} is not a list of objects")
    return found


def _object(document: Object, name: str) -> Object:
    found = document.get(name)
    return found if isinstance(found, dict) else {}


def _of_protobuf(body: bytes) -> Iterator[Span]:
    from google.protobuf.message import DecodeError
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    try:
        export = ExportTraceServiceRequest.FromString(body)
    except DecodeError as error:
        raise ContractViolation("it is not an export of traces in protobuf") from error
    for resource in export.resource_spans:
        service = _of_pairs(resource.resource.attributes, {"service.name"}).get("service.name")
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield Span(
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex(),
                    span.start_time_unix_nano,
                    span.end_time_unix_nano,
                    span.status.code == FAILED,
                    service if isinstance(service, str) else None,
                    _of_pairs(span.attributes, KNOWN),
                    len(span.attributes),
                )


def _of_pairs(pairs: Iterable[Any], wanted: Iterable[str]) -> dict[str, Any]:
    kinds = ("string_value", "int_value", "double_value", "bool_value")
    found = {}
    for pair in pairs:
        kind = pair.value.WhichOneof("value")
        if pair.key in wanted:
            found[pair.key] = getattr(pair.value, kind) if kind in kinds else None
    return found
