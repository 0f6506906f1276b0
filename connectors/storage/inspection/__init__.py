"""A home read for what it promises: ledger against files, decisions against evidence, readers' files against both."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from tokenshare.errors import UsageError


@contextmanager
def reading(what: str, fix: str) -> Iterator[None]:
    """Files whose bytes may be damaged in a place that nothing has looked at yet; raises UsageError naming them."""
    try:
        yield
    except duckdb.ProgrammingError:  # a wrong query says nothing about a file
        raise
    except duckdb.Error as error:
        raise UsageError(f"{what} cannot be read ({str(error).splitlines()[0][:100]})", fix) from error
