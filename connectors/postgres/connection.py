"""A connection to the mirror, and one sentence for each way in which PostgreSQL fails; never a password."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg.conninfo import conninfo_to_dict

from connectors.postgres.dsn import passwords_of
from tokenshare.errors import MirrorFailed
from tokenshare.secret_forms import hide

LEAST_VERSION = 130_000  # as libpq counts
SETTING = "TOKENSHARE_MIRROR_DSN"
# What a DSN may say otherwise: a lost server ends a copy within seconds, never with the network's patience.
DEFAULTS = {
    "connect_timeout": "5",
    "tcp_user_timeout": "10000",
    "keepalives_idle": "10",
    "application_name": "tokenshare",
}
WAITS = "SET TimeZone = 'UTC'; SET lock_timeout = '3s'; SET statement_timeout = '600s'"
Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True)
class Failure:
    """An error class of PostgreSQL, with our message and the fix."""

    error: type[Exception]
    message: str
    fix: str


FAILURES = (
    Failure(
        psycopg.errors.DependentObjectsStillExist,
        "an object of yours depends on what the mirror no longer has",
        "drop or change that view, then run `tokenshare mirror`",
    ),
    Failure(
        psycopg.errors.LockNotAvailable,
        "somebody locks a relation of the mirror",
        "end that transaction; the next pass tries again",
    ),
    Failure(
        psycopg.errors.InsufficientPrivilege,
        "PostgreSQL does not let us write the mirror",
        "GRANT CREATE ON DATABASE to the user of the mirror, or give it a database of its own",
    ),
    Failure(
        psycopg.OperationalError,
        "PostgreSQL does not answer, or refuses us",
        f"start it, or correct {SETTING}; the next pass tries again",
    ),
    Failure(
        psycopg.Error,
        "PostgreSQL refuses the mirror",
        "give it a database of its own, then run `tokenshare mirror`",
    ),
)


@contextmanager
def connect(dsn: str) -> Iterator[Connection]:
    """One transaction: committed with the block, or rolled back. Every failure is a MirrorFailed with its fix."""
    try:
        options = {**DEFAULTS, **conninfo_to_dict(dsn)}
    except psycopg.Error:
        raise MirrorFailed(f"{SETTING} is not readable", f"correct {SETTING}: quote what a URL does not take") from None
    with _explained(dsn), psycopg.connect(**options, client_encoding="UTF8") as connection:  # type: ignore[arg-type]
        if connection.info.server_version < LEAST_VERSION:
            found = connection.info.server_version // 10_000
            raise MirrorFailed(f"PostgreSQL {found} is older than 13", "upgrade the server")
        connection.execute(WAITS)
        yield connection


@contextmanager
def _explained(dsn: str) -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        found = next(failure for failure in FAILURES if isinstance(error, failure.error))
        raise MirrorFailed(f"{found.message} ({_reason(error, dsn)})", found.fix) from None


def _reason(error: psycopg.Error, dsn: str) -> str:
    """PostgreSQL's own words in one line, with the detail that names an object, and without a password."""
    said = error.diag.message_primary or str(error)
    words = " ".join(f"{said} {error.diag.message_detail or ''}".split())
    return hide(words, passwords_of(dsn))
