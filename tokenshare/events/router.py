"""Router usage, as reported."""

from pydantic import Field

from tokenshare import fields as f
from tokenshare.events.event import Event


class UsageObserved(Event):
    """Tokens of one model variant on one UTC day, as reported by one fetch."""

    outside_identity = Event.outside_identity | {"as_of"}
    period = "usage_date"

    usage_date: f.UsageDate
    model_permaslug: f.ModelPermaslug
    tokens: f.Tokens
    as_of: f.UpstreamAsOf
    share_of_daily_tokens: f.Share | None = Field(
        None, description="Part of the day's tokens, as the export computes it; only compared with."
    )


class UsageCategoryObserved(Event):
    """Tokens of one model variant in one category and ISO week: an estimate from the upstream's sample."""

    period = "week_start_date"

    week_start_date: f.WeekStartDate
    category: f.Category
    model_permaslug: f.ModelPermaslug
    tokens: f.Tokens
