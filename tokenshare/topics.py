"""Topic contracts: each Kafka topic with its event."""

from dataclasses import dataclass

from tokenshare.events import (
    CatalogModelObserved,
    ClaimQuoted,
    DisclosureObserved,
    DownloadsObserved,
    Event,
    FetchCompleted,
    FxObserved,
    LeaderboardObserved,
    PriceListed,
    QuoteObserved,
    ReleaseObserved,
    RequestCompleted,
    ShareCountObserved,
    UsageCategoryObserved,
    UsageObserved,
)

CONSUMER_GROUP = "tokenshare.land"


@dataclass(frozen=True)
class Topic:
    """A versioned stream of one event type; `key` is its partitioning field, or several with slashes between.

    Events of a topic that is `pushed_by` a receiver count each by itself, without a fetch.completed.
    """

    subject: str
    version: int
    event: type[Event]
    key: str
    description: str
    pushed_by: str = ""

    @property
    def name(self) -> str:
        return f"{self.subject}.v{self.version}"

    @property
    def dead_letter(self) -> str:
        return f"{self.name}.dlq"

    @property
    def table(self) -> str:
        return self.name.replace(".", "_")

    def key_of(self, event: Event) -> str:
        """The key of an event's record."""
        return "/".join(str(getattr(event, name)) for name in self.key.split("/"))


USAGE_OBSERVED = Topic(
    subject="usage.observed",
    version=1,
    event=UsageObserved,
    key="model_permaslug",
    description="Tokens of one model variant on one UTC day, as reported by one fetch.",
)
USAGE_CATEGORY_OBSERVED = Topic(
    subject="usage.category.observed",
    version=1,
    event=UsageCategoryObserved,
    key="model_permaslug",
    description="Tokens of one model variant in one category (programming) and ISO week; sampled upstream.",
)
CATALOG_MODEL_OBSERVED = Topic(
    subject="catalog.model.observed",
    version=1,
    event=CatalogModelObserved,
    key="canonical_slug",
    description="A catalogue entry; its prices travel on price.listed.",
)
PRICE_LISTED = Topic(
    subject="price.listed",
    version=1,
    event=PriceListed,
    key="model_id",
    description="A list price with validity, tier and time-of-day window.",
)
QUOTE_OBSERVED = Topic(
    subject="quote.observed",
    version=1,
    event=QuoteObserved,
    key="symbol",
    description="A close of a listed line with its currency and session.",
)
SHARE_COUNT_OBSERVED = Topic(
    subject="share_count.observed",
    version=1,
    event=ShareCountObserved,
    key="symbol",
    description="Issued shares of a company, and how many one unit of a line stands for.",
)
FX_OBSERVED = Topic(
    subject="fx.observed",
    version=1,
    event=FxObserved,
    key="base/quote",
    description="A reference rate of a day.",
)
DISCLOSURE_OBSERVED = Topic(
    subject="disclosure.observed",
    version=1,
    event=DisclosureObserved,
    key="fact_id",
    description="A curated, cited figure.",
)
LEADERBOARD_OBSERVED = Topic(
    subject="leaderboard.observed",
    version=1,
    event=LeaderboardObserved,
    key="board_id",
    description="An entry of a leaderboard with its score.",
)
RELEASE_OBSERVED = Topic(
    subject="release.observed",
    version=1,
    event=ReleaseObserved,
    key="vendor_id",
    description="A model release: its date, whether it is major, whether its weights are open.",
)
DOWNLOADS_OBSERVED = Topic(
    subject="downloads.observed",
    version=1,
    event=DownloadsObserved,
    key="hub_id",
    description="A Hub repository's counters, likes, trending score, base models and their relation.",
)
REQUEST_COMPLETED = Topic(
    subject="request.completed",
    version=1,
    event=RequestCompleted,
    key="model",
    description="One request through a gateway of your own: its tokens, its cost and how it ended.",
    pushed_by="gateway",
)
CLAIM_QUOTED = Topic(
    subject="claim.quoted",
    version=1,
    event=ClaimQuoted,
    key="claim_id",
    description="A number somebody quoted, curated, with what it is about.",
)
FETCH_COMPLETED = Topic(
    subject="fetch.completed",
    version=1,
    event=FetchCompleted,
    key="source_id",
    description="What makes a fetch usable: its counts per topic and the digest of its event ids.",
)

TOPICS = (
    USAGE_OBSERVED,
    USAGE_CATEGORY_OBSERVED,
    CATALOG_MODEL_OBSERVED,
    PRICE_LISTED,
    DISCLOSURE_OBSERVED,
    DOWNLOADS_OBSERVED,
    FX_OBSERVED,
    LEADERBOARD_OBSERVED,
    QUOTE_OBSERVED,
    RELEASE_OBSERVED,
    SHARE_COUNT_OBSERVED,
    CLAIM_QUOTED,
    REQUEST_COMPLETED,
    FETCH_COMPLETED,
)
TOPIC_NAMES = tuple(topic.name for topic in TOPICS)
FETCHED = tuple(topic for topic in TOPICS if not topic.pushed_by and topic is not FETCH_COMPLETED)
PUSHED = {topic.pushed_by: topic for topic in TOPICS if topic.pushed_by}  # by receiver
TOPIC_BY_NAME = {topic.name: topic for topic in TOPICS}
