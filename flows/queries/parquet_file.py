"""The rows of a metric, or of one of its versions, as a Parquet file of the user's."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tokenshare.columns import columns_of
from tokenshare.errors import UsageError
from tokenshare.metrics import Metric

STATED = ("as_of", "version", "status", "citation")  # in each row, and in the metadata of the file


def write_rows(path: Path, metric: Metric, document: Mapping[str, Any]) -> dict[str, Any]:
    """Write the rows of a metric's document to `path`; an existing file is replaced whole.

    Raises UsageError if `path` cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    from connectors.arrow import ARROW_TYPES

    if not document["rows"]:
        raise UsageError(f"{metric.id} has no published row", "see `tokenshare gates` for what holds it")
    stated = {name: document.get(name) for name in STATED} | {"status": document.get("status") or "superseded"}
    rows = [stated | row for row in document["rows"]]
    types = {column.name: ARROW_TYPES[column.sql_type] for column in columns_of(metric.row)}
    types |= {
        "as_of": ARROW_TYPES["TIMESTAMPTZ"],
        "version": pa.int64(),
        "status": pa.string(),
        "citation": pa.string(),
    }
    metadata = {"metric": metric.id, **{name: str(value) for name, value in stated.items()}}
    table = pa.Table.from_pylist(rows, schema=pa.schema(list(types.items()), metadata=metadata))
    draft = path.with_name(f".{path.name}.tmp")
    try:
        pq.write_table(table, draft)
        os.replace(draft, path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise UsageError(
            f"cannot write {path}: {error.strerror or error}", "name a file in a folder of yours"
        ) from error
    return {"file": str(path), "metric": metric.id, "rows": table.num_rows, "version": stated["version"]}
