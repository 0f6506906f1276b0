"""A toy source and a toy metric, as files of a contributor."""

from pathlib import Path

SOURCE = '''"""A toy: releases, a line each, from a file of three columns."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from connectors.sources.payload import build_event, check_type, envelope_of, refuses_payload
from tokenshare.codec import read_day
from tokenshare.events import ReleaseObserved
from tokenshare.sources import Fetch, Page, Parsed, Session, Source, Window
from tokenshare.topics import RELEASE_OBSERVED


def fetch(session: Session, _: Window) -> Iterator[Page]:
    yield session.get("toy.csv")


@refuses_payload
def parse(fetch: Fetch) -> Parsed:
    (page,) = fetch.pages
    check_type(page, "CSV", {"text/csv"})
    lines = [line.split(",") for line in page.body.decode().splitlines()[1:]]
    events = [_event(*line, envelope_of(fetch)) for line in lines]
    return Parsed(tuple(events), fetch.window.observed_at)


def _event(vendor_id: str, day: str, release: str, envelope: dict) -> ReleaseObserved:
    on = read_day(day, "release_date")
    known_at = datetime.combine(on, time(), UTC)
    cells = {"vendor_id": vendor_id, "release": release, "is_major": True, "is_open": None, "citation": "a toy"}
    return build_event(ReleaseObserved, day, **envelope, known_at=known_at, release_date=on, **cells)


SOURCE = Source(
    id="toy_releases", title="Toy releases", emits=(RELEASE_OBSERVED,), cadence=timedelta(days=1), needs_key=False,
    licence="none", citation="Source: a toy, as of {as_of}.", terms="none", traps="none", world_file="toy.csv",
    fetch=fetch, parse=parse, upstream="curated",
)
'''
FIXTURE = "vendor_id,release_date,release\ntoymaker,2026-05-01,Toy 1\n"
ROW = """

class ToyWeekly(Row):
    week_start_date: f.WeekStartDate
    tokens: f.Tokens
"""
METRIC = """    router_metric(
        "toy_weekly",
        "Toy tokens of a week",
        rows.ToyWeekly,
        unit="tokens",
        method="All tokens of a complete week, once more.",
        denominator="none",
        laws=("denominator_is_router_total",),
    ),
)
"""
SQL = """-- A toy: the tokens of complete weeks.
with usage as (
    select * from {{ ref('int_usage_weekly') }}
),

final as (
    select week_start_date, cast(sum(tokens) as bigint) as tokens
    from usage
    group by week_start_date
)

select * from final
"""
UNIT_TEST = """  - name: a_toy_week_is_the_sum_of_its_rows
    model: toy_weekly
    given:
      - input: ref('int_usage_weekly')
        rows:
          - {week_start_date: 2026-01-05, tokens: 1}
          - {week_start_date: 2026-01-05, tokens: 2}
    expect:
      rows:
        - {week_start_date: 2026-01-05, tokens: 3}
"""


def add_source(root: Path) -> None:
    """The first row of CONTRIBUTING's table: one file, one line, one fixture."""
    _write(root / "connectors/sources/toy_releases.py", SOURCE)
    _write(root / "tests/fixtures/sources/toy_releases/payload.csv", FIXTURE)
    registry = root / "connectors/sources/__init__.py"
    text = registry.read_text().replace("    shares_file,\n)", "    shares_file,\n    toy_releases,\n)")
    before, after = text.rsplit(")", 1)
    registry.write_text(f"{before}    toy_releases.SOURCE,\n){after}")


def add_metric(root: Path) -> None:
    """CONTRIBUTING's row about metrics: an entry, a row contract, one SQL file, one unit test."""
    _write(root / "dbt/models/metrics/router/toy_weekly.sql", SQL)
    tests = root / "dbt/models/metrics/router/unit_tests.yml"
    tests.write_text(tests.read_text() + UNIT_TEST)
    rows = root / "tokenshare/rows/router.py"
    rows.write_text(rows.read_text() + ROW)
    metrics = root / "tokenshare/metrics/router.py"
    metrics.write_text(metrics.read_text().rstrip().removesuffix(")") + METRIC)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
