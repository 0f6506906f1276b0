"""The known answers of every metric on the demo's synthetic world, counted from its own tables without the pipeline."""

from collections.abc import Iterator

from tests.oracles import claims, curated, hub, markets, prices, programming, router, spend
from tests.oracles.answers import Answer

PARTS = (router, programming, spend, prices, markets, hub, curated, claims)


def answers(seed: int = 1) -> Iterator[Answer]:
    """All known answers, metric by metric, once the demo's passes are through."""
    for part in PARTS:
        yield from part.answers(seed)
