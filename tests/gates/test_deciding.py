"""What becomes of a candidate, by where its metric stands and what the checks said."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tests.gates.consistent import candidate
from tokenshare.publication import Check, GateOutcome, Publication, Standing, decide, hold_back, reason_of

ID = "router_tokens_weekly"
EARLIER, NOW = datetime(2026, 1, 12, 6, tzinfo=UTC), datetime(2026, 1, 13, 6, tzinfo=UTC)
ROW = {"week_start_date": date(2026, 1, 5), "tokens": 700, "tokens_year_ago": None, "growth_ratio": None}
OLD, NEW = candidate(ID, [{**ROW, "tokens": 600}]), candidate(ID, [ROW])
PASSED = Check("volume_ratio", "passed", "7 within", "0.6 to 1.6")
FAILED = Check("volume_ratio", "failed", "3 at 2026-01-11", "0.6 to 1.6")
SKIPPED = replace(FAILED, outcome="skipped")
RELEASED = replace(FAILED, outcome="released")
ALERTED = replace(FAILED, severity="alert")
WHY = "volume_ratio: observed 3 at 2026-01-11, expected 0.6 to 1.6"


def published(version: int, digest: str, **changed: object) -> Publication:
    shown = Publication(ID, version, EARLIER, EARLIER, 1, digest, "suite", 1, "current")
    return replace(shown, **changed)  # type: ignore[arg-type]


SHOWN = published(1, OLD.digest)
FROZEN = published(1, OLD.digest, status="held", held_since=EARLIER, reason=WHY)
HELD = published(2, NEW.digest, status="held", held_since=EARLIER, reason=WHY)
OTHER_HELD = replace(HELD, digest="f" * 64)
NOTHING = Standing()
GOOD = Standing(SHOWN, None, 1)
HOLDING = Standing(FROZEN, HELD, 2)
HOLDING_OTHER = Standing(FROZEN, OTHER_HELD, 2)
NEVER_GOOD = Standing(None, published(1, NEW.digest, status="held", held_since=EARLIER, reason=WHY), 1)

# standing, digest of the candidate, check -> outcome, (version, status) of every record that changes
TABLE = (
    (NOTHING, NEW, PASSED, "published", [(1, "current")]),
    (NOTHING, NEW, FAILED, "held", [(1, "held")]),
    (NOTHING, NEW, SKIPPED, "held", [(1, "held")]),
    (NOTHING, NEW, RELEASED, "published", [(1, "released")]),
    (NOTHING, NEW, ALERTED, "published", [(1, "current")]),
    (GOOD, NEW, PASSED, "published", [(1, "superseded"), (2, "current")]),
    (GOOD, NEW, RELEASED, "published", [(1, "superseded"), (2, "released")]),
    (GOOD, NEW, FAILED, "held", [(1, "held"), (2, "held")]),
    (GOOD, OLD, PASSED, "unchanged", [(1, "current")]),
    (GOOD, OLD, FAILED, "held", [(1, "held")]),
    (HOLDING, NEW, PASSED, "published", [(1, "superseded"), (2, "current")]),
    (HOLDING, NEW, RELEASED, "published", [(1, "superseded"), (2, "released")]),
    (HOLDING, NEW, FAILED, "held", [(1, "held"), (2, "held")]),
    (HOLDING, OLD, PASSED, "unchanged", [(2, "superseded"), (1, "current")]),
    (HOLDING, OLD, FAILED, "held", [(2, "superseded"), (1, "held")]),
    (HOLDING_OTHER, NEW, PASSED, "published", [(1, "superseded"), (2, "superseded"), (3, "current")]),
    (HOLDING_OTHER, NEW, FAILED, "held", [(2, "superseded"), (1, "held"), (3, "held")]),
    (NEVER_GOOD, NEW, PASSED, "published", [(1, "current")]),
    (NEVER_GOOD, NEW, FAILED, "held", [(1, "held")]),
    (NEVER_GOOD, OLD, PASSED, "published", [(1, "superseded"), (2, "current")]),
)


def decided(standing: Standing, found: object, *checks: Check, confirmed: bool = True) -> GateOutcome:
    return decide(standing, found, checks, "suite", NOW, confirmed)  # type: ignore[arg-type]


@pytest.mark.parametrize(("standing", "found", "check", "outcome", "records"), TABLE)
def test_a_verdict(
    standing: Standing, found: object, check: Check, outcome: str, records: list[tuple[int, str]]
) -> None:
    verdict = decided(standing, found, check)
    assert verdict.status == outcome
    assert [(p.version, p.status) for p in verdict.publications] == records
    assert verdict.reason == (WHY if outcome == "held" else "")


@pytest.mark.parametrize(("standing", "found", "check", "outcome", "records"), TABLE)
def test_a_verdict_taken_twice_changes_nothing(
    standing: Standing, found: object, check: Check, outcome: str, records: list[tuple[int, str]]
) -> None:
    first = decided(standing, found, check).publications
    shown = [p for p in first if p.version in (1, 2, 3) and p.status in ("current", "released")]
    held = [p for p in first if p.status == "held" and p.digest == found.digest]  # type: ignore[attr-defined]
    good = next((p for p in first if p.status == "held" and p.digest == SHOWN.digest), None)
    after = Standing(shown[0] if shown else good, held[0] if held and held[0] != good else None, first[-1].version)
    again = decided(after, found, check)
    assert again.status == ("unchanged" if shown else "held")
    assert max(p.version for p in again.publications) <= max(version for version, _ in records)


def test_no_check_at_all_is_no_open_gate() -> None:
    assert decided(GOOD, NEW).status == "held"


def test_one_failed_check_among_many_is_enough() -> None:
    assert decided(GOOD, NEW, PASSED, RELEASED, FAILED, PASSED).status == "held"


def test_a_hold_remembers_since_when_and_what_was_first_shown() -> None:
    verdict = decided(HOLDING, NEW, FAILED)
    assert [(p.held_since, p.as_of) for p in verdict.publications] == [(EARLIER, EARLIER)] * 2
    fresh = decided(GOOD, NEW, FAILED)
    assert [(p.held_since, p.as_of) for p in fresh.publications] == [(NOW, EARLIER), (NOW, NOW)]


def test_only_a_confirmed_version_speaks_for_the_new_moment() -> None:
    for confirmed, through in ((True, NOW), (False, EARLIER)):
        (kept,) = decided(GOOD, OLD, PASSED, confirmed=confirmed).publications
        assert (kept.as_of, kept.valid_through) == (EARLIER, through)


def test_a_released_version_stays_released_and_a_freed_one_is_no_longer_marked() -> None:
    standing = Standing(replace(SHOWN, status="released"), None, 1)
    assert decided(standing, OLD, PASSED).publications[-1].status == "released"
    freed = decided(HOLDING, OLD, PASSED).publications[-1]
    assert (freed.status, freed.held_since, freed.reason) == ("current", None, "")


def test_a_version_counts_the_checks_that_were_evaluated() -> None:
    assert decided(NOTHING, NEW, PASSED, SKIPPED, FAILED).publications[-1].checks_evaluated == 2


def test_a_metric_without_a_candidate_is_held_at_what_it_shows() -> None:
    verdict = hold_back(GOOD, "no relation", NOW)
    assert [(p.version, p.status, p.held_since, p.reason) for p in verdict.publications] == [
        (1, "held", NOW, "no relation")
    ]
    assert hold_back(Standing(FROZEN, None, 1), "still", NOW).publications[0].held_since == EARLIER
    assert hold_back(NOTHING, "no relation", NOW) == GateOutcome("held", (), "no relation")


def test_a_reason_names_at_most_three_checks_and_none_that_only_alerts() -> None:
    failed = [replace(FAILED, name=name) for name in "abcd"]
    assert [part.split(":")[0] for part in reason_of([ALERTED, PASSED, *failed]).split("; ")] == ["a", "b", "c"]
    assert reason_of([PASSED, ALERTED, RELEASED]) == ""


def test_a_digest_is_of_the_rows_alone_and_of_every_cell() -> None:
    assert candidate(ID, [ROW]).digest == NEW.digest
    digests = {candidate(ID, [{**ROW, **cell}]).digest for cell in ({}, {"tokens": 701}, {"growth_ratio": 1.0})}
    assert len(digests) == 3
