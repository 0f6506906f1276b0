"""Known numbers for claims about programming and the Hub: each method, week by week, reading by reading."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from demo.world.volumes import SEVEN_DAYS, Usage, gather
from tests.oracles import hub, programming
from tests.oracles.answers import Cells
from tests.oracles.claim_counts import Variant

MAKERS = {"google": {"gemma"}, "meta": {"llama"}}  # vendors whose families go by other names
SUNDAY = SEVEN_DAYS - timedelta(days=1)
Key = tuple[str, str]  # method, family


def _programming(seed: int, _: str, __: str, usage: Usage) -> Iterator[Variant]:
    for week, tokens in programming.settle(seed).items():
        whole = sum(used.tokens for used in gather(usage, week))
        yield Variant("of_all", 1, week + SUNDAY, sum(tokens.values()), whole)


def _vendor(seed: int, _: str, vendor: str, __: Usage) -> Iterator[Variant]:
    for week, tokens in programming.settle(seed).items():
        of = programming.by_vendor(tokens)
        if of[vendor]:
            whole = sum(tokens.values())
            yield Variant("of_all", 1, week + SUNDAY, of[vendor], whole)
            yield Variant("of_known", 2, week + SUNDAY, of[vendor], whole - of["unknown"])
            yield Variant("upper", 3, week + SUNDAY, of[vendor] + of["unknown"], whole)


def _families(seed: int, about: str, entity: str, _: Usage) -> Iterator[Variant]:
    """A family's count, or one side's over the other's, on each day with a reading of the Hub."""
    sides = [set().union(*(MAKERS.get(name, {name}) for name in side.split("+"))) for side in entity.split("/")]
    for day, counts in _counted(seed, about).items():
        for method in dict.fromkeys(method for method, _ in counts):
            if len(sides) == 2 and method not in ("official", "any", "tagged"):
                continue
            sums = [_sum(counts, method, side) for side in sides]
            if None not in sums:
                place = 1 if method in ("official", "any") else 2
                yield Variant(method, place, day, sums[0] or 0, sums[1] if len(sums) == 2 else None)


def _sum(counts: dict[Key, int], method: str, families: set[str]) -> int | None:
    found = [counts[method, family] for family in families if (method, family) in counts]
    return sum(found) if found else None


def _counted(seed: int, about: str) -> dict[date, dict[Key, int]]:
    days: dict[date, dict[Key, int]] = {}
    if about.startswith("family_downloads"):
        for _, key, values in hub.count_downloads(hub.read(seed)):
            days.setdefault(_day(key), {})["official", str(key["family_id"])] = _number(values["downloads_all_time"])
        return days
    for reading in hub.read(seed):
        for _, key, values in hub.count_derivatives(reading):
            place = (str(key["relation"]), str(key["family_id"]))
            days.setdefault(reading.day, {})[place] = _number(values["models_count"])
    return days


def _new(seed: int, _: str, family: str, __: Usage) -> Iterator[Variant]:
    for _, key, values in hub.share_new(hub.read(seed)[-1]):
        if key["family_id"] == family:
            last = (_day(key, "month_start_date") + timedelta(days=31)).replace(day=1) - timedelta(days=1)
            yield Variant("declared", 1, last, _number(values["derivatives_count"]), _number(values["models_count"]))


def _year(seed: int, _: str, __: str, ___: Usage) -> Iterator[Variant]:
    for _, key, values in hub.share_year(hub.read(seed)):
        if values["china_share"] is not None:
            yield Variant("flow", 1, _day(key), _number(values["chinese_downloads"]), _number(values["downloads"]))


def _trending(seed: int, _: str, __: str, ___: Usage) -> Iterator[Variant]:
    for reading in hub.read(seed):
        ranks = [values for _, _, values in hub.rank_trending(reading)]
        yield Variant("score", 1, reading.day, _number(ranks[-1]["chinese_so_far_count"]), None)


def _day(key: Cells, name: str = "download_date") -> date:
    return date.fromisoformat(str(key[name]))


def _number(cell: object) -> int:
    return int(str(cell))


READINGS: dict[str, Callable[[int, str, str, Usage], Iterator[Variant]]] = {
    "programming_share": _programming,
    "vendor_programming_share": _vendor,
    **dict.fromkeys(("family_downloads", "family_downloads_ratio"), _families),
    **dict.fromkeys(("family_derivatives", "family_derivatives_ratio"), _families),
    "new_derivative_share": _new,
    "china_download_share": _year,
    "trending_china_count": _trending,
}
