"""What was known then: by plain SQL over the published file, by the command, and in a citation."""

from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.storage.home import Home
from connectors.storage.publications import catalog, retention, version_rows, vintages
from flows.queries import overview
from flows.queries.cite import cite
from tests.verify.conftest import FIRST, SECOND
from tests.verify.corruptions import show
from tokenshare.columns import columns_of
from tokenshare.errors import UsageError
from tokenshare.metrics import METRIC_BY_ID

pytestmark = [pytest.mark.timeout(600), pytest.mark.slow]
MOMENTS = {1: datetime.fromisoformat(FIRST), 2: datetime.fromisoformat(SECOND)}
AS_BI_ASKS = """SELECT {columns} FROM vintages.{id}
    WHERE known_from <= $moment AND (known_until IS NULL OR known_until > $moment) ORDER BY ALL"""
USAGE = METRIC_BY_ID["fct_usage_daily"]
WEEKLY = METRIC_BY_ID["router_tokens_weekly"]
SEEN = ["2026-06-14", "openai/gpt-4o"]
RESTATED = {"day": SEEN[0], "slug": SEEN[1]}


@pytest.mark.parametrize(("pass_number", "later"), [(1, 0), (1, 23), (2, 0)])
def test_plain_sql_gives_each_version_to_the_digit(
    clean: Home, published_then: dict[int, Path], pass_number: int, later: int
) -> None:
    """Against the published file as the pass left it."""
    moment = MOMENTS[pass_number] + timedelta(hours=later)
    known = [p for p in catalog.read_catalog(clean, "publications") if p["as_of"] <= moment]
    newest = {p["metric"]: p["version"] for p in known}  # they come by version
    assert len(newest) > 10
    with (
        duckdb.connect(clean.published_file, read_only=True) as reader,
        duckdb.connect(published_then[pass_number], read_only=True) as then,
    ):
        for id, version in newest.items():
            columns = ", ".join(f'"{column.name}"' for column in columns_of(METRIC_BY_ID[id].row))
            relation = METRIC_BY_ID[id].relation
            wanted = then.execute(f"SELECT {columns} FROM {relation} ORDER BY ALL").fetchall()
            assert then.execute(f"SELECT DISTINCT version FROM {relation}").fetchall() in ([], [(version,)])
            found = reader.execute(AS_BI_ASKS.format(columns=columns, id=id), {"moment": moment}).fetchall()
            assert found == wanted, id


@pytest.mark.parametrize("pass_number", MOMENTS)
def test_the_command_looks_back_by_vintages(clean: Home, pass_number: int) -> None:
    looked = overview.metric(clean, USAGE, MOMENTS[pass_number] + timedelta(hours=1))
    assert (looked["version"], looked["as_of"]) == (pass_number, MOMENTS[pass_number])
    tokens = {(str(row["usage_date"]), row["model_permaslug"]): row["tokens"] for row in looked["rows"]}
    assert tokens[SEEN[0], SEEN[1]] == {1: 3_000_014, 2: 2_900_000}[pass_number]


def ask(home: Home, query: str, **values: Any) -> list[tuple[Any, ...]]:
    """As BI does: the file opened read-only, with nothing of ours."""
    with duckdb.connect(home.published_file, read_only=True) as reader:
        return reader.execute(query, values).fetchall()


def newest_version(home: Home, id: str, moment: datetime) -> int | None:
    known = [p["version"] for p in catalog.read_catalog(home, "publications", metric=id) if p["as_of"] <= moment]
    return max(known, default=None)


def test_a_restated_row_has_two_lines_and_every_other_one(clean: Home) -> None:
    query = "SELECT tokens, known_from, known_until, first_version, last_version FROM vintages.fct_usage_daily"
    lines = ask(clean, f"{query} WHERE usage_date = $day AND model_permaslug = $slug ORDER BY ALL DESC", **RESTATED)
    counted = "SELECT count(*), count(DISTINCT (usage_date, model_permaslug)) FROM vintages.fct_usage_daily"
    (counts,) = ask(clean, counted)
    first, second = MOMENTS.values()
    assert lines == [(3_000_014, first, second, 1, 1), (2_900_000, second, None, 2, None)]
    assert counts == (15 * 6 + 1, 15 * 6)


@pytest.mark.parametrize("moment", [FIRST, SECOND])
def test_a_citation_of_then_is_given_again_and_computed_again(clean: Home, moment: str) -> None:
    tokens, version = {FIRST: (3_000_014, 1), SECOND: (2_900_000, 2)}[moment]
    told = cite(clean, USAGE, SEEN, as_of=datetime.fromisoformat(moment), verify=True)
    assert (told["value"], told["version"], told["verified"]) == (tokens, version, True)
    assert told["as_of"] == datetime.fromisoformat(moment)
    assert f"{tokens:,} tokens" in told["sentence"]
    assert "computed again from its offsets: the same" in told["sentence"]
    assert ("replaced by a newer version since" in told["sentence"]) == (moment == FIRST)
    now = cite(clean, USAGE, SEEN)
    assert (now["sentence"] == cite(clean, USAGE, SEEN, as_of=MOMENTS[2])["sentence"], now["version"]) == (True, 2)


