"""The Parquet of a metric: the shown rows in the home, any version in a file of the user's."""

import json
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from connectors.storage.home import Home
from tests.cli.command import Said, environment, run
from tests.verify.conftest import FIRST, SECOND
from tokenshare.metrics import METRIC_BY_ID

METRIC = METRIC_BY_ID["fct_usage_daily"]
RESTATED = "usage_date = DATE '2026-06-14' AND model_permaslug = 'openai/gpt-4o'"


def ask(home: Home, *words: str) -> Said:
    return run(environment(home.root, ""), *words)


def test_the_shown_rows_say_what_they_are(clean: Home) -> None:
    path = clean.published / METRIC.id / "current.parquet"
    with duckdb.connect(clean.published_file, read_only=True) as reader:
        shown = reader.execute(f"SELECT * FROM {METRIC.relation} ORDER BY ALL").fetchall()
        (citation,) = reader.execute("SELECT citation FROM catalog.metrics WHERE metric = ?", [METRIC.id]).fetchall()[0]
    assert duckdb.sql(f"SELECT * EXCLUDE (citation) FROM '{path}' ORDER BY ALL").fetchall() == shown
    assert duckdb.sql(f"SELECT DISTINCT citation FROM '{path}'").fetchall() == [(citation,)]
    stated = {name.decode(): value.decode() for name, value in pq.read_schema(path).metadata.items()}
    assert (stated["version"], stated["status"], stated["citation"]) == ("2", "current", citation)
    assert datetime.fromisoformat(stated["as_of"]) == datetime.fromisoformat(SECOND)
    manifest = json.loads((path.parent / "manifest.json").read_text())
    assert (manifest["shown"]["version"], manifest["held"]) == (2, None)
    assert sorted(found.name for found in path.parent.iterdir()) == ["current.parquet", "manifest.json"]


@pytest.mark.parametrize(
    ("words", "tokens", "version"),
    [
        (("--version", "1"), 3_000_014, 1),
        (("--version", "2"), 2_900_000, 2),
        (("--as-of", FIRST), 3_000_014, 1),
        ((), 2_900_000, 2),
    ],
)
def test_any_version_is_written_on_request(
    clean: Home, tmp_path: Path, words: tuple[str, ...], tokens: int, version: int
) -> None:
    path = tmp_path / "rows.parquet"
    said = ask(clean, "metrics", METRIC.id, *words, "--parquet", str(path), "--json")
    assert said.code == 0, said.err
    assert said.document["rows"] == duckdb.sql(f"SELECT count(*) FROM '{path}'").fetchall()[0][0]
    assert duckdb.sql(f"SELECT tokens, version FROM '{path}' WHERE {RESTATED}").fetchall() == [(tokens, version)]
    assert pq.read_schema(path).metadata[b"version"] == str(version).encode()


@pytest.mark.parametrize(
    ("words", "code", "words_in_error"),
    [
        (("metrics", METRIC.id, "--version", "7"), 2, "no published version 7: choose among 1, 2"),
        (("metrics", METRIC.id, "--version", "one"), 2, "'one' is not a valid version"),
        (("metrics", "--version", "1"), 2, "these options are about one metric"),
        (("metrics", METRIC.id, "--version", "1", "--as-of", FIRST), 2, "give one of them"),
        (("metrics", METRIC.id, "--parquet", "no/such/folder.parquet"), 2, "cannot write no/such/folder.parquet"),
        (("metrics", "market_cap_daily", "--parquet", "x.parquet"), 2, "has no published row"),
    ],
)
def test_what_cannot_be_is_one_sentence(clean: Home, words: tuple[str, ...], code: int, words_in_error: str) -> None:
    said = ask(clean, *words)
    assert (said.code, words_in_error in said.err) == (code, True), said.err
