"""The needs of a pass before its first stage: context, clock, cluster, upstreams, channels, signed topics."""

from collections.abc import Callable

Progress = Callable[[str], None]  # takes a line of progress, for a person or a log


class Count(str):
    """A line of progress that counts within its stage: a log may leave it out, a terminal shows the newest."""

    __slots__ = ()


def counter(progress: Progress, stage: str, what: str, total: int | None = None) -> Callable[..., None]:
    """A function that counts one more, or as many as it is given: `publish 31 of 42 metrics`."""
    done = 0

    def count(more: int = 1) -> None:
        nonlocal done
        done += more
        progress(Count(f"{stage} {done}{'' if total is None else f' of {total}'} {what}"))

    return count
