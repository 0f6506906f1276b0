"""The synthetic world's claims: what the article said, and what this world's own tables make of it.

Counted in plain Python from the usage that was drawn; nothing here is taken from the pipeline. The world is
invented, so a verdict here says nothing of the article.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from math import ceil
from pathlib import Path
from typing import NamedTuple

from demo import volumes
from demo.calendar import LAST_DAY
from demo.files import Answer, File
from demo.models import Model
from demo.spans import Span, Used, gather, rank
from demo.volumes import Usage

PATH = Path(__file__).with_name("claims.csv")
YEAR_AGO = timedelta(days=364)
WEEK = 7
Asked = Callable[[Model], bool]
Claim = dict[str, str]


class Variant(NamedTuple):
    """One number that one method gives over one week."""

    method: str
    place: int  # of the method among those that count as well; published ones first
    end: date
    numerator: int
    denominator: int | None

    @property
    def value(self) -> float:
        return float(self.numerator) if self.denominator is None else self.numerator / self.denominator

    @property
    def said(self) -> str:
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


def read() -> list[Claim]:
    """The claims as the world's file has them."""
    with PATH.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def files(_: int) -> Iterator[File]:
    """claims.csv."""
    claims = read()
    yield File(PATH.name, tuple(claims[0]), (tuple(claim.values()) for claim in claims))


def answers(seed: int) -> Iterable[Answer]:
    """What claim_verdict must be."""
    usage = volumes.draw(seed)
    settled = volumes.settle(usage, volumes.restate(usage, seed).values())
    for claim in read():
        for column, value in _judge(claim, settled).items():
            text = "" if value is None else str(value)
            yield "claim_verdict", json.dumps({"claim_id": claim["claim_id"]}), column, text


def _judge(claim: Claim, usage: Usage) -> dict[str, object]:
    """Every column of a verdict; among numbers that the claim cannot tell apart its own method goes first."""
    claimed, rounding = float(claim["value"]), float(claim["rounding"])

    def steps(variant: Variant) -> int:
        return max(ceil(round(abs(variant.value - claimed) / rounding - 0.5, 9)), 0)

    def is_matched(variant: Variant) -> bool:
        limits = {"above": variant.value > claimed, "below": variant.value < claimed}
        return limits.get(claim["comparison"], steps(variant) == 0)

    def distance(variant: Variant) -> tuple[int, bool, int, date]:
        away = 0 if is_matched(variant) else max(steps(variant), 1)
        return away, variant.method != claim["method"], variant.place, variant.end

    tried = sorted(_count(claim, usage), key=distance)
    matched = [variant for variant in tried if is_matched(variant)]
    nearest = tried[0] if tried else None
    beside = [variant for variant in tried if nearest and variant.end == nearest.end]
    kept = ("quote", "about", "entity", "unit", "comparison", "source")
    return {
        **{name: claim[name] for name in kept},
        "claimed": claimed,
        "rounding": rounding,
        "claimed_method": claim["method"],
        "claimed_period": f"{claim['period_start']}/{claim['period_end']}",
        "nearest": nearest.value if nearest else None,
        "method": nearest.method if nearest else None,
        "period": _week(nearest.end) if nearest else None,
        "numerator": nearest.numerator if nearest else None,
        "denominator": nearest.denominator if nearest else None,
        "verdict": _verdict(claim, tried, matched),
        "reproduced_by": ", ".join(f"{v.method} {_week(v.end)}" for v in matched) or None,
        "beside": ", ".join(f"{v.method} {v.said}" for v in sorted(beside, key=lambda v: (v.place, v.method))) or None,
        "variants_tried": len(tried),
        "variants_matched": len(matched),
    }


def _verdict(claim: Claim, tried: list[Variant], matched: list[Variant]) -> str:
    if not tried:
        return "no_data"
    if any(variant.method == claim["method"] for variant in matched):
        return "reproduced"
    return "reproduced_by_another_method" if matched else "not_reproduced"


def _count(claim: Claim, usage: Usage) -> Iterator[Variant]:
    """The weeks that end within the claim's period and lie within the world, by every method."""
    count = COUNTS.get(claim["about"])
    start, end = (date.fromisoformat(claim[name]) for name in ("period_start", "period_end"))
    for ahead in range((min(end, LAST_DAY) - start).days + 1):
        sunday = start + timedelta(days=ahead)
        monday = sunday - timedelta(days=WEEK - 1)
        if count and sunday.isoweekday() == WEEK and monday in usage:
            yield from count(gather(usage, monday), sunday, claim["entity"], usage)


def _count_china(span: Span, end: date, _: str, __: Usage) -> Iterator[Variant]:
    for place, (method, counted, tokens) in enumerate(WAYS, 1):
        within = _within(span, tokens)
        own = sum(used.tokens for used in within if COUNTED[counted](used.model))
        yield Variant(method, place, end, own, sum(used.tokens for used in within))


def _count_vendor(span: Span, end: date, vendor: str, _: Usage) -> Iterator[Variant]:
    if not any(used.model.vendor_id == vendor for used in span):
        return
    for place, tokens in enumerate(PARTS, 1):
        within = _within(span, tokens)
        own = sum(used.tokens for used in within if used.model.vendor_id == vendor)
        yield Variant(f"of_{tokens}", place, end, own, sum(used.tokens for used in within))
    most = sum(used.tokens for used in span if used.model.vendor_id in (vendor, "unknown"))
    yield Variant("upper", 9, end, most, sum(used.tokens for used in span))


def _count_ranks(span: Span, end: date, entity: str, _: Usage) -> Iterator[Variant]:
    top = [model for model, _ in rank(span)[: int(entity.removeprefix("top"))]]
    yield Variant("origin", 1, end, sum(model.is_chinese for model in top), None)
    yield Variant("identified", 2, end, sum(model.is_identified for model in top), None)


def _count_tokens(span: Span, end: date, _: str, __: Usage) -> Iterator[Variant]:
    yield Variant("all", 1, end, sum(used.tokens for used in span), None)


def _count_growth(span: Span, end: date, _: str, usage: Usage) -> Iterator[Variant]:
    before = end - YEAR_AGO - timedelta(days=WEEK - 1)
    if before in usage:
        earlier = sum(used.tokens for used in gather(usage, before))
        yield Variant("all", 1, end, sum(used.tokens for used in span), earlier)


COUNTS: dict[str, Callable[[Span, date, str, Usage], Iterator[Variant]]] = {
    "china_share": _count_china,
    "vendor_share": _count_vendor,
    "model_rank_china_count": _count_ranks,
    "router_tokens": _count_tokens,
    "router_growth": _count_growth,
}


def _within(span: Span, tokens: str) -> list[Used]:
    """The usage that a share is of: all, of named models, of known origin, or of the most-used models."""
    if tokens == "all":
        return span
    if tokens == "known":
        return [used for used in span if used.model.is_of_known_origin]
    if tokens == "named":
        return [used for used in span if used.model.permaslug != "other"]
    top = {model.id for model, _ in rank(span)[: int(tokens.removeprefix("top"))]}
    return [used for used in span if used.model.id in top]


def _week(sunday: date) -> str:
    return f"{sunday:%G-W%V}"
