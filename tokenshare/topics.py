"""Topic contracts: the one place that binds a Kafka topic to its event."""

from dataclasses import dataclass

from tokenshare.events import (
    CatalogModelObserved,
    Event,
    FetchCompleted,
    PriceListed,
    UsageCategoryObserved,
    UsageObserved,
)

CONSUMER_GROUP = "tokenshare.land"


@dataclass(frozen=True)
class Topic:
    """A versioned stream of one event type; `key` is the field that partitions it."""

    subject: str
    version: int
    event: type[Event]
    key: str
    description: str

    @property
    def name(self) -> str:
        return f"{self.subject}.v{self.version}"

    @property
    def dead_letter(self) -> str:
        return f"{self.name}.dlq"

    @property
    def table(self) -> str:
        return self.name.replace(".", "_")


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
FETCH_COMPLETED = Topic(
    subject="fetch.completed",
    version=1,
    event=FetchCompleted,
    key="source_id",
    description="What makes a fetch usable: its counts per topic and the digest of its event ids.",
)

TOPICS = (USAGE_OBSERVED, USAGE_CATEGORY_OBSERVED, CATALOG_MODEL_OBSERVED, PRICE_LISTED, FETCH_COMPLETED)
TOPIC_BY_NAME = {topic.name: topic for topic in TOPICS}
