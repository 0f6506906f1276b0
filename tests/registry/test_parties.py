"""Every field of every source is of one party, and a row's owner is named wherever there is one."""

import pytest

from connectors.sources import SOURCES
from tokenshare.parties import content_fields
from tokenshare.sources import Source


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
@pytest.mark.threat("S3")
def test_each_field_is_of_one_party(source: Source) -> None:
    parties, events = source.parties, [topic.event for topic in source.emits]
    of_parties = [*parties.owned, *parties.upstream_of(events), *parties.ours]
    assert sorted(of_parties) == sorted(content_fields(events))
    assert bool(parties.owned) == bool(parties.owner)
