"""Ten seconds of mutants of every source's answer; `make fuzz` makes more of them."""

from collections import Counter
from dataclasses import replace
from typing import NoReturn

import pytest

from connectors.sources import SOURCES, releases
from tests.sources.fuzz import SEED, fuzz, try_one
from tests.sources.mutants import mutant
from tests.sources.payloads import fetch_of
from tokenshare.sources import Fetch

SECONDS = 10.0


@pytest.mark.threat("S5")
def test_mutants_of_every_answer_are_read_or_refused() -> None:
    made = Counter[str]()
    found = list(fuzz(SECONDS, SEED, made))
    assert not found, "\n".join(f"{one.name}\n{one.problem}" for one in found)
    assert made.keys() == {source.id for source in SOURCES}


def test_a_mutant_is_made_again_by_its_name() -> None:
    fetch = fetch_of("huggingface_hub")
    assert mutant("7 huggingface_hub 3", fetch) == mutant("7 huggingface_hub 3", fetch)
    assert len({mutant(f"7 huggingface_hub {number}", fetch) for number in range(20)}) > 15


@pytest.mark.threat("S5")
def test_an_error_nobody_foresaw_is_found() -> None:
    def parse(_: Fetch) -> NoReturn:
        raise RecursionError("too deep")

    assert "RecursionError: too deep" in try_one(replace(releases.SOURCE, parse=parse), "7 releases 1")
