"""The bulkhead around one source: whatever its answer can raise ends that source, and never the pass."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from connectors.sources.payload import printable
from tokenshare.errors import (
    BrokerUnavailable,
    Busy,
    FetchCut,
    Interrupted,
    MessageTooLarge,
    PayloadRefused,
    RecordsLost,
    SourceAbsent,
)
from tokenshare.secret_forms import hide
from tokenshare.sources import Page

OUTCOMES = (SourceAbsent, PayloadRefused, FetchCut)  # they say already what became of the source
ENDS_A_PASS = (Busy, Interrupted, BrokerUnavailable, RecordsLost)


@contextmanager
def contain(
    outcome: type[SourceAbsent | PayloadRefused], key: str | None = None, passing: tuple[type[Exception], ...] = ()
) -> Iterator[None]:
    """Raise any error within as that outcome, with its type and words, and without the key.

    A MemoryError too: what an answer took is free again once its frames are gone. A UsageError too: bytes from outside
    typed no option. Only what ends a pass is raised as it is, and what is `passing`.
    """
    try:
        yield
    except Exception as error:
        is_of_data = isinstance(error, MessageTooLarge)
        if isinstance(error, (*OUTCOMES, *ENDS_A_PASS, *passing)) and not is_of_data:
            raise
        raise outcome(describe(error, key)) from error


def each(ask: Callable[[], Iterator[Page]], key: str | None = None) -> Iterator[Page]:
    """The pages as they come; an error in asking for one means that the source is absent."""
    with contain(SourceAbsent, key):
        pages = ask()
    while True:
        with contain(SourceAbsent, key):
            page = next(pages, None)
        if page is None:
            return
        yield page


def describe(error: Exception, key: str | None = None) -> str:
    """The type of an error and its words, on one printable line."""
    words = " ".join(str(error).split())
    words = hide(words, [key]) if key else words
    return printable(f"{type(error).__name__}: {words}" if words else type(error).__name__)