def test_a_hold_says_nothing_of_what_was_known_before(copied: Callable[[], Home]) -> None:
    home = copied()
    since = MOMENTS[2] + timedelta(days=1)
    held = f"SET status = 'held', held_since = '{since}'"
    show(f"UPDATE catalog.publications {held} WHERE metric = '{WEEKLY.id}'; UPDATE {WEEKLY.relation} {held}")(home)
    key = ["2026-W24"]
    said = {moment: cite(home, WEEKLY, key, as_of=moment)["status"] for moment in (*MOMENTS.values(), since)}
    assert list(said.values()) == ["current", "current", "held"]
    assert "held since 2026-06-17 06:00 UTC" in cite(home, WEEKLY, key)["sentence"]


def test_a_vintage_that_is_not_its_version_is_not_verified(copied: Callable[[], Home]) -> None:
    home = copied()
    show("UPDATE vintages.fct_usage_daily SET tokens = tokens + 1 WHERE last_version = 1")(home)
    told = cite(home, USAGE, SEEN, as_of=MOMENTS[1], verify=True)
    assert told["verified"] is False
    assert "NOT the same" in told["sentence"]


def test_what_was_not_known_is_one_sentence(clean: Home) -> None:
    early = MOMENTS[1] - timedelta(seconds=1)
    with pytest.raises(UsageError, match=r"fct_usage_daily had no version as of 2026-06-15T05:59:59.*later moment"):
        cite(clean, USAGE, SEEN, as_of=early)
    with pytest.raises(UsageError, match=r"has no row for 2026-06-15 other as of 2026-06-15T06:00:00"):
        cite(clean, USAGE, ["2026-06-15", "other"], as_of=MOMENTS[1])
    with pytest.raises(UsageError, match="market_cap_daily has no published row"):
        cite(clean, METRIC_BY_ID["market_cap_daily"], ["2026-06-15", "nvidia"])


def test_a_file_of_an_earlier_form_says_what_to_do(copied: Callable[[], Home]) -> None:
    home = copied()
    show("DROP SCHEMA vintages CASCADE")(home)
    with pytest.raises(UsageError, match="older format, without these vintages: run `tokenshare refresh`"):
        overview.metric(home, WEEKLY, MOMENTS[1])


def test_a_row_that_went_and_came_back_has_a_line_for_each_time(tmp_path: Path) -> None:
    """Versions 1, 2, 4, 5 were public; 3 was held and replaced. The second week lacks in version 4."""
    weeks = [date(2026, 6, 1), date(2026, 6, 8)]
    told = {1: weeks, 2: weeks, 3: weeks[:1], 4: weeks[:1], 5: weeks}
    lines = written(tmp_path / "file.duckdb", told, held={3})
    assert [line for line in lines if line[0] == weeks[0]] == [(weeks[0], moment(1), None, 1, None)]
    assert [line for line in lines if line[0] == weeks[1]] == [
        (weeks[1], moment(1), moment(4), 1, 2),
        (weeks[1], moment(5), None, 5, None),
    ]


def test_a_pruned_version_splits_no_line(tmp_path: Path) -> None:
    weeks = [date(2026, 6, 1)]
    lines = written(tmp_path / "file.duckdb", {1: weeks, 2: weeks, 3: weeks}, set(), pruned=[2])
    assert lines == [(weeks[0], moment(1), None, 1, None)]


def moment(day: int) -> datetime:
    return datetime(2026, 7, day, 6, tzinfo=UTC)


def kept(connection: duckdb.DuckDBPyConnection, version: int) -> list[date]:
    query = f"SELECT week_start_date FROM versions.{WEEKLY.id} WHERE {version_rows.of_version(version)} ORDER BY ALL"
    return [week for (week,) in connection.execute(query).fetchall()]


def written(
    path: Path, told: dict[int, list[date]], held: set[int], pruned: Collection[int] = ()
) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{path}' AS reader; CREATE SCHEMA reader.vintages; CREATE SCHEMA decisions")
        connection.execute("CREATE SCHEMA versions; SET TimeZone = 'UTC'")
        connection.execute(
            "CREATE TABLE decisions.publications (metric VARCHAR, version BIGINT, as_of TIMESTAMPTZ, "
            "published_at TIMESTAMPTZ); CREATE TABLE decisions.pruned (metric VARCHAR, version BIGINT)"
        )
        types = ", ".join(f"{column.name} {column.sql_type}" for column in columns_of(WEEKLY.row))
        connection.execute(f"CREATE TABLE given ({types})")
        for version, weeks in told.items():
            published_at = None if version in held else moment(version)
            row = [WEEKLY.id, version, moment(version), published_at]
            connection.execute("INSERT INTO decisions.publications VALUES (?, ?, ?, ?)", row)
            connection.execute("DELETE FROM given")
            for week in weeks:
                connection.execute("INSERT INTO given VALUES (?, 7, NULL, NULL)", [week])
            version_rows.store(connection, WEEKLY, version, "given")
            assert kept(connection, version) == weeks
        for version in pruned:
            connection.execute("INSERT INTO decisions.pruned VALUES (?, ?)", [WEEKLY.id, version])
            connection.execute(retention.UNUSED_ROWS.format(id=WEEKLY.id))
        for version in told.keys() - set(pruned):
            assert kept(connection, version) == told[version]
        connection.execute(f"CREATE TABLE reader.vintages.{WEEKLY.id} ({vintages.types_of(WEEKLY)})")
        connection.execute(f"INSERT INTO reader.vintages.{WEEKLY.id} BY NAME {vintages.query_of(WEEKLY)}")
        columns = "week_start_date, known_from, known_until, first_version, last_version"
        return connection.execute(f"SELECT {columns} FROM reader.vintages.{WEEKLY.id} ORDER BY ALL").fetchall()
