"""Known numbers for claims: each method over one week of the synthetic world, counted in plain Python."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from demo.world.models import SyntheticModel
from demo.world.volumes import Usage, Used, UsedSpan, gather
from tests.oracles.router import rank

YEAR_AGO = timedelta(days=364)
WEEK = 7
Asked = Callable[[SyntheticModel], bool]


class Variant(NamedTuple):
    """One number of one method over one window: a count, a share, or `told` if no whole is counted."""

    method: str
    place: int  # of the method among those that count as well; published ones first
    end: date
    numerator: int | None
    denominator: int | None
    told: float = 0.0

    @property
    def value(self) -> float:
        if self.numerator is None:
            return self.told
        return float(self.numerator) if self.denominator is None else self.numerator / self.denominator

    @property
    def said(self) -> str:
        if self.numerator is None:
            return f"{self.told:.6g}"
        return f"{self.numerator:,}" if self.denominator is None else f"{self.value:.4f}"


WAYS = (  # of the Chinese share: what counts as Chinese, and of which tokens
    *(("identified", "identified", "all"), ("origin", "chinese", "known"), ("top10", "chinese", "top10")),
    *(("lower", "chinese", "all"), ("upper", "upper", "all"), ("top5", "chinese", "top5"), ("top9", "chinese", "top9")),
    *(("origin_of_named", "chinese", "named"), ("identified_of_named", "identified", "named")),
    *((f"identified_of_{tokens}", "identified", tokens) for tokens in ("known", "top5", "top9", "top10")),
)
COUNTED: dict[str, Asked] = {
    "identified": lambda model: model.is_identified,
    "chinese": lambda model: model.is_chinese,
    "upper": lambda model: model.is_chinese or not model.is_of_known_origin,
}
PARTS = ("all", "named", "known", "top10", "top9", "top5")


def _count_china(span: UsedSpan, end: date, _: str, __: Usage) -> Iterator[Variant]:
    for place, (method, counted, tokens) in enumerate(WAYS, 1):
        within = _within(span, tokens)
        own = sum(used.tokens for used in within if COUNTED[counted](used.model))
        yield Variant(method, place, end, own, sum(used.tokens for used in within))


def _count_vendor(span: UsedSpan, end: date, vendor: str, _: Usage) -> Iterator[Variant]:
    if not any(used.model.vendor_id == vendor for used in span):
        return
    for place, tokens in enumerate(PARTS, 1):
        within = _within(span, tokens)
        own = sum(used.tokens for used in within if used.model.vendor_id == vendor)
        yield Variant(f"of_{tokens}", place, end, own, sum(used.tokens for used in within))
    most = sum(used.tokens for used in span if used.model.vendor_id in (vendor, "unknown"))
    yield Variant("upper", 9, end, most, sum(used.tokens for used in span))


def _count_ranks(span: UsedSpan, end: date, entity: str, _: Usage) -> Iterator[Variant]:
    top = [model for model, _ in rank(span)[: int(entity.removeprefix("top"))]]
    yield Variant("origin", 1, end, sum(model.is_chinese for model in top), None)
    yield Variant("identified", 2, end, sum(model.is_identified for model in top), None)


def _count_tokens(span: UsedSpan, end: date, _: str, __: Usage) -> Iterator[Variant]:
    yield Variant("all", 1, end, sum(used.tokens for used in span), None)


def _count_growth(span: UsedSpan, end: date, _: str, usage: Usage) -> Iterator[Variant]:
    before = end - YEAR_AGO - timedelta(days=WEEK - 1)
    if before in usage:
        earlier = sum(used.tokens for used in gather(usage, before))
        yield Variant("all", 1, end, sum(used.tokens for used in span), earlier)


COUNTS: dict[str, Callable[[UsedSpan, date, str, Usage], Iterator[Variant]]] = {
    "china_share": _count_china,
    "vendor_share": _count_vendor,
    "model_rank_china_count": _count_ranks,
    "router_tokens": _count_tokens,
    "router_growth": _count_growth,
}


def _within(span: UsedSpan, tokens: str) -> list[Used]:
    """The usage beneath a share: of all, of named models, of known origin, or of the most-used models."""
    if tokens == "all":
        return span
    if tokens == "known":
        return [used for used in span if used.model.is_of_known_origin]
    if tokens == "named":
        return [used for used in span if used.model.permaslug != "other"]
    top = {model.id for model, _ in rank(span)[: int(tokens.removeprefix("top"))]}
    return [used for used in span if used.model.id in top]
