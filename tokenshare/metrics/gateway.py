"""A gateway of one's own: token share against spend share, request by request; one coherence group."""

from typing import Any

from pydantic import BaseModel

from tokenshare import rows
from tokenshare.metrics.group import Evidence, Group, Interval, Provenance
from tokenshare.metrics.metric import Metric
from tokenshare.topics import CATALOG_MODEL_OBSERVED, FETCH_COMPLETED, PRICE_LISTED, REQUEST_COMPLETED

GATEWAY = Group(
    id="gateway",
    provenance=(
        Provenance("int_requests_provenance", "usage_date"),
        Provenance("int_requests_prices", "usage_date", is_borrowed=True),
    ),
    measured_by="int_requests_evidence",
    listed=("int_requests_unmapped",),
    landed_in="int_requests_landed",
    evidence=(
        Evidence(
            "vendor_price",
            Interval(0, 10_000),
            "Reported cost of a day, of the dearest vendor, USD per million of its tokens. One in the wrong "
            "unit is a hundred times off; a single request with few tokens may cost more.",
            is_occasional=True,
        ),
        Evidence(
            "unmapped_share",
            Interval(0, 0.05),
            "Part of one of the newest seven days by models whose vendor nobody has mapped. It counts as unknown, and "
            "shuts no gate: people are told to map them.",
            is_occasional=True,
            alerts_only=True,
        ),
        Evidence(
            "unpriced_share",
            Interval(0, 0.05),
            "Part of one of the newest seven days that has neither a reported cost nor a list price. It is left out of "
            "spend, and shuts no gate.",
            is_occasional=True,
            alerts_only=True,
        ),
    ),
)


def _metric(id: str, title: str, row: type[BaseModel], **declared: Any) -> Metric:
    given: dict[str, Any] = {
        "unit": "ratio",
        "grain": ("usage_date", "vendor_id"),
        "group": GATEWAY.id,
        "topics": (REQUEST_COMPLETED, CATALOG_MODEL_OBSERVED, PRICE_LISTED, FETCH_COMPLETED),
        "needs": ((REQUEST_COMPLETED.pushed_by,),),
        "aided_by": ("openrouter_models", "genai_prices"),
        "window": "day",
        "exclusions": "failures and answers from the gateway's own cache, which used no tokens; spans around a call, "
        "which repeat its tokens",
        "coverage": "requests that reached the receiver, by the UTC day they were completed",
        "freshness": None,
    }
    return Metric(id=id, title=title, row=row, **{**given, **declared})


GATEWAY_METRICS = (
    _metric(
        "gateway_token_share_daily",
        "Your gateway: share of tokens by vendor",
        rows.GatewayTokenShareDaily,
        method="Prompt and completion tokens of the vendor's models over those of all, each request once. Reasoning is "
        "inside completion, cached tokens are inside the prompt. `unknown` is a row: models nobody mapped.",
        denominator="all tokens of the gateway on the day",
        share="vendor_share",
        laws=("shares_sum_to_one", "hours_make_the_day"),
    ),
    _metric(
        "gateway_spend_share_daily",
        "Your gateway: share of spend by vendor",
        rows.GatewaySpendShareDaily,
        method="The cost that the provider or the gateway reported, else the list price of the day times tokens, which "
        "is_estimated marks. Prompt and completion each at their price; cached tokens at that of the prompt.",
        denominator="all spend of the gateway on the day, estimates included",
        coverage="requests with a reported cost or a list price; unpriced_tokens says what is left out",
        share="vendor_share",
        laws=("shares_sum_to_one",),
    ),
    _metric(
        "gateway_token_spend_gap_daily",
        "Your gateway: token share against spend share",
        rows.GatewayTokenSpendGapDaily,
        method="gateway_token_share_daily less, and over, gateway_spend_share_daily: above 0 and 1 where a vendor's "
        "tokens cost less than the average.",
        denominator="all tokens and all spend of the gateway on the day",
        laws=("gap_is_difference",),
    ),
    _metric(
        "gateway_share_hourly",
        "Your gateway: shares by the hour",
        rows.GatewayShareHourly,
        grain=("usage_date", "usage_hour", "vendor_id"),
        method="As the daily shares, by the UTC hour in which a request was completed. A late one restates its hour.",
        denominator="all tokens and all spend of the gateway in the hour",
        laws=("hourly_shares_sum_to_one",),
    ),
    _metric(
        "fct_requests_hourly",
        "Your gateway: requests by the hour",
        rows.RequestsHourly,
        unit="tokens",
        grain=("usage_date", "usage_hour", "vendor_id", "model_id", "app", "task"),
        method="Requests, tokens and spend by hour, vendor, model, application and task; each request once, by its id, "
        "as it was reported last.",
        denominator="none",
        schema="marts",
        laws=("tokens_are_prompt_and_completion",),
    ),
)
