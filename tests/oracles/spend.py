"""Known answers about estimated spend: the weeks' tokens at list price, between bounds."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from demo.world.calendar import BACKFILL_AS_OF
from demo.world.models import SyntheticModel
from demo.world.volumes import SEVEN_DAYS, UsedSpan, gather
from tests.oracles.answers import Answer, Answers, Cells, write
from tests.oracles.router import settled

METRIC = "router_spend_share_estimated_weekly"
LOOKED_AT = BACKFILL_AS_OF.date()  # the first day on which anybody asked for prices; no week ends after the next


@dataclass
class Bill:
    """The cost of one vendor's tokens, in USD, at the cheaper and at the dearer price of each model."""

    low: Fraction = Fraction(0)
    high: Fraction = Fraction(0)
    priced: int = 0
    tokens: int = 0


def answers(seed: int) -> Iterator[Answer]:
    """The known answers of the estimated spend."""
    usage = settled(seed)
    for monday in usage:
        if monday.weekday() == 0 and monday + SEVEN_DAYS - timedelta(days=1) in usage:
            key: Cells = {"week_start_date": f"{monday}"}
            yield from write(METRIC, key, _bound(_bill(gather(usage, monday))))


def price(model: SyntheticModel, on: date = LOOKED_AT) -> tuple[Fraction, Fraction] | None:
    """USD per million tokens in and out in the catalogue on a day; None if it does not list the model any more."""
    if model.is_free:
        return Fraction(0), Fraction(0)
    if model.permaslug == "other" or not model.first_date <= on <= model.last_date:
        return None
    return Fraction(model.input_usd), Fraction(model.output_usd)


def _bill(span: UsedSpan) -> dict[str, Bill]:
    bills: dict[str, Bill] = defaultdict(Bill)
    for used in span:
        bill, known = bills[used.model.vendor_id], price(used.model)
        bill.tokens += used.tokens
        if known:
            bill.priced += used.tokens
            bill.low += min(known) * used.tokens / 1_000_000
            bill.high += max(known) * used.tokens / 1_000_000
    return bills


def _bound(bills: dict[str, Bill]) -> Answers:
    low, high = sum(bill.low for bill in bills.values()), sum(bill.high for bill in bills.values())
    for vendor_id, bill in sorted(bills.items()):
        if bill.priced:
            yield (
                {"vendor_id": vendor_id},
                {
                    "lower_share": float(bill.low / (bill.low + high - bill.high)),
                    "upper_share": float(bill.high / (bill.high + low - bill.low)),
                    "spend_low_usd": float(bill.low),
                    "spend_high_usd": float(bill.high),
                    "lowest_usd_per_million": float(bill.low * 1_000_000 / bill.priced),
                    "highest_usd_per_million": float(bill.high * 1_000_000 / bill.priced),
                    "priced_tokens": bill.priced,
                    "priced_tokens_share": bill.priced / bill.tokens,
                },
            )
