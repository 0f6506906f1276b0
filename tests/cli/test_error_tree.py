"""Rules of every error that a person can mend."""

import errno
import os
import pickle
from collections.abc import Iterator

import pytest

from tokenshare.errors import MORE_FILES, TokenshareError


def kinds(kind: type[TokenshareError] = TokenshareError) -> Iterator[type[TokenshareError]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from kinds(narrower)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_a_process_without_free_descriptors_does_not_blame_what_it_opened(kind: type[TokenshareError]) -> None:
    lacking = kind(f"{OSError(errno.EMFILE, os.strerror(errno.EMFILE), 'rankings.csv')}", "correct the file")
    missing = kind(f"{OSError(errno.ENOENT, os.strerror(errno.ENOENT), 'rankings.csv')}", "correct the file")
    assert [pickle.loads(pickle.dumps(error)).fix for error in (lacking, missing)] == [MORE_FILES, "correct the file"]
