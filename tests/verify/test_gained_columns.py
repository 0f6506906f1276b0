"""A home made before a contract gained a column: its versions stay as they are, and their files too."""

from pathlib import Path

import pytest

from connectors.storage.publications import decisions, history
from connectors.storage.publications.version_files import _has_rows
from connectors.storage.warehouse import open_warehouse
from tokenshare.metrics import METRIC_BY_ID

SHOCKS = METRIC_BY_ID["session_shock_daily"]
OLD = "DATE '2026-01-05' AS session_date, 'nvidia' AS company_id, -0.1 AS change_share, -5.0 AS change_usd"
STORED = "SELECT * EXCLUDE (version) FROM versions.session_shock_daily"


@pytest.mark.parametrize(("value", "is_whole"), [("NULL", True), ("true", False)])
def test_a_file_without_a_column_gained_since_is_whole_while_no_row_has_a_value_there(
    tmp_path: Path, value: str, is_whole: bool
) -> None:
    path = tmp_path / "1.parquet"
    with open_warehouse(tmp_path / "warehouse.duckdb") as connection:
        rows = f"SELECT 1 AS version, {OLD}, true AS is_worst_to_date"
        connection.execute(f"CREATE TABLE versions.session_shock_daily AS {rows}")
        connection.execute(f"COPY ({STORED}) TO '{path}' (FORMAT parquet)")
        decisions.gain_columns(connection, [SHOCKS])
        connection.execute(f"UPDATE versions.session_shock_daily SET is_one_session = {value}")
        assert len(history.read_version(connection, SHOCKS, 1)[0]) == 6
        assert _has_rows(connection, path, STORED) == is_whole
        connection.execute("UPDATE versions.session_shock_daily SET change_usd = 0")
        assert not _has_rows(connection, path, STORED)
