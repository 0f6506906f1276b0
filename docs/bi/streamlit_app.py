"""Vendor shares of a week, from the published file: streamlit run docs/bi/streamlit_app.py -- PATH_OF_THE_FILE"""

import sys
from typing import Any

import duckdb
import streamlit as st

PUBLISHED = sys.argv[1] if len(sys.argv) > 1 else ".tokenshare/published/tokenshare.duckdb"
WEEKS = "SELECT DISTINCT week_start_date FROM marts.wide_vendor_weekly ORDER BY 1 DESC"
SHARES = """
    SELECT vendor_name AS vendor, country_code AS country, format('{:,}', tokens) AS tokens,
        format('{:.2f} %', 100 * vendor_share) AS share_of_all, status, status = 'held' AS is_held
    FROM marts.wide_vendor_weekly WHERE week_start_date = ? ORDER BY wide_vendor_weekly.tokens DESC LIMIT 20
"""
CITATION = "SELECT any_value(citation) FROM marts.dim_metric WHERE metric = 'vendor_share_weekly'"


def read(*queries: tuple[str, list[Any]]) -> list[list[dict[str, Any]]]:
    """The rows of each query, from one file: a connection is open for a run of the page and no longer.

    The next refresh puts another file in place; DuckDB opens it once no connection is left to this one.
    """
    with duckdb.connect(PUBLISHED, read_only=True) as connection:
        return [_rows(connection.execute(query, values)) for query, values in queries]


def _rows(answer: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


st.set_page_config(page_title="Vendors' shares of tokens")
st.title("Vendors' shares of tokens")
(weeks,) = read((WEEKS, []))
week = st.selectbox("Week of", [row["week_start_date"] for row in weeks])
shares, cited = read((SHARES, [week]), (CITATION, []))
if any(row.pop("is_held") for row in shares):
    st.warning("A row is held: it shows the last good number while a check fails.")
st.table(shares)
st.caption(next(iter(cited[0].values())))
