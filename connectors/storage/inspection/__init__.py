"""A home read against its promises: ledger against files, decisions against evidence, published files against both."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from tokenshare.errors import UsageError


@contextmanager
def reading(subject: str, fix: str) -> Iterator[None]:
    """Raise UsageError naming `subject` if a file read in the block is damaged."""
    try:
        yield
    except duckdb.ProgrammingError:  # a wrong query does not make a file unreadable
        raise
    except duckdb.Error as error:
        raise UsageError(f"{subject} cannot be read ({str(error).splitlines()[0][:100]})", fix) from error
