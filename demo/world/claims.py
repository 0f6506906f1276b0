"""The synthetic world's claims: quotes of the article. The world is invented: no verdict here is about the article."""

import csv
from collections.abc import Iterator
from pathlib import Path

from demo.world.files import File

PATH = Path(__file__).with_name("claims.csv")
Claim = dict[str, str]


def read() -> list[Claim]:
    """Read the claims as the world's file has them."""
    with PATH.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def files(_: int) -> Iterator[File]:
    """claims.csv."""
    claims = read()
    yield File(PATH.name, tuple(claims[0]), (tuple(claim.values()) for claim in claims))
