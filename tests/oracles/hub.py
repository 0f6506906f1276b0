"""The known answers of the synthetic Hub, counted from its own tables in plain Python."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

from demo.world.calendar import BACKFILL_AS_OF, DAILY_AS_OFS
from demo.world.hub import EARLIER, LAST_DAYS, MONTH_ENDS, YEAR, Repository, draw, listed
from tests.oracles.answers import Answer, Cells, cells_of

AMERICAN = {"meta-llama", "google", "google-bert", "openai", "microsoft", "ibm-granite", "nvidia"}

Answered = Iterator[tuple[str, Cells, Cells]]  # metric, key, values


@dataclass(frozen=True)
class Reading:
    """The Hub's listing on one day."""

    day: date
    repositories: list[Repository]

    @property
    def ids(self) -> set[str]:
        return {repository.hub_id for repository in self.repositories}


def answers(seed: int) -> Iterator[Answer]:
    """The known answers of the Hub's metrics after all passes."""
    for metric, key, values in _answer(read(seed)):
        yield from cells_of(metric, key, values)


@lru_cache(maxsize=2)
def read(seed: int) -> tuple[Reading, ...]:
    """The demo's readings of the Hub."""
    repositories = draw(seed)
    asked = sorted({moment.date() for moment in (*EARLIER, BACKFILL_AS_OF, *DAILY_AS_OFS)})
    days = [day for day in asked if day in (*MONTH_ENDS, *LAST_DAYS)]
    return tuple(Reading(day, [r for r in listed(repositories, day) if day < r.withdrawn_on]) for day in days)


def _answer(readings: Sequence[Reading]) -> Answered:
    """Every column of every row of the Hub's metrics."""
    yield from count_downloads(readings)
    yield from share_year(readings)
    for reading in readings:
        yield from count_derivatives(reading)
        yield from rank_trending(reading)
    yield from share_new(readings[-1])


def count_downloads(readings: Sequence[Reading]) -> Answered:
    """A family's counter and its rise; no flow if one of its counters fell or went away."""
    for before, now in zip((None, *readings), readings, strict=False):
        for family in sorted({r.family_id for r in now.repositories if r.family_id}):
            own = [r for r in now.repositories if r.family_id == family]
            was = [r for r in before.repositories if r.family_id == family] if before else []
            is_reset = any(_fell(r, before, now) for r in was) if before else False
            flow = sum(r.counter(now.day) for r in own) - sum(r.counter(before.day) for r in was) if before else None
            yield (
                "family_downloads_daily",
                {"download_date": f"{now.day}", "family_id": family},
                {
                    "downloads_all_time": sum(r.counter(now.day) for r in own),
                    "downloads_flow": None if is_reset else flow,
                    "is_counter_reset": is_reset,
                    "repos_count": len(own),
                    "days_covered": (now.day - before.day).days if before else None,
                },
            )


def share_year(readings: Sequence[Reading]) -> Answered:
    """The Chinese part of the rise of all counters since the newest reading a year back, or the first."""
    flows = {now.day: _flow(before, now) for before, now in pairwise(readings)}
    days = [reading.day for reading in readings]
    for day in days:
        old = [one for one in days if (day - one).days >= YEAR]
        opening = old[-1] if old else days[0]
        total = Counter[str]()
        for _, flow in (item for item in flows.items() if opening < item[0] <= day):
            total.update(flow)
        covered, whole = (day - opening).days, total.total()
        yield (
            "china_download_share_trailing_year",
            {"download_date": f"{day}"},
            {
                "chinese_downloads": total["chinese"],
                "unknown_downloads": total["unknown"],
                "downloads": whole,
                "china_share": total["chinese"] / whole if covered >= YEAR else None,
                "coverage_share": 1.0,
                "days_covered": covered,
            },
        )


def count_derivatives(reading: Reading) -> Answered:
    """Repositories by family and relation, each once; `any` whatever the relation; `tagged` apart."""
    found: dict[tuple[str, str], set[str]] = {}
    for r in reading.repositories:
        for relation, _, family in (base for base in r.bases if base[2]):
            found.setdefault((family, relation), set()).add(r.hub_id)
            found.setdefault((family, "any"), set()).add(r.hub_id)
        for family in r.tagged:
            found.setdefault((family, "tagged"), set()).add(r.hub_id)
    for (family, relation), ids in sorted(found.items()):
        key: Cells = {"download_date": f"{reading.day}", "family_id": family, "relation": relation}
        yield "family_derivatives_daily", key, {"models_count": len(ids)}


def count_american(reading: Reading) -> int:
    """Of the ten trending, those of organisations in the United States."""
    return sum(r.name(reading.day).partition("/")[0] in AMERICAN for r in _trending(reading))


def _trending(reading: Reading) -> list[Repository]:
    shown = (r for r in reading.repositories if r.trending)
    return sorted(shown, key=lambda r: (-r.trending, r.name(reading.day)))[:10]


def rank_trending(reading: Reading) -> Answered:
    chinese = 0
    for rank, r in enumerate(_trending(reading), 1):
        chinese, repo = chinese + r.is_chinese, r.name(reading.day)
        values: Cells = {"repo": repo, "author": repo.partition("/")[0], "is_chinese": r.is_chinese}
        key: Cells = {"download_date": f"{reading.day}", "trending_rank": rank}
        rest: Cells = {"trending_score": float(r.trending), "chinese_so_far_count": chinese}
        yield "trending_top10_daily", key, values | rest


def share_new(newest: Reading) -> Answered:
    """Of whole months, as the newest reading lists them."""
    declaring = [r for r in newest.repositories if r.bases and r.pipeline_tag == "text-generation"]
    months = {r.created.replace(day=1) for r in declaring}
    for month in sorted(month for month in months if (month + timedelta(days=31)).replace(day=1) <= newest.day):
        new = [r for r in declaring if r.created.replace(day=1) == month]
        for family in sorted({base[2] for r in new for base in r.bases if base[2]}):
            count = sum(family in {base[2] for base in r.bases} for r in new)
            key: Cells = {"month_start_date": f"{month}", "family_id": family}
            shares: Cells = {"models_count": len(new), "derivative_share": count / len(new)}
            yield "new_derivative_share_monthly", key, {"derivatives_count": count, **shares}


def _fell(r: Repository, before: Reading, now: Reading) -> bool:
    return r.hub_id not in now.ids or r.counter(now.day) < r.counter(before.day)


def _flow(before: Reading, now: Reading) -> Counter[str]:
    """The rise of counters from one reading to the next, by owner; a new repository adds all its downloads."""
    flow = Counter[str]()
    for r in now.repositories:
        rise = r.counter(now.day) - (r.counter(before.day) if r.hub_id in before.ids else 0)
        if rise > 0:
            flow["chinese" if r.is_chinese else "other" if r.is_mapped else "unknown"] += rise
    return flow
