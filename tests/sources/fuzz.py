"""`make fuzz`: mutants of every source's answer; each must be read or refused, and nothing else may come of it.

`python -m tests.sources.fuzz SECONDS SEED` takes both; the same seed makes the same mutants in the same order.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic
from traceback import format_exception

from connectors.sources import SOURCES
from flows.stages import ingest
from tests.sources.mutants import mutant
from tests.sources.payloads import fetch_of
from tokenshare.codec import decode, encode
from tokenshare.errors import ContractViolation, PayloadRefused
from tokenshare.sources import Fetch, Parsed, Source

SEED, MINUTES, SLOW_SECONDS = 2026, 10, 20.0


@dataclass(frozen=True)
class Found:
    """What came of a mutant and may not; `name` makes the mutant again."""

    name: str
    problem: str


def fuzz(seconds: float, seed: int, made: Counter[str]) -> Iterator[Found]:
    """Try mutants of every source in turn until the time is over; count them by source in `made`."""
    until, round_ = monotonic() + seconds, 0
    while monotonic() < until:
        for source in SOURCES:
            name = f"{seed} {source.id} {round_}"
            problem = try_one(source, name)
            made[source.id] += 1
            if problem:
                yield Found(name, problem)
        round_ += 1


def try_one(source: Source, name: str) -> str:
    """What may not come of the mutant with that name; empty if all is well."""
    fetch, begun = mutant(name, fetch_of(source.id)), monotonic()
    try:
        state(source, fetch, source.parse(fetch))
    except (PayloadRefused, ContractViolation):
        pass
    except Exception as error:  # noqa: BLE001  # this is what is looked for
        return "".join(format_exception(error)[-3:])
    took = monotonic() - begun
    return f"it took {took:.0f} s" if took > SLOW_SECONDS else ""


def state(source: Source, fetch: Fetch, parsed: Parsed) -> None:
    """Make what a pass would send of an answer, and read it back."""
    topics = {topic.event: topic for topic in source.emits}
    for event in parsed.events:
        decode(topics[type(event)], encode(event))
    encode(ingest._completed(fetch, parsed, list(parsed.events), None))


def main(seconds: float = MINUTES * 60, seed: int = SEED) -> int:
    """Print what was found, and how many mutants of each source were made."""
    print(f"seed {seed}, {seconds:g} s", flush=True)
    made, found = Counter[str](), 0
    for one in fuzz(seconds, seed, made):
        found += 1
        print(f"\n{one.name}\n{one.problem}", flush=True)
    print("\n".join(f"{count:8} {id}" for id, count in made.items()))
    print(f"{made.total()} mutants, {found} of them neither read nor refused")
    return min(found, 1)


if __name__ == "__main__":
    sys.exit(main(*map(float, sys.argv[1:2]), *map(int, sys.argv[2:3])))
