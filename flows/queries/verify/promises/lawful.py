"""The promise about sums: the published rows keep the laws of the gates."""

from collections.abc import Iterator, Mapping

import pandas as pd

from expectations.laws import LAWS
from flows.queries.verify.promises.promise import PromiseBreach
from flows.queries.verify.state import HomeReader
from tokenshare.columns import columns_of
from tokenshare.metrics import METRIC_BY_ID, METRICS, Metric


class PublishedFrames(Mapping[str, pd.DataFrame]):
    """The published rows of each metric as a frame, read on first access; `accessed` collects the accessed metrics."""

    def __init__(self, home: HomeReader) -> None:
        self.home = home
        self.accessed: set[str] = set()
        self._frames: dict[str, pd.DataFrame] = {}

    def __getitem__(self, id: str) -> pd.DataFrame:
        self.accessed.add(id)
        if id not in self._frames:
            names = [column.name for column in columns_of(METRIC_BY_ID[id].row)]
            self._frames[id] = pd.DataFrame(self.home.shown_rows(METRIC_BY_ID[id]), columns=names)
        return self._frames[id]

    def __iter__(self) -> Iterator[str]:
        return iter(METRIC_BY_ID)

    def __len__(self) -> int:
        return len(METRIC_BY_ID)


def parts_make_the_whole(home: HomeReader) -> Iterator[PromiseBreach]:
    """The rows in the published file keep every law of their metric, except for findings released by a person."""
    held = {METRIC_BY_ID[p.metric].group for p in home.publications if p.status == "held"}
    seen = {id for id, _ in home.public}
    frames = PublishedFrames(home)
    for metric in METRICS:
        if metric.laws and metric.id in seen and len(frames[metric.id]):
            yield from _broken(metric, frames, held)


def _broken(metric: Metric, frames: PublishedFrames, held: set[str]) -> Iterator[PromiseBreach]:
    released = frames.home.released()
    for name in metric.laws:
        frames.accessed = set()
        law, where = LAWS[name], f"{metric.relation}: {name}"
        expected = f"{law.minimum:g} to {law.maximum:g}"
        try:
            measured = law.measure(metric, frames).astype(float)
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            yield PromiseBreach(where, f"cannot be read: {type(error).__name__}: {error}"[:160], expected)
            continue
        groups = {METRIC_BY_ID[id].group for id in frames.accessed} | {metric.group}
        # A law across groups may fail while one of them still shows its last good version beside the newest of another.
        if len(groups) > 1 and groups & held:
            continue
        outside = measured[~measured.between(law.minimum, law.maximum)]
        outside = outside[[(metric.group, name, _key(k), f"{v:.12g}") not in released for k, v in outside.items()]]
        if len(outside):
            more = f", and {len(outside) - 1} more keys" if len(outside) > 1 else ""
            yield PromiseBreach(where, f"{outside.iloc[0]:.12g} at {_key(outside.index[0])}{more}", expected)


def _key(key: object) -> str:
    return " ".join(map(str, key)) if isinstance(key, tuple) else str(key)
