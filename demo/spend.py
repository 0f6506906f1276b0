"""Known answers about estimated spend: what the weeks' tokens cost at list price, between bounds."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from demo import truth, volumes
from demo.calendar import BACKFILL_AS_OF
from demo.files import Answer, File
from demo.models import Model
from demo.origins import Answers, Cells
from demo.spans import SEVEN_DAYS, Span, gather

METRIC = "router_spend_share_estimated_weekly"
LOOKED_AT = BACKFILL_AS_OF.date()  # the first day on which anybody asked for prices; no week ends after the next


@dataclass
class Bill:
    """What one vendor's tokens cost, in USD, at the cheaper and at the dearer price of each model."""

    low: Fraction = Fraction(0)
    high: Fraction = Fraction(0)
    priced: int = 0
    tokens: int = 0


def files(_: int) -> Iterator[File]:
    """None of its own: it is made from the rankings and the catalogue."""
    return iter(())


def answers(seed: int) -> Iterable[Answer]:
    """What the estimated spend must be."""
    usage = volumes.draw(seed)
    settled = volumes.settle(usage, volumes.restate(usage, seed).values())
    for monday in settled:
        if monday.weekday() == 0 and monday + SEVEN_DAYS - timedelta(days=1) in settled:
            key: Cells = {"week_start_date": f"{monday}"}
            yield from truth.write(METRIC, key, _bound(_bill(gather(settled, monday))))


def price(model: Model, on: date = LOOKED_AT) -> tuple[Fraction, Fraction] | None:
    """USD per million tokens in and out, as the catalogue says on a day; None where it lists the model no more."""
    if model.is_free:
        return Fraction(0), Fraction(0)
    if model.permaslug == "other" or not model.first_date <= on <= model.last_date:
        return None
    return Fraction(model.input_usd), Fraction(model.output_usd)


def _bill(span: Span) -> dict[str, Bill]:
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
