"""The known verdicts on the synthetic world's claims, counted from its own tables in plain Python."""

from collections.abc import Iterator
from datetime import date, timedelta
from math import ceil

from demo.world.calendar import LAST_DAY
from demo.world.claims import Claim, read
from demo.world.volumes import Usage, gather
from tests.oracles.answers import Answer, cells_of
from tests.oracles.claim_counts import COUNTS, WEEK, Variant
from tests.oracles.claim_readings import READINGS
from tests.oracles.claim_values import VALUES
from tests.oracles.router import settled
from tokenshare.claims import ABOUT_BY_NAME

LABELS = {"week": "%G-W%V", "month": "%Y-%m", "day": "%Y-%m-%d"}


def answers(seed: int) -> Iterator[Answer]:
    """The known answers of claim_verdict."""
    for claim in read():
        yield from cells_of("claim_verdict", {"claim_id": claim["claim_id"]}, _judge(claim, settled(seed), seed))


def _judge(claim: Claim, usage: Usage, seed: int) -> dict[str, object]:
    """Every column of a verdict; of numbers equally near to the claim its own method goes first."""

    def distance(variant: Variant) -> tuple[int, bool, int, date]:
        return _steps(claim, variant), variant.method != claim["method"], variant.place, variant.end

    tried = sorted(_count(claim, usage, seed), key=distance)
    matched = [variant for variant in tried if _steps(claim, variant) == 0]
    return {
        **{name: claim[name] for name in ("quote", "about", "entity", "unit", "comparison", "source")},
        "stands_on": ABOUT_BY_NAME[claim["about"]].stands_on or None,
        "claimed": float(claim["value"]),
        "rounding": float(claim["rounding"]),
        "claimed_method": claim["method"],
        "claimed_period": f"{claim['period_start']}/{claim['period_end']}",
        **_nearest(claim, tried),
        "verdict": _verdict(claim, tried, matched),
        "reproduced_by": ", ".join(f"{v.method} {_label(claim, v.end)}" for v in matched) or None,
        "variants_tried": len(tried),
        "variants_matched": len(matched),
    }


def _steps(claim: Claim, variant: Variant) -> int:
    """Rounding steps between the claim and a number; none if the claim holds of it."""
    claimed = float(claim["value"])
    away = max(ceil(round(abs(variant.value - claimed) / float(claim["rounding"]) - 0.5, 9)), 0)
    holds = {"about": away == 0, "above": variant.value > claimed, "below": variant.value < claimed}
    return 0 if holds[claim["comparison"]] else max(away, 1)


def _nearest(claim: Claim, tried: list[Variant]) -> dict[str, object]:
    if not tried:
        return dict.fromkeys(("nearest", "method", "period", "numerator", "denominator", "beside"))
    nearest = tried[0]
    beside = sorted((v for v in tried if v.end == nearest.end), key=lambda v: (v.place, v.method))
    return {
        "nearest": nearest.value,
        "method": nearest.method,
        "period": _label(claim, nearest.end),
        "numerator": nearest.numerator,
        "denominator": nearest.denominator,
        "beside": ", ".join(f"{v.method} {v.said}" for v in beside),
    }


def _verdict(claim: Claim, tried: list[Variant], matched: list[Variant]) -> str:
    if not tried:
        return "no_data"
    if any(variant.method == claim["method"] for variant in matched):
        return "reproduced"
    return "reproduced_by_another_method" if matched else "not_reproduced"


def _count(claim: Claim, usage: Usage, seed: int) -> Iterator[Variant]:
    """The windows ending within the claim's period and lying within the world, by every method."""
    about, entity = claim["about"], claim["entity"]
    start, end = (date.fromisoformat(claim[name]) for name in ("period_start", "period_end"))
    if about in VALUES:
        yield from (variant for variant in VALUES[about](seed, entity) if start <= variant.end <= end)
    elif about in READINGS:
        yield from (variant for variant in READINGS[about](seed, about, entity, usage) if start <= variant.end <= end)
    elif about in COUNTS:
        for sunday in _sundays(start, min(end, LAST_DAY)):
            monday = sunday - timedelta(days=WEEK - 1)
            if monday in usage:
                yield from COUNTS[about](gather(usage, monday), sunday, entity, usage)


def _sundays(start: date, end: date) -> Iterator[date]:
    days = (start + timedelta(days=ahead) for ahead in range((end - start).days + 1))
    return (day for day in days if day.isoweekday() == WEEK)


def _label(claim: Claim, end: date) -> str:
    return f"{end:{LABELS[claim['window']]}}"
