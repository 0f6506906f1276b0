"""The callback of who has nothing to do there."""


def noop(*_: object) -> None:
    """Does nothing with whatever it is told. Unlike a lambda it can be pickled, as Beam does."""
