"""A home made before a contract gained a column: its versions keep their digest."""

from pathlib import Path

import pytest

from connectors.storage.inspection import versions
from connectors.storage.publications import decisions, history
from connectors.storage.warehouse import Connection, open_warehouse
from tokenshare.columns import columns_of
from tokenshare.metrics import METRIC_BY_ID
from tokenshare.publication import Candidate

SHOCKS = METRIC_BY_ID["session_shock_daily"]
OLD = "DATE '2026-01-05' AS session_date, 'nvidia' AS company_id, -0.1 AS change_share, -5.0 AS change_usd"


@pytest.mark.parametrize(("value", "is_whole"), [("NULL", True), ("true", False)])
def test_a_version_keeps_its_digest_while_no_row_has_a_value_in_a_column_gained_since(
    tmp_path: Path, value: str, is_whole: bool
) -> None:
    with open_warehouse(tmp_path / "warehouse.duckdb") as connection:
        rows = f"SELECT {OLD}, true AS is_worst_to_date, 1::BIGINT AS first_version, NULL::BIGINT AS last_version"
        connection.execute(f"CREATE TABLE versions.session_shock_daily AS {rows}")
        decisions.gain_columns(connection, [SHOCKS])
        (row,) = history.read_version(connection, SHOCKS, 1)
        gained = [column.name for column in columns_of(SHOCKS.row)].index("is_one_session")
        recorded = Candidate(SHOCKS, ((*row[:gained], *row[gained + 1 :]),)).digest
        connection.execute(f"UPDATE versions.session_shock_daily SET is_one_session = {value}")
        assert (digest(connection, recorded) == recorded) == is_whole
        connection.execute("UPDATE versions.session_shock_daily SET change_usd = 0")
        assert digest(connection, recorded) != recorded


def digest(connection: Connection, recorded: str) -> str | None:
    connection.execute(
        "INSERT INTO decisions.publications BY NAME SELECT * EXCLUDE (metric, version), ? AS metric, 1 AS version "
        "FROM (SELECT now() AS as_of, now() AS valid_through, 1 AS rows, '' AS digest, '' AS suite_digest, "
        "0 AS checks_evaluated, 'current' AS status, '' AS reason, 'r' AS run_id, '' AS metric, 1 AS version) "
        "ON CONFLICT DO NOTHING",
        [SHOCKS.id],
    )
    (found,) = versions.read_stored(connection, {(SHOCKS.id, 1): recorded})
    return found.digest
