"""What the metrics of a gateway must be, counted by DuckDB from the clients' own file, after docs/reference/metrics.md.

Money is whole units of 1e-18 USD, and a share one quotient of doubles: so equal means the very same number.
"""

from datetime import UTC
from pathlib import Path
from typing import Any

import duckdb

from tests.scene import Scene

Rows = list[tuple[Any, ...]]
COUNTED = """
CREATE TEMP TABLE final AS
FROM read_parquet('{file}') WHERE (id, number) IN (SELECT (id, max(number)) FROM read_parquet('{file}') GROUP BY id);

CREATE TEMP TABLE answered AS
SELECT *, asked + answered AS tokens FROM final WHERE outcome = 'success' AND asked + answered > 0;

CREATE TEMP TABLE counted AS
FROM answered WHERE id NOT IN (SELECT inside FROM answered WHERE inside IS NOT NULL);

CREATE TEMP TABLE hourly AS
SELECT
    ended_at::DATE AS day, date_trunc('hour', ended_at) AS hour, who, sum(tokens) AS tokens,
    sum(coalesce(picodollars, 0)::HUGEINT * 1_000_000) AS money,
    sum(CASE WHEN picodollars IS NULL AND NOT model LIKE '%:free' THEN tokens ELSE 0 END)::BIGINT AS unpriced,
    count(*) FILTER (picodollars IS NULL AND model LIKE '%:free') > 0 AS is_guess
FROM counted GROUP BY ALL;

CREATE TEMP TABLE daily AS
SELECT
    day, who, sum(tokens) AS tokens, sum(money) AS money, sum(unpriced)::BIGINT AS unpriced,
    bool_or(is_guess) AS is_guess
FROM hourly GROUP BY ALL;

CREATE TEMP TABLE days AS SELECT day, sum(tokens) AS tokens, sum(money) AS money FROM hourly GROUP BY day;
CREATE TEMP TABLE hours AS SELECT hour, sum(tokens) AS tokens, sum(money) AS money FROM hourly GROUP BY hour;
"""
COLUMNS = {
    "gateway_token_share_daily": ("usage_date", "vendor_id", "tokens", "vendor_share"),
    "gateway_spend_share_daily": (
        *("usage_date", "vendor_id", "spend_usd", "vendor_share", "is_estimated", "unpriced_tokens"),
    ),
    "gateway_token_spend_gap_daily": (
        *("usage_date", "vendor_id", "token_share", "spend_share", "gap_share", "gap_ratio"),
    ),
    "gateway_share_hourly": (
        *("usage_date", "usage_hour", "vendor_id", "tokens", "token_share", "spend_usd", "spend_share", "is_estimated"),
    ),
    "fct_requests_hourly": ("requests_count", "failures_count", "cache_hits_count"),
}
QUERIES = {
    "gateway_token_share_daily": """
SELECT day, who, v.tokens::BIGINT, v.tokens / d.tokens FROM daily v JOIN days d USING (day)
""",
    "gateway_spend_share_daily": """
SELECT day, who, v.money / 1_000_000_000_000_000_000, v.money / d.money, is_guess, unpriced
FROM daily v JOIN days d USING (day) WHERE d.money > 0
""",
    "gateway_token_spend_gap_daily": """
SELECT day, who, v.tokens / d.tokens AS used, v.money / d.money AS paid, used - paid,
    CASE WHEN paid > 0 THEN used / paid END
FROM daily v JOIN days d USING (day) WHERE d.money > 0
""",
    "gateway_share_hourly": """
SELECT day, hour, who, v.tokens::BIGINT, v.tokens / h.tokens, v.money / 1_000_000_000_000_000_000,
    CASE WHEN h.money > 0 THEN v.money / h.money END, is_guess
FROM hourly v JOIN hours h USING (hour)
""",
    "fct_requests_hourly": """
SELECT (SELECT count(*) FROM counted), count(*) FILTER (outcome = 'failure'), count(*) FILTER (outcome = 'cache_hit')
FROM final
""",
}


def counted(file: Path) -> dict[str, Rows]:
    """The rows of each metric by the file of reports; of fct_requests_hourly the sums of its counts alone."""
    with duckdb.connect() as connection:
        connection.execute(COUNTED.format(file=file))
        return {id: sorted(connection.execute(query).fetchall()) for id, query in QUERIES.items()}


def published(scene: Scene) -> dict[str, Rows]:
    """The same of a home's published file."""
    found = {id: sorted(_row(row, columns) for row in scene.metric(id)) for id, columns in COLUMNS.items()}
    counts = list(zip(*found["fct_requests_hourly"], strict=True))
    return {**found, "fct_requests_hourly": [tuple(map(sum, counts))]}


def _row(row: dict[str, Any], columns: tuple[str, ...]) -> tuple[Any, ...]:
    hour = {"usage_hour": row["usage_hour"].astimezone(UTC).replace(tzinfo=None)} if "usage_hour" in row else {}
    return tuple({**row, **hour}[column] for column in columns)
