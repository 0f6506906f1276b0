"""A callback without effect."""


def noop(*_: object) -> None:
    """Do nothing with any arguments. Beam can pickle it, unlike a lambda."""
