"""The cost of one lookup of `stream`: 16,000 new request ids against all ids in staging.

    python bench/lookup.py [10000000,100000000]

Fills a table with each number of requests and runs the query of dbt's macro four times. Prints a row of Markdown with
the medians for each, then machine and versions.
"""

import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from cost import heading, machine, row
from jinja2 import Environment

from connectors.storage.warehouse import Connection, connect

MACRO = Path(__file__).parents[1] / "dbt" / "macros" / "found_by_number.sql"
CALL = "{{ found_by_number('requests', 'select request_id from new') }}"
NEW = 16_000
ROUNDS = 4


def main() -> None:
    """Print a row for each number of requests."""
    counts = (sys.argv[1] if len(sys.argv) > 1 else "10000000,100000000").split(",")
    found = [_looked_up(int(count)) for count in counts]
    print(heading(*found[0]), *(row(*one.values()) for one in found), json.dumps(machine()), sep="\n")


def _looked_up(count: int) -> dict:
    query = Environment(autoescape=False).from_string(MACRO.read_text() + CALL).render()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "requests.duckdb"
        with connect(path) as made:
            made.execute(f"""CREATE TABLE requests AS SELECT 'req_' || range AS request_id,
                md5_number_lower(request_id) AS request_number FROM range({count})""")
        with connect(path) as connection:
            connection.execute(
                f"CREATE TEMP TABLE new AS SELECT 'req_' || (range + {count}) AS request_id FROM range({NEW})"
            )
            spent = [_spent(connection, query) for _ in range(ROUNDS)]
    cpu_seconds, seconds = (median(column) for column in zip(*spent, strict=True))
    return {"requests counted": count, "new": NEW, "CPU-s": f"{cpu_seconds:.2f}", "seconds": f"{seconds:.2f}"}


def _spent(connection: Connection, query: str) -> tuple[float, float]:
    """CPU-seconds and seconds of the query, none of whose ids is known."""
    begun, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF)
    if connection.execute(query).fetchall():
        raise SystemExit("new ids were found")
    after = resource.getrusage(resource.RUSAGE_SELF)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent, time.monotonic() - begun


if __name__ == "__main__":
    main()
