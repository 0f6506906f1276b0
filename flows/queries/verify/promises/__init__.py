"""The promises checked by `tokenshare verify`, in their order of examination."""

from flows.queries.verify.promises.decided import (
    gates_let_versions_out,
    one_version_is_shown,
    replaced_cells_are_on_record,
    versions_are_whole,
)
from flows.queries.verify.promises.fetched import landed_fetches_are_archived
from flows.queries.verify.promises.landed import (
    files_are_the_ledger,
    ledger_is_contiguous,
    lineage_is_landed,
    rows_have_their_offsets,
)
from flows.queries.verify.promises.lawful import parts_make_the_whole
from flows.queries.verify.promises.layout import archive_is_whole, home_holds_nothing_else
from flows.queries.verify.promises.newest import numbers_rest_on_the_newest_answer
from flows.queries.verify.promises.promise import Promise, PromiseBreach
from flows.queries.verify.promises.shown import (
    numbers_come_from_their_offsets,
    published_file_is_the_decision,
    version_files_are_the_versions,
    vintages_give_every_version,
)

__all__ = ["PROMISES", "Promise", "PromiseBreach"]

REBUILD = "run `tokenshare refresh`, which rebuilds it"
RESTORE = "restore archive, landing and build together from a backup"
LANDED = ("ledger_is_contiguous", "files_are_the_ledger", "rows_have_their_offsets")

PROMISES = (
    Promise(
        "home_holds_nothing_else",
        "Every file has its place, and ledger and decisions name every landed file and version.",
        "move it out of the home",
        home_holds_nothing_else,
    ),
    Promise(
        "archive_is_whole",
        "With `--all`: each raw payload has the digest in its name.",
        "restore that payload from a backup, or delete it: it is evidence, and no number is made of it again",
        archive_is_whole,
    ),
    Promise(
        "ledger_is_contiguous",
        "Ranges of a partition follow one another without overlap, and without a gap but for losses on record; they "
        "hold at most a record an offset.",
        RESTORE,
        ledger_is_contiguous,
    ),
    Promise(
        "files_are_the_ledger",
        "Each range of the ledger is one readable file with as many rows and rejected records as it says.",
        RESTORE,
        files_are_the_ledger,
    ),
    Promise(
        "rows_have_their_offsets",
        "Each landed row has an offset of its own, inside the range that names its file.",
        RESTORE,
        rows_have_their_offsets,
    ),
    Promise(
        "landed_fetches_are_archived",
        "Each landed fetch is one that the archive knows, with the same pages and the same events by their digest. "
        "With `--all` its payloads, parsed again, give exactly these rows. Records older than the home's secret are "
        "left out.",
        "find out who wrote it, and restore archive, landing and build together from a backup",
        landed_fetches_are_archived,
        stands_on=LANDED,
    ),
    Promise(
        "lineage_is_landed",
        "The lineage of each version is still landed: offsets, records, digest of their event ids.",
        RESTORE,
        lineage_is_landed,
        stands_on=LANDED,
    ),
    Promise(
        "versions_are_whole",
        "Versions are numbered without a gap; each one not pruned has the rows and digest of its decision.",
        RESTORE,
        versions_are_whole,
    ),
    Promise(
        "one_version_is_shown",
        "Readers see one version of a metric, and at most one candidate of it is held.",
        RESTORE,
        one_version_is_shown,
    ),
    Promise(
        "gates_let_versions_out",
        "Each version shown to readers was let out: every check of its suite evaluated, and passed or released.",
        RESTORE,
        gates_let_versions_out,
    ),
    Promise(
        "replaced_cells_are_on_record",
        "Restatements are exactly the cells in which versions differ, with the cause derived from seeds and SQL.",
        RESTORE,
        replaced_cells_are_on_record,
        stands_on=("versions_are_whole",),
    ),
    Promise(
        "published_file_is_the_decision",
        "The published file contains, relation by relation, the decided rows, and is read-only.",
        REBUILD,
        published_file_is_the_decision,
    ),
    Promise(
        "version_files_are_the_versions",
        "Each shown version, and each held candidate, lies in its Parquet file, row by row, and manifests agree.",
        "remove that file and run `tokenshare refresh`, which writes it again",
        version_files_are_the_versions,
    ),
    Promise(
        "vintages_give_every_version",
        "The vintages in the published file give each version again, row by row, as known at the time.",
        REBUILD,
        vintages_give_every_version,
    ),
    Promise(
        "parts_make_the_whole",
        "The rows in the published file keep the laws of their metric, except for findings released by a person: "
        "parts sum to wholes, shares are quotients.",
        REBUILD,
        parts_make_the_whole,
    ),
    Promise(
        "numbers_come_from_their_offsets",
        "The same models over nothing but the offsets of a version give it again, every number, to the digit.",
        RESTORE,
        numbers_come_from_their_offsets,
        stands_on=(*LANDED, "lineage_is_landed"),
    ),
    Promise(
        "numbers_rest_on_the_newest_answer",
        "Every number of a day rests on the newest answer of its source in the archive, unless the day is held or was "
        "released.",
        "run `tokenshare backfill` for these days",
        numbers_rest_on_the_newest_answer,
        stands_on=LANDED,
    ),
)
