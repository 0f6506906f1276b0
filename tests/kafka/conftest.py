"""One broker for all, and for each test topics of its own."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from tests.broker import broker

__all__ = ["broker"]


@pytest.fixture
def cluster_factory(broker: str) -> Iterator[Callable[..., Cluster]]:
    """Clusters with a prefix of their own; their topics are deleted at the end."""
    made: list[Cluster] = []

    def factory(**settings: Any) -> Cluster:
        made.append(Cluster(broker, topic_prefix=f"test-{uuid.uuid4().hex[:10]}.", **settings))
        return made[-1]

    yield factory
    for cluster in made:
        topics.delete_prefixed(cluster)


@pytest.fixture
def cluster(cluster_factory: Callable[..., Cluster]) -> Cluster:
    """A cluster with one partition per topic, so that a record's offset is its place in the order."""
    return cluster_factory(partitions=1)
