"""Topics exist as asked, are told apart from their successors, and are never guessed into being."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from connectors.kafka import ranges, topics
from connectors.kafka.cluster import Cluster, opened
from tokenshare.errors import BrokerUnavailable, UsageError
from tokenshare.offsets import Range


def settings(cluster: Cluster, name: str) -> dict[str, str]:
    resource = ConfigResource(ConfigResourceType.TOPIC, cluster.physical(name))
    with opened(KafkaAdminClient, cluster) as admin:
        found = admin.describe_configs([resource], config_filter="all")["topic"][resource.name]
    return {key: config["value"] for key, config in found.items()}


def test_create_makes_topic_and_dead_letter_as_the_cluster_says(
    cluster_factory: Callable[..., Cluster],
) -> None:
    cluster = cluster_factory(partitions=3, retention_ms=86_400_000)
    topics.create(cluster, ["a.v1", "b.v1"])
    names = ["a.v1", "a.v1.dlq", "b.v1", "b.v1.dlq"]
    assert ranges.positions(cluster, names).keys() == {(name, part) for name in names for part in range(3)}
    for name in names:
        assert settings(cluster, name)["retention.ms"] == "86400000"
        assert settings(cluster, name)["cleanup.policy"] == "delete"


def test_create_again_and_at_once_is_fine(cluster: Cluster) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: topics.create(cluster, ["a", "b"]), range(4)))
    topics.create(cluster, ["a", "b", "c"])
    topics.require(cluster, ["a", "b", "c", "c.dlq"])


def test_more_replicas_than_brokers_is_said(cluster: Cluster) -> None:
    with pytest.raises(BrokerUnavailable, match=r"refuses topic a .*replication"):
        topics.create(replace(cluster, replication=9), ["a"])


@pytest.mark.parametrize("gone", [Range("gone", 0, 0, 1), Range("here", 7, 0, 1)])
def test_a_range_that_is_nowhere_is_named(cluster: Cluster, gone: Range) -> None:
    topics.create(cluster, ["here"])
    with pytest.raises(BrokerUnavailable, match=f"lacks topic {gone.topic} partition {gone.partition}"):
        list(ranges.read(cluster, gone))


def test_deleting_without_a_prefix_is_refused(broker: str) -> None:
    with pytest.raises(UsageError, match="every topic"):
        topics.delete_prefixed(Cluster(broker))


def test_deleting_leaves_other_prefixes(cluster_factory: Callable[..., Cluster]) -> None:
    ours, theirs = cluster_factory(), cluster_factory()
    topics.create(ours, ["t"])
    topics.create(theirs, ["t"])
    topics.delete_prefixed(ours)
    topics.require(theirs, ["t"])
    with pytest.raises(BrokerUnavailable):
        topics.require(ours, ["t"])
