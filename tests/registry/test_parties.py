"""Every field of every source is declared to be of one party, and a row's owner is named wherever there is one."""

from collections import Counter

import pytest

from connectors.sources import SOURCES
from tokenshare.parties import content_fields
from tokenshare.sources import Source


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
def test_each_field_is_of_one_party(source: Source) -> None:
    parties = source.parties
    declared = Counter((*parties.owned, *parties.upstream, *parties.ours))
    assert declared == Counter(content_fields(topic.event for topic in source.emits))
    assert bool(parties.owned) == bool(parties.owner)
