"""Promises about the directory: every file of a home has its place, and raw payloads are whole."""

import re
from collections.abc import Iterator

from flows.queries.verify.promises.promise import PromiseBreach
from flows.queries.verify.state import HomeReader

SWEPT = "run `tokenshare refresh`, which removes it"
PLACES = re.compile(
    r"""format | secret | gateway-tokens | lock | alerts\.json | schemas\.json
    | log/([^/]+\.jsonl|totals\.json)
    | (landing|archive)/\.home
    | skipped/[^/]+\.(json|told)
    | archive/[a-z0-9_]+/(completed|fields)\.json
    | archive/[a-z0-9_]+/fetches/[0-9a-f]{32}\.json
    | archive/[a-z0-9_]+/\d{4}-\d{2}-\d{2}/[0-9a-f]{64}(\.json)?
    | build/warehouse(\.backup)?\.duckdb(\.wal)?
    | build/outline(-[0-9a-f]{16}){2}\.duckdb
    | build/dbt/.+
    | published/tokenshare\.duckdb
    | published/[a-z0-9_]+/manifest\.json
    | report/index\.html""",
    re.VERBOSE,
)
LISTED = re.compile(r"(landing|published)/.+\.parquet")  # these are known by name, or are strays
DRAFT = re.compile(r"(.*/)?\.[^/]+\.tmp")


def home_holds_nothing_else(home: HomeReader) -> Iterator[PromiseBreach]:
    """Every file has its place; ledger and decisions name each landed file and version."""
    known = home.known_files()
    for path in home.files():
        if path in known or (PLACES.fullmatch(path) and not LISTED.fullmatch(path)):
            continue
        if DRAFT.fullmatch(path):
            yield PromiseBreach(path, "a draft that a killed pass left", "no such file", SWEPT)
        elif path.endswith(".duckdb.wal"):
            yield PromiseBreach(path, "a write-ahead log beside the file that readers open", "no such file")
        else:
            yield PromiseBreach(path, "a file that nothing knows", "no such file")


def archive_is_whole(home: HomeReader) -> Iterator[PromiseBreach]:
    """Each raw payload has the digest in its name."""
    for path in home.torn_payloads():
        yield PromiseBreach(path, "other bytes than its name says", "bytes of that sha256")
