"""Candidates as frames."""

from collections.abc import Iterator, Mapping

import pandas as pd

from tokenshare.columns import columns_of
from tokenshare.publication import Candidate


class CandidateFrames(Mapping[str, pd.DataFrame]):
    """A frame per candidate by the id of its metric, each made at its first use: a group reads few of them."""

    def __init__(self, candidates: Mapping[str, Candidate]) -> None:
        self._candidates = candidates
        self._made: dict[str, pd.DataFrame] = {}

    def __getitem__(self, id: str) -> pd.DataFrame:
        if id not in self._made:
            self._made[id] = frame_of(self._candidates[id])
        return self._made[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._candidates)

    def __len__(self) -> int:
        return len(self._candidates)


def frame_of(candidate: Candidate) -> pd.DataFrame:
    """The rows of a candidate under the columns of its contract; an empty frame has the columns too."""
    return pd.DataFrame(candidate.rows, columns=[column.name for column in columns_of(candidate.metric.row)])
