"""Every source is declared, exemplified, and parses its own payload into its own topics; none is orphaned."""

import importlib
import pkgutil
from datetime import timedelta

import pytest

import connectors.sources
from connectors.sources import SOURCES
from tests.sources.payloads import WINDOW, fetch_of
from tokenshare.codec import decode, encode
from tokenshare.sources import Source

MODULES = [module.name for module in pkgutil.iter_modules(connectors.sources.__path__)]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
def test_a_source_speaks_its_contract(source: Source) -> None:
    fetch = fetch_of(source.id)
    events = source.parse(fetch).events
    topics = {topic.event: topic for topic in source.emits}
    assert {type(event) for event in events} == set(topics)
    assert [decode(topics[type(event)], encode(event)) for event in events] == list(events)
    assert {(event.source_id, event.fetch_id, event.observed_at) for event in events} == {
        (source.id, fetch.id, WINDOW.observed_at)
    }


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
def test_the_same_payload_gives_the_same_events(source: Source) -> None:
    assert source.parse(fetch_of(source.id)) == source.parse(fetch_of(source.id))


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
@pytest.mark.threat("X23")
def test_a_source_declares_itself_in_full(source: Source) -> None:
    assert all((source.title, source.licence, source.terms, source.traps, source.world_file))
    assert "{as_of}" in source.citation
    assert source.cadence > timedelta(0)


def test_every_module_with_a_source_is_registered_and_no_other_source_is() -> None:
    loaded = [importlib.import_module(f"connectors.sources.{name}") for name in MODULES]
    declared = [module.SOURCE for module in loaded if hasattr(module, "SOURCE")]
    assert sorted(source.id for source in declared) == sorted(source.id for source in SOURCES)
