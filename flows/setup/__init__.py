"""The needs of a pass before its first stage: context, clock, cluster, upstreams, channels, signed topics."""

from collections.abc import Callable

Progress = Callable[[str], None]  # takes a line of progress, for a person or a log
