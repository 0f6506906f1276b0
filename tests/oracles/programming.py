"""The known answers about programming, counted from the synthetic world's own tables in plain Python."""

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from demo.world.models import MODEL_BY_PERMASLUG
from demo.world.programming import RESTATED_WEEK, Weeks, correct, draw
from demo.world.volumes import Day, gather
from tests.oracles.answers import Answer, Answers, Cells, write
from tests.oracles.router import settled


def answers(seed: int) -> Iterator[Answer]:
    """The known answers of the programming metrics."""
    usage = settled(seed)
    for week, tokens in settle(seed).items():
        whole = sum(used.tokens for used in gather(usage, week))
        part = sum(tokens.values())
        shown: Cells = {"category_tokens": part, "tokens": whole, "programming_share": part / whole}
        key: Cells = {"week_start_date": f"{week}"}
        yield from write("programming_share_weekly", key, [({}, shown)])
        yield from write("vendor_programming_share_weekly", key, _divide(tokens))


@lru_cache(maxsize=2)
def settle(seed: int) -> Weeks:
    """The weeks as they stand at the end, the correction made."""
    weeks = draw(seed)
    return {**weeks, RESTATED_WEEK: {**weeks[RESTATED_WEEK], **correct(weeks[RESTATED_WEEK])}}


def by_vendor(tokens: Day) -> Counter[str]:
    """A week's tokens by vendor."""
    vendors = Counter[str]()
    for slug, count in tokens.items():
        vendors[MODEL_BY_PERMASLUG[slug].vendor_id] += count
    return vendors


def _divide(tokens: Day) -> Answers:
    for vendor_id, own in sorted(by_vendor(tokens).items()):
        yield {"vendor_id": vendor_id}, {"tokens": own, "vendor_share": own / sum(tokens.values())}
