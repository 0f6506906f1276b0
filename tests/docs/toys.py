"""A toy source, a toy metric and a toy field, as a contributor would write them: each where CONTRIBUTING says."""

from pathlib import Path

SOURCE = '''"""A toy: releases, a line each, from a file of three columns."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from connectors.sources.payload import Object, build_event, check_type, envelope_of, refuses_payload
from tokenshare.codec import read_day
from tokenshare.events import ReleaseObserved
from tokenshare.parties import Parties
from tokenshare.sources import Fetch, Page, Parsed, Session, Source, Window
from tokenshare.topics import RELEASE_OBSERVED

OURS = ("known_at", "is_major", "is_open", "citation")


def fetch(session: Session, _: Window) -> Iterator[Page]:
    yield session.get("toy.csv")


@refuses_payload
def parse(fetch: Fetch) -> Parsed:
    (page,) = fetch.pages
    check_type(page, "CSV", {"text/csv"})
    lines = [line.split(",") for line in page.body.decode().splitlines()[1:]]
    events = [_event(line, envelope_of(fetch)) for line in lines]
    return Parsed(tuple(events), fetch.window.observed_at)


def _event(line: list[str], envelope: Object) -> ReleaseObserved:
    vendor_id, day, release = line
    on = read_day(day, "release_date")
    known_at = datetime.combine(on, time(), UTC)
    cells = {"vendor_id": vendor_id, "release": release, "is_major": True, "is_open": None, "citation": "a toy"}
    return build_event(ReleaseObserved, day, **envelope, known_at=known_at, release_date=on, **cells)


SOURCE = Source(
    id="toy_releases",
    title="Toy releases",
    emits=(RELEASE_OBSERVED,),
    cadence=timedelta(days=1),
    needs_key=False,
    licence="none",
    citation="Source: a toy, as of {as_of}.",
    terms="none",
    traps="none",
    world_file="toy.csv",
    fetch=fetch,
    parse=parse,
    parties=Parties("who writes the row", ("vendor_id", "release_date", "release"), ours=OURS),
    upstream="curated",
)
'''
FIXTURE = "vendor_id,release_date,release\nmoonshotai,2026-05-01,Toy 1\n"
ROW = """

class ToyShareWeekly(RowContract):
    week_start_date: f.WeekStartDate
    top10_tokens: f.Tokens = Field(description="Tokens of the ten most-used models.")
    tokens: f.Tokens
    top10_share: f.Share = Field(description="Part of all tokens that went to the ten most-used models.")
"""
METRIC = """    router_metric(
        "toy_share_weekly",
        "Share of the ten most-used models",
        rows.ToyShareWeekly,
        method="Tokens of the week's ten most-used models over all tokens.",
        laws=("denominator_is_router_total",),
    ),
)
"""
SQL = """-- Decision: a toy, from what is published already: the ten are those of the ranking.
with ten as (
    select week_start_date, cast(sum(tokens) as bigint) as top10_tokens
    from {{ ref('model_rank_weekly') }}
    where model_rank <= 10
    group by week_start_date
),

final as (
    select
        ten.week_start_date,
        ten.top10_tokens,
        weeks.tokens,
        ten.top10_tokens / nullif(weeks.tokens, 0) as top10_share
    from ten
    inner join {{ ref('router_tokens_weekly') }} as weeks on ten.week_start_date = weeks.week_start_date
)

select * from final
"""
UNIT_TEST = """
  - name: the_toy_share_leaves_out_the_eleventh
    model: toy_share_weekly
    given:
      - input: ref('model_rank_weekly')
        rows:
          - {week_start_date: 2026-01-05, model_rank: 1, tokens: 3}
          - {week_start_date: 2026-01-05, model_rank: 11, tokens: 1}
      - input: ref('router_tokens_weekly')
        rows:
          - {week_start_date: 2026-01-05, tokens: 6}
    expect:
      rows:
        - {week_start_date: 2026-01-05, top10_tokens: 3, tokens: 6, top10_share: 0.5}
"""
GATE_ROW = (
    '    "toy_share_weekly": [{"week_start_date": WEEK, "top10_tokens": 420, "tokens": 700, "top10_share": 0.6}],\n'
)
ORACLE = """def count_toy(span: UsedSpan) -> Answers:
    ten, tokens = sum(tokens for _, tokens in rank(span)[:10]), total(span)
    yield {}, {"top10_tokens": ten, "tokens": tokens, "top10_share": ten / tokens}


"""
INDEPENDENT = """        "toy_share_weekly": [_toy(ranks, total)],
"""
INDEPENDENT_COUNT = """def _toy(ranks: list[dict[str, Any]], total: int) -> dict[str, Any]:
    ten = sum(row["tokens"] for row in ranks[:10])
    return {"top10_tokens": ten, "tokens": total, "top10_share": ten / total}


"""
FIELD = """Requests = Annotated[
    int,
    Field(ge=0, le=LARGEST_COUNT, description="Requests behind the tokens.", json_schema_extra={"unit": "requests"}),
]
"""


def add_source(root: Path) -> None:
    _write(root / "connectors/sources/toy_releases.py", SOURCE)
    _write(root / "tests/fixtures/sources/toy_releases/payload.csv", FIXTURE)
    registry = root / "connectors/sources/__init__.py"
    _edit(registry, "    shares_file,\n)", "    shares_file,\n    toy_releases,\n)")
    _edit(registry, "    claims.SOURCE,\n)", "    claims.SOURCE,\n    toy_releases.SOURCE,\n)")
    _edit(root / "tokenshare/metrics/curated.py", 'needs=(("releases",),)', 'needs=(("releases", "toy_releases"),)')
    for model in ("int_releases_selected", "int_release_evidence"):
        path = root / f"dbt/models/intermediate/curated/{model}.sql"
        _edit(path, "source_id = 'releases'", "source_id in ('releases', 'toy_releases')")
    faults = root / "tests/faults/sources.py"
    _edit(
        faults, '    "claims.csv": QUOTED,\n', '    "claims.csv": QUOTED,\n    "toy.csv": dict.fromkeys(FAULTS, TOY),\n'
    )
    _edit(faults, "TABLE: ", 'TOY = no("a toy")\nTABLE: ')


def add_metric(root: Path) -> None:
    _write(root / "dbt/models/metrics/router/toy_share_weekly.sql", SQL)
    _append(root / "dbt/models/metrics/router/unit_tests.yml", UNIT_TEST)
    _append(root / "tokenshare/rows/router.py", ROW)
    metrics = root / "tokenshare/metrics/router.py"
    metrics.write_text(metrics.read_text().rstrip().removesuffix(")") + METRIC)
    _edit(root / "tests/gates/tables.py", '    "free_share_weekly": ', f'{GATE_ROW}    "free_share_weekly": ')
    oracle = root / "tests/oracles/router.py"
    _edit(oracle, "WEEKLY: ", f"{ORACLE}WEEKLY: ")
    _edit(oracle, '    "model_rank_weekly": rank', '    "toy_share_weekly": count_toy,\n    "model_rank_weekly": rank')
    independent = root / "tests/route/independent.py"
    _edit(independent, '        "model_rank_weekly": ranks,\n', f'        "model_rank_weekly": ranks,\n{INDEPENDENT}')
    _edit(independent, "def _bounds(", f"{INDEPENDENT_COUNT}def _bounds(")


def add_field(root: Path) -> None:
    _edit(root / "tokenshare/fields/router.py", "Category = ", f"{FIELD}Category = ")
    share = "    share_of_daily_tokens: "
    _edit(root / "tokenshare/events/router.py", share, f"    requests: f.Requests | None = None\n{share}")
    column = "        share_of_daily_tokens,\n"
    _edit(root / "dbt/models/staging/stg_usage_observed.sql", column, f"{column}        requests,\n")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text, f"{path} has no {old!r}"
    path.write_text(text.replace(old, new))
